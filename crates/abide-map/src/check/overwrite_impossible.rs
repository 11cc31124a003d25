//! A column that cannot be overwritten as the map says.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Spanned;

use super::{Check, Context};
use crate::map::{EdgeErase, Erase, MappedTable, Overwrite, Replacement};
use crate::schema::{Column, Table, TypeClass};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0208",
    name: "overwrite-impossible",
    severity: Severity::Error,
    manual: r#"
The database refuses a value that is too long, that its type does not have, that must be unique and is not, or that it computes
itself: an erasure would stop in the middle and be taken back, for this person and every other. A computed column follows the
columns that it is made of.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase anonymise { overwrite code with=removed; overwrite status with=gone } }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase anonymise { overwrite code with=unique; overwrite status with=done } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (table, live) in cx.mapped() {
        for overwrite in own_overwrites(table) {
            report(live, overwrite, findings);
        }
    }
}

/// Whatever the map overwrites in rows of the table itself.
fn own_overwrites(table: &MappedTable) -> impl Iterator<Item = &Overwrite> {
    let own: &[Overwrite] = match &table.erase {
        Erase::Anonymise(overwrites) => overwrites,
        Erase::Keep(keep) => &keep.overwrites,
        Erase::Delete | Erase::Detach | Erase::Undecided => &[],
    };
    let edges = table.edges.iter().filter(|edge| edge.kind.reaches_this_row());
    own.iter().chain(edges.flat_map(|edge| match &edge.erase {
        Some(EdgeErase::Anonymise(overwrites)) => overwrites.as_slice(),
        _ => &[],
    }))
}

fn report(table: &Table, overwrite: &Overwrite, findings: &mut Findings) {
    let name: &Spanned<String> = &overwrite.column;
    let Some(column) = table.column(&name.value) else {
        return;
    };
    let Some((why, help)) = refusal(table, column, &overwrite.with) else {
        return;
    };
    let place = format!("{}.{}", table.name, column.name);
    findings.push(CHECK.at(name.span, format!("`{place}` {why}")).here("would be refused").help(help));
}

/// Why the database would refuse the value, and what to write in its place.
fn refusal(table: &Table, column: &Column, with: &Replacement) -> Option<(String, String)> {
    let say = |why: &str, help: &str| Some((why.to_owned(), help.to_owned()));
    let is_key = table.primary_key.contains(&column.name);
    let is_unique = table.is_unique(std::slice::from_ref(&column.name));
    if column.is_generated {
        return say("is computed by the database", "overwrite the columns that it is computed from");
    }
    match with {
        Replacement::Empty if is_unique && !column.nullable => {
            say("must be unique, and the empty value is not", "write `with=unique`")
        }
        Replacement::Text(_) if is_unique || is_key => {
            say("must be unique, and one text for all is not", "write `with=unique`")
        }
        Replacement::Text(text) => {
            let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            if let Some(limit) = column.length.filter(|limit| *limit < length) {
                let help = "write a shorter text";
                return say(&format!("holds {limit} characters, and the text has {length}"), help);
            }
            if !column.allowed.is_empty() && !column.allowed.contains(text) {
                let help = format!("write one of {}", super::named(column.allowed.iter().map(String::as_str)));
                return say("is a list of words that the text is not in", &help);
            }
            let is_number = matches!(column.class, TypeClass::Integer | TypeClass::Decimal | TypeClass::Float);
            if is_number && text.parse::<f64>().is_err() {
                return say("holds a number", "write a number, or leave `with=` out");
            }
            None
        }
        Replacement::Unique if !column.allowed.is_empty() => {
            say("is a list of words, of which none is nobody else's", "write one of them: `with=…`")
        }
        Replacement::Unique | Replacement::Empty => None,
    }
}
