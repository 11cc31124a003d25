//! A right that a named law grants and no line of the policy offers.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy, Verified};
use crate::named_law::{self, LawLine, NamedLaw, listed};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0402",
    name: "right-missing",
    severity: Severity::Warning,
    manual: r#"
People have the rights of the law whether the policy names them or not. A right that no line offers in full has no button,
no intake and no deadline in the program, and people do not learn of it. Lines for some data only (`of=`), for children
only or for agents only do not offer a right to everyone.

```kdl wrong
policy shop {
    law eu-gdpr
    right access correct supplement erase restrict portability object withdraw
    right complaint of=email
}
```

```kdl right
policy shop {
    law eu-gdpr
    right access correct supplement erase restrict portability object withdraw
    right complaint sue recipients human-review
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        let offers: Vec<&Norm> = policy
            .norms
            .iter()
            .filter(|norm| is_offer(policy, norm) && law.concerns(policy, norm))
            .collect();
        let mut missing: Vec<(&str, &LawLine<'_>)> = Vec::new();
        for line in law
            .lines
            .iter()
            .filter(|line| line.norm.action == Action::Right && line.norm.conditions.is_empty())
        {
            let to: Vec<&Norm> = offers
                .iter()
                .copied()
                .filter(|norm| reaches(policy, &law, line, norm))
                .collect();
            let mut offered = LeafSet::EMPTY;
            to.iter().for_each(|norm| offered.add(&norm.region.object));
            if applies(policy, line) {
                let rights = line
                    .norm
                    .objects
                    .iter()
                    .filter(|right| !offered.contains(policy.nouns.set(right.id)));
                missing.extend(rights.map(|right| (right.name.as_ref(), line)));
            }
        }
        let Some((first, _)) = missing.first() else {
            continue;
        };
        let unread = missing
            .iter()
            .filter(|(_, line)| line.authority.verified == Verified::Unverified)
            .map(|(name, _)| *name);
        let unread = listed(unread);
        let caveat = if unread.is_empty() {
            String::new()
        } else {
            format!("; the pack has not read this in the text: {unread}")
        };
        let names = listed(missing.iter().map(|(name, _)| *name));
        findings.push(
            CHECK
                .at(law.name.span, format!("no line offers in full what `{}` grants: {names}", law.law.name))
                .here("grants more rights than the policy offers")
                .help(format!("write `right {first} …` for all people and data concerned, or `allow` this and say why{caveat}")),
        );
    }
}

/// Whether a line lets people ask for something, for all data there is.
fn is_offer(policy: &Policy, norm: &Norm) -> bool {
    let offers = norm.action == Action::Right
        || (norm.action == Action::Answer && norm.mode == Mode::Must && !norm.any_object);
    let mut data = norm
        .names(Slot::Of)
        .filter(|name| name.kind == Kind::Data)
        .peekable();
    let personal = policy
        .nouns
        .find(Kind::Data, "personal")
        .map(|id| policy.nouns.set(id));
    let some = data.peek().is_some();
    offers
        && (!some
            || data.any(|name| {
                personal.is_some_and(|personal| policy.nouns.set(name.id).contains(personal))
            }))
}

/// Whether a line offers its rights to all whom the law's line speaks of.
fn reaches(policy: &Policy, law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm) -> bool {
    let people = if line.region.people == LeafSet::Any {
        law.is_for_all(policy, norm)
    } else {
        norm.region.people.contains(&line.region.people)
    };
    // A line for agents or parents alone does not let people ask for themselves.
    let mut by = norm.names(Slot::By).peekable();
    let own = by.peek().is_none()
        || by.any(|actor| {
            policy
                .nouns
                .get(actor.id)
                .slots(Slot::ActsFor)
                .next()
                .is_none()
        });
    let actor = if line.region.actor == LeafSet::Any {
        own
    } else {
        norm.region.actor.overlaps(&line.region.actor)
    };
    people && actor
}

/// A right of some people only counts where the policy speaks of them.
fn applies(policy: &Policy, line: &LawLine<'_>) -> bool {
    line.region.people == LeafSet::Any
        || policy.norms.iter().any(|norm| {
            norm.mode != Mode::Never
                && norm
                    .names(Slot::About)
                    .any(|people| policy.nouns.set(people.id).overlaps(&line.region.people))
                && norm.action != Action::Say
        })
}
