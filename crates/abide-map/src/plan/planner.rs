//! From people to statements: what a plan is made of, for each thing that can be done. Runs nothing.

use std::collections::BTreeMap;

use abide_policy::diagnostic::Findings;
use jiff::Timestamp;

use super::erase::Eraser;
use super::known::{keys_left, known_in};
use super::predicate::Pred;
use super::render::Writer;
use super::rows::{Roots, Rows};
use super::{
    Correction, Doing, Effect, Held, Hold, Identities, KeyLeft, Lookup, Plan, ReadBefore, Step,
    Subjects,
};
use crate::map::Replacement;
use crate::ownership::{Node, Ownership, Reach, TableId};
use crate::promise::Promises;
use crate::schema::{Column, Dialect, TableName};
use crate::statement::{ReadColumn, Statement};

/// Makes plans over one map of one source.
///
/// A plan is made in two strides: [`Planner::find`] gives the statements that find people's rows in the subject tables,
/// and what they gave back becomes [`Subjects`], from which every plan follows. Making a plan reads nothing and changes
/// nothing.
#[derive(Debug, Clone)]
pub struct Planner<'a> {
    pub(super) ownership: &'a Ownership,
    pub(super) reach: Reach,
    pub(super) promises: &'a Promises,
    pub(super) now: Timestamp,
    pub(super) holds: &'a [Hold],
}

impl<'a> Planner<'a> {
    /// Plans over `ownership`, answering to `promises`, as of `now`.
    pub fn new(ownership: &'a Ownership, promises: &'a Promises, now: Timestamp) -> Self {
        Self {
            ownership,
            reach: Reach::new(ownership),
            promises,
            now,
            holds: &[],
        }
    }

    /// The same planner, respecting these holds.
    #[must_use]
    pub fn holding(mut self, holds: &'a [Hold]) -> Self {
        self.holds = holds;
        self
    }

