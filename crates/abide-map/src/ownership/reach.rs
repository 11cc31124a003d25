//! Which tables people's rows are in at all, which of them hang together in a ring, and where a row has one owner at most.
//! Looks at tables, never at rows.

use super::{Ownership, TableId};

/// What can be said of each table before anyone's rows are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// By table: whether somebody may own rows of it.
    owned: Vec<bool>,
    /// By table: whether somebody may see rows of it that they do not own.
    seen: Vec<bool>,
    /// By table: its ring, by number. Tables of one ring lead to each other.
    own_rings: Vec<usize>,
    see_rings: Vec<usize>,
    own_is_ring: Vec<bool>,
    see_is_ring: Vec<bool>,
    single: Vec<bool>,
}

impl Reach {
    pub(crate) fn new(ownership: &Ownership) -> Self {
        let count = ownership.tables.len();
        let owning: Vec<(TableId, TableId)> = pairs(ownership, |link| link.is_owning());
        let all: Vec<(TableId, TableId)> = pairs(ownership, |_| true);
        let roots: Vec<bool> = ownership
            .tables
            .iter()
            .map(|node| {
                let named = node
                    .mapped
                    .as_ref()
                    .is_some_and(|map| !map.identities.is_empty());
                node.is_subject() || named
            })
            .collect();
        let owned = spread(&roots, &owning);
        let mut first_seen = vec![false; count];
        for link in ownership.links.iter().filter(|link| !link.is_owning()) {
            if owned.get(link.source) == Some(&true)
                && let Some(seen) = first_seen.get_mut(link.dependent)
            {
                *seen = true;
            }
        }
        let seen = spread(&first_seen, &all);
        let (own_rings, own_is_ring) = rings(count, &owning);
        let (see_rings, see_is_ring) = rings(count, &all);
        let single = singles(ownership, &owned, &own_is_ring);
        Self {
            owned,
            seen,
            own_rings,
            see_rings,
            own_is_ring,
            see_is_ring,
            single,
        }
    }

    /// Whether rows of the table may be somebody's own.
    pub(crate) fn is_live(&self, id: TableId) -> bool {
        self.owned.get(id) == Some(&true)
    }

    /// Whether somebody may see rows of the table.
    pub(crate) fn is_seen(&self, id: TableId) -> bool {
        self.seen.get(id) == Some(&true)
    }

    /// The tables of the ring that owning this table is part of; none if it is part of none.
    pub(crate) fn own_ring(&self, id: TableId) -> Option<Vec<TableId>> {
        members(&self.own_rings, &self.own_is_ring, id)
    }

    /// The tables of the ring that seeing this table is part of; none if it is part of none.
    pub(crate) fn see_ring(&self, id: TableId) -> Option<Vec<TableId>> {
        members(&self.see_rings, &self.see_is_ring, id)
    }

    /// Whether a row of the table has one owner at most.
    pub(crate) fn is_single(&self, id: TableId) -> bool {
        self.single.get(id) == Some(&true)
    }
}

fn pairs(ownership: &Ownership, keep: impl Fn(&super::Link) -> bool) -> Vec<(TableId, TableId)> {
    let kept = ownership.links.iter().filter(|link| keep(link));
    kept.map(|link| (link.source, link.dependent)).collect()
}

fn spread(roots: &[bool], pairs: &[(TableId, TableId)]) -> Vec<bool> {
    let mut reached = roots.to_vec();
    loop {
        let mut grew = false;
        for (source, dependent) in pairs {
            let from = reached.get(*source) == Some(&true);
            if let Some(to) = reached.get_mut(*dependent)
                && from
                && !*to
            {
                *to = true;
                grew = true;
            }
        }
        if !grew {
            return reached;
        }
    }
}

/// For each table the number of its ring (the lowest table in it), and whether it is a ring: more than one table, or one
/// that leads to itself.
fn rings(count: usize, pairs: &[(TableId, TableId)]) -> (Vec<usize>, Vec<bool>) {
    let from: Vec<Vec<bool>> = (0..count)
        .map(|start| {
            let mut roots = vec![false; count];
            for (source, dependent) in pairs {
                if *source == start
                    && let Some(root) = roots.get_mut(*dependent)
                {
                    *root = true;
                }
            }
            if roots.contains(&true) {
                spread(&roots, pairs)
            } else {
                roots
            }
        })
        .collect();
    let leads = |a: usize, b: usize| from.get(a).and_then(|row| row.get(b)) == Some(&true);
    let ring = |id: usize| {
        (0..count).find(|other| *other == id || (leads(id, *other) && leads(*other, id)))
    };
    let numbers: Vec<usize> = (0..count).map(|id| ring(id).unwrap_or(id)).collect();
    let is_ring = (0..count).map(|id| leads(id, id)).collect();
    (numbers, is_ring)
}

fn members(rings: &[usize], is_ring: &[bool], id: TableId) -> Option<Vec<TableId>> {
    if is_ring.get(id) != Some(&true) {
        return None;
    }
    let ring = rings.get(id)?;
    let same = rings.iter().enumerate().filter(|(_, other)| *other == ring);
    Some(same.map(|(id, _)| id).collect())
}

/// A table has single owners if there is one way into it, and that way leads from at most one row with a single owner.
fn singles(ownership: &Ownership, owned: &[bool], is_ring: &[bool]) -> Vec<bool> {
    let count = ownership.tables.len();
    let mut single = vec![false; count];
    for _ in 0..count {
        for (id, node) in ownership.tables.iter().enumerate() {
            let named = node.mapped.as_ref().map_or(0, |map| map.identities.len());
            let own_roots = if node.is_subject() { 1 } else { named };
            let mut links = ownership
                .inward(id)
                .map(|(_, link)| link)
                .filter(|link| link.is_owning() && owned.get(link.source) == Some(&true));
            let (first, second) = (links.next(), links.next());
            let is_single = match (own_roots, first, second) {
                (_, None, _) => own_roots <= 1,
                (0, Some(link), None) => {
                    link.is_source_unique && single.get(link.source) == Some(&true)
                }
                _ => false,
            };
            if let Some(place) = single.get_mut(id) {
                *place = is_single && is_ring.get(id) != Some(&true);
            }
        }
    }
    single
}
