//! A kind of identifier that is nearly one of those that requests bring.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::suggest::closest;

use super::{Check, Context};

/// The kinds that requests bring, or that drafts give.
const KINDS: [&str; 6] = ["account-id", "email", "phone", "device", "cookie", "username"];

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0113",
    name: "unknown-identity",
    severity: Severity::Warning,
    manual: r#"
A kind of identifier may be a word of your own, so that a slip makes another kind: nobody who asks by `email` is looked for where
the map says `emial`. A kind of your own that only looks like one of those that requests bring gets another name.

```kdl wrong
map shop {
    table users { subject; identity emial email; column name is=name; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let identities = cx.map.tables.iter().flat_map(|table| &table.identities);
    for identity in identities {
        let kind = identity.kind.value.as_str();
        let likely = closest(&kind.to_lowercase(), KINDS.into_iter());
        if let Some(likely) = likely.filter(|likely| *likely != kind) {
            let message = format!("`{kind}` is no kind of identifier that a request brings");
            let finding = CHECK.at(identity.kind.span, message);
            let finding = finding.here("nobody who asks is looked for here");
            findings.push(finding.help(format!("did you mean `{likely}`?")));
        }
    }
}
