//! What is held, once for everybody who holds the same for the same: each matter and scope is a bit. Only ever grows.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::known::{Held, Matter, Scope};
use super::layout::Bit;
use super::names::find;
use crate::leaf_set::LeafSet;
use crate::model::Policy;
use crate::nouns::NounId;
use crate::vocabulary::Kind;

/// A matter that is held for a scope, resolved to the names of a policy.
#[derive(Debug)]
pub(super) struct HeldRegion {
    /// A fact or a right.
    pub kind: Kind,
    /// Which.
    pub id: NounId,
    /// All that belongs to it.
    pub set: LeafSet,
    /// Whether it holds.
    pub holds: bool,
    /// Of two that bear on each other, the one with the higher rank is younger. Equal ranks: the one that does not hold
    /// counts as the younger.
    pub rank: u32,
    /// For what.
    pub scope: ScopeSets,
    /// Its bit.
    pub bit: Bit,
}

/// A scope as sets; a list that is empty is `None`.
#[derive(Debug, Clone, Default)]
pub(super) struct ScopeSets {
    /// Data.
    pub data: Option<LeafSet>,
    /// Purposes.
    pub purposes: Option<LeafSet>,
    /// Recipients.
    pub recipients: Option<LeafSet>,
    /// Those who act.
    pub actors: Option<LeafSet>,
    /// Clauses or ids of lines.
    pub lines: Option<Vec<String>>,
}

impl ScopeSets {
    /// Looks the names up. A name that nobody declared is nobody's.
    pub(super) fn of(policy: &Policy, scope: &Scope) -> Self {
        let set = |names: &[String], kinds: &[Kind]| -> Option<LeafSet> {
            let mut set = LeafSet::EMPTY;
            for id in names.iter().filter_map(|name| find(policy, kinds, name)) {
                set.add(policy.nouns.set(id));
            }
            (!names.is_empty()).then_some(set)
        };
        Self {
            data: set(&scope.data, &[Kind::Data]),
            purposes: set(&scope.purposes, &[Kind::Purpose]),
            recipients: set(&scope.recipients, &[Kind::Recipient, Kind::People]),
            actors: set(&scope.actors, &[Kind::People, Kind::Recipient]),
            lines: (!scope.lines.is_empty()).then(|| scope.lines.clone()),
        }
    }

    /// Whether no question can be in both.
    fn apart(&self, other: &Self) -> bool {
        [
            (&self.data, &other.data),
            (&self.purposes, &other.purposes),
            (&self.recipients, &other.recipients),
        ]
        .into_iter()
        .any(|pair| matches!(pair, (Some(one), Some(two)) if !one.overlaps(two)))
    }

    /// Whether nothing narrows it.
    pub(super) fn is_everything(&self) -> bool {
        self.data.is_none()
            && self.purposes.is_none()
            && self.recipients.is_none()
            && self.actors.is_none()
            && self.lines.is_none()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    id: NounId,
    holds: bool,
    rank: u32,
    /// In order, so that the same names make the same key.
    scope: Scope,
}

/// Every region that anybody holds.
#[derive(Debug, Default)]
pub(super) struct Regions {
    /// In the order first seen.
    pub all: Vec<HeldRegion>,
    index: HashMap<Key, Bit>,
    /// The first bit that is theirs.
    first: u32,
}

/// Something held at a moment, before it has a bit.
pub(super) struct Live<'a> {
    key: Key,
    held: &'a Held,
    /// Looked up for those few that another might cancel, and for the first who holds it.
    sets: OnceCell<ScopeSets>,
}

impl<'a> Live<'a> {
    /// When it began.
    pub(super) fn since(&self) -> jiff::Timestamp {
        self.held.since
    }

