//! A table of people's rows that cannot take part in a transaction.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, is_of_people};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0211",
    name: "not-transactional",
    severity: Severity::Warning,
    manual: r#"
A person's rows are erased in one transaction, so that a failure leaves all of them or none. What happens in a table whose engine
knows no transactions (MyISAM, MEMORY) stays as far as it came. Convert it: `ALTER TABLE sessions ENGINE=InnoDB`.

```kdl wrong
map shop {
    table sessions { owned-by user_id to=users; column token is=access-token; erase delete }
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
        if is_of_people(table) && !live.is_transactional {
            let name = &table.name;
            findings.push(
                CHECK
                    .at(name.span, format!("`{}` cannot take part in a transaction", name.value))
                    .here("what fails in the middle stays half done")
                    .help(format!("`ALTER TABLE {} ENGINE=InnoDB`", name.value)),
            );
        }
    }
}
