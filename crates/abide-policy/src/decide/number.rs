//! The numbers that the policy's laws set, for a place of residence. Knows the laws that the policy names and no others.

use std::collections::BTreeMap;

use crate::law::{Constant, ConstantValue, Law};
use crate::leaf_set::LeafSet;
use crate::library::Library;
use crate::model::Policy;
use crate::nouns::NounId;
use crate::vocabulary::Kind;

/// Where somebody lives, as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Residence {
    /// The place.
    pub id: NounId,
    /// All that belongs to it.
    pub set: LeafSet,
}

impl Residence {
    /// The place of that name, if it is one.
    pub(super) fn find(policy: &Policy, name: &str) -> Option<Self> {
        let id = policy.nouns.find(Kind::Place, name)?;
        Some(Self {
            id,
            set: policy.nouns.set(id).clone(),
        })
    }
}

/// What one law says of a constant.
#[derive(Debug, Clone)]
struct Given {
    /// Where the law holds; everywhere if it does not say.
    place: Option<LeafSet>,
    general: Option<ConstantValue>,
    by_place: Vec<(Residence, ConstantValue)>,
}

/// Every constant of the laws that a policy names.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    all: BTreeMap<String, Vec<Given>>,
}

impl Numbers {
    /// Reads the laws that the policy names.
    pub(super) fn of(policy: &Policy, library: &Library) -> Self {
        let mut all: BTreeMap<String, Vec<Given>> = BTreeMap::new();
        let mut seen: Vec<&str> = Vec::new();
        for name in &policy.laws {
            let Some(law) = library.law(&name.value) else {
                continue;
            };
            if seen.contains(&law.name.as_str()) {
                continue;
            }
            seen.push(&law.name);
            for constant in &law.constants {
                let given = given(policy, law, constant);
                all.entry(constant.name.clone()).or_default().push(given);
            }
        }
        Self { all }
    }

    /// The numbers that are possible for somebody who lives there; none if no law has one at all.
    pub(super) fn possible(&self, name: &str, residence: Option<&Residence>) -> Vec<ConstantValue> {
        let Some(given) = self.all.get(name) else {
            return Vec::new();
        };
        if let Some(value) = residence.and_then(|residence| at(given, residence)) {
            return vec![value];
        }
        let found = given.iter().flat_map(|law| {
            let places = law.by_place.iter().map(|(_, value)| *value);
            law.general.into_iter().chain(places)
        });
        let mut unique: Vec<ConstantValue> = Vec::new();
        for value in found {
            if !unique.contains(&value) {
                unique.push(value);
            }
        }
        unique
    }
}

fn given(policy: &Policy, law: &Law, constant: &Constant) -> Given {
    let residence = |id: NounId| Residence {
        id,
        set: policy.nouns.set(id).clone(),
    };
    Given {
        place: law.place.map(|id| policy.nouns.set(id).clone()),
        general: constant.value,
        by_place: constant
            .by_place
            .iter()
            .map(|(id, value)| (residence(*id), *value))
            .collect(),
    }
}

/// The number for a residence, of the first law that gives one; none if that cannot be told.
fn at(given: &[Given], residence: &Residence) -> Option<ConstantValue> {
    for law in given {
        let exact = law
            .by_place
            .iter()
            .find(|(place, _)| place.id == residence.id);
        if let Some((_, value)) = exact {
            return Some(*value);
        }
        if law
            .by_place
            .iter()
            .any(|(place, _)| residence.set.contains(&place.set))
        {
            return None;
        }
        let wider = law
            .by_place
            .iter()
            .filter(|(place, _)| place.set.contains(&residence.set))
            .min_by_key(|(place, _)| place.set.leaves().map_or(usize::MAX, |all| all.len()));
        let holds = law
            .place
            .as_ref()
            .is_none_or(|place| place.contains(&residence.set));
        let general = law.general.filter(|_| holds);
        let found = wider.map(|(_, value)| *value).or(general);
        if found.is_some() {
            return found;
        }
    }
    None
}
