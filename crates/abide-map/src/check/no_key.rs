//! An edge to the primary key of a table that has none, or one of another size.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, named};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0207",
    name: "no-key",
    severity: Severity::Error,
    manual: r#"
`to=TABLE` leads to the table's primary key. A table without one, or with one of another number of columns, needs its columns
named.

```kdl wrong
map shop {
    table order_log { owned-by order_id to=orders; erase delete }
    table events { owned-by kind to=order_log; erase delete }
}
```

```kdl right
map shop {
    table order_log { owned-by order_id to=orders; erase delete }
    table events { owned-by kind to="order_log(status)"; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (edge, _, there) in cx.edges() {
        let key = &there.primary_key;
        if !edge.target_columns.is_empty() || key.len() == edge.columns.len() {
            continue;
        }
        let message = if key.is_empty() {
            format!("`{}` has no primary key", there.name)
        } else {
            let columns = named(key.iter().map(String::as_str));
            format!("the primary key of `{}` is {columns}", there.name)
        };
        let name = &there.name;
        findings.push(
            CHECK
                .at(edge.target.span, message)
                .here("leads nowhere")
                .help(format!("name the columns there: `to=\"{name}(COLUMN)\"`")),
        );
    }
}
