//! Questions near a line of the policy, then moved a little.

use abide_policy::decide::{Deed, Question};
use abide_policy::model::{Norm, NounUse, Policy, Value};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use crate::names::Names;
use crate::rng::Rng;

/// What questions are made from.
pub struct Near<'a> {
    pub policy: &'a Policy,
    pub names: &'a Names<'a>,
    /// Ids by kind, so that a random name is found quickly.
    kinds: Vec<(Kind, Vec<NounId>)>,
}

impl<'a> Near<'a> {
    pub fn new(policy: &'a Policy, names: &'a Names<'a>) -> Self {
        let kinds = Kind::ALL
            .iter()
            .map(|kind| (*kind, names.of_kind(*kind).to_vec()))
            .collect();
        Self {
            policy,
            names,
            kinds,
        }
    }

    pub fn any(&self, rng: &mut Rng, kind: Kind) -> String {
        let (_, ids) = self.kinds.iter().find(|(found, _)| *found == kind).unwrap();
        // A policy may declare no property; a point stands in the same slots.
        if ids.is_empty() {
            return self.any(rng, Kind::Point);
        }
        self.names.name(*rng.pick(ids)).to_owned()
    }

    /// The name itself, one below it, or rarely one above it.
    pub fn near(&self, rng: &mut Rng, id: NounId) -> String {
        let below: Vec<NounId> = self
            .names
            .belongs(id)
            .iter()
            .map(|leaf| NounId(*leaf))
            .collect();
        let kind = self.names.kind(id);
        let found = match rng.below(12) {
            0..=6 => id,
            7..=10 if !below.is_empty() => *rng.pick(&below),
            _ => *rng.pick(self.names.wider(id)),
        };
        debug_assert!(self.names.kind(found) == kind);
        self.names.name(found).to_owned()
    }

    /// A line to ask about, permissions of data most often.
    pub fn target(&self, rng: &mut Rng) -> Option<&'a Norm> {
        let norms = &self.policy.norms;
        if norms.is_empty() {
            return None;
        }
        for _ in 0..6 {
            let norm = rng.pick(norms);
            let wanted = match (norm.mode, norm.action) {
                (Mode::May, action) if action.is_about_data() => 95,
                (Mode::Never, action) if action.is_about_data() => 50,
                (Mode::Never, Action::Ask) => 40,
                (Mode::Must, Action::Keep) => 40,
                (Mode::Did, _) => 0,
                _ => 15,
            };
            if rng.percent(wanted) {
                return Some(norm);
            }
        }
        Some(rng.pick(norms))
    }

    fn names_of(norm: &'a Norm, slot: Slot) -> Vec<&'a NounUse> {
        norm.names(slot).collect()
    }
}

fn deed(rng: &mut Rng, action: Action) -> Deed {
    match action {
        Action::Collect => Deed::Collect,
        Action::Use if rng.percent(20) => Deed::Message,
        Action::Use => Deed::Use,
        Action::Share if rng.percent(30) => Deed::Transfer,
        Action::Share if rng.percent(15) => Deed::Sell,
        Action::Share => Deed::Share,
        Action::Sell => Deed::Sell,
        Action::Keep => Deed::Keep,
        Action::Link => Deed::Link,
        Action::Erase => Deed::Erase,
        Action::Ask => Deed::Prompt,
        _ => *rng.pick(&[
            Deed::Collect,
            Deed::Use,
            Deed::Share,
            Deed::Sell,
            Deed::Keep,
            Deed::Transfer,
            Deed::Erase,
        ]),
    }
}

/// A question near `target`; one in `mutations` of its slots is moved away.
pub fn question(rng: &mut Rng, near: &Near<'_>, target: &Norm, mutation: u64) -> Question {
    let action = match (target.mode, target.action) {
        (Mode::Must, Action::Keep) if rng.percent(80) => Deed::Erase,
        (_, Action::Ask) if target.slot(Slot::Before).is_some() => *rng.pick(&[
            Deed::Collect,
            Deed::Use,
            Deed::Share,
            Deed::Transfer,
            Deed::Sell,
        ]),
        (_, action) => deed(rng, action),
    };
    let mut question = Question {
        action,
        data: Vec::new(),
        purpose: None,
        recipient: None,
        place: None,
        origin: Vec::new(),
        form: None,
        actor: Vec::new(),
        point: Vec::new(),
        channel: Vec::new(),
        events: Vec::new(),
    };
    question.data = data(rng, near, target, action, mutation);
    fill(rng, near, target, &mut question, mutation);
    question
}

