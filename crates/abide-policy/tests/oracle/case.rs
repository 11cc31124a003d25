//! One decision: the policy, the question, what is known and the moment, and which rules it used.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use abide_policy::Library;
use abide_policy::decide::{Known, Line};
use abide_policy::law::Law;
use abide_policy::model::{Norm, Policy};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::asked::Asked;
use crate::names::{Names, Set};

/// How often each rule of the chapter decided something.
#[derive(Debug, Default)]
pub struct Marks(RefCell<BTreeMap<&'static str, u64>>);

impl Marks {
    pub fn hit(&self, rule: &'static str) {
        *self.0.borrow_mut().entry(rule).or_default() += 1;
    }

    pub fn take(&self) -> BTreeMap<&'static str, u64> {
        self.0.take()
    }
}

/// A policy with its names.
pub struct World<'a> {
    pub policy: &'a Policy,
    pub library: &'a Library,
    pub names: Names<'a>,
}

impl<'a> World<'a> {
    pub fn new(policy: &'a Policy, library: &'a Library) -> Self {
        Self {
            policy,
            library,
            names: Names::new(&policy.nouns),
        }
    }

    /// The laws that the policy names, in its order.
    pub fn laws(&self) -> impl Iterator<Item = &'a Law> {
        let library = self.library;
        self.policy
            .laws
            .iter()
            .filter_map(move |name| library.law(&name.value))
    }
}

pub struct Case<'a> {
    pub world: &'a World<'a>,
    pub asked: Asked,
    pub known: &'a Known,
    pub now: Timestamp,
    pub marks: &'a Marks,
    /// Set while `must honour` lines are read, whose own conditions do not see what signals bring.
    pub in_signals: Cell<bool>,
}

/// For which line and leaf something is read.
#[derive(Clone, Copy)]
pub struct At<'n> {
    pub leaf: u32,
    /// The line; none for contracts and holds.
    pub line: Option<&'n Norm>,
}

impl<'a> Case<'a> {
    pub fn names(&self) -> &'a Names<'a> {
        &self.world.names
    }

    pub fn policy(&self) -> &'a Policy {
        self.world.policy
    }

    /// *A date is a day of UTC.*
    pub fn today(&self) -> Date {
        self.now.to_zoned(TimeZone::UTC).date()
    }

    /// Where the person lives, if anybody knows.
    pub fn residence(&self) -> Option<&'a Set> {
        let name = self.known.subject.residence.as_ref()?;
        let id = self
            .names()
            .find(abide_policy::vocabulary::Kind::Place, name)?;
        Some(self.names().belongs(id))
    }
}

pub fn line(norm: &Norm) -> Line {
    Line {
        id: norm.id.clone(),
        clauses: norm.clauses.iter().map(|id| id.value.clone()).collect(),
    }
}
