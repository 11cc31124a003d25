//! What hangs on rows that the `erase delete` of an edge deletes: it goes with them where they are all that makes it
//! anybody's. Leaves alone what somebody owns in another way.

use std::collections::BTreeSet;

use super::erase::Eraser;
use super::operation::{Act, Operation, Which, going, overwrites};
use super::predicate::{Pred, Source};
use super::rows::{Rows, lead};
use crate::map::Erase;
use crate::ownership::{Link, Node, TableId};

const REASON: &str = "belongs to a row that goes, and to nothing else";

impl Eraser<'_, '_> {
    /// Does to the rows that would be left without an owner what the map says of their table.
    pub(super) fn take_orphans(&mut self) {
        let by_edge = |operation: &&Operation| {
            let is_edge = matches!(operation.which, Which::JointBy(_) | Which::SeenBy(_));
            is_edge && matches!(operation.act, Act::Delete)
        };
        let deleted = self.operations.iter().filter(by_edge);
        let mut left: Vec<TableId> = deleted.map(|operation| operation.table).collect();
        let mut done: BTreeSet<TableId> = BTreeSet::new();
        while let Some(source) = left.pop() {
            if !done.insert(source) {
                continue;
            }
            let links = self.planner.ownership.links.iter().enumerate();
            let out: Vec<(usize, Link)> = links
                .filter(|(_, link)| link.is_owning() && link.source == source)
                .map(|(place, link)| (place, link.clone()))
                .collect();
            for (place, link) in out {
                if self.take_orphans_of(place, &link) {
                    left.push(link.dependent);
                }
            }
        }
    }

    /// Whether rows of the table that the link leads to are deleted.
    fn take_orphans_of(&mut self, place: usize, link: &Link) -> bool {
        let id = link.dependent;
        let is_subject = |node: &Node| node.is_subject();
        let node = self.planner.ownership.tables.get(id);
        let Some(mapped) = self.mapped(id).filter(|_| !node.is_some_and(is_subject)) else {
            return false;
        };
        if self.hold_on(id).is_some() {
            return false;
        }
        let which = Which::OrphanedBy(place);
        if self.leads_back(id, link.source) {
            let name = &mapped.name.value;
            let message = format!(
                "rows of `{name}` would be left without an owner by an `erase delete` of an edge, in a ring of tables"
            );
            let help = "say `erase detach` or `erase leave` at that edge";
            self.forbid(id, which, Pred::Always, message, help);
            return false;
        }
        match &mapped.erase {
            Erase::Delete => {
                self.delete(id, &mapped, which, Pred::Always, REASON);
                return true;
            }
            Erase::Anonymise(given) => {
                let written = overwrites(self.planner, id, given);
                self.write(id, &mapped, which, written, Pred::Always, REASON);
            }
            Erase::Keep(keep) => {
                self.keep_for(id, &mapped, keep, &which);
                return keep.until.is_some();
            }
            // What led to the row that goes is cut with it, and an undecided table has been refused.
            Erase::Detach | Erase::Undecided => {}
        }
        false
    }

    /// Whether ownership goes on from the rows of one table to those of the other.
    fn leads_back(&self, from: TableId, to: TableId) -> bool {
        let links = &self.planner.ownership.links;
        let (mut left, mut reached) = (vec![from], BTreeSet::new());
        while let Some(table) = left.pop() {
            if !reached.insert(table) {
                continue;
            }
            let on = links.iter();
            let on = on.filter(|link| link.is_owning() && link.source == table);
            left.extend(on.map(|link| link.dependent));
        }
        reached.contains(&to)
    }
}

/// The rows of `id` that the link at `place` leads to from rows that edges delete, and that nothing else would make
/// anybody's.
pub(super) fn orphaned(
    id: TableId,
    place: usize,
    link: &Link,
    rows: &Rows<'_>,
    all: &[Operation],
) -> Pred {
    let by_edge = |which: &Which| {
        matches!(
            which,
            Which::JointBy(_) | Which::SeenBy(_) | Which::OrphanedBy(_)
        )
    };
    // In a ring, asking which of these go by another's going would ask itself.
    let is_ring = all.iter().any(|operation| {
        matches!((&operation.act, &operation.which), (Act::Forbid(_), Which::OrphanedBy(at)) if *at == place)
    });
    let direct = |which: &Which| by_edge(which) && !matches!(which, Which::OrphanedBy(_));
    let gone = match is_ring {
        true => going(link.source, rows, all, direct),
        false => going(link.source, rows, all, by_edge),
    };
    let led = lead(link, Source::Table(link.source), gone);
    if led == Pred::Never {
        return led;
    }
    let not_orphaned = |which: &Which| !matches!(which, Which::OrphanedBy(_));
    let goes_itself = going(id, rows, all, not_orphaned);
    let mut owned = vec![goes_itself];
    if let Some(mapped) = rows
        .ownership
        .tables
        .get(id)
        .and_then(|node| node.mapped.as_ref())
    {
        let named = mapped.identities.iter();
        owned.extend(named.map(|identity| Pred::Filled(identity.column.value.clone())));
    }
    for (_, other) in rows
        .ownership
        .inward(id)
        .filter(|(_, other)| other.is_owning())
    {
        let source = other.source;
        let goes = match is_ring || source == id {
            true => going(source, rows, all, not_orphaned),
            false => going(source, rows, all, |_| true),
        };
        owned.push(lead(other, Source::Table(source), Pred::not(goes)));
    }
    Pred::all([led, Pred::not(Pred::any(owned))])
}
