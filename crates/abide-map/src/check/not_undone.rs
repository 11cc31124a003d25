//! Something that a map does and that nobody could take back, in a map that says it may be.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::{EdgeErase, EdgeKind, Erase, MappedTable};
use crate::schema::{OnDelete, Table};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0224",
    name: "not-undone",
    severity: Severity::Error,
    manual: r#"
With `undo` everything that an erasure takes has to come back. What was written over in rows without a key does not, since nobody finds
them again, nor what a database writes by itself (`ON DELETE SET DEFAULT`). Give the table a primary key, let its rows go with
`erase delete`, declare `ON DELETE SET NULL`, or leave `undo` out.

```kdl wrong
map shop {
    undo "7 days"
    table users { subject; identity email email; erase delete }
    table events { owned-by user_id to=users; erase anonymise { overwrite kind } }
}
```

```kdl right
map shop {
    undo "7 days"
    table users { subject; identity email email; erase delete }
    table events { owned-by user_id to=users; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    if cx.map.undo.is_none() {
        return;
    }
    for (table, live) in cx.mapped() {
        let name = &table.name;
        if live.row_key().is_empty() && is_written_over(table) {
            findings.push(
                CHECK
                    .at(
                        name.span,
                        format!("`{}` has no key, and an erasure writes over its rows", name.value),
                    )
                    .here("an undo could not find them again")
                    .help("give it a primary key, let its rows go with `erase delete`, or leave `undo` out"),
            );
        }
        if let Some(columns) = defaulted(cx, table, live) {
            findings.push(
                CHECK
                    .at(
                        name.span,
                        format!("the database writes the default over `{columns}` of `{}` when the row goes that it leads to", name.value),
                    )
                    .here("an undo could not put back what was there")
                    .help("declare the reference `ON DELETE SET NULL`, or leave `undo` out"),
            );
        }
    }
}

fn is_written_over(table: &MappedTable) -> bool {
    let edges = table.edges.iter().filter_map(|edge| edge.erase.as_ref());
    let mut by_edge =
        edges.filter(|erase| matches!(erase, EdgeErase::Anonymise(_) | EdgeErase::Detach));
    by_edge.next().is_some()
        || match &table.erase {
            Erase::Anonymise(overwrites) => !overwrites.is_empty(),
            Erase::Keep(keep) => !keep.overwrites.is_empty(),
            Erase::Detach => true,
            Erase::Delete | Erase::Undecided => false,
        }
}

/// The columns of a reference to rows that an erasure deletes, over which the database writes a default, unless the row goes
/// with them.
fn defaulted(cx: &Context<'_>, table: &MappedTable, live: &Table) -> Option<String> {
    let goes = |target| {
        let target = cx.map.table(target);
        target.is_some_and(|target| target.erase == Erase::Delete)
    };
    let owned = |columns: &[String]| {
        let mut edges = table.edges.iter();
        edges.any(|edge| {
            let here = edge.columns.iter().map(|name| name.value.as_str());
            edge.kind == EdgeKind::OwnedBy && here.eq(columns.iter().map(String::as_str))
        })
    };
    let mut keys = live.foreign_keys.iter();
    let key = keys.find(|key| {
        key.on_delete == OnDelete::SetDefault && goes(&key.target) && !owned(&key.columns)
    });
    key.map(|key| key.columns.join(", "))
}
