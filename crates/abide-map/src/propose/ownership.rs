//! Whose rows are whose: turns references into the edges of a map. Never gives somebody a row through a lookup list.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Described};
use super::people::{People, is_staff};
use super::reference::Reference;
use crate::map::EdgeKind;
use crate::recognise::{Surroundings, recognise};

/// Words for people who did something to a row that is somebody else's.
const ACTORS: &[&str] = &[
    "by",
    "moderator",
    "approver",
    "reviewer",
    "editor",
    "manager",
    "agent",
    "assignee",
    "handler",
    "updater",
    "modifier",
    "creator",
    "operator",
    "supervisor",
    "verifier",
    "inspector",
    "rep",
    "representative",
    "changer",
    "deleter",
    "granter",
    "responsible",
];

/// How far ownership is carried from table to table.
const FARTHEST: usize = 6;

/// Tables and what ties their rows to people.
pub(super) struct Ties {
    /// The tables whose rows are people.
    pub subjects: Vec<usize>,
    /// The references that start from each table, each with what it says of ownership.
    pub edges: BTreeMap<usize, Vec<(Reference, EdgeKind)>>,
    /// Tables whose rows belong to people, those of people included.
    pub owned: Vec<usize>,
    /// Those of them whose rows are people's only because a person's own row points at them.
    pub reached: Vec<usize>,
    /// Tables whose rows some people may see.
    pub seen: Vec<usize>,
}

/// A reference between two tables of the catalogue.
struct Tie {
    from: usize,
    to: usize,
    reference: Reference,
    kind: EdgeKind,
}

/// What each reference says of ownership.
pub(super) fn ties(catalogue: &Catalogue<'_>, people: &People, references: Vec<Reference>) -> Ties {
    let subjects = subjects(catalogue, people, &references);
    let mut ties: Vec<Tie> = references
        .into_iter()
        .filter_map(|reference| {
            let from = catalogue.place(&reference.table)?;
            let to = catalogue.place(&reference.target)?;
            Some(Tie {
                from,
                to,
                reference,
                kind: EdgeKind::Refers,
            })
        })
        .collect();
    for tie in &mut ties {
        tie.kind = direct(catalogue, people, &subjects, tie);
    }
    let mut depth: Vec<Option<usize>> = vec![None; catalogue.tables.len()];
    for subject in &subjects {
        set(&mut depth, *subject, 0);
    }
    for tie in ties.iter().filter(|tie| tie.kind == EdgeKind::OwnedBy) {
        set(&mut depth, tie.from, 1);
    }
    let reached = own_contacts(catalogue, &subjects, &mut ties, &mut depth);
    carry(&mut ties, &mut depth);
    let owned = depth
        .iter()
        .enumerate()
        .filter_map(|(at, depth)| depth.map(|_| at))
        .collect();
    let seen = ties
        .iter()
        .filter(|tie| tie.kind == EdgeKind::AccessibleBy)
        .map(|tie| tie.from)
        .collect();
    let mut edges: BTreeMap<usize, Vec<(Reference, EdgeKind)>> = BTreeMap::new();
    for tie in ties {
        edges
            .entry(tie.from)
            .or_default()
            .push((tie.reference, tie.kind));
    }
    Ties {
        subjects,
        edges,
        owned,
        reached,
        seen,
    }
}

/// The tables of people, but for those whose rows say more of the rows of another: their key is its key, or their name says
/// nothing of people and they are called after it or lead to it one by one.
fn subjects(catalogue: &Catalogue<'_>, people: &People, references: &[Reference]) -> Vec<usize> {
    let candidates: Vec<usize> = (0..catalogue.tables.len())
        .filter(|at| people.are_people(*at))
        .collect();
    let extends = |at: &usize| {
        let Some(one) = catalogue.tables.get(*at) else {
            return false;
        };
        let own = references.iter();
        let mut own = own.filter(|reference| reference.table == one.table.name);
        own.any(|reference| {
            let to = catalogue.place(&reference.target);
            let Some(to) = to.filter(|to| to != at && candidates.contains(to)) else {
                return false;
            };
            let is_key =
                { one.key_column() }.is_some_and(|key| reference.columns == [key.name.clone()]);
            let is_called_so =
                { catalogue.tables.get(to) }.is_some_and(|to| one.stems.starts_with(&to.stems));
            let tells_more = people.is_unnamed(*at)
                && !is_actor(one, reference)
                && (is_called_so || one.table.is_unique(&reference.columns));
            is_key || tells_more
        })
    };
    candidates
        .iter()
        .copied()
        .filter(|at| !extends(at))
        .collect()
}

