//! A class of cookies that is used but never set. Speaks of cookies and other trackers only.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, Policy};
use crate::vocabulary::{Action, Kind, Mode};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0317",
    name: "undeclared-cookie",
    severity: Severity::Error,
    manual: r#"
A notice that lists its cookies with `never collect cookie { except … }` says that there are no others. A line that then
uses or shares a class outside the list shows that there are. Where no line says that cookies are set at all, the finding is
a warning: write the `collect` line.

```kdl wrong
policy shop {
    collect necessary-cookie at=visit
    never collect cookie { except necessary-cookie }
    use advertising-cookie for=targeted-ads
}
```

```kdl wrong
policy shop {
    use cookie for=analytics
}
```

```kdl right
policy shop {
    collect necessary-cookie advertising-cookie at=visit
    never collect cookie { except necessary-cookie advertising-cookie }
    use advertising-cookie for=targeted-ads
}
```
"#,
    run: Some(run),
};

/// Classes by how long a cookie lives or who sets it, which cut across those by purpose.
const CROSSWISE: &[&str] = &["session-cookie", "persistent-cookie", "third-party-cookie"];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let mut trackers = LeafSet::EMPTY;
    for name in ["tracker", "cookie"] {
        if let Some(id) = policy.nouns.find(Kind::Data, name) {
            trackers.add(policy.nouns.set(id));
        }
    }
    let mut set = LeafSet::EMPTY;
    for norm in policy.norms.iter().filter(|norm| sets_cookies(norm)) {
        set.add(&norm.region.object);
    }
    let lists: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| is_list(norm, &trackers))
        .collect();
    for norm in policy.norms.iter().filter(|norm| works_with_data(norm)) {
        let classes = norm.objects.iter().filter(|object| {
            let class = policy.nouns.set(object.id);
            !class.is_empty() && trackers.contains(class)
        });
        for class in classes {
            findings.extend(fault(policy, norm, class, &set, &lists));
        }
    }
}

fn sets_cookies(norm: &Norm) -> bool {
    matches!(norm.action, Action::Collect | Action::Keep)
        && matches!(norm.mode, Mode::May | Mode::Must)
}

fn works_with_data(norm: &Norm) -> bool {
    matches!(norm.action, Action::Use | Action::Share | Action::Sell)
        && matches!(norm.mode, Mode::May | Mode::Must)
}

/// `never collect cookie { except … }` for everyone, with classes of cookies in the exception.
fn is_list(norm: &Norm, trackers: &LeafSet) -> bool {
    let written: Vec<_> = norm.excepts.iter().filter(|cut| !cut.implied).collect();
    norm.mode == Mode::Never
        && matches!(norm.action, Action::Collect | Action::Keep)
        && norm.conditions.is_empty()
        && norm.slots.iter().all(|slot| slot.inherited)
        && trackers.contains(&norm.region.object)
        && !written.is_empty()
        && written.iter().all(|cut| !cut.objects.is_empty())
}

fn fault(
    policy: &Policy,
    norm: &Norm,
    class: &NounUse,
    set: &LeafSet,
    lists: &[&Norm],
) -> Option<Diagnostic> {
    let wanted = policy.nouns.set(class.id);
    let outside = lists.iter().find(|list| {
        let listed = list.excepts.iter().filter(|cut| !cut.implied);
        let crosswise = |name: &str| CROSSWISE.contains(&name);
        let same_axis = !crosswise(&class.name)
            || listed
                .clone()
                .flat_map(|cut| &cut.objects)
                .any(|object| crosswise(&object.name));
        same_axis
            && list.region.object.contains(wanted)
            && list.region.people_contain(&norm.region)
            && !listed.clone().any(|cut| cut.region.object.overlaps(wanted))
    });
    let name = &class.name;
    if let Some(list) = outside {
        let call = clash::call(list);
        let finding = CHECK.at(
            class.span,
            format!("`{name}` is used, and `{call}` lists the cookies without it"),
        );
        let finding = finding
            .here("not on the list")
            .label(list.span, "the list of all cookies");
        return Some(finding.help(format!(
            "add it to the list: `except {name}`, or take it away here"
        )));
    }
    if set.overlaps(wanted) {
        return None;
    }
    let mut finding = CHECK
        .at(
            class.span,
            format!("`{name}` is used, and no line says that it is set"),
        )
        .here("where does it come from?")
        .help(format!("write `collect {name} at=visit`"));
    finding.severity = Severity::Warning;
    Some(finding)
}
