//! What a policy promises of data, as plain values that a plan and a package can be read with. Decides nothing.

use std::collections::BTreeMap;

use abide_policy::Library;
use abide_policy::law::{ConstantValue, Law};
use abide_policy::leaf_set::LeafSet;
use abide_policy::length::Length;
use abide_policy::model::{Norm, Policy, Value};
use abide_policy::sentence::{Language, sentence};
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

/// What a policy promises, by data category and by right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Promises {
    /// The policy's name; empty where there is none.
    pub policy: String,
    /// By category of data, as the policy names it.
    pub data: BTreeMap<String, DataPromise>,
    /// By right (`access`, `erase`, `rectify`, `restrict` …): the clauses that grant it.
    pub rights: BTreeMap<String, Vec<String>>,
    /// What `because=` may name, and the lines that keep something for it.
    pub grounds: BTreeMap<String, Ground>,
    /// What each clause says, in the words of the notice; one sentence for each of its lines.
    pub clauses: BTreeMap<String, Vec<String>>,
    /// Lengths that laws of the policy give a name, such as `tax-limitation`: the longest of each.
    pub constants: BTreeMap<String, Length>,
    /// How long the answer to a request of erasure may take, by the policy and its laws: the shortest that a line says.
    pub answer: Option<Length>,
}

/// What is promised of one category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataPromise {
    /// What people call it.
    pub label: String,
    /// Clauses that speak of it.
    pub clauses: Vec<String>,
    /// What it is used for.
    pub purposes: Vec<String>,
    /// Who it is shared with.
    pub recipients: Vec<String>,
    /// Where it comes from.
    pub origins: Vec<String>,
    /// How long it is kept, in the policy's words, with the clause.
    pub retention: Vec<(String, String)>,
    /// Clauses that say it is never collected or never kept.
    pub forbidden: Vec<String>,
}

/// A reason to keep data against an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ground {
    /// The clauses that keep data for it.
    pub clauses: Vec<String>,
    /// For how long, where they say so.
    pub length: Option<Length>,
}

impl Promises {
    /// What a policy says of each category of data that one of its lines names, in the words of the notice.
    pub fn of(policy: &Policy, library: &Library) -> Self {
        let lang = Language::of_policy(policy);
        let mut promises = Self {
            policy: policy.name.clone(),
            constants: constants(policy, library),
            answer: shortest_answer(policy.norms.iter().chain(norms_of_laws(policy, library)))
                .map(|(_, length)| length),
            ..Self::default()
        };
        for norm in &policy.norms {
            for clause in ids(norm) {
                let said = promises.clauses.entry(clause).or_default();
                add(said, vec![sentence(norm, policy, lang)]);
            }
            promises.take_right(norm);
            promises.take_ground(norm);
        }
        let data = policy
            .nouns
            .iter()
            .filter(|(_, noun)| noun.kind == Kind::Data);
        for (id, noun) in data {
            let set = policy.nouns.set(id);
            let mut promise = DataPromise::default();
            let about = policy.norms.iter().filter(|norm| is_of_data(norm.action));
            for norm in about.filter(|norm| norm.region.object.overlaps(set)) {
                take_norm(&mut promise, policy, norm, set, lang);
            }
            if !promise.clauses.is_empty() || !promise.forbidden.is_empty() {
                promise.label = noun.label(lang.tag());
                promises.data.insert(noun.name.to_string(), promise);
            }
        }
        promises
    }

    fn take_right(&mut self, norm: &Norm) {
        if norm.action != Action::Right {
            return;
        }
        for object in &norm.objects {
            let clauses = self.rights.entry(object.name.to_string()).or_default();
            add(clauses, ids(norm));
        }
    }

