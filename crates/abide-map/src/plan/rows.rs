//! Which rows are somebody's, as conditions: the rules of ownership turned into questions a database can answer.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::known::known_in;
use super::predicate::{Goes, Pred, Ring, Source};
use super::same::Fold;
use super::spelling::spellings;
use super::{KnownAs, Row, Subjects};
use crate::map::{Erase, Identity, Overwrite, Replacement};
use crate::ownership::{Link, Node, Ownership, Reach, TableId};
use crate::schema::Dialect;
use crate::statement::Value;

/// Where ownership starts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Roots<'a> {
    /// At people.
    People(&'a Subjects),
    /// At the rows of one table whose time is over.
    Due(TableId, &'a Pred),
    /// At nobody: every person counts as somebody else. A row that others own here is owned by anyone at all, and what is
    /// left over has no owner.
    Nobody,
    /// The same, but for people of whom an erasure has left only a row that names nobody: an order whose account says
    /// `erased-…` belongs to nobody who lives.
    Living,
}

/// Answers whose rows are.
pub(crate) struct Rows<'a> {
    pub(crate) ownership: &'a Ownership,
    pub(crate) reach: &'a Reach,
    pub(crate) roots: Roots<'a>,
    /// Tables whose own rows are noted in a table of keys, which is read instead.
    pub(crate) noted: BTreeSet<TableId>,
    /// Tables that triggers write meanwhile: what leads to their rows is noted, and their rows are found by it.
    pub(crate) late: BTreeSet<TableId>,
    /// What has been worked out already: every table of a tangle asks for the same.
    own_ring: OnceCell<Option<Rc<Ring>>>,
    others_ring: OnceCell<Option<Rc<Ring>>>,
    see_ring: OnceCell<Option<Rc<Ring>>>,
    known: OnceCell<Vec<KnownAs>>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(ownership: &'a Ownership, reach: &'a Reach, roots: Roots<'a>) -> Self {
        Self {
            ownership,
            reach,
            roots,
            noted: BTreeSet::new(),
            late: BTreeSet::new(),
            own_ring: OnceCell::new(),
            others_ring: OnceCell::new(),
            see_ring: OnceCell::new(),
            known: OnceCell::new(),
        }
    }

    /// The same rows, with those of these tables read from tables of keys.
    pub(crate) fn with_noted(&self, noted: BTreeSet<TableId>, late: BTreeSet<TableId>) -> Self {
        let mut rows = Self::new(self.ownership, self.reach, self.roots);
        rows.noted = noted;
        rows.late = late;
        rows
    }

    /// Rows of the person's own.
    pub(crate) fn own(&self, id: TableId) -> Pred {
        if let Some(noted) = self.noted_keys(id, Pred::Always) {
            return noted;
        }
        if let (Roots::Due(table, due), true) = (self.roots, self.is_due(id)) {
            return if table == id {
                due.clone()
            } else {
                Pred::Never
            };
        }
        let tangle = self.reach.own_tangle(id);
        match tangle.filter(|_| !self.late.contains(&id)) {
            Some(members) => reached(self.own_ring(members), id),
            None => Pred::any(
                std::iter::once(self.root(id))
                    .chain(self.owning(id).map(|(_, link)| self.owned_by(link))),
            ),
        }
    }

    /// Rows of the person's own that no one else owns. A person's own row of a subject table is one, whoever else owns it.
    pub(crate) fn sole(&self, id: TableId) -> Pred {
        if let Some(noted) = self.noted_keys(id, Pred::Sole) {
            return noted;
        }
        if self.is_subject(id) && matches!(self.roots, Roots::People(_)) {
            return self.root(id);
        }
        let own = self.own(id);
        match self.others(id) {
            Pred::Never => own,
            others => Pred::any([self.root_of_sole(id), Pred::all([own, Pred::not(others)])]),
        }
    }

    /// Rows of the person's own that someone else owns too.
    pub(crate) fn joint(&self, id: TableId) -> Pred {
        if let Some(noted) = self.noted_keys(id, Pred::Joint) {
            return noted;
        }
        match self.others(id) {
            Pred::Never => Pred::Never,
            others => Pred::all([self.own(id), others, Pred::not(self.root_of_sole(id))]),
        }
    }

    /// Rows that this link leads to from rows of the person's own.
    pub(crate) fn owned_by(&self, link: &Link) -> Pred {
        let source = link.source;
        if self.noted.contains(&source) {
            return lead(link, Source::Noted(source), Pred::Always);
        }
        if self.is_plain(source) && (link.is_pull() || link.when.is_empty()) {
            return self.found_by(link);
        }
        self.through(link, self.own(source))
    }

    /// Rows that this link leads to from the people's rows that were found.
    fn found_by(&self, link: &Link) -> Pred {
        let keys = self.keys(link.source, &link.source_columns);
        Pred::all([when(link), Pred::among(&link.dependent_columns, keys)])
    }

    /// Rows that this link leads to from rows that no one else owns. What hangs on a row that stays with someone is that
    /// one's business: the person's own pointer stands in the row that stays.
    pub(crate) fn left_by(&self, link: &Link) -> Pred {
        let source = link.source;
        if self.noted.contains(&source) {
            return lead(link, Source::Noted(source), Pred::Sole);
        }
        let is_found = self.is_subject(source) && matches!(self.roots, Roots::People(_));
        if is_found && (link.is_pull() || link.when.is_empty()) {
            return self.found_by(link);
        }
        self.through(link, self.sole(source))
    }

    /// Rows that this link leads to from rows that no one else owns and, where it leads to its own table, from those in
    /// turn: what becomes of a row when the one it hangs on is deleted.
    pub(crate) fn chained_by(&self, place: usize, link: &Link) -> Pred {
        let first = self.left_by(link);
        let has_key = self
            .ownership
            .tables
            .get(link.source)
            .is_some_and(|node| !node.key.is_empty());
        if link.source != link.dependent || !has_key || first == Pred::Never {
            return first;
        }
        let ring = Ring {
            members: vec![link.source],
            starts: vec![(0, first)],
            steps: vec![(place, 0, 0)],
            goes: Goes::Forward,
            within: None,
        };
        Pred::Ring(Rc::new(ring), 0)
    }

    /// Rows that this link leads to from rows that the person may see.
    pub(crate) fn seen_by(&self, link: &Link) -> Pred {
        self.through(link, self.seen(link.source))
    }

    /// Rows that the person may see by way of at least one `accessible-by` or `accesses`. Rows of the person's own may be
    /// among them.
    pub(crate) fn seen(&self, id: TableId) -> Pred {
        if !self.reach.is_seen(id) {
            return Pred::Never;
        }
        match self.reach.see_tangle(id) {
            Some(members) => reached(self.see_ring(members), id),
            None => Pred::any(self.ways_to_see(id).into_iter().map(|(_, way)| way)),
        }
    }

    /// The ways by which a person may see rows, each with the link it ends in.
    pub(crate) fn ways_to_see(&self, id: TableId) -> Vec<(&'a Link, Pred)> {
        let mut ways = Vec::new();
        for (_, link) in self.ownership.inward(id) {
            let mut parts = Vec::new();
            if !link.is_owning() {
                parts.push(self.owned_by(link));
            }
            if self.reach.is_seen(link.source) {
                parts.push(self.seen_by(link));
            }
            let way = Pred::any(parts);
            if way != Pred::Never {
                ways.push((link, way));
            }
        }
        ways
    }

    /// The ways by which rows are a person's own, each with the link it ends in; none for the roots.
    pub(crate) fn ways_to_own(&self, id: TableId) -> Vec<(Option<&'a Link>, Pred)> {
        let links = self
            .owning(id)
            .map(|(_, link)| (Some(link), self.owned_by(link)));
        std::iter::once((None, self.root(id)))
            .chain(links)
            .filter(|(_, way)| *way != Pred::Never)
            .collect()
    }

    /// Rows that name the people in a column of identifiers.
    pub(crate) fn named(&self, node: &Node, identity: &Identity) -> Pred {
        let column = identity.column.value.clone();
        match (self.identifiers(node, identity), self.fold(node, identity)) {
            (values, _) if values.is_empty() => Pred::Never,
            (values, Some(fold)) => Pred::AmongFolded(fold, column, values),
            (values, None) => Pred::Among(vec![column], values),
        }
    }

    /// Rows that name somebody else there. Where none was brought of that kind, those count that the source knows the people
    /// by; where it knows none either, nobody can tell whether a value is the same person's.
    fn named_otherwise(&self, node: &Node, identity: &Identity) -> Pred {
        let column = &identity.column.value;
        let mut values = self.identifiers(node, identity);
        if values.is_empty()
            && let Roots::People(subjects) = self.roots
        {
            let known = self
                .known
                .get_or_init(|| known_in(self.ownership, subjects));
            values = spellings(node, identity, known);
        }
        let outside = match (values, self.fold(node, identity)) {
            (values, _) if values.is_empty() => return Pred::Never,
            (values, Some(fold)) => Pred::OutsideFolded(fold, column.clone(), values),
            (values, None) => Pred::Outside(vec![column.clone()], values),
        };
        Pred::all([Pred::Filled(column.clone()), outside])
    }

    fn fold(&self, node: &Node, identity: &Identity) -> Option<Fold> {
        Fold::of(self.ownership.dialect, node, identity)
    }

    /// Values that were brought, as they may stand in a column of identifiers.
    fn identifiers(&self, node: &Node, identity: &Identity) -> Vec<Row> {
        let Roots::People(subjects) = self.roots else {
            return Vec::new();
        };
        spellings(node, identity, &subjects.identities.0)
    }

    fn noted_keys(&self, id: TableId, filter: Pred) -> Option<Pred> {
        let node = self.ownership.tables.get(id)?;
        if !self.noted.contains(&id) || node.key.is_empty() {
            return None;
        }
        Some(Pred::leads(&node.key, &node.key, Source::Noted(id), filter))
    }

    /// Links that hand on ownership from tables in which people have rows.
    fn owning(&self, id: TableId) -> impl Iterator<Item = (usize, &'a Link)> {
        self.ownership
            .inward(id)
            .filter(|(_, link)| link.is_owning() && self.reach.is_live(link.source))
    }

    /// In a sweep nothing leads to the rows that are due: they are.
    pub(crate) fn is_due(&self, id: TableId) -> bool {
        matches!(self.roots, Roots::Due(table, _) if table == id)
    }

    /// Whether the table's own rows are exactly the people's rows that were found.
    fn is_plain(&self, id: TableId) -> bool {
        let Roots::People(_) = self.roots else {
            return false;
        };
        self.is_subject(id) && self.owning(id).next().is_none()
    }

    fn is_subject(&self, id: TableId) -> bool {
        self.ownership.tables.get(id).is_some_and(Node::is_subject)
    }

    fn keys(&self, id: TableId, columns: &[String]) -> Vec<Row> {
        match (self.roots, self.ownership.tables.get(id)) {
            (Roots::People(subjects), Some(node)) => subjects.keys(&node.table.name, columns),
            _ => Vec::new(),
        }
    }

    /// Rows that are the person's by themselves.
    fn root(&self, id: TableId) -> Pred {
        let (Roots::People(_), Some(node)) = (self.roots, self.ownership.tables.get(id)) else {
            return Pred::Never;
        };
        if node.is_subject() {
            return Pred::among(&node.key, self.keys(id, &node.key));
        }
        let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
        Pred::any(identities.map(|identity| self.named(node, identity)))
    }

    fn root_of_sole(&self, id: TableId) -> Pred {
        if self.is_subject(id) {
            self.root(id)
        } else {
            Pred::Never
        }
    }

    /// Rows that somebody else owns, whether or not the person does; nothing where a row has one owner at most.
    fn others(&self, id: TableId) -> Pred {
        if self.reach.is_single(id) || self.is_due(id) {
            return Pred::Never;
        }
        self.of_others(id)
    }

    /// Rows that somebody else owns, whether or not the person does, otherwise than by way of the person.
    pub(crate) fn of_others(&self, id: TableId) -> Pred {
        if let Roots::Due(table, due) = self.roots
            && table == id
        {
            return Pred::not(due.clone());
        }
        // A person's row is nobody else's, and nobody owns by way of it what hangs on it.
        if self.is_subject(id) {
            return self.others_root(id);
        }
        match self.reach.others_tangle(id) {
            Some(members) => reached(self.others_ring(members), id),
            None => Pred::any(
                std::iter::once(self.others_root(id))
                    .chain(self.owning(id).map(|(_, link)| self.owned_by_others(link))),
            ),
        }
    }

    fn others_root(&self, id: TableId) -> Pred {
        let Some(node) = self.ownership.tables.get(id) else {
            return Pred::Never;
        };
        let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
        let Roots::People(_) = self.roots else {
            return match (node.is_subject(), self.roots) {
                (true, Roots::Living) => self.living(node),
                (true, _) => Pred::Always,
                _ => Pred::any(identities.map(|it| Pred::Filled(it.column.value.clone()))),
            };
        };
        if node.is_subject() {
            return outside(&node.key, self.keys(id, &node.key));
        }
        Pred::any(identities.map(|identity| self.named_otherwise(node, identity)))
    }

    /// Rows of a subject table that no erasure has overwritten. Without a mark that no row has by itself nobody can tell,
    /// and every row counts as somebody's.
    fn living(&self, node: &Node) -> Pred {
        let Some(mapped) = &node.mapped else {
            return Pred::Always;
        };
        let given = match &mapped.erase {
            Erase::Anonymise(given) => given.as_slice(),
            Erase::Keep(keep) => keep.overwrites.as_slice(),
            _ => &[],
        };
        let is_mark = |overwrite: &&Overwrite| {
            let mut names = mapped.identities.iter().map(|it| &it.column.value);
            overwrite.with != Replacement::Empty
                || names.any(|name| *name == overwrite.column.value)
        };
        let marks = given.iter().filter(is_mark);
        let marks: Vec<(String, Replacement)> = marks
            .map(|mark| (mark.column.value.clone(), mark.with.clone()))
            .collect();
        match marks.is_empty() {
            true => Pred::Always,
            false => Pred::Unwritten(marks),
        }
    }

    fn owned_by_others(&self, link: &Link) -> Pred {
        let source = link.source;
        let key = self.ownership.tables.get(source).map(|node| &node.key);
        // Where the database vouches for the reference, whoever is named there exists.
        if link.is_declared
            && matches!(self.roots, Roots::People(_))
            && self.is_subject(source)
            && link.source_columns.len() == 1
            && key == Some(&link.source_columns)
        {
            let keys = self.keys(source, &link.source_columns);
            return Pred::all([when(link), outside(&link.dependent_columns, keys)]);
        }
        self.through(link, self.of_others(source))
    }

    /// Rows that a link leads to from the rows of its source for which the condition holds.
    fn through(&self, link: &Link, from: Pred) -> Pred {
        if from == Pred::Never {
            return Pred::Never;
        }
        lead(link, Source::Table(link.source), from)
    }

    fn own_ring(&self, members: &[TableId]) -> Option<&Rc<Ring>> {
        let starts = |member: TableId| {
            if let (Roots::Due(table, due), true) = (self.roots, self.is_due(member))
                && table == member
            {
                return due.clone();
            }
            let outside = self
                .owning(member)
                .filter(|(_, link)| !members.contains(&link.source));
            Pred::any(
                std::iter::once(self.root(member))
                    .chain(outside.map(|(_, link)| self.owned_by(link))),
            )
        };
        // In a sweep only what is due is due, whatever hangs on it in the same table.
        let follows = |link: &Link| link.is_owning() && !self.is_due(link.dependent);
        let ring = self.own_ring.get_or_init(|| {
            let ring = self.ring(members, &starts, follows)?;
            Some(Rc::new(ring))
        });
        ring.as_ref()
    }

    fn others_ring(&self, members: &[TableId]) -> Option<&Rc<Ring>> {
        let starts = |member: TableId| {
            if self.is_subject(member) || self.is_due(member) {
                return self.of_others(member);
            }
            let outside = self
                .owning(member)
                .filter(|(_, link)| !members.contains(&link.source));
            Pred::any(
                std::iter::once(self.others_root(member))
                    .chain(outside.map(|(_, link)| self.owned_by_others(link))),
            )
        };
        let follows = |link: &Link| {
            link.is_owning() && !self.is_subject(link.dependent) && !self.is_due(link.dependent)
        };
        let ring = self.others_ring.get_or_init(|| {
            let mut ring = self.ring(members, &starts, follows)?;
            if let Some(near) = self.near(&ring) {
                let near = Rc::new(near);
                for (place, start) in &mut ring.starts {
                    let near = Pred::Ring(Rc::clone(&near), *place);
                    *start = Pred::all([start.clone(), near]);
                }
                ring.within = Some(near);
            }
            Some(Rc::new(ring))
        });
        ring.as_ref()
    }

    /// Rows from which rows of the person's own are reached: only there is it looked for others, whose rows may be
    /// millions. Ann's comment answers Bob's, which answers Cem's: to know that Bob and Cem own hers too, one goes from her
    /// comment back to theirs, and not from every comment forward. Nothing where it is asked about other rows than the
    /// person's own, and in MariaDB, which would work it out anew for every step.
    fn near(&self, all: &Ring) -> Option<Ring> {
        let leads_out = |link: &Link| {
            link.is_owning()
                && all.members.contains(&link.source)
                && !all.members.contains(&link.dependent)
                && !self.is_subject(link.dependent)
        };
        if matches!(self.roots, Roots::Nobody | Roots::Living)
            || self.ownership.dialect == Dialect::Mariadb
            || self.ownership.links.iter().any(leads_out)
        {
            return None;
        }
        let own = all.members.iter().enumerate();
        let own = own.map(|(place, member)| (place, self.own(*member)));
        let starts: Vec<(usize, Pred)> = own.filter(|(_, own)| *own != Pred::Never).collect();
        let steps = all.steps.iter().map(|(link, from, to)| (*link, *to, *from));
        (!starts.is_empty()).then(|| Ring {
            members: all.members.clone(),
            starts,
            steps: steps.collect(),
            goes: Goes::Back,
            within: None,
        })
    }

    fn see_ring(&self, members: &[TableId]) -> Option<&Rc<Ring>> {
        let starts = |member: TableId| {
            let mut parts = Vec::new();
            for (_, link) in self.ownership.inward(member) {
                if !link.is_owning() && self.reach.is_live(link.source) {
                    parts.push(self.owned_by(link));
                }
                if !members.contains(&link.source) && self.reach.is_seen(link.source) {
                    parts.push(self.seen_by(link));
                }
            }
            Pred::any(parts)
        };
        let ring = self.see_ring.get_or_init(|| {
            let ring = self.ring(members, &starts, |_| true)?;
            Some(Rc::new(ring))
        });
        ring.as_ref()
    }

    fn ring(
        &self,
        members: &[TableId],
        starts: &dyn Fn(TableId) -> Pred,
        follows: impl Fn(&Link) -> bool,
    ) -> Option<Ring> {
        let place = |table: TableId| members.iter().position(|member| *member == table);
        let found: Vec<(usize, Pred)> = members
            .iter()
            .enumerate()
            .map(|(place, member)| (place, starts(*member)))
            .filter(|(_, start)| *start != Pred::Never)
            .collect();
        if found.is_empty() {
            return None;
        }
        let steps = self.ownership.links.iter().enumerate();
        let steps = steps
            .filter(|(_, link)| follows(link))
            .filter_map(|(at, link)| Some((at, place(link.source)?, place(link.dependent)?)));
        Some(Ring {
            members: members.to_vec(),
            starts: found,
            steps: steps.collect(),
            goes: Goes::Forward,
            within: None,
        })
    }
}

