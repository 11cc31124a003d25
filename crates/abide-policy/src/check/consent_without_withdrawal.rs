//! Lines that wait for consent in a policy that never says how to take it back.

use super::{Check, Context};
use crate::coverage::{awaits, data_asked_for};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0305",
    name: "consent-without-withdrawal",
    severity: Severity::Warning,
    manual: r#"
Consent is only free when it can be taken back as easily as it was given, and people are told so beforehand (GDPR Art 7(3)).
Where a line waits for consent, give the people it is about a way back: `right withdraw`, or a kind of it such as `object`,
`decline` or an opt-out that reaches the same data and purpose. One finding stands for all such lines.

```kdl wrong
policy shop {
    use email for=newsletter if=consent
}
```

```kdl right
policy shop {
    use email for=newsletter if=consent
    right withdraw via=settings
}
```
"#,
    run: Some(run),
};

/// What of consent a right takes back.
enum Reach {
    /// Any consent.
    All,
    /// Consent to one of these purposes.
    Purposes(&'static [&'static str]),
    /// Consent to one of these acts.
    Acts(&'static [Action]),
    /// Consent about one of these data.
    Data(&'static [&'static str]),
}

/// The rights that take consent back.
const WAYS_BACK: &[(&str, Reach)] = &[
    ("withdraw", Reach::All),
    ("object", Reach::All),
    ("decline", Reach::All),
    ("change-choices", Reach::All),
    ("stop-collection", Reach::All),
    (
        "stop-marketing",
        Reach::Purposes(&["marketing", "advertising"]),
    ),
    ("optout-ads", Reach::Purposes(&["marketing", "advertising"])),
    ("optout-analytics", Reach::Purposes(&["analytics"])),
    (
        "optout-sharing",
        Reach::Acts(&[Action::Share, Action::Sell]),
    ),
    ("optout-sale", Reach::Acts(&[Action::Sell])),
    ("refuse-cookies", Reach::Data(&["cookie", "tracker"])),
    ("revoke-access", Reach::Data(&["third-party-account"])),
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let ways: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Right)
        .collect();
    let mut stuck = policy
        .norms
        .iter()
        .filter(|norm| rests_on_consent(norm, policy))
        .filter(|norm| !ways.iter().any(|way| reaches(way, norm, policy)));
    let Some(first) = stuck.next() else { return };
    let second = stuck.next();
    let more = usize::from(second.is_some()) + stuck.count();
    let message = match more {
        0 => "this line rests on consent, and no line says how to take it back".to_owned(),
        1 => {
            "this line and another rest on consent, and no line says how to take it back".to_owned()
        }
        more => format!(
            "this line and {more} others rest on consent, and no line says how to take it back"
        ),
    };
    let finding = CHECK.at(first.span, message).here("rests on consent");
    let finding = match second {
        Some(second) => finding.label(second.span, "this too"),
        None => finding,
    };
    findings.push(finding.help("say how: `right withdraw via=…`"));
}

fn rests_on_consent(norm: &Norm, policy: &Policy) -> bool {
    let nouns = &policy.nouns;
    let is_ground = |norm: &Norm| {
        norm.names(Slot::Because)
            .any(|ground| nouns.is_a(ground.id, Kind::Ground, "consent"))
    };
    norm.action.is_about_data()
        && match norm.mode {
            Mode::May => awaits(norm, nouns, &["consent"]) || is_ground(norm),
            Mode::Never => awaits(norm, nouns, &["consent"]),
            Mode::Must | Mode::Did => false,
        }
}

/// Whether the right is open to the people of the line, for its data and its purpose, and takes back what it rests on.
fn reaches(way: &Norm, norm: &Norm, policy: &Policy) -> bool {
    let nouns = &policy.nouns;
    let takes_back = |(right, reach): &(&str, Reach)| {
        let is_it = way.any_object
            || way
                .objects
                .iter()
                .any(|object| nouns.is_a(object.id, Kind::Right, right));
        let within = |set: &LeafSet, kind: Kind, names: &[&str]| {
            let mut all = LeafSet::EMPTY;
            names
                .iter()
                .filter_map(|name| nouns.find(kind, name))
                .for_each(|id| all.add(nouns.set(id)));
            all.contains(set)
        };
        is_it
            && match reach {
                Reach::All => true,
                Reach::Purposes(names) => within(&norm.region.purpose, Kind::Purpose, names),
                Reach::Acts(acts) => acts.contains(&norm.action),
                Reach::Data(names) => within(&norm.region.object, Kind::Data, names),
            }
    };
    way.region.people_overlap(&norm.region)
        && way.region.purpose.overlaps(&norm.region.purpose)
        && data_asked_for(way, nouns).overlaps(&norm.region.object)
        && WAYS_BACK.iter().any(takes_back)
}
