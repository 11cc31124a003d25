//! An erasure that may be taken back for longer than the answer to it may take.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, clauses_of};
use crate::promise::shortest_answer;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0312",
    name: "undo-too-long",
    severity: Severity::Error,
    manual: r#"
What an erasure took away is kept, encrypted, for as long as the map says `undo`: until then it is not erased. That may take no longer
than the answer to a request of erasure, which a `must answer erase when=request within=…` of the policy or of its laws says; where no
line says it, or there is no policy, there is no time in which to keep it. Nothing is kept where this finding stands.

```kdl wrong
map shop {
    undo "60 days"
    table users { subject; identity email email; erase delete }
}
```

```kdl right
map shop {
    undo "7 days"
    table users { subject; identity email email; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(undo) = &cx.map.undo else {
        return;
    };
    let Some(mine) = cx.length(&undo.value) else {
        return;
    };
    let laws = cx.laws().flat_map(|law| &law.norms);
    let promised = cx
        .policy
        .and_then(|policy| shortest_answer(policy.norms.iter().chain(laws)));
    match promised {
        Some((norm, length)) if length.shorter_than(mine) == Some(true) => findings.push(
            CHECK
                .at(undo.span, format!("erasures can be taken back for {mine}; {} answers within {length}", clauses_of(norm)))
                .here("until then nothing is erased")
                .help(format!("write `undo` with less than {length}, or leave it out")),
        ),
        Some(_) => {}
        None => findings.push(
            CHECK
                .at(undo.span, "no line says how long an answer to a request of erasure may take".to_owned())
                .here("nothing allows to keep what is erased")
                .help("write `must answer erase when=request within=\"1 month\"` in the policy, or leave `undo` out".to_owned()),
        ),
    }
}