    /// What is held at the moment, oldest first, each matter and scope once, and ranked by what cancels what.
    pub(super) fn of(policy: &Policy, held: impl Iterator<Item = &'a Held>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for held in held {
            let (kind, name) = match &held.matter {
                Matter::Fact(name) => (Kind::Fact, name),
                Matter::Right(name) => (Kind::Right, name),
            };
            let Some(id) = policy.nouns.find(kind, name) else {
                continue;
            };
            let key = Key {
                kind,
                id,
                holds: held.holds,
                rank: 0,
                scope: sorted(&held.scope),
            };
            match all.iter_mut().find(|known| known.key == key) {
                Some(known) if known.held.since < held.since => known.held = held,
                Some(_) => {}
                None => all.push(Self {
                    key,
                    held,
                    sets: OnceCell::new(),
                }),
            }
        }
        let optin = policy.nouns.find(Kind::Right, "optin-sale");
        let opts_in = |live: &Self| {
            live.key.kind == Kind::Right
                && optin.is_some_and(|optin| is_within(policy, live.key.id, optin))
        };
        let turn = |live: &Self| match (live.key.holds, opts_in(live)) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 2,
        };
        all.sort_by_key(|live| (live.held.since, turn(live)));
        for at in 0..all.len() {
            let (before, rest) = all.split_at_mut(at);
            let Some(live) = rest.first_mut() else {
                continue;
            };
            for other in before.iter() {
                if cancels(policy, live, other) {
                    live.key.rank = live.key.rank.max(other.key.rank);
                } else if cancels(policy, other, live) && other.held.since < live.held.since {
                    live.key.rank = live.key.rank.max(other.key.rank + 1);
                }
            }
        }
        all
    }

    fn sets(&self, policy: &Policy) -> &ScopeSets {
        self.sets
            .get_or_init(|| ScopeSets::of(policy, &self.held.scope))
    }

    /// Whether anything could be cancelled by it: a fact that holds cancels nothing.
    fn may_cancel(&self) -> bool {
        self.key.kind == Kind::Right || !self.key.holds
    }
}

/// Whether the one might cancel the other, for some question, if it were not older.
fn cancels(policy: &Policy, one: &Live<'_>, other: &Live<'_>) -> bool {
    if !one.may_cancel() || !other.key.holds || one.sets(policy).apart(other.sets(policy)) {
        return false;
    }
    let rights = one.key.kind == Kind::Right && other.key.kind == Kind::Right;
    if rights && cancels_right(policy, (one.key.id, one.key.holds), other.key.id) {
        return true;
    }
    if one.key.holds {
        return false;
    }
    match (as_fact(policy, one), as_fact(policy, other)) {
        (Some(wide), Some(narrow)) => is_within(policy, narrow, wide),
        _ => false,
    }
}

/// The fact that something held may be for some question.
fn as_fact(policy: &Policy, live: &Live<'_>) -> Option<NounId> {
    match live.key.kind {
        Kind::Fact => Some(live.key.id),
        _ if policy.nouns.is_a(live.key.id, Kind::Right, "optin-sale") => {
            policy.nouns.find(Kind::Fact, "opted-in")
        }
        _ => None,
    }
}

fn is_within(policy: &Policy, narrow: NounId, wide: NounId) -> bool {
    narrow == wide || policy.nouns.set(wide).contains(policy.nouns.set(narrow))
}

/// Whether a right that was given up, or the right to opt back in, cancels a right that was exercised.
pub(super) fn cancels_right(policy: &Policy, (one, holds): (NounId, bool), other: NounId) -> bool {
    if holds {
        policy.nouns.is_a(one, Kind::Right, "optin-sale")
            && policy.nouns.is_a(other, Kind::Right, "optout-sale")
    } else {
        is_within(policy, other, one)
    }
}

fn sorted(scope: &Scope) -> Scope {
    let mut scope = scope.clone();
    for list in [
        &mut scope.data,
        &mut scope.purposes,
        &mut scope.recipients,
        &mut scope.actors,
        &mut scope.lines,
    ] {
        list.sort_unstable();
        list.dedup();
    }
    scope
}

impl Regions {
    /// An empty roster whose bits begin after the policy's own.
    pub(super) fn after(size: u32) -> Self {
        Self {
            first: size,
            ..Self::default()
        }
    }

    /// The bit of what is held, if anybody held it before.
    pub(super) fn find(&self, live: &Live<'_>) -> Option<Bit> {
        self.index.get(&live.key).copied()
    }

    /// The bit of what is held.
    pub(super) fn learn(&mut self, policy: &Policy, live: &Live<'_>) -> Bit {
        if let Some(bit) = self.find(live) {
            return bit;
        }
        let bit = Bit(self.first + u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(HeldRegion {
            kind: live.key.kind,
            id: live.key.id,
            set: policy.nouns.set(live.key.id).clone(),
            holds: live.key.holds,
            rank: live.key.rank,
            scope: live.sets(policy).clone(),
            bit,
        });
        self.index.insert(live.key.clone(), bit);
        bit
    }
}
