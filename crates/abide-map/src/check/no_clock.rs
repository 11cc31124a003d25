//! A time that is counted from a column which holds none.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Spanned;

use super::{Check, Context};
use crate::map::Erase;
use crate::schema::{Table, TypeClass};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0210",
    name: "no-clock",
    severity: Severity::Error,
    manual: r#"
`from=` names the column that says when the time of a row began: a date or a moment.

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
    for (table, live) in cx.mapped() {
        let kept = match &table.erase {
            Erase::Keep(keep) => keep.from.as_ref(),
            _ => None,
        };
        let retained = table.retain.as_ref().map(|retain| &retain.from);
        for name in kept.into_iter().chain(retained) {
            report(live, name, findings);
        }
    }
}

fn report(live: &Table, name: &Spanned<String>, findings: &mut Findings) {
    let Some(column) = live.column(&name.value) else {
        return;
    };
    // Databases without a type for it keep moments as text or as seconds.
    let may_hold_time = matches!(
        column.class,
        TypeClass::Date | TypeClass::Timestamp | TypeClass::Integer | TypeClass::Text | TypeClass::Decimal | TypeClass::Float | TypeClass::Other
    );
    if !may_hold_time {
        let message = format!("`{}.{}` is {}", live.name, column.name, column.type_name);
        findings.push(
            CHECK
                .at(name.span, message)
                .here("holds no date")
                .help("name a column with a date or a moment"),
        );
    }
}
