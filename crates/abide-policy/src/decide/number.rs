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
pub(crate) struct Residence {
    /// All that belongs to the place.
    pub set: LeafSet,
}

impl Residence {
    /// The place of that name, if it is one.
    pub(crate) fn find(policy: &Policy, name: &str) -> Option<Self> {
        let id = policy.nouns.find(Kind::Place, name)?;
        Some(Self {
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
pub(crate) struct Numbers {
    all: BTreeMap<String, Vec<Given>>,
}

impl Numbers {
    /// Reads the laws that the policy names.
    pub(crate) fn of(policy: &Policy, library: &Library) -> Self {
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
        let alone = residence.filter(|residence| !holds_others(given, residence));
        if let Some(value) = alone.and_then(|residence| at(given, residence)) {
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

/// Whether a place inside the residence has a number of its own, so that the residence alone does not tell.
fn holds_others(given: &[Given], residence: &Residence) -> bool {
    let mut places = given.iter().flat_map(|law| &law.by_place);
    places
        .any(|(place, _)| residence.set.contains(&place.set) && !place.set.contains(&residence.set))
}

/// The number for a residence, of the first law that gives one: that of the nearest place around it, else the general one
/// if the law holds there.
fn at(given: &[Given], residence: &Residence) -> Option<ConstantValue> {
    given.iter().find_map(|law| {
        let around = law
            .by_place
            .iter()
            .filter(|(place, _)| place.set.contains(&residence.set))
            .min_by_key(|(place, _)| place.set.leaves().map_or(usize::MAX, |all| all.len()));
        let holds = law
            .place
            .as_ref()
            .is_none_or(|place| place.contains(&residence.set));
        let general = law.general.filter(|_| holds);
        around.map(|(_, value)| *value).or(general)
    })
}