    fn take_ground(&mut self, norm: &Norm) {
        if norm.action != Action::Keep || norm.mode == Mode::Never {
            return;
        }
        let length = norm.length(Slot::Within).or_else(|| {
            let slot = norm.slot(Slot::Within)?;
            slot.values.iter().find_map(|value| match value {
                Value::Constant { name, .. } => self.constants.get(name).copied(),
                _ => None,
            })
        });
        let names: Vec<String> = norm
            .names(Slot::Because)
            .map(|ground| ground.name.to_string())
            .collect();
        for name in names.into_iter().chain(ids(norm)) {
            let ground = self.grounds.entry(name).or_default();
            add(&mut ground.clauses, ids(norm));
            let longer = match (ground.length, length) {
                (Some(known), Some(other)) => known.shorter_than(other) == Some(true),
                (known, _) => known.is_none(),
            };
            if longer {
                ground.length = length;
            }
        }
    }
}

fn take_norm(
    promise: &mut DataPromise,
    policy: &Policy,
    norm: &Norm,
    set: &LeafSet,
    lang: Language,
) {
    if norm.mode == Mode::Never {
        let forbids = matches!(norm.action, Action::Collect | Action::Keep);
        if forbids && norm.region.object.contains(set) && norm.conditions.is_empty() {
            add(&mut promise.forbidden, ids(norm));
        }
        return;
    }
    let names = |slot: Slot| {
        let labels = norm
            .names(slot)
            .map(|used| policy.nouns.get(used.id).label(lang.tag()));
        labels.collect::<Vec<String>>()
    };
    add(&mut promise.clauses, ids(norm));
    if norm.mode == Mode::Must {
        if norm.action == Action::Erase {
            promise
                .retention
                .push((sentence(norm, policy, lang), norm.id.clone()));
        }
        return;
    }
    add(&mut promise.purposes, names(Slot::For));
    match norm.action {
        Action::Share | Action::Sell => add(&mut promise.recipients, names(Slot::With)),
        Action::Collect => add(&mut promise.origins, names(Slot::From)),
        Action::Keep => promise
            .retention
            .push((sentence(norm, policy, lang), norm.id.clone())),
        _ => {}
    }
}

fn norms_of_laws<'a>(policy: &'a Policy, library: &'a Library) -> impl Iterator<Item = &'a Norm> {
    let named = |law: &&Law| policy.laws.iter().any(|name| name.value == law.name);
    library.laws.iter().filter(named).flat_map(|law| &law.norms)
}

/// The line that gives the shortest time for an answer to a request of erasure.
pub(crate) fn shortest_answer<'a>(
    norms: impl Iterator<Item = &'a Norm>,
) -> Option<(&'a Norm, Length)> {
    let is_meant = |norm: &&Norm| {
        let of_erasure = |name: &str| name == "erase" || name == "any";
        (norm.mode, norm.action) == (Mode::Must, Action::Answer)
            && norm.objects.iter().any(|object| of_erasure(&object.name))
    };
    let timed = norms
        .filter(is_meant)
        .filter_map(|norm| Some((norm, norm.length(Slot::Within)?)));
    timed.reduce(|known, other| match other.1.shorter_than(known.1) {
        Some(true) => other,
        _ => known,
    })
}

/// The longest length of each constant in the laws that the policy is under.
fn constants(policy: &Policy, library: &Library) -> BTreeMap<String, Length> {
    let mut lengths: BTreeMap<String, Length> = BTreeMap::new();
    let named = |law: &&Law| policy.laws.iter().any(|name| name.value == law.name);
    for constant in library
        .laws
        .iter()
        .filter(named)
        .flat_map(|law| &law.constants)
    {
        for value in constant.values() {
            let ConstantValue::Length(length) = value else {
                continue;
            };
            let known = lengths.entry(constant.name.clone()).or_insert(length);
            if known.shorter_than(length) == Some(true) {
                *known = length;
            }
        }
    }
    lengths
}

fn is_of_data(action: Action) -> bool {
    matches!(
        action,
        Action::Collect | Action::Use | Action::Share | Action::Sell | Action::Keep | Action::Erase
    )
}

/// The clauses that a line states; its own id where it states none.
fn ids(norm: &Norm) -> Vec<String> {
    if norm.clauses.is_empty() {
        return vec![norm.id.clone()];
    }
    norm.clauses
        .iter()
        .map(|clause| clause.value.clone())
        .collect()
}

fn add(known: &mut Vec<String>, more: Vec<String>) {
    for word in more {
        if !known.contains(&word) {
            known.push(word);
        }
    }
}
