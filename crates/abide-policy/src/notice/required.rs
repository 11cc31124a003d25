//! What the laws of a policy demand of its notice, and what of it the policy never says. Reads only; a check tells.

use crate::library::Library;
use crate::model::{Norm, Policy, Verified};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// Something a notice has to tell and that no line of the policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The topic's name, `retention`.
    pub topic: String,
    /// What it is in words.
    pub label: String,
    /// The law that demands it; `None` if every notice needs it.
    pub law: Option<String>,
    /// Where the law says so; empty if no law demands it.
    pub cite: String,
    /// How that was checked. An unverified demand alone is no error.
    pub verified: Verified,
}

/// What any notice tells, whether or not a law that the policy names demands it.
const ALWAYS: &[&str] = &[
    "controller",
    "contact",
    "categories",
    "purposes",
    "recipients",
    "retention",
    "rights",
    "effective-date",
];

/// What the notice lacks: topics that a named law's line `must tell … at=notice` lists, and those that every notice needs.
/// Each topic comes once, with the first law that demands it. Lines of a law with conditions of their own are left out.
pub fn missing_sections(policy: &Policy, library: &Library) -> Vec<Missing> {
    let mut missing: Vec<Missing> = Vec::new();
    let mut add = |found: Missing| {
        if !missing.iter().any(|known| known.topic == found.topic) {
            missing.push(found);
        }
    };
    for law in policy.laws.iter().filter_map(|law| library.law(&law.value)) {
        for norm in law.norms.iter().filter(|norm| is_demand(norm)) {
            for object in norm
                .objects
                .iter()
                .filter(|object| !tells(policy, &object.name, Some((object.kind, object.id))))
            {
                let authority = norm.authority.as_ref();
                add(Missing {
                    topic: object.name.to_string(),
                    label: library.nouns.get(object.id).label("en"),
                    law: Some(law.name.clone()),
                    cite: authority
                        .map(|authority| authority.cite.clone())
                        .unwrap_or_default(),
                    verified: authority
                        .map(|authority| authority.verified)
                        .unwrap_or_default(),
                });
            }
        }
    }
    for topic in ALWAYS.iter().filter(|topic| !tells(policy, topic, None)) {
        let (topic, label) = ((*topic).to_owned(), topic.replace('-', " "));
        add(Missing {
            topic,
            label,
            law: None,
            cite: String::new(),
            verified: Verified::Text,
        });
    }
    missing
}

fn is_demand(norm: &Norm) -> bool {
    let at_notice = norm
        .names(Slot::At)
        .any(|at| matches!(at.name.as_ref(), "notice" | "notice-page"));
    norm.mode == Mode::Must
        && norm.action == Action::Tell
        && at_notice
        && norm.conditions.is_empty()
}

/// Whether the policy says something of the topic: by lines of the right action, or by telling the topic itself.
fn tells(policy: &Policy, topic: &str, object: Option<(Kind, NounId)>) -> bool {
    let by_lines = match topic {
        "controller" => !policy.controllers.is_empty(),
        "contact" | "dpo-contact" => has_contact(policy),
        "categories" | "pieces" => has(policy, &[Action::Collect, Action::Use, Action::Keep]),
        "origin" | "sources" => policy
            .norms
            .iter()
            .any(|norm| norm.action == Action::Collect && has_slot(norm, Slot::From)),
        "purposes" | "use" | "methods" => {
            has(policy, &[Action::Use]) || with_slot(policy, Slot::For)
        }
        "recipients" | "disclosure-list" => has(policy, &[Action::Share, Action::Sell]),
        "legal-basis" => has_basis(policy),
        "interests" | "automated-decisions" | "transfer" => true,
        "retention" => has(policy, &[Action::Keep, Action::Erase]),
        "rights" => has(policy, &[Action::Right]),
        "withdraw" => {
            !asks_consent(policy)
                || grants(policy, &["withdraw", "revoke-access", "stop-marketing"])
        }
        "complaint" => grants(policy, &["complaint"]),
        "mandatory" => with_slot(policy, Slot::Need),
        "consequences" => with_slot(policy, Slot::Costs),
        "sales-list" | "sale-status" | "minors-sale" => has(policy, &[Action::Sell]),
        "signal-handling" | "dnt-response" | "third-party-tracking" => {
            has(policy, &[Action::Honour])
        }
        "verification-process" => has(policy, &[Action::Refuse, Action::Ask]),
        "agent-info" => policy
            .norms
            .iter()
            .any(|norm| norm.all_names().any(|name| name.name.as_ref() == "agent")),
        "review-process" => grants(policy, &["access", "correct"]),
        "change-notice" => has(policy, &[Action::Change]),
        "effective-date" | "last-modified" => policy.version.is_some(),
        "parental-rights" => policy.norms.iter().any(|norm| {
            norm.action == Action::Right && norm.names(Slot::By).any(|by| is_parent(policy, by.id))
        }),
        _ => false,
    };
    by_lines
        || object.is_some_and(|(kind, id)| tells_itself(policy, kind, id))
        || tells_topic(policy, topic)
}

fn tells_itself(policy: &Policy, kind: Kind, id: NounId) -> bool {
    let says = |norm: &&Norm| matches!(norm.action, Action::Tell | Action::Right);
    policy
        .norms
        .iter()
        .filter(says)
        .flat_map(|norm| &norm.objects)
        .any(|object| object.kind == kind && object.id == id)
}

fn tells_topic(policy: &Policy, topic: &str) -> bool {
    policy
        .nouns
        .find(Kind::Topic, topic)
        .is_some_and(|id| tells_itself(policy, Kind::Topic, id))
}

fn has(policy: &Policy, actions: &[Action]) -> bool {
    policy
        .norms
        .iter()
        .any(|norm| actions.contains(&norm.action))
}

fn has_slot(norm: &Norm, slot: Slot) -> bool {
    norm.slot(slot).is_some()
}

fn with_slot(policy: &Policy, slot: Slot) -> bool {
    policy.norms.iter().any(|norm| has_slot(norm, slot))
}

fn has_contact(policy: &Policy) -> bool {
    let ways = [Slot::Email, Slot::Phone, Slot::Address, Slot::Url];
    let reachable = |slot: &Slot, id: NounId| policy.nouns.get(id).slots(*slot).next().is_some();
    policy.nouns.iter().any(|(id, noun)| {
        noun.kind == Kind::Contact
            && noun.own_line().is_some()
            && ways.iter().any(|way| reachable(way, id))
    })
}

fn has_basis(policy: &Policy) -> bool {
    with_slot(policy, Slot::Because)
        || asks_consent(policy)
        || policy
            .norms
            .iter()
            .flat_map(|norm| norm.names(Slot::For))
            .any(|purpose| {
                policy
                    .nouns
                    .get(purpose.id)
                    .slots(Slot::Because)
                    .next()
                    .is_some()
            })
}

fn asks_consent(policy: &Policy) -> bool {
    policy
        .norms
        .iter()
        .any(|norm| norm.needs_fact(&policy.nouns, "consent"))
}

fn grants(policy: &Policy, rights: &[&str]) -> bool {
    let lines = policy
        .norms
        .iter()
        .filter(|norm| norm.action == Action::Right);
    lines.flat_map(|norm| &norm.objects).any(|object| {
        rights
            .iter()
            .any(|right| policy.nouns.is_a(object.id, Kind::Right, right))
    })
}

fn is_parent(policy: &Policy, id: NounId) -> bool {
    ["parent", "guardian"]
        .iter()
        .any(|name| policy.nouns.is_a(id, Kind::People, name))
}
