//! A declared cascade that would delete rows which the map does not count among people's.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, beside, deletes_rows, is_of_people};
use crate::schema::OnDelete;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0212",
    name: "cascade-unmapped",
    severity: Severity::Error,
    manual: r#"
When a row is deleted the database deletes whatever refers to it by a key declared `ON DELETE CASCADE`. If the map leaves that
table out, or calls it ordinary, rows would go that no plan counted and nobody was told of.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
    table order_lines { ordinary because="lines of orders" }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
    table order_lines { owned-by order_id to=orders; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for child in &schema.tables {
        let said = cx.map.table(&child.name);
        if said.is_some_and(is_of_people) {
            continue;
        }
        for key in child.foreign_keys.iter().filter(|key| key.on_delete == OnDelete::Cascade) {
            let Some(parent) = cx.map.table(&key.target).filter(|parent| deletes_rows(parent)) else {
                continue;
            };
            let (name, parent_name) = (&child.name, &parent.name.value);
            let message = format!("deleting rows of `{parent_name}` also deletes rows of `{name}`");
            let finding = CHECK.at(parent.name.span, message).here("the database deletes more than the map says");
            let columns = key.columns.join(" ");
            findings.push(beside(finding, said).help(format!("write `table {name} {{ owned-by {columns} to={parent_name}; erase delete }}`")));
        }
    }
}
