//! A reading that names a clause which no line states, or a winner that is not one of its clauses.

use std::collections::HashSet;

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::readable;
use crate::suggest::closest;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0506",
    name: "unknown-clause",
    severity: Severity::Error,
    manual: r#"
A reading settles lines by their clause ids. An id that no line states settles nothing, and a winner must be one of the
clauses that clash.

```kdl wrong
policy shop {
    (HB-001)never keep card-number
    (HB-002)keep card-number within="1 year" as=last4
    reading HB-001 HB-020 "The last four digits stay." { win HB-020 }
}
```

```kdl right
policy shop {
    (HB-001)never keep card-number
    (HB-002)keep card-number within="1 year" as=last4
    reading HB-001 HB-002 "The last four digits stay." { win HB-002 }
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let known: HashSet<&str> = readable::statements(context.policy)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    for reading in &context.policy.readings {
        for id in reading
            .clauses
            .iter()
            .filter(|id| !known.contains(id.value.as_str()))
        {
            let finding = CHECK
                .at(id.span, format!("no line states `{}`", id.value))
                .here("unknown clause");
            findings.push(
                finding.help(match closest(&id.value, known.iter().copied()) {
                    Some(likely) => format!("did you mean `{likely}`?"),
                    None => "name the clause in front of a line: `(HB-001)never …`".to_owned(),
                }),
            );
        }
        if let Some(win) = reading
            .win
            .as_ref()
            .filter(|win| !reading.clauses.iter().any(|id| id.value == win.value))
        {
            let ids = reading
                .clauses
                .iter()
                .map(|id| format!("`{}`", id.value))
                .collect::<Vec<_>>()
                .join(" or ");
            let finding = CHECK.at(
                win.span,
                format!("`{}` is not one of the clauses that clash", win.value),
            );
            findings.push(finding.here("cannot win").help(format!("write {ids}")));
        }
    }
}