/// What a reference says by itself.
fn direct(catalogue: &Catalogue<'_>, people: &People, subjects: &[usize], tie: &Tie) -> EdgeKind {
    if !subjects.contains(&tie.to) || subjects.contains(&tie.from) {
        return EdgeKind::Refers;
    }
    let (Some(from), Some(to)) = (catalogue.tables.get(tie.from), catalogue.tables.get(tie.to))
    else {
        return EdgeKind::Refers;
    };
    let named_after = from.stems.starts_with(&to.stems);
    let others = is_staff(to)
        && people
            .main
            .is_some_and(|main| main != tie.to && subjects.contains(&main));
    if is_actor(from, &tie.reference) || (others && !named_after) {
        EdgeKind::AccessibleBy
    } else {
        EdgeKind::OwnedBy
    }
}

/// Whether a column says who did something to the row.
fn is_actor(from: &Described<'_>, reference: &Reference) -> bool {
    let position = from
        .table
        .columns
        .iter()
        .position(|column| reference.columns.first() == Some(&column.name));
    let words = position
        .and_then(|at| from.columns.get(at))
        .map(Vec::as_slice)
        .unwrap_or_default();
    words.iter().any(|word| ACTORS.contains(&word.as_str()))
}

/// Where a person's row points at a row with a way to reach them, that row is theirs: `customer.address_id`.
fn own_contacts(
    catalogue: &Catalogue<'_>,
    subjects: &[usize],
    ties: &mut [Tie],
    depth: &mut [Option<usize>],
) -> Vec<usize> {
    for tie in ties.iter_mut() {
        let free = depth
            .get(tie.to)
            .is_some_and(|depth| depth.is_none_or(|depth| depth == 1));
        let reaches = catalogue
            .tables
            .get(tie.to)
            .is_some_and(|one| is_called_contact(one) && holds_contacts(one));
        let owned_already =
            depth.get(tie.to).copied().flatten() == Some(1) && tie.kind != EdgeKind::Owns;
        if subjects.contains(&tie.from)
            && !subjects.contains(&tie.to)
            && free
            && reaches
            && !owned_already
        {
            tie.kind = EdgeKind::Owns;
        }
    }
    // So far away that nothing is carried on from here: a shop at somebody's address is not theirs.
    let mut reached: Vec<usize> = ties
        .iter()
        .filter(|tie| tie.kind == EdgeKind::Owns)
        .map(|tie| tie.to)
        .collect();
    for at in &reached {
        set(depth, *at, FARTHEST);
    }
    reached.retain(|at| depth.get(*at).copied().flatten() == Some(FARTHEST));
    reached
}

/// Words for a table in which a row is a way to reach somebody, rather than somebody.
const CONTACTS: &[&str] = &[
    "address", "contact", "detail", "profile", "phone", "email", "info",
];

fn is_called_contact(one: &Described<'_>) -> bool {
    one.stems
        .iter()
        .any(|stem| CONTACTS.contains(&stem.as_str()))
}

/// Whether two columns or more say how to reach somebody.
fn holds_contacts(one: &Described<'_>) -> bool {
    let around = Surroundings {
        table: &one.words,
        is_people: false,
        has_address: true,
    };
    let reaching = one
        .table
        .columns
        .iter()
        .zip(&one.columns)
        .filter(|(column, words)| {
            let found = recognise(column, words, &around, None)
                .map(|found| found.nouns)
                .unwrap_or_default();
            found
                .iter()
                .any(|noun| ["street", "postcode", "phone", "mobile-phone", "email"].contains(noun))
        });
    reaching.count() >= 2
}

/// Rows that point at somebody's rows are theirs, if nothing closer says whose they are.
fn carry(ties: &mut [Tie], depth: &mut [Option<usize>]) {
    for reach in 1..FARTHEST {
        let at_reach =
            |depth: &[Option<usize>], at: usize| depth.get(at).copied().flatten() == Some(reach);
        let mut reached = Vec::new();
        for tie in ties.iter_mut() {
            let free = depth.get(tie.from).copied().flatten().is_none();
            let plain =
                tie.kind == EdgeKind::Refers && tie.reference.when.is_none() && tie.from != tie.to;
            if free && plain && at_reach(depth, tie.to) {
                tie.kind = EdgeKind::OwnedBy;
                reached.push(tie.from);
            }
        }
        for at in reached {
            set(depth, at, reach + 1);
        }
    }
}

fn set(depth: &mut [Option<usize>], at: usize, value: usize) {
    if let Some(slot) = depth.get_mut(at) {
        *slot = Some(slot.map_or(value, |old| old.min(value)));
    }
}
