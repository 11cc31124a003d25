//! A policy made ready for decisions: names, laws, numbers and bits worked out once. Asks nothing of a person.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};

use super::decision::Line;
use super::ground::PurposeGrounds;
use super::layout::{Bit, Layout};
use super::link::DataLinks;
use super::number::Numbers;
use super::region::{Live, Regions};
use super::right::Rights;
use super::word::Words;
use crate::library::Library;
use crate::model::{Norm, Policy};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode};

/// A policy made ready for decisions.
#[derive(Debug)]
pub struct Tables {
    /// Tells these tables from any others of this process.
    pub(super) number: u32,
    pub(super) policy: Policy,
    pub(super) layout: Layout,
    pub(super) numbers: Numbers,
    pub(super) rights: Rights,
    pub(super) links: DataLinks,
    pub(super) words: Words,
    pub(super) purpose_grounds: PurposeGrounds,
    /// What anybody holds. Taken when a question or a person is prepared, never while deciding.
    pub(super) regions: RwLock<Regions>,
    region_end: AtomicU32,
    by_kind: BTreeMap<(Mode, Action), Vec<u32>>,
    everyone: Option<NounId>,
}

/// Tables are numbered so that facts made for one policy are never read with the bits of another.
static TABLES: AtomicU32 = AtomicU32::new(0);

impl Tables {
    /// Works everything out that does not depend on a question or a person.
    pub fn new(policy: &Policy, library: &Library) -> Self {
        let layout = Layout::of(policy, library);
        let mut by_kind: BTreeMap<(Mode, Action), Vec<u32>> = BTreeMap::new();
        for (at, norm) in (0_u32..).zip(&policy.norms) {
            by_kind
                .entry((norm.mode, norm.action))
                .or_default()
                .push(at);
        }
        Self {
            number: TABLES.fetch_add(1, Ordering::Relaxed),
            numbers: Numbers::of(policy, library),
            rights: Rights::of(policy),
            links: DataLinks::of(policy),
            words: Words::of(policy),
            purpose_grounds: PurposeGrounds::of(&policy.nouns),
            regions: RwLock::new(Regions::after(layout.size)),
            region_end: AtomicU32::new(layout.size),
            everyone: policy.nouns.find(Kind::People, "person"),
            policy: policy.clone(),
            layout,
            by_kind,
        }
    }

    /// The policy that these tables are of.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The lines of a mode and an action, in the order of the policy, with their places in it.
    pub(super) fn lines(&self, mode: Mode, action: Action) -> impl Iterator<Item = (u32, &Norm)> {
        self.by_kind
            .get(&(mode, action))
            .into_iter()
            .flatten()
            .filter_map(|at| Some((*at, self.policy.norms.get(*at as usize)?)))
    }

    /// Whether a class of people is everybody.
    pub(super) fn is_everyone(&self, class: NounId) -> bool {
        let nouns = &self.policy.nouns;
        self.everyone.is_some_and(|everyone| {
            everyone == class || nouns.set(class).contains(nouns.set(everyone))
        })
    }

    /// The bit of something held, which gets one if nobody held it before.
    pub(super) fn learn(&self, live: &Live<'_>) -> Bit {
        let mut regions = self.regions.write().unwrap_or_else(PoisonError::into_inner);
        let bit = regions.learn(&self.policy, live);
        self.region_end.fetch_max(bit.0 + 1, Ordering::Release);
        bit
    }

    /// How many different matters and scopes people have been found to hold. Each took room for good, so whoever lets
    /// others say what is held looks at it, and begins with other tables in time.
    pub fn learned(&self) -> u32 {
        self.region_end().saturating_sub(self.layout.size)
    }

    /// The first bit that means nothing yet.
    pub(super) fn region_end(&self) -> u32 {
        self.region_end.load(Ordering::Acquire)
    }
}

/// A line by its ids.
pub(super) fn line_of(norm: &Norm) -> Line {
    Line {
        id: norm.id.clone(),
        clauses: norm
            .clauses
            .iter()
            .map(|clause| clause.value.clone())
            .collect(),
    }
}
