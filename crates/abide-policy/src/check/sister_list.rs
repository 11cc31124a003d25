//! Categories that one of two sister lists has and the other lacks. Looks at claims about the record only.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::coverage::list;
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, Policy};
use crate::vocabulary::{Action, Mode};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0318",
    name: "sister-list",
    severity: Severity::Warning,
    manual: r#"
A notice that says category by category what was collected and what was disclosed is read row by row. A category that was
disclosed and never collected cannot be right, and one that was collected and is the only one the second list is silent
about looks forgotten. Add it to the list that lacks it, or say `never share` of it.

```kdl wrong
policy shop {
    did collect ccpa-a last="12 months"
    did collect ccpa-b last="12 months"
    did share ccpa-a with=service-provider last="12 months"
    did share ccpa-d with=service-provider last="12 months"
}
```

```kdl wrong
policy shop {
    did collect ccpa-a ccpa-b ccpa-d last="12 months"
    did share ccpa-a ccpa-b with=service-provider last="12 months"
}
```

```kdl right
policy shop {
    did collect ccpa-a ccpa-b ccpa-d last="12 months"
    did share ccpa-a ccpa-b with=service-provider last="12 months"
    never share ccpa-d
}
```
"#,
    run: Some(run),
};

/// The lists of one part.
#[derive(Default)]
struct Lists<'a> {
    collected: Vec<&'a Norm>,
    shared: Vec<&'a Norm>,
}

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let mut parts: BTreeMap<Option<usize>, Lists<'_>> = BTreeMap::new();
    for norm in policy.norms.iter().filter(|norm| norm.mode == Mode::Did) {
        let lists = parts.entry(norm.part).or_default();
        match norm.action {
            Action::Collect => lists.collected.push(norm),
            Action::Share | Action::Sell => lists.shared.push(norm),
            _ => {}
        }
    }
    for (part, lists) in parts {
        if categories(&lists.collected).len() < 2 {
            continue;
        }
        never_collected(policy, part, &lists, findings);
        forgotten(policy, part, &lists, findings);
    }
}

/// The categories that lists name, each once.
fn categories<'a>(lists: &[&'a Norm]) -> Vec<&'a NounUse> {
    let mut found: Vec<&NounUse> = Vec::new();
    for object in lists.iter().flat_map(|norm| &norm.objects) {
        if !found.iter().any(|known| known.id == object.id) {
            found.push(object);
        }
    }
    found
}

/// What is disclosed, and in no line that says it is or was collected.
fn never_collected(
    policy: &Policy,
    part: Option<usize>,
    lists: &Lists<'_>,
    findings: &mut Findings,
) {
    let mut collected = LeafSet::EMPTY;
    let sources = policy.norms.iter().filter(|norm| {
        norm.action == Action::Collect
            && matches!(norm.mode, Mode::May | Mode::Did)
            && (norm.part == part || norm.part.is_none())
    });
    for norm in sources {
        collected.add(&norm.region.object);
    }
    for norm in &lists.shared {
        let strange: Vec<&NounUse> = norm
            .objects
            .iter()
            .filter(|object| !policy.nouns.set(object.id).overlaps(&collected))
            .collect();
        let Some(first) = strange.first() else {
            continue;
        };
        let names = list(strange.iter().map(|object| object.name.as_ref()));
        let done = if norm.action == Action::Sell {
            "sold"
        } else {
            "disclosed"
        };
        let mut finding = CHECK
            .at(
                first.span,
                format!("{names}: said to be {done}, and in no list of what is collected"),
            )
            .here("never collected");
        if let Some(collect) = lists.collected.first() {
            finding = finding.label(collect.span, "the list of what was collected");
        }
        findings.push(finding.help(format!(
            "write `did collect {}`, or take it away here",
            first.name
        )));
    }
}

/// The one category that was collected and of which the list of disclosures says nothing.
fn forgotten(policy: &Policy, part: Option<usize>, lists: &Lists<'_>, findings: &mut Findings) {
    for action in [Action::Share, Action::Sell] {
        let same: Vec<&Norm> = lists
            .shared
            .iter()
            .copied()
            .filter(|norm| norm.action == action)
            .collect();
        if categories(&same).len() < 2 {
            continue;
        }
        let mut told = LeafSet::EMPTY;
        let denials = policy.norms.iter().filter(|norm| {
            norm.mode == Mode::Never
                && norm.action.covers(action)
                && norm.conditions.is_empty()
                && (norm.part == part || norm.part.is_none())
        });
        for norm in same.iter().copied().chain(denials) {
            told.add(&norm.region.object);
        }
        let silent: Vec<&NounUse> = categories(&lists.collected)
            .into_iter()
            .filter(|category| !policy.nouns.set(category.id).overlaps(&told))
            .collect();
        let ([category], Some(sister)) = (silent.as_slice(), same.first()) else {
            continue;
        };
        let (name, word) = (&category.name, action.word());
        findings.push(
            CHECK
                .at(category.span, format!("`{name}` was collected, and the `did {word}` lines are silent about it alone"))
                .here("in this list")
                .label(sister.span, "the list without it")
                .help(format!("write `did {word} {name}`, or `never {word} {name}`")),
        );
    }
}
