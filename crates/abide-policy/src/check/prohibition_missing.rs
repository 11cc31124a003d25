//! A permission for people or data that a named law protects, with neither the law's condition nor a prohibition beside it.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, Polarity, Policy, SlotUse};
use crate::named_law::{self, LawLine, NamedLaw, caveat, listed};
use crate::nouns::Nouns;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0409",
    name: "prohibition-missing",
    severity: Severity::Error,
    manual: r#"
Laws forbid some things unless a fact holds: using health data without explicit consent, collecting from children without a
parent. A line that lets exactly this happen needs the fact as its condition, or a `never … unless=` of the policy's own
that caps it. General lines, about all people and all data, are left alone.

```kdl wrong
policy shop {
    law eu-gdpr
    use health for=personalisation
}
```

```kdl right
policy shop {
    law eu-gdpr
    use health for=personalisation if=explicit-consent
}
```

```kdl right
policy shop {
    law eu-gdpr
    use health for=personalisation
    never use special-category unless=explicit-consent
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        let protecting: Vec<(&LawLine<'_>, Narrow)> = law
            .lines
            .iter()
            .filter(|line| is_protection(line))
            .filter_map(|line| Some((line, narrow(&policy.nouns, line)?)))
            .collect();
        for norm in policy
            .norms
            .iter()
            .filter(|norm| norm.mode == Mode::May && law.concerns(policy, norm))
        {
            let broken = protecting.iter().find(|(line, narrow)| {
                let same = line.norm.action == norm.action
                    || (line.norm.action == Action::Share && norm.action == Action::Sell);
                same && is_inside(policy, line, *narrow, norm)
                    && !is_excepted(line, norm)
                    && !has_condition(policy, line, norm)
                    && !is_capped(policy, line, norm)
            });
            if let Some((line, _)) = broken {
                findings.push(finding(policy, &law, line, norm));
            }
        }
    }
}

/// A prohibition that a fact lifts. One that a fact switches on speaks of a single case and needs no line of its own.
fn is_protection(line: &LawLine<'_>) -> bool {
    line.norm.mode == Mode::Never
        && matches!(
            line.norm.action,
            Action::Collect | Action::Use | Action::Share | Action::Sell | Action::Keep
        )
        && !line.norm.conditions.is_empty()
        && line
            .norm
            .conditions
            .iter()
            .all(|condition| condition.polarity == Polarity::Unless)
        && line.norm.slot(Slot::Need).is_none()
}

/// What makes a law's line narrower than everything.
#[derive(Clone, Copy)]
struct Narrow {
    object: bool,
    people: bool,
    purpose: bool,
}

fn narrow(nouns: &Nouns, line: &LawLine<'_>) -> Option<Narrow> {
    let personal = nouns.find(Kind::Data, "personal").map(|id| nouns.set(id))?;
    let found = Narrow {
        object: !line.region.object.contains(personal),
        people: line.region.people != LeafSet::Any,
        purpose: line.region.purpose != LeafSet::Any,
    };
    (found.object || found.people || found.purpose).then_some(found)
}

/// Whether the permission speaks of what the law protects, rather than of everything.
fn is_inside(policy: &Policy, line: &LawLine<'_>, narrow: Narrow, norm: &Norm) -> bool {
    let nouns = &policy.nouns;
    let within = |set: &LeafSet, name: &NounUse| set.contains(nouns.set(name.id));
    let person = nouns.find(Kind::People, "person").map(|id| nouns.set(id));
    let protected = |name: &NounUse| {
        let (set, noun) = (nouns.set(name.id), nouns.get(name.id));
        // `california` is everyone there, not a class that the law protects.
        let place_only = noun.slots(Slot::In).next().is_some()
            && noun.slots(Slot::Age).next().is_none()
            && noun.is.is_empty();
        !place_only
            && set.overlaps(&line.region.people)
            && person.is_none_or(|person| !set.contains(person))
    };
    line.region.overlaps(&norm.region)
        && has_ground(policy, line, norm)
        && (!narrow.object
            || norm
                .objects
                .iter()
                .any(|name| within(&line.region.object, name)))
        && (!narrow.people || norm.names(Slot::About).any(protected))
        && (!narrow.purpose
            || norm
                .names(Slot::For)
                .any(|name| within(&line.region.purpose, name)))
}

/// A law's line about one ground reaches the lines that rest on it.
fn has_ground(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    let by_purpose = norm
        .names(Slot::For)
        .flat_map(|purpose| policy.nouns.get(purpose.id).slots(Slot::Because))
        .flat_map(SlotUse::names);
    let own: Vec<&NounUse> = norm.names(Slot::Because).chain(by_purpose).collect();
    line.norm.slot(Slot::Because).is_none()
        || line.norm.names(Slot::Because).any(|law| {
            own.iter().any(|ground| {
                policy
                    .nouns
                    .set(law.id)
                    .overlaps(policy.nouns.set(ground.id))
            })
        })
}

fn is_excepted(line: &LawLine<'_>, norm: &Norm) -> bool {
    line.excepts
        .iter()
        .any(|except| except.contains(&norm.region))
}

/// Whether the line has a condition for each of the law's.
fn has_condition(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    line.norm.conditions.iter().all(|wanted| {
        let own = norm
            .conditions
            .iter()
            .filter(|condition| condition.polarity == Polarity::If);
        own.flat_map(|condition| &condition.facts)
            .any(|fact| is_one_of(policy, fact, &wanted.facts))
    })
}

/// A kind of the law's fact, or a wider one: a case is judged by the fact itself, which the ledger keeps.
fn is_one_of(policy: &Policy, fact: &NounUse, wanted: &[NounUse]) -> bool {
    wanted
        .iter()
        .any(|law| policy.nouns.set(fact.id).overlaps(policy.nouns.set(law.id)))
}

/// Whether a prohibition of the policy forbids it too, always or unless the law's fact holds.
fn is_capped(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    policy.norms.iter().any(|never| {
        let mut dimensions = never
            .region
            .dimensions()
            .into_iter()
            .zip(line.region.dimensions())
            .zip(norm.region.dimensions());
        never.mode == Mode::Never
            && (never.action == norm.action || never.action == line.norm.action)
            && never.region.overlaps(&norm.region)
            && (never.region.people_contain(&norm.region)
                || never.region.people_contain(&line.region))
            && dimensions.all(|((cap, law), own)| cap.contains(law) || cap.contains(own))
            && !never
                .excepts
                .iter()
                .any(|except| except.region.overlaps(&norm.region))
            && never.conditions.iter().all(|condition| {
                condition.polarity == Polarity::Unless
                    && condition.facts.iter().any(|fact| {
                        line.norm
                            .conditions
                            .iter()
                            .any(|wanted| is_one_of(policy, fact, &wanted.facts))
                    })
            })
    })
}

fn finding(policy: &Policy, law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm) -> Diagnostic {
    let inside: Vec<&str> = norm
        .objects
        .iter()
        .filter(|object| line.region.object.overlaps(policy.nouns.set(object.id)))
        .map(|object| object.name.as_ref())
        .collect();
    let what = if inside.is_empty() {
        "data".to_owned()
    } else {
        listed(inside)
    };
    let done = match norm.action {
        Action::Collect => "collected",
        Action::Share => "shared",
        Action::Sell => "sold",
        Action::Keep => "kept",
        _ => "used",
    };
    let needs: Vec<String> = line
        .norm
        .conditions
        .iter()
        .map(|condition| {
            format!(
                "{}{}",
                if condition.facts.len() > 1 {
                    "one of "
                } else {
                    ""
                },
                listed(condition.facts.iter().map(|fact| fact.name.as_ref()))
            )
        })
        .collect();
    let first = line
        .norm
        .conditions
        .first()
        .and_then(|condition| condition.facts.first())
        .map_or("", |fact| fact.name.as_ref());
    let mut finding = CHECK
        .at(
            norm.span,
            format!(
                "`{}` lets {what} be {done}, which `{}` forbids unless {} holds",
                clash::call(norm),
                law.law.name,
                needs.join(" and ")
            ),
        )
        .here("no such condition")
        .help(format!(
            "add `if={first}`, or a `never … unless={first}` ({}){}",
            line.authority.cite,
            caveat(line.authority.verified)
        ));
    finding.severity = named_law::severity(line.authority.verified);
    finding
}
