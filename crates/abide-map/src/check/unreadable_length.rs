//! A time that is no length and no number of a law.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::law::ConstantValue;
use abide_policy::suggest::closest;

use super::{Check, Context};
use crate::map::Erase;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0307",
    name: "unreadable-length",
    severity: Severity::Error,
    manual: r#"
How long rows are kept is a whole number and a unit (`"7 years"`, `"90 days"`), or a number that a law pack names, such as
`tax-limitation`, which follows the law when it changes.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="some years" from=made { overwrite user_id } }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="7 years" from=made { overwrite user_id } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for table in &cx.map.tables {
        let kept = match &table.erase {
            Erase::Keep(keep) => keep.until.as_ref(),
            _ => None,
        };
        let retained = table.retain.as_ref().map(|retain| &retain.length);
        for length in kept.into_iter().chain(retained) {
            if cx.length(&length.value).is_some() {
                continue;
            }
            let constants = cx.laws().flat_map(|law| &law.constants);
            let lengths = constants.filter(|constant| {
                constant.values().any(|value| matches!(value, ConstantValue::Length(_)))
            });
            let found = CHECK
                .at(length.span, format!("`{}` is no length of time", length.value))
                .here("cannot be counted");
            findings.push(match closest(&length.value, lengths.map(|constant| constant.name.as_str())) {
                Some(likely) => found.help(format!("did you mean `{likely}`?")),
                None => found.help("write it like `\"7 years\"`, or name a number of the policy's laws"),
            });
        }
    }
}
