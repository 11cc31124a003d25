//! A table of which nobody has said what it is, or what becomes of its rows.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::{Erase, Standing};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0110",
    name: "undecided-table",
    severity: Severity::Error,
    manual: r#"
A draft leaves open what it could not tell. No plan is made over a map with a table that is `undecided`, or whose rows are
people's and nothing says what an erasure does to them: whoever asked would be told less than there is.

```kdl wrong
map shop {
    table users { subject; identity email email; column email is=email; erase undecided }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for table in &cx.map.tables {
        let name = &table.name;
        let (message, help) = match (&table.standing, &table.erase) {
            (Standing::Undecided, _) => (
                format!("nobody has said what the rows of `{}` are", name.value),
                "write `subject`, edges, or `ordinary because=…`",
            ),
            (Standing::Subject | Standing::Linked, Erase::Undecided) => (
                format!("no line says what an erasure does to the rows of `{}`", name.value),
                "write `erase delete`, `erase anonymise { overwrite … }`, `erase detach` or `erase keep because=…`",
            ),
            _ => continue,
        };
        findings.push(CHECK.at(name.span, message).here("undecided").help(help));
    }
}
