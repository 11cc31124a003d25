//! Which tables people's rows are in at all, which of them hang together in a tangle, and where a row has one owner at most.
//! Looks at tables, never at rows.

use super::{Node, Ownership, TableId};

/// Ways to rows that are written out one inside the other, at most; more are reached by a recursive table. Every way of
/// every table on the path is written once for each way behind it, so that their number grows as a product.
const WRITTEN_OUT: usize = 8;

/// What can be said of each table before anyone's rows are looked at.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    /// By table: whether somebody may own rows of it.
    owned: Vec<bool>,
    /// By table: whether somebody may see rows of it that they do not own.
    seen: Vec<bool>,
    /// Tables with a key whose own rows are found by a recursive table, all of them by the same one.
    own_tangle: Vec<TableId>,
    /// As much for rows that somebody else owns: nobody owns by way of somebody's own row, so that ways to subject tables
    /// end there.
    others_tangle: Vec<TableId>,
    /// As much for rows seen.
    see_tangle: Vec<TableId>,
    single: Vec<bool>,
    always: Vec<bool>,
    /// Tables without a key that a recursive table would have to name rows of.
    nameless: Vec<TableId>,
}

impl Reach {
    pub(crate) fn new(ownership: &Ownership) -> Self {
        let count = ownership.tables.len();
        let owning: Vec<(TableId, TableId)> = pairs(ownership, |link| link.is_owning());
        let all: Vec<(TableId, TableId)> = pairs(ownership, |_| true);
        let owned = spread(&roots(ownership), &owning);
        let seen = spread(&first_seen(ownership, &owned), &all);
        let own_is_ring = in_rings(count, &owning);
        let own_hard = own_hard(ownership, &owned, &own_is_ring);
        let others_hard = others_hard(ownership, &owned);
        let see_hard = see_hard(ownership, &owned, &seen, &in_rings(count, &all));
        let has_key = |id: &TableId| {
            let node = ownership.tables.get(*id);
            node.is_some_and(|node| !node.key.is_empty())
        };
        let leads_on = |id: TableId, is_hard: &[bool], pairs: &[(TableId, TableId)]| {
            let mut on = pairs.iter().filter(|(source, _)| *source == id);
            is_hard.get(id) == Some(&true)
                && on.any(|(_, dependent)| is_hard.get(*dependent) == Some(&true))
        };
        let nameless = (0..count).filter(|id| {
            !has_key(id) && (leads_on(*id, &own_hard, &owning) || leads_on(*id, &see_hard, &all))
        });
        let tangle = |is_hard: &[bool]| -> Vec<TableId> {
            let hard = (0..count).filter(|id| is_hard.get(*id) == Some(&true));
            hard.filter(has_key).collect()
        };
        Self {
            nameless: nameless.collect(),
            own_tangle: tangle(&own_hard),
            others_tangle: tangle(&others_hard),
            see_tangle: tangle(&see_hard),
            single: singles(ownership, &owned, &own_is_ring),
            always: always(ownership),
            owned,
            seen,
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

    /// The tables whose own rows are found together with this one's, by a recursive table; none if this one's are simple
    /// to write out.
    pub(crate) fn own_tangle(&self, id: TableId) -> Option<&[TableId]> {
        let tangle = self.own_tangle.as_slice();
        tangle.contains(&id).then_some(tangle)
    }

    /// As much for rows that somebody else owns.
    pub(crate) fn others_tangle(&self, id: TableId) -> Option<&[TableId]> {
        let tangle = self.others_tangle.as_slice();
        tangle.contains(&id).then_some(tangle)
    }

    /// As much for rows seen.
    pub(crate) fn see_tangle(&self, id: TableId) -> Option<&[TableId]> {
        let tangle = self.see_tangle.as_slice();
        tangle.contains(&id).then_some(tangle)
    }

    /// Tables whose rows would have to be named in a recursive table, and have nothing to be named by.
    pub(crate) fn nameless(&self) -> &[TableId] {
        &self.nameless
    }

    /// Whether a row of the table has one owner at most.
    pub(crate) fn is_single(&self, id: TableId) -> bool {
        self.single.get(id) == Some(&true)
    }

    /// Whether the database itself sees to it that every row of the table has an owner.
    pub(crate) fn is_always_owned(&self, id: TableId) -> bool {
        self.always.get(id) == Some(&true)
    }
}

/// For each table whether rows of it are somebody's by themselves.
fn roots(ownership: &Ownership) -> Vec<bool> {
    let is_root = |node: &Node| {
        let mapped = node.mapped.as_ref();
        node.is_subject() || mapped.is_some_and(|mapped| !mapped.identities.is_empty())
    };
    ownership.tables.iter().map(is_root).collect()
}

/// For each table whether a link lets owners of other rows see rows of it.
fn first_seen(ownership: &Ownership, owned: &[bool]) -> Vec<bool> {
    let mut first = vec![false; owned.len()];
    for link in ownership.links.iter().filter(|link| !link.is_owning()) {
        if owned.get(link.source) == Some(&true)
            && let Some(seen) = first.get_mut(link.dependent)
        {
            *seen = true;
        }
    }
    first
}

fn own_hard(ownership: &Ownership, owned: &[bool], is_ring: &[bool]) -> Vec<bool> {
    let ways = |id: TableId, known: &[Option<usize>]| {
        let into = ownership.inward(id).map(|(_, link)| link);
        let mut into = into
            .filter(|link| link.is_owning() && owned.get(link.source) == Some(&true))
            .peekable();
        // People's own rows are bound as values.
        if into.peek().is_none() && ownership.tables.get(id).is_some_and(Node::is_subject) {
            return Some(0);
        }
        into.try_fold(1, |sum, link| Some(sum + (*known.get(link.source)?)?))
    };
    hard(owned, is_ring, ways)
}

fn others_hard(ownership: &Ownership, owned: &[bool]) -> Vec<bool> {
    let is_subject = |id: TableId| ownership.tables.get(id).is_some_and(Node::is_subject);
    let past_people = pairs(ownership, |link| {
        link.is_owning() && !is_subject(link.dependent)
    });
    let ways = |id: TableId, known: &[Option<usize>]| {
        if is_subject(id) {
            return Some(0);
        }
        let into = ownership.inward(id).map(|(_, link)| link);
        let mut into =
            into.filter(|link| link.is_owning() && owned.get(link.source) == Some(&true));
        into.try_fold(1, |sum, link| Some(sum + (*known.get(link.source)?)?))
    };
    hard(owned, &in_rings(owned.len(), &past_people), ways)
}

fn see_hard(ownership: &Ownership, owned: &[bool], seen: &[bool], is_ring: &[bool]) -> Vec<bool> {
    let ways = |id: TableId, known: &[Option<usize>]| {
        let mut into = ownership.inward(id).map(|(_, link)| link);
        into.try_fold(1, |sum, link| {
            let is_first = !link.is_owning() && owned.get(link.source) == Some(&true);
            let behind = match seen.get(link.source) {
                Some(true) => (*known.get(link.source)?)?,
                _ => 0,
            };
            Some(sum + usize::from(is_first) + behind)
        })
    };
    hard(seen, is_ring, ways)
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

/// For each table whether it leads back to itself.
fn in_rings(count: usize, pairs: &[(TableId, TableId)]) -> Vec<bool> {
    let is_ring = |start: TableId| {
        let mut reached = vec![false; count];
        for (source, dependent) in pairs {
            if *source == start
                && let Some(first) = reached.get_mut(*dependent)
            {
                *first = true;
            }
        }
        spread(&reached, pairs).get(start) == Some(&true)
    };
    (0..count).map(is_ring).collect()
}

/// For each table that is reached whether it has more ways to it than are written out, or lies in or behind a ring. `ways`
/// counts those of a table from those of the tables before it, where they are known.
fn hard(
    reached: &[bool],
    is_ring: &[bool],
    ways: impl Fn(TableId, &[Option<usize>]) -> Option<usize>,
) -> Vec<bool> {
    let count = reached.len();
    let mut known: Vec<Option<usize>> = vec![None; count];
    for _ in 0..count {
        for id in 0..count {
            let is_open = reached.get(id) == Some(&true) && is_ring.get(id) != Some(&true);
            let found = ways(id, &known).filter(|ways| is_open && *ways <= WRITTEN_OUT);
            if let Some(place) = known.get_mut(id) {
                *place = found;
            }
        }
    }
    let pairs = reached.iter().zip(&known);
    pairs
        .map(|(reached, known)| *reached && known.is_none())
        .collect()
}

/// A row always has an owner if it must lead to one, by a reference that the database vouches for.
fn always(ownership: &Ownership) -> Vec<bool> {
    let mut always: Vec<bool> = ownership.tables.iter().map(Node::is_subject).collect();
    for _ in 0..always.len() {
        for link in &ownership.links {
            let node = ownership.tables.get(link.dependent);
            let must = |column: &String| node.is_some_and(|node| !node.is_nullable(column));
            let is_led = link.is_owning()
                && link.is_declared
                && link.when.is_empty()
                && link.dependent_columns.iter().all(must)
                && always.get(link.source) == Some(&true);
            if let Some(place) = always.get_mut(link.dependent) {
                *place |= is_led;
            }
        }
    }
    always
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
