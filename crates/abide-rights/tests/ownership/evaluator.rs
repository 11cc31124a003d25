//! The rules of ownership, slowly and obviously: rows in memory, one at a time, until nothing changes. Shares no code with
//! the planner.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{Cells, Edge, Kind, TableErase, World};

pub type Id = (usize, usize);

/// A person: a row of a subject table, or an address somebody goes by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Row(Id),
    Mail(String),
}

pub struct Evaluator<'a> {
    pub world: &'a World,
    pub people: BTreeSet<Owner>,
    owners: BTreeMap<Id, BTreeSet<Owner>>,
    /// Rows that somebody else owns, otherwise than by way of the people's own rows of subject tables.
    others: BTreeSet<Id>,
    /// Rows that somebody on hold owns.
    held: BTreeSet<Id>,
}

/// The people whose rows of subject tables these are.
pub fn people(world: &World, subjects: &[Id]) -> BTreeSet<Owner> {
    let mut people = BTreeSet::new();
    for id in subjects {
        people.insert(Owner::Row(*id));
        let mail = world.rows[id]["mail"].clone().unwrap();
        people.insert(Owner::Mail(mail.to_lowercase()));
    }
    people
}

impl<'a> Evaluator<'a> {
    /// For the people whose rows of subject tables these are.
    pub fn new(world: &'a World, subjects: &[Id]) -> Self {
        Self::of_people(world, people(world, subjects))
    }

    /// The same, with a hold on these people.
    pub fn holding(mut self, held: &BTreeSet<Owner>) -> Self {
        let is_held = |owners: &BTreeSet<Owner>| owners.iter().any(|owner| held.contains(owner));
        let rows = self.owners.iter().filter(|(_, owners)| is_held(owners));
        self.held = rows.map(|(id, _)| *id).collect();
        self
    }

    /// For these people, whose rows may be gone.
    pub fn of_people(world: &'a World, people: BTreeSet<Owner>) -> Self {
        let mut owners: BTreeMap<Id, BTreeSet<Owner>> = BTreeMap::new();
        for (id, cells) in &world.rows {
            let table = &world.tables[id.0];
            let entry = owners.entry(*id).or_default();
            if table.subject {
                entry.insert(Owner::Row(*id));
            } else if table.named
                && let Some(mail) = &cells["mail"]
            {
                entry.insert(Owner::Mail(mail.to_lowercase()));
            }
        }
        let mut evaluator = Self {
            world,
            people,
            owners,
            others: BTreeSet::new(),
            held: BTreeSet::new(),
        };
        let is_person = |id: &Id| evaluator.people.contains(&Owner::Row(*id));
        let of_others =
            |owners: &BTreeSet<Owner>| owners.iter().any(|owner| !evaluator.people.contains(owner));
        let mut others: BTreeSet<Id> = BTreeSet::new();
        for (id, roots) in &evaluator.owners {
            if of_others(roots) {
                others.insert(*id);
            }
        }
        loop {
            let before = others.len();
            for (source, dependent, _, _) in evaluator.leads(Kind::owning) {
                if others.contains(&source) && !is_person(&dependent) {
                    others.insert(dependent);
                }
            }
            if others.len() == before {
                break;
            }
        }
        evaluator.others = others;
        loop {
            let before = evaluator.owners.clone();
            for (source, dependent, _, _) in evaluator.leads(Kind::owning) {
                let handed = evaluator.owners[&source].clone();
                evaluator.owners.get_mut(&dependent).unwrap().extend(handed);
            }
            if evaluator.owners == before {
                return evaluator;
            }
        }
    }

    /// Every pair of rows that a link leads between: from, to, and the table and place of the link.
    pub fn leads(&self, wanted: impl Fn(Kind) -> bool) -> Vec<(Id, Id, usize, usize)> {
        let mut leads = Vec::new();
        for (id, cells) in &self.world.rows {
            for (nth, link) in self.world.tables[id.0].links.iter().enumerate() {
                if link.kind == Kind::Refers || !wanted(link.kind) {
                    continue;
                }
                if link.when && cells[&format!("w{nth}")].as_deref() != Some("yes") {
                    continue;
                }
                let Some(value) = &cells[&format!("l{nth}")] else {
                    continue;
                };
                let there = (link.target, value.parse().unwrap());
                if !self.world.rows.contains_key(&there) {
                    continue;
                }
                if link.kind.pulls() {
                    leads.push((there, *id, id.0, nth));
                } else {
                    leads.push((*id, there, id.0, nth));
                }
            }
        }
        leads
    }

