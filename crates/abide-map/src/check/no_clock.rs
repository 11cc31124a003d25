//! A time that is counted from a column which holds none.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Spanned;

use super::{Check, Context};
use crate::schema::{Dialect, Table};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0210",
    name: "no-clock",
    severity: Severity::Error,
    manual: r#"
`from=` names the column that says when the time of a row began: a date or a moment. Databases without a type for it keep moments
as text or as numbers, which serve too.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="7 years" from=status }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="7 years" from=made }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for (table, live) in cx.mapped() {
        for name in table.clocks() {
            report(schema.dialect, live, name, findings);
        }
    }
}

fn report(dialect: Dialect, live: &Table, name: &Spanned<String>, findings: &mut Findings) {
    let Some(column) = live.column(&name.value) else {
        return;
    };
    if dialect.form(column).is_none() {
        let message = format!("`{}.{}` is {}", live.name, column.name, column.type_name);
        findings.push(
            CHECK
                .at(name.span, message)
                .here("holds no date")
                .help("name a column with a date or a moment"),
        );
    }
}
