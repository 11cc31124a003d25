//! A row that is to be cut from a person by columns that may not be empty.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, named};
use crate::map::{Edge, EdgeErase, EdgeKind, Erase};
use crate::schema::Table;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0209",
    name: "detach-impossible",
    severity: Severity::Error,
    manual: r#"
`detach` empties the columns of an edge. Columns that may not be empty need another way: delete the row, overwrite what says who
it was, or let the column be empty.

```kdl wrong
map shop {
    table notes { owned-by author_id to=users; column body is=messages; erase detach }
}
```

```kdl right
map shop {
    table notes { owned-by author_id to=users; column body is=messages; erase delete }
    table orders { owned-by user_id to=users; column total is=order; erase detach }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (table, live) in cx.mapped() {
        for edge in &table.edges {
            let is_own = table.erase == Erase::Detach && edge.kind == EdgeKind::OwnedBy;
            let is_said = edge.erase == Some(EdgeErase::Detach);
            if is_own || is_said {
                report(live, edge, findings);
            }
        }
    }
}

fn report(live: &Table, edge: &Edge, findings: &mut Findings) {
    let names = edge.columns.iter().map(|name| name.value.as_str());
    let columns = || names.clone().filter_map(|name| live.column(name));
    if columns().any(|column| column.nullable) || columns().next().is_none() {
        return;
    }
    let all = named(columns().map(|column| column.name.as_str()));
    findings.push(
        CHECK
            .at(edge.span, format!("{all} of `{}` may not be empty", live.name))
            .here("cannot be cut")
            .help("write `erase delete` or `erase anonymise { … }`, or let the column be empty in the database"),
    );
}
