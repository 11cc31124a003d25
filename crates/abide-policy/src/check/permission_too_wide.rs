//! A permission that leaves open what for, or to whom.

use super::{Check, Context};
use crate::coverage::permissions;
use crate::diagnostic::{Findings, Severity};
use crate::vocabulary::{Action, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0304",
    name: "permission-too-wide",
    severity: Severity::Error,
    manual: r#"
A slot that is left out means every value. For most slots that is what one means; a permission to use data for every purpose,
or to give it to everyone, must be written in full so that nobody grants it by forgetting a word. Name the purposes or the
recipients, or write `any` to mean every one.

```kdl wrong
policy shop {
    use email
}
```

```kdl wrong
policy shop {
    share email for=delivery
}
```

```kdl right
policy shop {
    use email for=newsletter
    share statistics with=any
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for norm in permissions(cx.policy, &[Action::Use, Action::Share, Action::Sell]) {
        let (slot, every, names) = match norm.action {
            Action::Use => (Slot::For, "for every purpose", "purposes"),
            _ => (Slot::With, "with everyone", "recipients"),
        };
        if norm.slot(slot).is_some() {
            continue;
        }
        let (action, word) = (norm.action.word(), slot.word());
        findings.push(
            CHECK
                .at(
                    norm.span,
                    format!("`{action}` without `{word}` is a permission {every}"),
                )
                .here(format!("`{word}` is left out"))
                .help(format!(
                    "name the {names}: `{word}=…`, or write `{word}=any` to mean every one"
                )),
        );
    }
}
