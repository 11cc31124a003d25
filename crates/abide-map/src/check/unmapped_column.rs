//! Columns of a table of people's rows of which the map does not say what they hold.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, named};
use crate::map::{MappedTable, Standing};
use crate::schema::Table;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0202",
    name: "unmapped-column",
    severity: Severity::Warning,
    manual: r#"
What a column holds decides which clauses it answers to. A column without a line is handed out and erased with its row, but no
promise is held against it. Keys and the columns of edges and identities need no line.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
}
```

```kdl right
map shop {
    table orders {
        owned-by user_id to=users
        column total is=order
        column code is=order
        column status ordinary
        column made ordinary
        erase delete
    }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (table, live) in cx.mapped() {
        if !matches!(table.standing, Standing::Subject | Standing::Linked) {
            continue;
        }
        let columns = live.columns.iter().map(|column| column.name.as_str());
        let unsaid: Vec<&str> = columns
            .filter(|column| !is_said(table, live, column))
            .collect();
        let Some(first) = unsaid.first() else {
            continue;
        };
        let noun = if unsaid.len() == 1 { "column" } else { "columns" };
        let message = format!(
            "no line says what the {noun} {} of `{}` hold{}",
            named(unsaid.iter().copied()),
            table.name.value,
            if unsaid.len() == 1 { "s" } else { "" }
        );
        findings.push(
            CHECK
                .at(table.name.span, message)
                .here("held against no promise")
                .help(format!("write `column {first} is=CATEGORY`, or `column {first} ordinary`")),
        );
    }
}

fn is_said(table: &MappedTable, live: &Table, column: &str) -> bool {
    let is = |name: &String| name == column;
    let edges = || table.edges.iter();
    table.columns.iter().any(|said| is(&said.name.value))
        || table.identities.iter().any(|said| is(&said.column.value))
        || edges().any(|edge| edge.columns.iter().any(|said| is(&said.value)))
        || edges().any(|edge| edge.when.iter().any(|when| is(&when.column.value)))
        || live.primary_key.iter().any(is)
        || live.foreign_keys.iter().any(|key| key.columns.iter().any(is))
}
