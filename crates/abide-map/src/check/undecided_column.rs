//! A column of which nobody has said what it holds.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::Holds;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0111",
    name: "undecided-column",
    severity: Severity::Warning,
    manual: r#"
What a column holds decides which clauses it answers to, and under which heading people find it in what they are given. Until
someone looks, it is handed out and erased with its row, and no promise is held against it.

```kdl wrong
map shop {
    table users { subject; identity email email; column email is=email; column note undecided; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; column note is=support-history; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for table in &cx.map.tables {
        for column in &table.columns {
            if column.holds == Holds::Undecided {
                let place = format!("{}.{}", table.name.value, column.name.value);
                findings.push(
                    CHECK
                        .at(column.name.span, format!("nobody has said what `{place}` holds"))
                        .here("undecided")
                        .help("write `is=CATEGORY`, or `ordinary`, `key` or `file`"),
                );
            }
        }
    }
}
