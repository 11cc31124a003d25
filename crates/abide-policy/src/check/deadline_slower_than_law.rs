//! A deadline that ends certainly later than the one a named law sets for the same thing.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::model::{Norm, Polarity, Policy, Verified};
use crate::named_law::{self, LawLine, NamedLaw, listed, slot_overlaps};
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0401",
    name: "deadline-slower-than-law",
    severity: Severity::Error,
    manual: r#"
Where policy and law differ, the stricter wins: the clock runs by the law, and people read a promise that is longer than
what they are owed. Lengths that may end either way (`"30 days"` and `"1 month"`) are left alone. A law fact that the pack
has not read in the text gives a warning only.

```kdl wrong
policy shop {
    law eu-gdpr
    must answer any when=request within="45 days"
}
```

```kdl right
policy shop {
    law eu-gdpr
    must answer any when=request within="1 month"
}
```

Telling people in time is not telling the authority in time.

```kdl wrong
policy shop {
    law eu-gdpr
    must tell incident to=data-protection-authority when=incident within="5 days"
    must tell incident when=incident within="72 hours"
}
```

One shorter line for what the law hurries is enough.

```kdl right
policy shop {
    law us-ca
    must answer any when=request within="45 days"
    must answer optout-sale optout-sharing limit-sensitive disclosures when=request within="15 business-days"
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let timed: Vec<(&Norm, Length)> = policy
        .norms
        .iter()
        .filter(|norm| is_timed(norm))
        .filter_map(|norm| Some((norm, norm.length(Slot::Within)?)))
        .collect();
    for law in named_law::named_laws(context) {
        let concerned: Vec<(&Norm, Length)> = timed
            .iter()
            .copied()
            .filter(|(norm, _)| law.concerns(policy, norm))
            .collect();
        for (norm, own) in &concerned {
            let slower: Vec<(&LawLine<'_>, Length)> = law
                .lines
                .iter()
                .filter_map(|line| Some((line, line.norm.length(Slot::Within)?)))
                .filter(|(line, length)| {
                    length.shorter_than(*own) == Some(true) && is_same(policy, line, norm)
                })
                .filter(|(line, length)| {
                    !concerned
                        .iter()
                        .any(|(other, own)| is_faster(policy, line, *length, other, *own))
                })
                .collect();
            // A fact that was read stands by itself: an unread one beside it would only blur what is certain.
            let read = |line: &LawLine<'_>| line.authority.verified > Verified::Unverified;
            let any_read = slower.iter().any(|(line, _)| read(line));
            let slower: Vec<(&LawLine<'_>, Length)> = slower
                .into_iter()
                .filter(|(line, _)| read(line) || !any_read)
                .collect();
            if let Some(first) = slower.first() {
                findings.push(finding(policy, &law, norm, *own, &slower, first));
            }
        }
    }
}

fn is_timed(norm: &Norm) -> bool {
    match norm.action {
        Action::Answer | Action::Tell | Action::Erase => norm.mode == Mode::Must,
        Action::Extend => true,
        _ => false,
    }
}

/// Whether the law's line speaks of what the policy's line speaks of, whatever the case at hand.
fn is_same(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    let law = line.norm;
    law.action == norm.action
        && law.mode == norm.mode
        && law
            .conditions
            .iter()
            .all(|condition| condition.polarity == Polarity::Unless || law.action == Action::Extend)
        && line.region.overlaps(&norm.region)
        && (law.action == Action::Answer
            || law.action == Action::Extend
            || norm.region.object != LeafSet::Any)
        && [Slot::When, Slot::To]
            .into_iter()
            .all(|slot| slot_overlaps(policy, slot, law, norm))
}

/// Whether another line of the policy is quick enough for all that the law's line asks. Telling people is not telling the
/// authority: a line without an addressee does not speak to the one that the law names.
fn is_faster(
    policy: &Policy,
    line: &LawLine<'_>,
    length: Length,
    other: &Norm,
    own: Length,
) -> bool {
    length.shorter_than(own) != Some(true)
        && other
            .conditions
            .iter()
            .all(|condition| condition.polarity == Polarity::Unless)
        && other.region.object.contains(&line.region.object)
        && is_same(policy, line, other)
        && (line.norm.slot(Slot::To).is_none() || other.slot(Slot::To).is_some())
}

fn finding(
    policy: &Policy,
    law: &NamedLaw<'_>,
    norm: &Norm,
    own: Length,
    slower: &[(&LawLine<'_>, Length)],
    first: &(&LawLine<'_>, Length),
) -> Diagnostic {
    let (line, length) = first;
    let what = listed(
        slower
            .iter()
            .flat_map(|(line, _)| &line.norm.objects)
            .filter(|object| norm.region.object.overlaps(policy.nouns.set(object.id)))
            .map(|object| object.name.as_ref()),
    );
    let of = if what.is_empty() {
        String::new()
    } else {
        format!(" for {what}")
    };
    let asks = if norm.action == Action::Extend {
        "allows"
    } else {
        "demands"
    };
    let mut finding = CHECK
        .at(
            norm.span,
            format!(
                "`{}` takes {own}, `{}` {asks} {length}{of}",
                clash::call(norm),
                law.law.name
            ),
        )
        .here("ends later than the law's deadline")
        .help(format!(
            "write `within=\"{length}\"`, or a line of its own{of} ({}){}",
            line.authority.cite,
            named_law::caveat(line.authority.verified)
        ));
    finding.severity = named_law::severity(line.authority.verified);
    finding
}
