//! A category that is stored, and that the policy never says is collected, kept or shared.

use std::collections::BTreeSet;

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::model::Norm;
use abide_policy::vocabulary::{Action, Mode};

use super::{Check, Context};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0302",
    name: "undeclared-category",
    severity: Severity::Warning,
    manual: r#"
People are told which data about them is collected (GDPR Art 13 and 14). A column of a category that no line of the policy speaks of
is data that nobody was told about: stop storing it, or say so in the policy.

```kdl wrong
map shop {
    table users { subject; identity email email; column born is=birth-date; erase delete }
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
    let Some(policy) = cx.policy else {
        return;
    };
    let mut said = BTreeSet::new();
    for held in cx.held() {
        let set = policy.nouns.set(held.category);
        let speaks = |norm: &&Norm| is_permission(norm) && norm.region.object.overlaps(set);
        if policy.norms.iter().any(|norm| speaks(&norm)) || !said.insert(held.name.value.clone()) {
            continue;
        }
        let label = policy.nouns.get(held.category).label("");
        findings.push(
            CHECK
                .at(
                    held.name.span,
                    format!("`{}` holds {label}, of which `{}` never speaks", held.place(), policy.name),
                )
                .here("nobody was told")
                .help(format!("add `collect {0}` and `keep {0} …` to the policy, or stop storing it", held.name.value)),
        );
    }
}

fn is_permission(norm: &Norm) -> bool {
    let actions = [Action::Collect, Action::Use, Action::Keep, Action::Share, Action::Sell, Action::Link];
    norm.mode != Mode::Never && actions.contains(&norm.action)
}
