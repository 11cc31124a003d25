//! A column of the map that its table does not have.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Spanned;
use abide_policy::suggest::closest;

use super::{Check, Context};
use crate::map::{EdgeErase, Erase, MappedTable, Overwrite};
use crate::schema::Table;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0204",
    name: "unknown-column",
    severity: Severity::Error,
    manual: r#"
A column that was renamed or dropped. Names are written in the case of the database.

```kdl wrong
map shop {
    table orders { owned-by userid to=users; column total is=order; erase delete }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (table, live) in cx.mapped() {
        for name in columns_named(table) {
            report(live, name, findings);
        }
        for edge in &table.edges {
            let there = cx.live().and_then(|schema| schema.table(&edge.target.value));
            for name in &edge.target_columns {
                if let Some(there) = there {
                    report(there, name, findings);
                }
            }
        }
    }
}

fn report(table: &Table, name: &Spanned<String>, findings: &mut Findings) {
    if table.column(&name.value).is_some() {
        return;
    }
    let known = table.columns.iter().map(|column| column.name.as_str());
    let found = CHECK
        .at(name.span, format!("`{}` has no column `{}`", table.name, name.value))
        .here("not there");
    findings.push(match closest(&name.value, known) {
        Some(likely) => found.help(format!("did you mean `{likely}`?")),
        None => found.help("take it out if it was dropped"),
    });
}

/// Every column of the table itself that the map names.
fn columns_named(table: &MappedTable) -> Vec<&Spanned<String>> {
    fn of_overwrites(overwrites: &[Overwrite]) -> impl Iterator<Item = &Spanned<String>> {
        overwrites.iter().map(|overwrite| &overwrite.column)
    }
    let mut all: Vec<&Spanned<String>> = Vec::new();
    all.extend(table.identities.iter().map(|identity| &identity.column));
    all.extend(table.columns.iter().map(|column| &column.name));
    all.extend(table.hides.iter().map(|hidden| &hidden.column));
    all.extend(table.retain.iter().map(|retain| &retain.from));
    match &table.erase {
        Erase::Anonymise(overwrites) => all.extend(of_overwrites(overwrites)),
        Erase::Keep(keep) => {
            all.extend(&keep.from);
            all.extend(of_overwrites(&keep.overwrites));
        }
        Erase::Delete | Erase::Detach | Erase::Undecided => {}
    }
    for edge in &table.edges {
        all.extend(&edge.columns);
        all.extend(edge.when.iter().map(|when| &when.column));
        // What an edge hides and overwrites stands in the row that is reached; `accesses` and `owns` reach the other end.
        if edge.kind.reaches_this_row() {
            all.extend(edge.hides.iter().map(|hidden| &hidden.column));
            if let Some(EdgeErase::Anonymise(overwrites)) = &edge.erase {
                all.extend(of_overwrites(overwrites));
            }
        }
    }
    all
}
