//! A row that is made anonymous and keeps the identifier of a person.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::{Erase, Standing};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0112",
    name: "identity-left",
    severity: Severity::Warning,
    manual: r#"
A row in which an email address or an account id is left still says who it was; the check after an erasure finds it there. Whoever
made it anonymous meant to overwrite that too. The key that other rows refer to may stay.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase anonymise { overwrite name } }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase anonymise { overwrite name; overwrite email with=unique } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for table in &cx.map.tables {
        let Erase::Anonymise(overwrites) = &table.erase else {
            continue;
        };
        let live = cx.live().and_then(|schema| schema.table(&table.name.value));
        for identity in &table.identities {
            let column = &identity.column;
            let is_key = live.is_some_and(|live| live.primary_key.contains(&column.value))
                || identity.kind.value == "account-id" && table.standing == Standing::Subject;
            let goes = overwrites.iter().any(|one| one.column.value == column.value);
            if !is_key && !goes {
                let place = format!("{}.{}", table.name.value, column.value);
                findings.push(
                    CHECK
                        .at(column.span, format!("an anonymous row keeps `{place}`, by which a person is known"))
                        .here("left in place")
                        .help(format!("write `overwrite {}`, with `with=unique` if it must be unique", column.value)),
                );
            }
        }
    }
}
