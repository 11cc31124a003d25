//! Data that leaves the law's territory with nothing to carry it.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::coverage::{Gates, awaits, list, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, Policy};
use crate::nouns::NounId;
use crate::parties::Parties;
use crate::source::Span;
use crate::vocabulary::{Action, Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0309",
    name: "transfer-without-ground",
    severity: Severity::Warning,
    manual: r#"
Data may leave the European Economic Area only on a ground: an adequacy decision, contract terms, consent (GDPR Art 44 to 49);
it may leave mainland China only with separate consent and a contract or review (PIPL Art 38 and 39). Write the ground on the
line or the contract at the recipient, or keep the line quiet with a reason that cites the decision.

```kdl wrong
policy shop {
    law eu-gdpr
    recipient acme-mail label="Acme Mail" role=processor in=US
    collect email at=registration
    share email with=acme-mail for=newsletter
}
```

```kdl right
policy shop {
    law eu-gdpr
    recipient acme-mail label="Acme Mail" role=processor in=US if=dpa
    collect email at=registration
    share email with=acme-mail for=newsletter
}
```
"#,
    run: Some(run),
};

/// Facts that carry a transfer.
const ENOUGH: &[&str] = &[
    "consent",
    "contract",
    "law",
    "user-posted",
    "self-published",
];

/// Where data must go to be a transfer under a law: out of this place.
const TERRITORIES: &[(&str, &str)] = &[("eu-gdpr", "EEA"), ("nl", "EEA"), ("cn", "CN")];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let transfers = Transfers::of(cx.policy);
    if transfers.territories.is_empty() {
        return;
    }
    let gates = Gates::lifted_by(cx.policy, ENOUGH);
    let mut parties: BTreeMap<Span, (Vec<&str>, Vec<&str>, Span)> = BTreeMap::new();
    for norm in permissions(cx.policy, &[Action::Share, Action::Sell, Action::Keep]) {
        if norm.slot(Slot::Because).is_some() || awaits(norm, &cx.policy.nouns, ENOUGH) {
            continue;
        }
        let outside = transfers.outside(norm);
        if outside.is_empty() || gates.cover(norm) {
            continue;
        }
        for (recipient, places) in outside {
            let own =
                recipient.and_then(|id| cx.policy.nouns.get(id).own_line().map(|line| (line, id)));
            match own {
                Some((line, id)) => {
                    let (names, all, _) = parties
                        .entry(line.span)
                        .or_insert_with(|| (Vec::new(), Vec::new(), norm.span));
                    names.push(&cx.policy.nouns.get(id).name);
                    all.extend(places);
                }
                None => findings.push(
                    CHECK
                        .at(
                            norm.span,
                            format!(
                                "this line takes data to {}, and nothing says on what ground",
                                list(places)
                            ),
                        )
                        .here("a transfer without a ground")
                        .help("name the ground: `because=…`, `if=explicit-consent`, or a contract"),
                ),
            }
        }
    }
    for (span, (names, places, line)) in parties {
        findings.push(
            CHECK
                .at(
                    span,
                    format!(
                        "{} receives data in {}, and nothing says on what ground",
                        list(names),
                        list(places)
                    ),
                )
                .here("outside the territory of the law")
                .label(line, "receives data here")
                .help("name the contract: `if=dpa`, or the ground on the lines that share with it"),
        );
    }
}

/// What counts as a transfer in this policy.
struct Transfers<'a> {
    policy: &'a Policy,
    parties: Parties<'a>,
    /// The territories, each with the people whom the law protects by where they are.
    territories: Vec<&'a LeafSet>,
}

impl<'a> Transfers<'a> {
    fn of(policy: &'a Policy) -> Self {
        let nouns = &policy.nouns;
        let mut territories: Vec<&LeafSet> = Vec::new();
        for (law, place) in TERRITORIES {
            let named = policy.laws.iter().any(|name| name.value == *law);
            let set = nouns.find(Kind::Place, place).map(|id| nouns.set(id));
            territories.extend(set.filter(|set| named && !territories.contains(set)));
        }
        Self {
            policy,
            parties: Parties::of(nouns),
            territories,
        }
    }

    /// The places outside a territory that the line takes data to, for each recipient without a contract.
    fn outside(&self, norm: &Norm) -> Vec<(Option<NounId>, Vec<&'a str>)> {
        let territories: Vec<&LeafSet> = self
            .territories
            .iter()
            .copied()
            .filter(|territory| self.protects(norm, territory))
            .collect();
        let is_outside = |id: &NounId| {
            territories
                .iter()
                .any(|territory| !territory.contains(self.policy.nouns.set(*id)))
        };
        let on_line: Vec<NounId> = norm
            .names(Slot::In)
            .map(|place| place.id)
            .filter(is_outside)
            .collect();
        let name = |id: &NounId| self.policy.nouns.get(*id).name.as_ref();
        let recipients: Vec<&NounUse> = norm
            .names(Slot::With)
            .filter(|with| with.kind == Kind::Recipient)
            .collect();
        if recipients.is_empty() && !on_line.is_empty() {
            return vec![(None, on_line.iter().map(name).collect())];
        }
        let mut outside = Vec::new();
        for recipient in recipients
            .iter()
            .filter(|with| !self.parties.has_contract(with.id))
        {
            let own: Vec<NounId> = self
                .parties
                .places(recipient.id)
                .into_iter()
                .filter(is_outside)
                .collect();
            let places = if own.is_empty() || norm.slot(Slot::In).is_some() {
                &on_line
            } else {
                &own
            };
            if !places.is_empty() {
                let placed = !own.is_empty();
                outside.push((
                    placed.then_some(recipient.id),
                    places.iter().map(name).collect(),
                ));
            }
        }
        outside
    }

    /// Whether the law of the territory protects people the line is about: not when they are said to be elsewhere, or a
    /// part stands in place of the line for the people there.
    fn protects(&self, norm: &Norm, territory: &LeafSet) -> bool {
        let nouns = &self.policy.nouns;
        let mut places = norm
            .names(Slot::About)
            .flat_map(|people| nouns.get(people.id).slots(Slot::In))
            .peekable();
        let elsewhere = places.peek().is_some()
            && !places
                .flat_map(|used| used.names())
                .any(|place| nouns.set(place.id).overlaps(territory));
        let replaced = norm
            .excepts
            .iter()
            .filter(|except| except.implied)
            .any(|except| {
                let slots = except.slots.iter().flat_map(|used| used.names());
                let mut places = slots
                    .flat_map(|people| nouns.get(people.id).slots(Slot::In))
                    .flat_map(|used| used.names());
                places.any(|place| nouns.set(place.id).contains(territory))
            });
        !elsewhere && !replaced
    }
}