    pub fn owns(&self, id: &Id) -> bool {
        self.owners[id]
            .iter()
            .any(|owner| self.people.contains(owner))
    }

    fn is_sole(&self, id: &Id) -> bool {
        self.owns(id) && !self.others.contains(id)
    }

    /// Whether a row that stays would have to lead to one that goes.
    pub fn is_refused(&self) -> bool {
        let erased = self.erased();
        let is_dangling = |id: &Id| {
            let links = self.world.tables[id.0].links.iter().enumerate();
            let mut declared = links.filter(|(_, link)| link.declared);
            declared.any(
                |(nth, link)| match &self.world.rows[id][&format!("l{nth}")] {
                    Some(value) => !erased.contains_key(&(link.target, value.parse().unwrap())),
                    None => false,
                },
            )
        };
        if self.held.iter().any(is_dangling) {
            return true;
        }
        erased.iter().any(|(id, cells)| {
            let links = self.world.tables[id.0].links.iter().enumerate();
            let mut held = links.filter(|(_, link)| link.declared && !link.nullable);
            held.any(|(nth, _)| cells[&format!("l{nth}")].is_none())
        })
    }

    fn is_joint(&self, id: &Id) -> bool {
        self.owns(id) && !self.is_sole(id)
    }

    /// Rows seen, own ones included where they are reached so.
    fn seen(&self) -> BTreeSet<Id> {
        let mut seen: BTreeSet<Id> = BTreeSet::new();
        loop {
            let before = seen.len();
            for (source, dependent, table, nth) in self.leads(|_| true) {
                let is_access = !self.world.tables[table].links[nth].kind.owning();
                if seen.contains(&source) || (is_access && self.owns(&source)) {
                    seen.insert(dependent);
                }
            }
            if seen.len() == before {
                return seen;
            }
        }
    }

    /// Every row that the people are given, with `data` empty where a way to it hides that.
    pub fn access(&self) -> BTreeMap<Id, Cells> {
        let seen = self.seen();
        let mut given = BTreeMap::new();
        for (id, cells) in &self.world.rows {
            let own = self.owns(id);
            if !own && !seen.contains(id) {
                continue;
            }
            let mut cells = cells.clone();
            for (source, dependent, table, nth) in self.leads(|_| true) {
                let link = &self.world.tables[table].links[nth];
                if dependent != *id || !link.hides {
                    continue;
                }
                let is_way = if own {
                    link.kind.owning() && self.owns(&source)
                } else {
                    seen.contains(&source) || (!link.kind.owning() && self.owns(&source))
                };
                if is_way {
                    cells.insert("data".to_owned(), None);
                }
            }
            given.insert(*id, cells);
        }
        given
    }

    /// Every row after an erasure.
    pub fn erased(&self) -> BTreeMap<Id, Cells> {
        let mut rows = self.world.rows.clone();
        let mut gone: BTreeSet<Id> = BTreeSet::new();
        for (id, cells) in &mut rows {
            if self.held.contains(id) {
                continue;
            }
            if self.is_sole(id) {
                match self.world.tables[id.0].erase {
                    TableErase::Delete => drop(gone.insert(*id)),
                    TableErase::Anonymise => write(cells),
                    TableErase::Keep => {}
                    TableErase::Detach => {
                        if self.world.tables[id.0].named {
                            cells.insert("mail".to_owned(), None);
                        }
                    }
                }
            } else if self.is_joint(id)
                && let Some(Some(mail)) = cells.get("mail")
                && !self.world.tables[id.0].subject
                && self.people.contains(&Owner::Mail(mail.to_lowercase()))
            {
                cells.insert("mail".to_owned(), None);
            }
        }
        for (source, dependent, table, nth) in self.leads(|_| true) {
            let is_owning = self.world.tables[table].links[nth].kind.owning();
            let is_detached = is_owning && self.is_sole(&dependent) && self.owns(&source);
            if self.is_sole(&source) || is_detached {
                self.edge(dependent, table, nth, &mut rows, &mut gone);
            }
        }
        self.chains(&mut gone);
        self.orphans(&mut rows, &mut gone);
        rows.retain(|id, _| !gone.contains(id));
        self.cut(&mut rows, &gone);
        rows
    }

