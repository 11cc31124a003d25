//! A category that is stored, and that the policy says is never collected or never kept.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::leaf_set::LeafSet;
use abide_policy::model::{Norm, Region};
use abide_policy::vocabulary::{Action, Mode, Slot};

use super::{Check, Context, clauses_of};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0303",
    name: "forbidden-category",
    severity: Severity::Error,
    manual: r#"
A promise that some data is never collected or kept is broken by the column that holds it, whatever the application does with it.
Drop the column, or take the promise back before somebody finds out. Prohibitions with a condition, a time or a narrower circle are
not held against maps.

```kdl wrong
map shop {
    table users { subject; identity email email; column lat is=precise-location; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column lat ordinary; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    let bans: Vec<&Norm> = policy.norms.iter().filter(|norm| is_ban(norm)).collect();
    for held in cx.held() {
        let set = policy.nouns.set(held.category);
        let Some(ban) = bans.iter().find(|ban| !set.is_empty() && ban.region.object.contains(set)) else {
            continue;
        };
        let label = policy.nouns.get(held.category).label("");
        let verb = if ban.action == Action::Collect { "collected" } else { "kept" };
        findings.push(
            CHECK
                .at(
                    held.name.span,
                    format!("`{}` holds {label}; {} says that it is never {verb}", held.place(), clauses_of(ban)),
                )
                .here("breaks a promise")
                .label(ban.span, "promised here")
                .help("drop the column and what is in it, or change the policy"),
        );
    }
}

/// Whether the line forbids to have some data at all: at any time, of anyone, whatever holds.
fn is_ban(norm: &Norm) -> bool {
    const NARROWING: [Slot; 10] = [
        Slot::If,
        Slot::Unless,
        Slot::When,
        Slot::Within,
        Slot::Until,
        Slot::Before,
        Slot::After,
        Slot::Every,
        Slot::Last,
        Slot::Over,
    ];
    let of_all_data = Region { object: LeafSet::Any, ..norm.region.clone() };
    norm.mode == Mode::Never
        && matches!(norm.action, Action::Collect | Action::Keep)
        && of_all_data == Region::default()
        && norm.excepts.is_empty()
        && norm.conditions.is_empty()
        && !norm.slots.iter().any(|used| NARROWING.contains(&used.slot))
}
