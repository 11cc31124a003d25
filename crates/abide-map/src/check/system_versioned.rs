//! A table of people's rows whose former states the database keeps beside them.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, is_of_people};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0217",
    name: "system-versioned",
    severity: Severity::Warning,
    manual: r#"
In a table `WITH SYSTEM VERSIONING` a row that is deleted or overwritten stays readable, `FOR SYSTEM_TIME ALL`: what an erasure takes
away stays in the history. Stop it with `ALTER TABLE baskets DROP SYSTEM VERSIONING`, which drops the history too, or run
`DELETE HISTORY FROM baskets` after erasures; a plan does neither.

```kdl wrong
map shop {
    table baskets { owned-by user_id to=users; erase delete }
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
    let versioned = cx.mapped().filter(|(table, live)| is_of_people(table) && live.is_versioned);
    for (table, _) in versioned {
        let name = &table.name;
        findings.push(
            CHECK
                .at(name.span, format!("the database keeps the history of `{}`", name.value))
                .here("what is erased here stays readable there")
                .help(format!("after erasures, `DELETE HISTORY FROM {}`", name.value)),
        );
    }
}
