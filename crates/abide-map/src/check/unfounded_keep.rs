//! Rows that the map keeps, where no line of the policy or of its laws keeps anything for that ground.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::model::{Norm, Policy};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use super::{Check, Context};
use crate::map::Erase;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0308",
    name: "unfounded-keep",
    severity: Severity::Warning,
    manual: r#"
Data that is kept against the wish of the person needs a duty to keep it, or a ground to refuse (GDPR Art 17(3)). The ground is only
a word until a line says what must be kept for it: `must keep … because=…` or `refuse erase … because=…`.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase keep because=court-order { overwrite user_id } }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law { overwrite user_id } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    for table in &cx.map.tables {
        let Erase::Keep(keep) = &table.erase else {
            continue;
        };
        let because = &keep.because;
        let is_founded = match policy.nouns.find(Kind::Ground, &because.value) {
            Some(ground) => {
                let laws = cx.laws().flat_map(|law| &law.norms);
                let own = policy.norms.iter().chain(laws).filter(|norm| keeps_back(norm));
                { own }.any(|norm| names_ground(policy, norm, ground))
            }
            None => policy.norms_of(&because.value).any(|norm| keeps_back(norm) || norm.action == Action::Keep),
        };
        let is_known = policy.nouns.find(Kind::Ground, &because.value).is_some()
            || policy.norms_of(&because.value).next().is_some();
        if is_known && !is_founded {
            findings.push(
                CHECK
                    .at(
                        because.span,
                        format!("`{}` keeps rows of `{}` for `{}`, and no line says what is kept for that", cx.map.name.value, table.name.value, because.value),
                    )
                    .here("no line demands it")
                    .help(format!("add `must keep … because={0}` or `refuse erase of=… because={0}` to the policy", because.value)),
            );
        }
    }
}

/// Whether the line demands that data stays, or refuses to erase it.
fn keeps_back(norm: &Norm) -> bool {
    matches!((norm.mode, norm.action), (Mode::Must, Action::Keep)) || norm.action == Action::Refuse
}

/// Whether the line's ground is this one, or one is a kind of the other.
fn names_ground(policy: &Policy, norm: &Norm, ground: NounId) -> bool {
    let name = &policy.nouns.get(ground).name;
    norm.names(Slot::Because).any(|used| {
        policy.nouns.is_a(used.id, Kind::Ground, name) || policy.nouns.is_a(ground, Kind::Ground, &used.name)
    })
}