fn data(rng: &mut Rng, near: &Near<'_>, target: &Norm, action: Deed, mutation: u64) -> Vec<String> {
    if action == Deed::Prompt {
        let mut found = vec![match target.objects.first() {
            Some(object) if target.action == Action::Ask && !rng.percent(mutation) => {
                near.near(rng, object.id)
            }
            _ => (*rng.pick(&["consent", "explicit-consent", "optin-sale", "purposes"])).to_owned(),
        }];
        if rng.percent(15) {
            found.push("consent".to_owned());
        }
        return found;
    }
    let named: Vec<&NounUse> = target
        .objects
        .iter()
        .chain(target.names(Slot::Of))
        .filter(|used| used.kind == Kind::Data)
        .collect();
    let mut found = Vec::new();
    let count = match action {
        Deed::Link => 2 + rng.below(2),
        _ => 1 + rng.below(2) * rng.below(2),
    };
    for at in 0..count {
        let name = if named.is_empty() || rng.percent(mutation) {
            near.any(rng, Kind::Data)
        } else if action == Deed::Link && at < named.len() {
            near.near(rng, named[at].id)
        } else {
            let used = rng_pick(rng, &named);
            near.near(rng, used.id)
        };
        found.push(name);
    }
    // Large groups make slow answers and deny most often.
    for name in &mut found {
        let is_large = near
            .names
            .find(Kind::Data, name)
            .is_some_and(|id| near.names.belongs(id).len() > 12);
        if is_large && rng.percent(90) {
            let id = near.names.find(Kind::Data, name).unwrap();
            let leaves: Vec<u32> = near.names.belongs(id).iter().copied().collect();
            near.names.name(NounId(*rng.pick(&leaves))).clone_into(name);
        }
    }
    if action == Deed::Link && rng.percent(2) {
        found.truncate(1);
    }
    found
}

fn rng_pick<'t>(rng: &mut Rng, named: &[&'t NounUse]) -> &'t NounUse {
    named[rng.below(named.len())]
}

/// What the slot of a line suggests: one of its names, or something else.
fn one(
    rng: &mut Rng,
    near: &Near<'_>,
    target: &Norm,
    slot: Slot,
    other: Kind,
    (keep, stray, mutation): (u64, u64, u64),
) -> Option<String> {
    let named = Near::names_of(target, slot);
    if named.is_empty() {
        return rng.percent(stray).then(|| near.any(rng, other));
    }
    if rng.percent(mutation) {
        return rng.percent(60).then(|| near.any(rng, other));
    }
    let used = rng_pick(rng, &named);
    rng.percent(keep).then(|| near.near(rng, used.id))
}

fn fill(rng: &mut Rng, near: &Near<'_>, target: &Norm, question: &mut Question, mutation: u64) {
    let any_slot = |slot: Slot| {
        let values = target.slots.iter().filter(move |used| used.slot == slot);
        values
            .flat_map(|used| &used.values)
            .any(|value| *value == Value::Any)
    };
    let says = |stray: u64| (97, stray, mutation);
    question.purpose = one(rng, near, target, Slot::For, Kind::Purpose, says(55));
    if any_slot(Slot::For) && question.purpose.is_none() {
        question.purpose = Some(near.any(rng, Kind::Purpose));
    }
    let shares = matches!(question.action, Deed::Share | Deed::Sell | Deed::Transfer);
    let with = if shares { 85 } else { 5 };
    let kind = if rng.percent(95) {
        Kind::Recipient
    } else {
        Kind::People
    };
    question.recipient = one(rng, near, target, Slot::With, kind, says(with));
    let stray = if question.action == Deed::Transfer {
        97
    } else {
        20
    };
    question.place = one(rng, near, target, Slot::In, Kind::Place, says(stray));
    question.form = one(rng, near, target, Slot::As, Kind::Form, says(6));
    let mut many = |slot: Slot, kinds: &[Kind], stray: u64| {
        let kind = *rng.pick(kinds);
        let mut found: Vec<String> = one(rng, near, target, slot, kind, (96, stray, mutation))
            .into_iter()
            .collect();
        if rng.percent(12) {
            let kind = *rng.pick(kinds);
            found.push(near.any(rng, kind));
        }
        found
    };
    question.origin = many(
        Slot::From,
        &[Kind::Recipient, Kind::People, Kind::Point, Kind::Data],
        15,
    );
    question.actor = many(Slot::By, &[Kind::People, Kind::People, Kind::Recipient], 20);
    question.point = many(Slot::At, &[Kind::Point, Kind::Point, Kind::Property], 45);
    let via = if question.action == Deed::Message {
        97
    } else {
        12
    };
    question.channel = many(Slot::Via, &[Kind::Channel], via);
    for slot in [Slot::When, Slot::Before] {
        for name in target.names(slot).filter(|name| name.kind == Kind::Event) {
            if rng.percent(if target.mode == Mode::Must { 60 } else { 12 }) {
                question.events.push(near.near(rng, name.id));
            }
        }
    }
    if rng.percent(8) {
        question.events.push(near.any(rng, Kind::Event));
    }
    // A few that must be refused.
    if rng.percent(1) {
        question.purpose = Some("no-such-purpose".to_owned());
    }
    if rng.percent(1) {
        question.data.clear();
    }
}
