//! A table of personal data that no line ties to anyone.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::{EdgeKind, MappedTable, Standing};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0109",
    name: "unowned-table",
    severity: Severity::Error,
    manual: r#"
Rows are found through identities and edges. A table with neither would be left alone by every request, however much it holds of
people. Tie it to someone, or say `ordinary` with the reason why its rows are no one's.

```kdl wrong
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
    table orders { column total ordinary; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
    table orders { owned-by user_id to=users; column total ordinary; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for table in &cx.map.tables {
        if table.standing == Standing::Linked && !is_tied(cx, table) {
            let name = &table.name;
            findings.push(
                CHECK
                    .at(name.span, format!("no line says whose the rows of `{}` are", name.value))
                    .here("would never be found")
                    .help("write `owned-by COLUMN to=TABLE` or `identity KIND COLUMN`; if the rows are no one's, `ordinary because=…`"),
            );
        }
        if table.standing == Standing::Subject && table.identities.is_empty() {
            let name = &table.name;
            let message = format!("no line says by what a person is known in `{}`", name.value);
            findings.push(
                CHECK
                    .at(name.span, message)
                    .here("nobody would be found here")
                    .help("write `identity email COLUMN`, or `identity account-id COLUMN`"),
            );
        }
    }
}

/// Whether a line of its own, or one of another table, says whose its rows are or who may see them.
fn is_tied(cx: &Context<'_>, table: &MappedTable) -> bool {
    let own = [EdgeKind::OwnedBy, EdgeKind::AccessibleBy];
    let others = [EdgeKind::Owns, EdgeKind::Accesses];
    let mut all = cx.map.tables.iter().flat_map(|other| &other.edges);
    !table.identities.is_empty()
        || table.edges.iter().any(|edge| own.contains(&edge.kind))
        || all.any(|edge| others.contains(&edge.kind) && edge.target.value == table.name.value)
}