    /// The statements that find the rows of these people in the subject tables, one for each table and kind of
    /// identifier. They read only.
    pub fn find(&self, identities: &Identities) -> Vec<Lookup> {
        let found = Subjects::new(identities.clone(), &[]);
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(&found));
        let mut lookups = Vec::new();
        for (id, node) in self.ownership.tables.iter().enumerate() {
            let Some(mapped) = node.mapped.as_ref().filter(|_| node.is_subject()) else {
                continue;
            };
            let columns = self.needed(id);
            let mut by_kind: BTreeMap<&str, Vec<Pred>> = BTreeMap::new();
            for identity in &mapped.identities {
                let named = rows.named(node, identity);
                by_kind.entry(&identity.kind.value).or_default().push(named);
            }
            for (kind, parts) in by_kind {
                let filter = Pred::any(parts);
                if filter == Pred::Never {
                    continue;
                }
                let (statement, columns) = self.read(id, &columns, &filter, None);
                lookups.push(Lookup {
                    table: node.table.name.clone(),
                    kind: kind.to_owned(),
                    statement,
                    columns,
                    key: node.key.clone(),
                });
            }
        }
        lookups
    }

    /// The statements that read, as they stand, those rows of the subject tables that these people's keys lead to, whoever
    /// has them by now.
    pub fn standing(&self, subjects: &Subjects) -> Vec<Lookup> {
        let mut lookups = Vec::new();
        for (id, node) in self.ownership.tables.iter().enumerate() {
            let filter = Pred::among(&node.key, subjects.keys(&node.table.name, &node.key));
            if !node.is_subject() || filter == Pred::Never {
                continue;
            }
            let (statement, columns) = self.read(id, &self.needed(id), &filter, None);
            lookups.push(Lookup {
                table: node.table.name.clone(),
                kind: String::new(),
                statement,
                columns,
                key: node.key.clone(),
            });
        }
        lookups
    }

    /// Of the rows found, those of people who came after the rows of others were erased: under a key that is none of theirs,
    /// or under the key of a row that was deleted, and with other identifiers. A database may give a key out again. The
    /// identifiers are those that stand in the rows.
    pub fn strangers(&self, found: &Subjects, erased: &Subjects) -> Subjects {
        let mut strangers = Subjects::default();
        let tables = self.ownership.tables.iter();
        for node in tables.filter(|node| node.is_subject()) {
            if let Some(rows) = found.strangers_in(node, erased) {
                strangers.rows.insert(node.table.name.clone(), rows);
            }
        }
        strangers.identities = Identities(known_in(self.ownership, &strangers));
        strangers
    }

    /// The keys of those of these people's rows that an erasure leaves where they are, in the columns where the map wants
    /// them.
    pub fn keys_left(&self, subjects: &Subjects) -> Vec<KeyLeft> {
        keys_left(self.ownership, subjects)
    }

    /// Statements that read the keys of every row of these people's own, table by table; of a table without a key, nothing
    /// but a row for each.
    pub fn own_keys(&self, subjects: &Subjects) -> Vec<(TableName, ReadBefore)> {
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(subjects));
        let mut readings = Vec::new();
        for id in self.in_order() {
            let own = rows.own(id);
            let node = self.ownership.tables.get(id);
            let Some(node) = node.filter(|_| own != Pred::Never) else {
                continue;
            };
            let (statement, columns) = self.read(id, &node.key, &own, None);
            readings.push((node.table.name.clone(), ReadBefore { statement, columns }));
        }
        readings
    }

    /// Identifiers that stand in the found rows, by the map's `identity` lines: what else the source knows these people
    /// by. They are not verified; a residue scan looks for them.
    pub fn identifiers(&self, subjects: &Subjects) -> Identities {
        let mut known = subjects.identities.0.clone();
        known.extend(known_in(self.ownership, subjects));
        known.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
        known.dedup();
        Identities(known)
    }

    /// Everything these people own or may see, table by table, subjects first. Reads only and makes no table.
    pub fn access(&self, subjects: &Subjects) -> Plan {
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(subjects));
        let mut plan = self.plan(Doing::Access);
        for id in self.in_order() {
            let own = rows.own(id);
            plan.steps.extend(self.read_own(&rows, id, &own));
            plan.steps.extend(self.read_seen(&rows, id, &own));
        }
        plan
    }

    /// What the map says an erasure of these people does. Holds win.
    ///
    /// # Errors
    /// Findings (`M04…`) where the database would refuse, or change what it must not.
    pub fn erase(&self, subjects: &Subjects) -> Result<Plan, Findings> {
        let free = self.without_held(subjects);
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(&free));
        let mut eraser = Eraser::new(self, rows, self.plan(Doing::Erase));
        eraser.take_all();
        eraser.keep_held(subjects);
        eraser.finish()
    }

    /// Overwrites what the people's own rows say of them, and keeps every row: the columns that the map overwrites, or
    /// else every column that it says holds data of people.
    ///
    /// # Errors
    /// Findings (`M04…`) where a column cannot be overwritten.
    pub fn anonymise(&self, subjects: &Subjects) -> Result<Plan, Findings> {
        let free = self.without_held(subjects);
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(&free));
        let mut eraser = Eraser::new(self, rows, self.plan(Doing::Anonymise));
        eraser.anonymise_all();
        eraser.keep_held(subjects);
        eraser.finish()
    }

    /// Writes corrections into the people's own rows.
    ///
    /// # Errors
    /// Findings (`M04…`) where a table or column is not there.
    pub fn rectify(
        &self,
        subjects: &Subjects,
        corrections: &[Correction],
    ) -> Result<Plan, Findings> {
        self.write(subjects, corrections, Doing::Rectify)
    }

    /// Writes the marks by which the application knows that data may only be kept: a column and value for each table.
    ///
    /// # Errors
    /// Findings (`M04…`) where a table or column is not there.
    pub fn restrict(&self, subjects: &Subjects, marks: &[Correction]) -> Result<Plan, Findings> {
        self.write(subjects, marks, Doing::Restrict)
    }

    /// A plan for each table with a `retain` line: up to `batch` of its rows whose time is over go as an erasure of them
    /// would have it, with what hangs on them. And one for each table that keeps rows for a time: those go whose time is
    /// over and that lead to nobody who has not been erased. Run it again until its counts are 0. Rows of which nobody can
    /// tell whether their time is over are named.
    ///
    /// # Errors
    /// Findings (`M04…`) where a length is not known, or the database would refuse.
    pub fn sweep(&self, batch: u64) -> Result<Vec<Plan>, Findings> {
        let mut plans = Vec::new();
        for id in self.in_order() {
            let dues = [
                (self.due(id)?, self.untimed(id), true),
                (self.due_of_erased(id)?, self.untimed_of_erased(id), false),
            ];
            for (due, untimed, names_held) in dues {
                let Some(due) = due else { continue };
                let rows = Rows::new(self.ownership, &self.reach, Roots::Due(id, &due));
                let mut eraser = Eraser::new(self, rows, self.plan(Doing::Sweep));
                eraser.limit = Some((id, batch));
                eraser.take_all();
                if let Some((rows, why)) = untimed {
                    eraser.stay(id, why.clone(), why, rows);
                }
                if names_held {
                    self.name_held(&mut eraser, id)?;
                }
                plans.push(eraser.finish()?);
            }
        }
        Ok(plans)
    }

    /// Counts, table by table, the rows that should have an owner and have none. Reads only.
    pub fn orphans(&self) -> Plan {
        let rows = Rows::new(self.ownership, &self.reach, Roots::Nobody);
        let mut plan = self.plan(Doing::Access);
        for id in self.in_order() {
            let Some(node) = self
                .ownership
                .tables
                .get(id)
                .filter(|node| !node.is_subject())
            else {
                continue;
            };
            if !self.reach.is_live(id) {
                continue;
            }
            let filter = Pred::not(rows.of_others(id));
            let columns = node.key.clone();
            let (statement, columns) = self.read(id, &columns, &filter, None);
            plan.steps.push(Step {
                table: node.table.name.clone(),
                effect: Effect::Read {
                    columns,
                    withheld: Vec::new(),
                    is_own: false,
                },
                statement,
                count: self.count(id, &filter),
                before: None,
                image: None,
                reason: "rows that the map says are somebody's, and that lead to nobody".to_owned(),
                clauses: Vec::new(),
            });
        }
        plan
    }

    fn write(
        &self,
        subjects: &Subjects,
        corrections: &[Correction],
        doing: Doing,
    ) -> Result<Plan, Findings> {
        let rows = Rows::new(self.ownership, &self.reach, Roots::People(subjects));
        let mut eraser = Eraser::new(self, rows, self.plan(doing));
        for correction in corrections {
            let replacement = match &correction.value.0 {
                Some(text) => Replacement::Text(text.clone()),
                None => Replacement::Empty,
            };
            eraser.correct(&correction.table, &correction.column, replacement);
        }
        eraser.finish()
    }

    /// Names the rows of a table whose time is over and that stay because a hold lies on whose they are.
    fn name_held(&self, eraser: &mut Eraser<'_, '_>, id: TableId) -> Result<(), Findings> {
        let Some(over) = self.over(id)? else {
            return Ok(());
        };
        for hold in self.holds {
            let Held::Subjects(held) = &hold.on else {
                continue;
            };
            let spared = self.spared_for(held, id);
            if spared != Pred::Never {
                eraser.hold(id, hold, Pred::all([over.clone(), spared]));
            }
        }
        Ok(())
    }

    /// The clauses that a step on a table answers to: those the map names, those that grant the right, and those that
    /// promise how long its data is kept.
    pub(super) fn clauses(&self, mapped: &crate::map::MappedTable, right: &str) -> Vec<String> {
        let own = mapped.clauses.iter().map(|clause| clause.value.clone());
        let granted = self
            .promises
            .rights
            .get(right)
            .into_iter()
            .flatten()
            .cloned();
        let retain = mapped
            .retain
            .iter()
            .filter_map(|retain| retain.clause.as_ref());
        unique(
            own.chain(retain.map(|clause| clause.value.clone()))
                .chain(granted)
                .collect(),
        )
    }

    fn plan(&self, doing: Doing) -> Plan {
        Plan {
            doing,
            dialect: self.ownership.dialect,
            fingerprint: self.ownership.fingerprint.clone(),
            now: self.now,
            opening: Vec::new(),
            obstacles: Vec::new(),
            steps: Vec::new(),
            closing: Vec::new(),
        }
    }

    /// The people without those on whom a hold lies: to a plan, these are other people.
    fn without_held(&self, subjects: &Subjects) -> Subjects {
        let mut free = subjects.clone();
        for hold in self.holds {
            if let Held::Subjects(held) = &hold.on {
                free.leave_out(held);
            }
        }
        free
    }

    /// Columns of a subject table that plans are made from.
    fn needed(&self, id: TableId) -> Vec<String> {
        let mut columns = self.linked(id);
        if let Some(node) = self.ownership.tables.get(id) {
            let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
            columns.extend(identities.map(|identity| identity.column.value.clone()));
        }
        unique(columns)
    }

    /// Columns of a table by which its rows are told apart and led from.
    pub(super) fn linked(&self, id: TableId) -> Vec<String> {
        let mut columns = Vec::new();
        if let Some(node) = self.ownership.tables.get(id) {
            columns.extend(node.key.iter().cloned());
        }
        for link in self.ownership.links.iter().filter(|link| link.source == id) {
            columns.extend(link.source_columns.iter().cloned());
            if !link.is_pull() {
                columns.extend(link.when.iter().map(|when| when.column.value.clone()));
            }
        }
        for (_, key) in self.ownership.references_to(id) {
            columns.extend(key.target_columns.iter().cloned());
        }
        unique(columns)
    }

    /// Subject tables first, then the others, each in the order of the map.
    pub(super) fn in_order(&self) -> Vec<TableId> {
        let named = |wanted: bool| {
            let tables = self.ownership.map.tables.iter();
            tables
                .filter_map(|mapped| self.ownership.id(&mapped.name.value))
                .filter(move |id| {
                    self.ownership.tables.get(*id).is_some_and(Node::is_subject) == wanted
                })
        };
        named(true).chain(named(false)).collect()
    }

    /// Statement that reads these columns of some rows, in the order of the key.
    pub(super) fn read(
        &self,
        id: TableId,
        columns: &[String],
        filter: &Pred,
        shown: Option<&BTreeMap<String, Pred>>,
    ) -> (Statement, Vec<ReadColumn>) {
        self.read_as(id, columns, filter, shown, Dialect::as_text)
    }

    /// The same, each value so that it can be put back as it was.
    pub(super) fn read_whole(
        &self,
        id: TableId,
        columns: &[String],
        filter: &Pred,
    ) -> (Statement, Vec<ReadColumn>) {
        self.read_as(id, columns, filter, None, Dialect::as_image)
    }

    fn read_as(
        &self,
        id: TableId,
        columns: &[String],
        filter: &Pred,
        shown: Option<&BTreeMap<String, Pred>>,
        text_of: impl Fn(Dialect, &str, &Column) -> String,
    ) -> (Statement, Vec<ReadColumn>) {
        let mut writer = Writer::new(self.ownership);
        let alias = writer.alias();
        writer.push("SELECT ");
        let mut read = Vec::new();
        for name in columns {
            let Some(column) = writer.column(id, name) else {
                continue;
            };
            if !read.is_empty() {
                writer.push(", ");
            }
            let place = writer.place(&alias, name);
            let text = text_of(writer.dialect, &place, column);
            match shown.and_then(|shown| shown.get(name)) {
                Some(when) => {
                    writer.push("CASE WHEN ");
                    writer.pred(id, &alias, when);
                    writer.push(&format!(" THEN {text} END"));
                }
                None => {
                    writer.push(&text);
                }
            }
            read.push(ReadColumn {
                name: name.clone(),
                class: column.class,
            });
        }
        if read.is_empty() {
            writer.push("1");
        }
        writer.from(id, &alias, filter);
        if let Some(node) = self.ownership.tables.get(id)
            && !node.key.is_empty()
        {
            let order = writer.places(&alias, &node.key);
            writer.push(&format!(" ORDER BY {order}"));
        }
        (writer.done(), read)
    }

    /// Statement that counts rows.
    pub(super) fn count(&self, id: TableId, filter: &Pred) -> Statement {
        let mut writer = Writer::new(self.ownership);
        let alias = writer.alias();
        writer.push("SELECT count(*)");
        writer.from(id, &alias, filter);
        writer.done()
    }
}

/// Each once, in the order of its first.
pub(super) fn unique(columns: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for column in columns {
        if !kept.contains(&column) {
            kept.push(column);
        }
    }
    kept
}