    /// What hangs on rows that an edge deletes, and on nothing else.
    fn orphans(&self, rows: &mut BTreeMap<Id, Cells>, gone: &mut BTreeSet<Id>) {
        let is_own =
            |id: &Id| self.is_sole(id) && self.world.tables[id.0].erase == TableErase::Delete;
        let mut by_edge: BTreeSet<Id> = gone.iter().copied().filter(|id| !is_own(id)).collect();
        loop {
            let mut orphans: BTreeSet<Id> = BTreeSet::new();
            for (source, dependent, _, _) in self.leads(Kind::owning) {
                let table = &self.world.tables[dependent.0];
                let is_named = table.named && self.world.rows[&dependent]["mail"].is_some();
                if by_edge.contains(&source)
                    && !gone.contains(&dependent)
                    && !table.subject
                    && !is_named
                {
                    orphans.insert(dependent);
                }
            }
            for (source, dependent, _, _) in self.leads(Kind::owning) {
                if !gone.contains(&source) {
                    orphans.remove(&dependent);
                }
            }
            let before = gone.len();
            for id in orphans.difference(&self.held).copied() {
                match self.world.tables[id.0].erase {
                    TableErase::Delete => {
                        gone.insert(id);
                        by_edge.insert(id);
                    }
                    TableErase::Anonymise => write(rows.get_mut(&id).unwrap()),
                    TableErase::Keep | TableErase::Detach => {}
                }
            }
            if gone.len() == before {
                return;
            }
        }
    }

    fn edge(
        &self,
        id: Id,
        table: usize,
        nth: usize,
        rows: &mut BTreeMap<Id, Cells>,
        gone: &mut BTreeSet<Id>,
    ) {
        if self.held.contains(&id) {
            return;
        }
        let link = &self.world.tables[table].links[nth];
        let erase = self.world.tables[id.0].erase;
        let name = format!("l{nth}");
        let cells = rows.get_mut(&id).unwrap();
        if link.kind.owning() && self.is_sole(&id) {
            if erase == TableErase::Detach && link.kind.pulls() {
                cells.insert(name, None);
            }
            return;
        }
        if !link.kind.owning() && self.is_sole(&id) && erase == TableErase::Delete {
            return;
        }
        let default = if link.kind.pulls() && link.nullable {
            Edge::Detach
        } else {
            Edge::Leave
        };
        match link.erase.unwrap_or(default) {
            Edge::Delete => drop(gone.insert(id)),
            Edge::Anonymise => write(cells),
            Edge::Detach => drop(cells.insert(name, None)),
            Edge::Leave => {}
        }
    }

    /// A row that is deleted because the one it hangs on is takes those along that hang on it by the same link.
    fn chains(&self, gone: &mut BTreeSet<Id>) {
        for (table, it) in self.world.tables.iter().enumerate() {
            for (nth, link) in it.links.iter().enumerate() {
                let is_chain = !link.kind.owning() && link.erase == Some(Edge::Delete);
                if !is_chain || link.target != table {
                    continue;
                }
                let mut chain: BTreeSet<Id> = BTreeSet::new();
                loop {
                    let before = chain.len();
                    for (source, dependent, at, place) in self.leads(|_| true) {
                        let is_this = (at, place) == (table, nth);
                        if is_this && (self.is_sole(&source) || chain.contains(&source)) {
                            chain.insert(dependent);
                        }
                    }
                    if chain.len() == before {
                        break;
                    }
                }
                let deleted = |id: &Id| {
                    let is_own = self.is_sole(id) && it.erase == TableErase::Delete;
                    !is_own && !self.held.contains(id)
                };
                gone.extend(chain.into_iter().filter(deleted));
            }
        }
    }

    /// Rows that stay lose declared references to rows that are gone.
    fn cut(&self, rows: &mut BTreeMap<Id, Cells>, gone: &BTreeSet<Id>) {
        for (id, cells) in rows.iter_mut().filter(|(id, _)| !self.held.contains(*id)) {
            for (nth, link) in self.world.tables[id.0].links.iter().enumerate() {
                let name = format!("l{nth}");
                let Some(value) = &cells[&name] else { continue };
                if link.declared && gone.contains(&(link.target, value.parse().unwrap())) {
                    cells.insert(name, None);
                }
            }
        }
    }
}

fn write(cells: &mut Cells) {
    cells.insert("data".to_owned(), Some("gone".to_owned()));
}
