//! A way to opt out of sale that does not reach what is sold.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0502",
    name: "optout-reach",
    severity: Severity::Error,
    manual: r#"
A browser setting can stop what a browser sends: cookies and what trackers see. It cannot stop the sale of a name and an
address from a database. When the only way to opt out is a browser setting and other data is sold, the promise does not
reach the sale: offer another way, or settle the two with a `reading`.

```kdl wrong
policy shop {
    recipient partner
    (HB-001)right optout-sale via=browser-setting
    (HB-002)sell postal-address with=partner for=marketing
}
```

```kdl right
policy shop {
    recipient partner
    (HB-001)right optout-sale { via browser-setting email }
    (HB-002)sell postal-address with=partner for=marketing
}
```
"#,
    run: Some(run),
};

/// What a browser setting reaches.
const BROWSER_DATA: &[&str] = &["cookie", "tracker", "ccpa-f", "online-activity", "usage"];

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let rights: Vec<&Norm> = policy.norms.iter().filter(|norm| is_optout(norm)).collect();
    let Some(browser) = policy
        .nouns
        .find(Kind::Channel, "browser-setting")
        .map(|id| policy.nouns.set(id).clone())
    else {
        return;
    };
    let reached = browser_data(policy);
    for sale in policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Sell && matches!(norm.mode, Mode::May | Mode::Did))
    {
        let mine: Vec<&&Norm> = rights
            .iter()
            .filter(|right| right.slot(Slot::Via).is_some())
            .filter(|right| right.region.people_overlap(&sale.region))
            .collect();
        let only_browser = !mine.is_empty()
            && mine
                .iter()
                .all(|right| browser.contains(&right.region.channel));
        if !only_browser
            || reached.contains(&sale.region.object)
            || mine
                .iter()
                .any(|right| clash::is_settled(policy, right, sale))
        {
            continue;
        }
        if let Some(right) = mine.first() {
            let (a, b) = (clash::call(right), clash::call(sale));
            findings.push(
                CHECK
                    .at(
                        sale.span,
                        format!("no one can opt out of the sale in `{b}`"),
                    )
                    .here("a browser setting does not reach this data")
                    .label(right.span, "the only way to opt out")
                    .help(format!(
                        "offer another way with `via`, or settle them: `reading {a} {b} \"…\"`"
                    )),
            );
        }
    }
}

fn is_optout(norm: &Norm) -> bool {
    norm.action == Action::Right
        && norm
            .objects
            .iter()
            .any(|right| right.name.as_ref() == "optout-sale")
}

fn browser_data(policy: &Policy) -> LeafSet {
    let mut set = LeafSet::EMPTY;
    for name in BROWSER_DATA {
        if let Some(id) = policy.nouns.find(Kind::Data, name) {
            set.add(policy.nouns.set(id));
        }
    }
    set
}
