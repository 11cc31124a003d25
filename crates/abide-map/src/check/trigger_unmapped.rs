//! A trigger that writes to a table which the map does not count among people's.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, beside, is_of_people};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0213",
    name: "trigger-unmapped",
    severity: Severity::Error,
    manual: r#"
A trigger may copy what is deleted into a table of history, during the erasure itself. The copy is the person's as much as the row
was: map its table, so that the plan comes to it afterwards.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
    table order_log { ordinary because="a log" }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
    table order_log { owned-by order_id to=orders; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for trigger in &schema.triggers {
        let Some(watched) = cx.map.table(&trigger.table).filter(|table| is_of_people(table)) else {
            continue;
        };
        for written in &trigger.writes {
            let said = cx.map.table(written);
            if said.is_some_and(is_of_people) || *written == trigger.table {
                continue;
            }
            let events = trigger.events.join(", ");
            let message = format!(
                "the trigger `{}` on `{}` ({events}) writes to `{written}`",
                trigger.name, trigger.table
            );
            let finding = CHECK.at(watched.name.span, message).here("what is erased here may be copied there");
            findings.push(beside(finding, said).help(format!("say whose the rows of `{written}` are")));
        }
    }
}
