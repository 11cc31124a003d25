//! What the records of requests say of promises: what people asked for and nobody answered in time. Names nobody.

use std::collections::BTreeSet;

use abide_policy::model::{Norm, Policy};
use abide_policy::vocabulary::{Action, Kind};
use abide_promise::{Bindings, Control, Look};
use abide_rights::request::Standing as Course;
use abide_store::{Store, WhichRequests};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Looked, Standing, World};
use crate::config::Config;
use crate::requests::{Office, PolicyInForce};

/// Requests read at once.
const PAGE: u32 = 500;

/// Open requests of one kind whose time to answer is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// The kind, `access`.
    pub kind: String,
    /// The rights that are used by it.
    pub rights: Vec<String>,
    /// The clauses that say by when it is answered.
    pub clauses: Vec<String>,
    /// How many.
    pub requests: u64,
}

/// What people wait for that should have been answered before this moment.
pub(super) async fn late(config: &Config, store: &Store, now: Timestamp) -> Result<Vec<Late>> {
    let nothing = PolicyInForce::Read(Box::default(), String::new());
    let office = Office::closed(config, nothing);
    let desk = office.desk(store, "", now);
    let today = now.to_zoned(TimeZone::UTC).date();
    let (mut found, mut after): (Vec<Late>, _) = (Vec::new(), None);
    loop {
        let page = store
            .subject_requests(WhichRequests::Open, after, PAGE)
            .await?;
        let late = page
            .iter()
            .filter(|request| request.due.is_some_and(|due| due < today));
        for request in late {
            let standing = desk.standing(request.id).await?;
            let one = Late::of(&standing);
            let mut same = found
                .iter_mut()
                .filter(|late| late.kind == one.kind && late.clauses == one.clauses);
            match same.next() {
                Some(known) => known.requests += 1,
                None => found.push(one),
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some(last.id),
            _ => return Ok(found),
        }
    }
}

impl Late {
    fn of(standing: &Course) -> Self {
        let clocks = standing.clocks.answer.iter();
        let own = clocks.filter(|clock| clock.source.law.is_none());
        let mut clauses: Vec<String> = own.flat_map(|clock| clock.source.clauses.clone()).collect();
        clauses.sort();
        clauses.dedup();
        let rights = standing.kind.rights().iter();
        Self {
            kind: standing.kind.word().to_owned(),
            rights: rights.map(ToString::to_string).collect(),
            clauses,
            requests: 1,
        }
    }

    /// The lines that are broken: those that say by when it is answered, and those that give the right to everyone, or to the
    /// people for whom that is said.
    fn breaks<'a>(&self, policy: &'a Policy) -> impl Iterator<Item = &'a Norm> {
        let says_when = |norm: &&Norm| {
            let mut clauses = norm.clauses.iter();
            clauses.any(|clause| self.clauses.contains(&clause.value))
        };
        let parts: Vec<_> = policy
            .norms
            .iter()
            .filter(says_when)
            .map(|norm| norm.part)
            .collect();
        policy.norms.iter().filter(move |norm| {
            says_when(norm)
                || norm.action == Action::Right
                    && (norm.part.is_none() || parts.contains(&norm.part))
                    && self.rights.iter().any(|name| gives(norm, policy, name))
        })
    }
}

fn gives(norm: &Norm, policy: &Policy, right: &str) -> bool {
    let mut rights = norm.objects.iter().filter(|used| used.kind == Kind::Right);
    rights.any(|used| policy.nouns.is_a(used.id, Kind::Right, right))
}

/// Looks at a control that stands on what people ask for.
pub(super) fn look(world: &World<'_>, bindings: &Bindings, control: &Control) -> Looked {
    let mut looked = Looked::new(control.name, Look::Well);
    if world.standing == Standing::NotInForce {
        looked.look = Look::Groundless;
        return looked;
    }
    if control.name != "request-desk" {
        return looked;
    }
    let kept: BTreeSet<&str> = bindings
        .kept_by(control.name)
        .map(|binding| binding.clause.as_str())
        .collect();
    for late in &world.late {
        let broken: BTreeSet<&str> = late
            .breaks(world.policy)
            .flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.as_str()))
            .filter(|clause| kept.contains(clause))
            .collect();
        for clause in broken {
            looked.fail(clause, "late", &late.kind, late.requests);
        }
    }
    looked
}
