//! The rules of ownership over real rows, slowly and obviously. Shares no code with whatever makes plans.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use abide_map::map::{
    Edge, EdgeErase, EdgeKind, Erase, Map, MappedTable, Overwrite, Replacement, Standing,
};
use abide_map::schema::{OnDelete, Schema, TypeClass};

use crate::dump::{Dump, Row};
use crate::rows::{place, table_of};

/// A row: the place of its table, and its own.
pub(crate) type Id = (usize, usize);

/// What a value is after an erasure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Same,
    Empty,
    Text(String),
    Unique,
}

/// An edge between tables, by places.
struct Link<'a> {
    edge: &'a Edge,
    here: usize,
}

impl Link<'_> {
    fn is_owning(&self) -> bool {
        matches!(self.edge.kind, EdgeKind::OwnedBy | EdgeKind::Owns)
    }

    fn is_pull(&self) -> bool {
        matches!(self.edge.kind, EdgeKind::OwnedBy | EdgeKind::AccessibleBy)
    }
}

/// Who has the first row has, or may see, the second.
struct Lead {
    source: Id,
    dependent: Id,
    link: usize,
}

/// One person, and whose every row is.
pub(crate) struct Rules<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) dump: &'a Dump,
    known: &'a [(String, String)],
    mapped: Vec<Option<&'a MappedTable>>,
    links: Vec<Link<'a>>,
    leads: Vec<Lead>,
    mine: BTreeSet<Id>,
    others: BTreeSet<Id>,
    /// Rows of subject tables that are the person.
    me: BTreeSet<Id>,
    /// The day before which nothing is kept, by the words of the map.
    now_year: i64,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        map: &'a Map,
        dump: &'a Dump,
        known: &'a [(String, String)],
    ) -> Self {
        let mapped: Vec<_> = schema
            .tables
            .iter()
            .map(|table| map.table(&table.name))
            .collect();
        let mut links = Vec::new();
        for (here, said) in mapped.iter().enumerate() {
            for edge in said.iter().flat_map(|said| &said.edges) {
                if edge.kind != EdgeKind::Refers {
                    links.push(Link { edge, here });
                }
            }
        }
        let mut rules = Self {
            schema,
            dump,
            known,
            mapped,
            links,
            leads: Vec::new(),
            mine: BTreeSet::new(),
            others: BTreeSet::new(),
            me: BTreeSet::new(),
            now_year: 2026,
        };
        rules.leads = rules.find_leads();
        rules.find_owners();
        rules
    }

    fn value(&self, (table, row): Id, column: &str) -> Option<&'a str> {
        let at = place(&self.schema.tables[table], column);
        self.dump[table][row][at].as_deref()
    }

    fn find_leads(&self) -> Vec<Lead> {
        let mut leads = Vec::new();
        for (nth, link) in self.links.iter().enumerate() {
            let there = table_of(self.schema, &link.edge.target.value);
            let target_columns: Vec<&str> = match link.edge.target_columns.as_slice() {
                [] => self.schema.tables[there]
                    .primary_key
                    .iter()
                    .map(String::as_str)
                    .collect(),
                given => given.iter().map(|name| name.value.as_str()).collect(),
            };
            let key = |id: Id, columns: &[&str]| -> Option<Vec<&'a str>> {
                columns.iter().map(|name| self.value(id, name)).collect()
            };
            let mut found: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
            for row in 0..self.dump[there].len() {
                if let Some(key) = key((there, row), &target_columns) {
                    found.entry(key).or_default().push(row);
                }
            }
            let columns: Vec<&str> = link
                .edge
                .columns
                .iter()
                .map(|name| name.value.as_str())
                .collect();
            for row in 0..self.dump[link.here].len() {
                let id = (link.here, row);
                let mut when = link.edge.when.iter();
                if !when.all(|when| self.value(id, &when.column.value) == Some(when.value.as_str()))
                {
                    continue;
                }
                let rows = key(id, &columns).and_then(|key| found.get(&key));
                for row in rows.into_iter().flatten() {
                    let (source, dependent) = if link.is_pull() {
                        ((there, *row), id)
                    } else {
                        (id, (there, *row))
                    };
                    leads.push(Lead {
                        source,
                        dependent,
                        link: nth,
                    });
                }
            }
        }
        leads
    }

    /// Whether the value is one that the person is known by; nothing if nobody can tell.
    fn names_me(&self, kind: &str, value: &str) -> Option<bool> {
        let mut known = self
            .known
            .iter()
            .filter(|(known, _)| known == kind)
            .peekable();
        known.peek()?;
        Some(
            known.any(|(_, known)| {
                known == value || kind == "email" && known.to_lowercase() == value
            }),
        )
    }

    fn find_owners(&mut self) {
        for (table, said) in self.mapped.iter().enumerate() {
            let Some(said) = said else { continue };
            for row in 0..self.dump[table].len() {
                let id = (table, row);
                let named = said.identities.iter().filter_map(|identity| {
                    let value = self.value(id, &identity.column.value)?;
                    self.names_me(&identity.kind.value, value)
                        .filter(|_| !value.is_empty())
                });
                let named: Vec<bool> = named.collect();
                if said.standing == Standing::Subject {
                    if named.contains(&true) {
                        self.me.insert(id);
                        self.mine.insert(id);
                    } else {
                        self.others.insert(id);
                    }
                    continue;
                }
                if named.contains(&true) {
                    self.mine.insert(id);
                }
                if named.contains(&false) {
                    self.others.insert(id);
                }
            }
        }
        loop {
            let before = self.mine.len() + self.others.len();
            for lead in self
                .leads
                .iter()
                .filter(|lead| self.links[lead.link].is_owning())
            {
                if self.mine.contains(&lead.source) {
                    self.mine.insert(lead.dependent);
                }
                if self.others.contains(&lead.source) {
                    self.others.insert(lead.dependent);
                }
            }
            if self.mine.len() + self.others.len() == before {
                return;
            }
        }
    }

    pub(crate) fn is_sole(&self, id: &Id) -> bool {
        self.mine.contains(id) && (self.me.contains(id) || !self.others.contains(id))
    }

    /// Rows that only the person owns, and that of others too.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let sole = self.mine.iter().filter(|id| self.is_sole(id)).count();
        (sole, self.mine.len() - sole)
    }

    /// Whether an erasure takes a value of a row of the person's own away.
    pub(crate) fn is_erased(&self, id: &Id, column: &str) -> bool {
        let written = |given: &[Overwrite]| {
            given
                .iter()
                .any(|overwrite| overwrite.column.value == column)
        };
        self.is_sole(id)
            && match self.mapped[id.0].map(|said| &said.erase) {
                Some(Erase::Delete) => true,
                Some(Erase::Anonymise(given)) => written(given),
                Some(Erase::Keep(keep)) => written(&keep.overwrites),
                _ => false,
            }
    }

    fn seen(&self) -> BTreeSet<Id> {
        let mut seen: BTreeSet<Id> = BTreeSet::new();
        loop {
            let before = seen.len();
            for lead in &self.leads {
                let is_first =
                    !self.links[lead.link].is_owning() && self.mine.contains(&lead.source);
                if is_first || seen.contains(&lead.source) {
                    seen.insert(lead.dependent);
                }
            }
            if seen.len() == before {
                return seen;
            }
        }
    }

    /// Every row that the person is given, by table, with the columns that are hidden left out.
    pub(crate) fn access(&self) -> BTreeMap<usize, Vec<BTreeMap<&'a str, String>>> {
        let seen = self.seen();
        let mut hidden: BTreeMap<Id, BTreeSet<&str>> = BTreeMap::new();
        for lead in &self.leads {
            let (link, own) = (&self.links[lead.link], self.mine.contains(&lead.dependent));
            let from_mine = self.mine.contains(&lead.source);
            let is_way = if own {
                link.is_owning() && from_mine
            } else {
                seen.contains(&lead.source) || (!link.is_owning() && from_mine)
            };
            if is_way {
                let columns = link
                    .edge
                    .hides
                    .iter()
                    .map(|hidden| hidden.column.value.as_str());
                hidden.entry(lead.dependent).or_default().extend(columns);
            }
        }
        let mut given: BTreeMap<usize, Vec<BTreeMap<&str, String>>> = BTreeMap::new();
        for id in self.mine.union(&seen) {
            let table = &self.schema.tables[id.0];
            let always = self.mapped[id.0].map_or(&[][..], |said| said.hides.as_slice());
            let none = BTreeSet::new();
            let hidden = hidden.get(id).unwrap_or(&none);
            let row = &self.dump[id.0][id.1];
            let cells = table.columns.iter().zip(row).filter_map(|(column, cell)| {
                let name = column.name.as_str();
                let is_hidden = hidden.contains(name)
                    || always.iter().any(|hidden| hidden.column.value == name);
                Some((name, cell.clone().filter(|_| !is_hidden)?))
            });
            given.entry(id.0).or_default().push(cells.collect());
        }
        given
    }

    /// What becomes of every row; nothing for those that go.
    pub(crate) fn erased(&self) -> Vec<Vec<Option<Vec<Cell>>>> {
        let same = |table: usize| vec![Cell::Same; self.schema.tables[table].columns.len()];
        let tables = self.dump.iter().enumerate();
        let mut after: Vec<Vec<Option<Vec<Cell>>>> = tables
            .map(|(table, rows)| rows.iter().map(|_| Some(same(table))).collect())
            .collect();
        let mut gone: BTreeSet<Id> = BTreeSet::new();
        for id in &self.mine {
            let cells = after[id.0][id.1].as_mut().unwrap();
            if self.is_sole(id) {
                self.erase_own(*id, cells, &mut gone);
            } else if !self.is_subject(*id) {
                self.empty_identities(*id, cells, true);
            }
        }
        for lead in &self.leads {
            let is_owning = self.links[lead.link].is_owning();
            let is_detached =
                is_owning && self.is_sole(&lead.dependent) && self.mine.contains(&lead.source);
            if self.is_sole(&lead.source) || is_detached {
                let cells = after[lead.dependent.0][lead.dependent.1].as_mut().unwrap();
                self.edge(lead, cells, &mut gone);
            }
        }
        self.cascade(&mut gone);
        for id in &gone {
            after[id.0][id.1] = None;
        }
        self.cut(&mut after, &gone);
        after
    }

    fn is_subject(&self, id: Id) -> bool {
        self.mapped[id.0].is_some_and(|said| said.standing == Standing::Subject)
    }

    fn erase_own(&self, id: Id, cells: &mut [Cell], gone: &mut BTreeSet<Id>) {
        match self.mapped[id.0].map(|said| &said.erase) {
            Some(Erase::Delete) => drop(gone.insert(id)),
            Some(Erase::Anonymise(given)) => self.write(id, given, cells),
            Some(Erase::Keep(keep)) => {
                let until = keep.until.as_ref().zip(keep.from.as_ref());
                let is_over =
                    until.is_some_and(|(until, from)| self.is_older(id, &from.value, &until.value));
                if is_over {
                    gone.insert(id);
                } else {
                    self.write(id, &keep.overwrites, cells);
                }
            }
            Some(Erase::Detach) => self.empty_identities(id, cells, false),
            _ => panic!("undecided"),
        }
    }

    /// Whether a row is older than `10 years`. The rows of these tests keep away from the very day.
    fn is_older(&self, id: Id, column: &str, length: &str) -> bool {
        let years: i64 = length.split(' ').next().unwrap().parse().unwrap();
        let Some(moment) = self.value(id, column) else {
            return false;
        };
        let number: Option<i64> = moment.parse().ok();
        match number {
            Some(milliseconds) => milliseconds / 1000 < 1_795_000_000 - years * 31_557_600,
            None => moment < format!("{}-11-18", self.now_year - years).as_str(),
        }
    }

    fn write(&self, id: Id, given: &[Overwrite], cells: &mut [Cell]) {
        for overwrite in given {
            let at = place(&self.schema.tables[id.0], &overwrite.column.value);
            cells[at] = match &overwrite.with {
                Replacement::Empty => Cell::Empty,
                Replacement::Text(text) => Cell::Text(text.clone()),
                Replacement::Unique => Cell::Unique,
            };
        }
    }

    fn empty_identities(&self, id: Id, cells: &mut [Cell], only_mine: bool) {
        for identity in self.mapped[id.0].iter().flat_map(|said| &said.identities) {
            let value = self.value(id, &identity.column.value);
            let is_mine =
                value.is_some_and(|value| self.names_me(&identity.kind.value, value) == Some(true));
            if is_mine || !only_mine {
                cells[place(&self.schema.tables[id.0], &identity.column.value)] = Cell::Empty;
            }
        }
    }

    /// The columns of a pull that may hold nothing.
    fn cuttable(&self, link: &Link<'_>, id: Id) -> Vec<usize> {
        if !link.is_pull() {
            return Vec::new();
        }
        let table = &self.schema.tables[id.0];
        let columns = link
            .edge
            .columns
            .iter()
            .map(|name| place(table, &name.value));
        columns.filter(|at| table.columns[*at].nullable).collect()
    }

    fn edge(&self, lead: &Lead, cells: &mut [Cell], gone: &mut BTreeSet<Id>) {
        let (link, id) = (&self.links[lead.link], lead.dependent);
        let erase = self.mapped[id.0].map(|said| &said.erase);
        let cuttable = self.cuttable(link, id);
        if link.is_owning() && self.is_sole(&id) {
            if erase == Some(&Erase::Detach) {
                cuttable.iter().for_each(|at| cells[*at] = Cell::Empty);
            }
            return;
        }
        if self.is_sole(&id) && gone.contains(&id) {
            return;
        }
        match &link.edge.erase {
            Some(EdgeErase::Delete) => drop(gone.insert(id)),
            Some(EdgeErase::Anonymise(given)) => self.write(id, given, cells),
            Some(EdgeErase::Leave) => {}
            Some(EdgeErase::Detach) | None => {
                cuttable.iter().for_each(|at| cells[*at] = Cell::Empty)
            }
        }
    }

    /// What the database itself deletes with rows that go.
    fn cascade(&self, gone: &mut BTreeSet<Id>) {
        loop {
            let before = gone.len();
            for (table, row, key, target) in self.declared() {
                let is_cascade =
                    self.schema.tables[table].foreign_keys[key].on_delete == OnDelete::Cascade;
                if is_cascade && gone.contains(&target) {
                    gone.insert((table, row));
                }
            }
            if gone.len() == before {
                return;
            }
        }
    }

    /// Rows that stay lose declared references to rows that go.
    fn cut(&self, after: &mut [Vec<Option<Vec<Cell>>>], gone: &BTreeSet<Id>) {
        for (table, row, key, target) in self.declared() {
            let Some(cells) = after[table][row]
                .as_mut()
                .filter(|_| gone.contains(&target))
            else {
                continue;
            };
            let it = &self.schema.tables[table];
            for name in &it.foreign_keys[key].columns {
                let at = place(it, name);
                if it.columns[at].nullable && !it.primary_key.contains(name) {
                    cells[at] = Cell::Empty;
                }
            }
        }
    }

    /// Every declared reference that leads somewhere: table, row, number of the key, and where.
    fn declared(&self) -> Vec<(usize, usize, usize, Id)> {
        let mut all = Vec::new();
        for (table, it) in self.schema.tables.iter().enumerate() {
            for (nth, key) in it.foreign_keys.iter().enumerate() {
                let there = table_of(self.schema, &key.target);
                let target = &self.schema.tables[there];
                let (mine, theirs): (Vec<usize>, Vec<usize>) = (
                    key.columns.iter().map(|name| place(it, name)).collect(),
                    key.target_columns
                        .iter()
                        .map(|name| place(target, name))
                        .collect(),
                );
                let pick = |row: &Row, at: &[usize]| -> Option<Vec<String>> {
                    at.iter().map(|at| row[*at].clone()).collect()
                };
                let rows = self.dump[there].iter().enumerate();
                let rows: HashMap<_, _> = rows
                    .filter_map(|(row, it)| Some((pick(it, &theirs)?, row)))
                    .collect();
                for (row, it) in self.dump[table].iter().enumerate() {
                    if let Some(found) = pick(it, &mine).and_then(|key| rows.get(&key)) {
                        all.push((table, row, nth, (there, *found)));
                    }
                }
            }
        }
        all
    }
}

/// Whether a value is what it should be after an erasure.
pub(crate) fn is_right(
    class: TypeClass,
    cell: &Cell,
    before: Option<&str>,
    after: Option<&str>,
) -> bool {
    match cell {
        Cell::Same => before == after,
        Cell::Text(text) => after == Some(text.as_str()) || text.starts_with(after.unwrap_or("?")),
        Cell::Unique => {
            after.is_some_and(|text| text.starts_with("erased-") && Some(text) != before)
        }
        Cell::Empty => match after {
            None => true,
            Some(text) => match class {
                TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => {
                    text.parse::<f64>() == Ok(0.0)
                }
                TypeClass::Text | TypeClass::Binary => text.is_empty(),
                TypeClass::Date => text == "1970-01-01",
                TypeClass::Timestamp => text.starts_with("1970-01-02"),
                TypeClass::Uuid => text.starts_with("00000000-"),
                TypeClass::Boolean => ["0", "f", "false"].contains(&text),
                _ => true,
            },
        },
    }
}