/// Rows of the table that the ring reaches.
fn reached(ring: Option<&Rc<Ring>>, id: TableId) -> Pred {
    let Some(ring) = ring else { return Pred::Never };
    match ring.members.iter().position(|member| *member == id) {
        Some(place) => Pred::Ring(Rc::clone(ring), place),
        None => Pred::Never,
    }
}

/// Rows that a link leads to from these rows of its source.
pub(crate) fn lead(link: &Link, source: Source, from: Pred) -> Pred {
    let (here, there) = if link.is_pull() {
        (when(link), Pred::Always)
    } else {
        (Pred::Always, when(link))
    };
    let filter = Pred::all([there, from]);
    let leads = Pred::leads(
        &link.dependent_columns,
        &link.source_columns,
        source,
        filter,
    );
    Pred::all([here, leads])
}

/// Rows of its source from which a link leads to these rows.
pub(crate) fn lead_back(link: &Link, to: Pred) -> Pred {
    let (here, there) = if link.is_pull() {
        (Pred::Always, when(link))
    } else {
        (when(link), Pred::Always)
    };
    let leads = Pred::leads(
        &link.source_columns,
        &link.dependent_columns,
        Source::Table(link.dependent),
        Pred::all([there, to]),
    );
    Pred::all([here, leads])
}

/// The conditions of an edge.
pub(crate) fn when(link: &Link) -> Pred {
    Pred::all(link.when.iter().map(|condition| {
        Pred::Equals(
            condition.column.value.clone(),
            Value::text(&condition.value),
        )
    }))
}

/// The columns hold something, and it is none of these.
fn outside(columns: &[String], rows: Vec<Row>) -> Pred {
    if rows.is_empty() {
        return Pred::all(columns.iter().cloned().map(Pred::Present));
    }
    Pred::Outside(columns.to_vec(), rows)
}
