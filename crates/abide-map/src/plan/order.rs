//! The order of what is done, and the keys that have to be noted before. Children go before parents; a table that a
//! trigger writes goes after the table that the trigger watches; a ring is broken by cutting or by deferring.

use std::collections::BTreeSet;

use abide_policy::diagnostic::Findings;

use super::erase::Eraser;
use super::operation::{Act, Leading, Operation, Rank, Which, WithGoing, WithJoint};
use super::planner::Planner;
use super::predicate::{Pred, Source};
use super::render::Writer;
use super::rows::{Roots, Rows, lead_back};
use super::{Obstacle, Plan};
use crate::ownership::TableId;
use crate::schema::{Dialect, ForeignKey};
use crate::statement::Statement;

/// The number under which the rows of a sweep's batch are noted; steps are counted from 1.
const BATCH: usize = 0;

impl Eraser<'_, '_> {
    /// The plan: steps in an order that the database accepts, and the tables of keys that they read.
    pub(crate) fn finish(mut self) -> Result<Plan, Findings> {
        self.spare_held();
        let order = self.order();
        if !self.findings.is_empty() {
            return Err(self.findings);
        }
        let place = |id: TableId| order.iter().position(|table| *table == id);
        self.operations.sort_by_key(|operation| {
            let is_cut = operation.rank == Rank::Cut;
            let is_kept = operation.rank == Rank::Keep;
            (!is_cut, is_kept, place(operation.table), operation.rank)
        });
        self.carry_out();
        Ok(self.plan)
    }

    /// Makes steps of what is done, and notes the keys of rows that could not be found again when their turn comes: all of
    /// them before anything is changed.
    fn carry_out(&mut self) {
        let planner = self.planner;
        let bare = Rows::new(planner.ownership, &planner.reach, self.rows.roots);
        let batch = self
            .limit
            .and_then(|(id, limit)| self.note_batch(&bare, id, limit));
        let roots = match (&batch, self.limit) {
            (Some(batch), Some((id, _))) => Roots::Due(id, batch),
            _ => self.rows.roots,
        };
        let rows = Rows::new(planner.ownership, &planner.reach, roots);
        let (noted, late) = self.lasting(&rows);
        for id in &noted {
            self.note(&Writer::noted(*id), note_own(planner, &rows, *id));
        }
        let rows = rows.with_noted(noted, late);
        let operations = std::mem::take(&mut self.operations);
        let (mut touched, mut cut) = (BTreeSet::new(), BTreeSet::new());
        let mut rest = operations.as_slice();
        let mut number = 0;
        while let Some((operation, later)) = rest.split_first() {
            let with = later
                .iter()
                .take_while(|other| self.goes_with(operation, other))
                .count();
            let (together, others) = rest.split_at(with + 1);
            rest = others;
            let meant = |rows: &Rows<'_>| {
                Pred::any(
                    together
                        .iter()
                        .map(|operation| operation.filter(rows, &operations)),
                )
            };
            let open = meant(&bare);
            if open == Pred::Never {
                continue;
            }
            if let Act::Forbid(finding) = &operation.act {
                self.plan.obstacles.push(Obstacle {
                    count: planner.count(operation.table, &open),
                    finding: (**finding).clone(),
                });
                continue;
            }
            let mut filter = meant(&rows);
            if operation.changes() {
                let is_lost = self.is_lost(operation.table, &filter, &touched, &cut);
                if is_lost && !rows.late.contains(&operation.table) {
                    number += 1;
                    filter = self.note_step(operation.table, &filter, number);
                }
                touched.insert(operation.table);
                if let (Act::Write(written), Rank::Cut | Rank::Before) =
                    (&operation.act, operation.rank)
                {
                    let names = written.iter().map(|(name, _)| name.clone());
                    cut.extend(names.map(|name| (operation.table, name)));
                }
            }
            self.plan
                .steps
                .extend(operation.step(planner, &filter, &open));
        }
        self.operations = operations;
    }

    /// Whether rows could no longer be found by what says which they are: tables that it reads have been changed by then, or
    /// columns have been emptied. What a ring reaches is worked out once, before anything goes.
    fn is_lost(
        &self,
        id: TableId,
        filter: &Pred,
        touched: &BTreeSet<TableId>,
        cut: &BTreeSet<(TableId, String)>,
    ) -> bool {
        let (mut read, mut columns) = (BTreeSet::new(), BTreeSet::new());
        filter.tables(&mut read);
        filter.columns(&mut columns);
        let is_cut = |column: &&str| cut.contains(&(id, (*column).to_owned()));
        let has_key = self.has_key(id);
        has_key && (filter.has_ring() || !read.is_disjoint(touched) || columns.iter().any(is_cut))
    }

    fn has_key(&self, id: TableId) -> bool {
        let node = self.planner.ownership.tables.get(id);
        node.is_some_and(|node| !node.key.is_empty())
    }

    /// Notes up to so many of the rows that are due and with which something is left to do; the condition for them.
    fn note_batch(&mut self, bare: &Rows<'_>, id: TableId, limit: u64) -> Option<Pred> {
        if !self.has_key(id) {
            return None;
        }
        let batch = self.keys(id, BATCH, &self.unfinished(bare, id), Some(limit));
        self.note(&Writer::step(BATCH), batch);
        let key = &self.planner.ownership.tables.get(id)?.key;
        Some(Pred::leads(key, key, Source::Step(BATCH), Pred::Always))
    }

    /// The rows that are due and with which something is left to do, to them or to what hangs on them. A row that only
    /// loses columns stays due when it has lost them, and would fill one batch after the other.
    fn unfinished(&self, bare: &Rows<'_>, id: TableId) -> Pred {
        let due = bare.own(id);
        let everything = Pred::Always;
        let planner = self.planner;
        let roots = Roots::Due(id, &everything);
        let every = Rows::new(planner.ownership, &planner.reach, roots);
        let of_due = self.changing(id).filter(|operation| operation.is_of_own());
        let left = Pred::any(of_due.map(|operation| operation.filter(&every, &self.operations)));
        let left = match left {
            // Rows that go take along what hangs on them.
            Pred::Always => left,
            left => Pred::any([left, self.leading_to_work(bare, id, &mut Vec::new())]),
        };
        match &due {
            Pred::All(parts) if parts.contains(&left) => due,
            _ if due == left => due,
            _ => Pred::all([due, left]),
        }
    }

    /// Rows of a table that lead, by whatever links, to rows of others to which something is done.
    fn leading_to_work(&self, rows: &Rows<'_>, id: TableId, behind: &mut Vec<TableId>) -> Pred {
        behind.push(id);
        let mut ways = Vec::new();
        for link in &self.planner.ownership.links {
            let is_back = link.dependent != id && behind.contains(&link.dependent);
            if link.source != id || is_back {
                continue;
            }
            // What is done to due rows themselves has been looked at.
            let is_due = rows.is_due(link.dependent);
            let there = self.changing(link.dependent);
            let there = there.filter(|operation| !(is_due && operation.is_of_own()));
            let mut work: Vec<Pred> = there
                .map(|operation| operation.filter(rows, &self.operations))
                .collect();
            if link.dependent != id {
                work.push(self.leading_to_work(rows, link.dependent, behind));
            }
            ways.push(lead_back(link, Pred::any(work)));
        }
        behind.pop();
        Pred::any(ways)
    }

    fn changing(&self, id: TableId) -> impl Iterator<Item = &Operation> {
        let operations = self.operations.iter();
        operations.filter(move |operation| operation.table == id && operation.changes())
    }

    /// Notes the rows of a step; the condition for them.
    fn note_step(&mut self, id: TableId, filter: &Pred, number: usize) -> Pred {
        let Some(node) = self.planner.ownership.tables.get(id) else {
            return Pred::Never;
        };
        let statement = self.keys(id, number, filter, None);
        self.note(&Writer::step(number), statement);
        Pred::leads(&node.key, &node.key, Source::Step(number), Pred::Always)
    }

    fn keys(&self, id: TableId, number: usize, filter: &Pred, limit: Option<u64>) -> Statement {
        let planner = self.planner;
        let head = planner
            .ownership
            .dialect
            .create_noted(&Writer::step(number));
        let mut writer = Writer::behind(planner.ownership, head);
        let alias = writer.alias();
        let node = planner.ownership.tables.get(id);
        let places = node.map(|node| writer.places(&alias, &node.key));
        let places = places.unwrap_or_default();
        writer.push(&format!("SELECT {places}"));
        writer.from(id, &alias, filter);
        if let Some(limit) = limit {
            writer.push(&format!(" ORDER BY {places} LIMIT {limit}"));
        }
        writer.done()
    }

    fn note(&mut self, name: &str, create: Statement) {
        let dialect = self.planner.ownership.dialect;
        let drop = statement(dialect.drop_noted(name));
        if dialect != Dialect::Postgresql {
            self.plan.opening.push(drop.clone());
        }
        self.plan.opening.push(create);
        self.plan.closing.push(drop);
    }

    /// Tables that triggers write meanwhile or whose rows have no key, so that their rows cannot be noted; and the tables
    /// that lead to them, whose own rows are noted instead.
    fn lasting(&self, rows: &Rows<'_>) -> (BTreeSet<TableId>, BTreeSet<TableId>) {
        let planner = self.planner;
        let changing = || {
            self.operations
                .iter()
                .filter(|operation| operation.changes())
        };
        let changed: BTreeSet<TableId> = changing().map(|operation| operation.table).collect();
        let is_written = |id: TableId| {
            let name = planner
                .ownership
                .tables
                .get(id)
                .map(|node| &node.table.name);
            planner.ownership.triggers.iter().any(|trigger| {
                let watched = planner.ownership.id(&trigger.table);
                let is_changed = watched.is_some_and(|it| it != id && changed.contains(&it));
                is_changed && trigger.writes.iter().any(|written| Some(written) == name)
            })
        };
        let is_late = |id: &TableId| is_written(*id) || !self.has_key(*id);
        let late: BTreeSet<TableId> = changed.iter().copied().filter(is_late).collect();
        let mut noted = BTreeSet::new();
        for id in &late {
            for (_, link) in planner.ownership.inward(*id) {
                let source = link.source;
                let mut read = BTreeSet::new();
                rows.owned_by(link).tables(&mut read);
                let can_be_noted = !late.contains(&source) && self.has_key(source);
                if can_be_noted && !read.is_disjoint(&changed) {
                    noted.insert(source);
                }
            }
        }
        (noted, late)
    }

    /// Whether two deletions have to be one statement: their rows may refer to each other.
    fn goes_with(&self, one: &Operation, other: &Operation) -> bool {
        let deletes = |operation: &Operation| matches!(operation.act, Act::Delete);
        let references = self.planner.ownership.references_to(one.table);
        one.table == other.table
            && deletes(one)
            && deletes(other)
            && references.iter().any(|(from, _)| *from == one.table)
    }

    /// The tables that are changed, in the order in which they are.
    fn order(&mut self) -> Vec<TableId> {
        let mut left: BTreeSet<TableId> = self
            .operations
            .iter()
            .filter(|operation| operation.changes())
            .map(|operation| operation.table)
            .collect();
        let reads = self.reads();
        let mut cut: BTreeSet<(TableId, Vec<String>)> = BTreeSet::new();
        let mut order = Vec::new();
        while !left.is_empty() {
            let free: Vec<TableId> = left
                .iter()
                .copied()
                .filter(|id| self.blocking(*id, &left, &cut).is_empty() && !self.awaits(*id, &left))
                .collect();
            let readers = |id: &TableId| {
                let read = |pair: &&(TableId, TableId)| pair.1 == *id && left.contains(&pair.0);
                reads.iter().filter(read).count()
            };
            let next = free.into_iter().min_by_key(|id| (readers(id), *id));
            let next = next.or_else(|| self.break_ring(&left, &mut cut));
            let Some(next) = next else { break };
            left.remove(&next);
            order.push(next);
        }
        order
    }

    /// Pairs of tables: what is done to the first is found out by reading the second.
    fn reads(&self) -> BTreeSet<(TableId, TableId)> {
        let mut pairs = BTreeSet::new();
        for operation in self
            .operations
            .iter()
            .filter(|operation| operation.changes())
        {
            let mut read = BTreeSet::new();
            operation
                .filter(&self.rows, &self.operations)
                .tables(&mut read);
            let others = read.into_iter().filter(|table| *table != operation.table);
            pairs.extend(others.map(|table| (operation.table, table)));
        }
        pairs
    }

    fn deletes(&self, id: TableId) -> bool {
        self.operations
            .iter()
            .any(|operation| operation.table == id && matches!(operation.act, Act::Delete))
    }

    /// References to this table from tables that have not had their turn.
    fn blocking(
        &self,
        id: TableId,
        left: &BTreeSet<TableId>,
        cut: &BTreeSet<(TableId, Vec<String>)>,
    ) -> Vec<(TableId, ForeignKey)> {
        if !self.deletes(id) {
            return Vec::new();
        }
        self.planner
            .ownership
            .references_to(id)
            .into_iter()
            .filter(|(from, key)| {
                *from != id && left.contains(from) && !cut.contains(&(*from, key.columns.clone()))
            })
            .map(|(from, key)| (from, key.clone()))
            .collect()
    }

    /// Whether a trigger of a table that has not had its turn writes this one.
    fn awaits(&self, id: TableId, left: &BTreeSet<TableId>) -> bool {
        let Some(node) = self.planner.ownership.tables.get(id) else {
            return false;
        };
        self.planner.ownership.triggers.iter().any(|trigger| {
            let watched = self.planner.ownership.id(&trigger.table);
            let refers = node
                .table
                .foreign_keys
                .iter()
                .any(|key| key.target == trigger.table);
            trigger.writes.contains(&node.table.name)
                && !refers
                && watched.is_some_and(|watched| watched != id && left.contains(&watched))
        })
    }

    /// Takes a table out of a ring: by deferring the references to it, or by cutting them in the rows that go. Nothing if
    /// neither is possible, which is found.
    fn break_ring(
        &mut self,
        left: &BTreeSet<TableId>,
        cut: &mut BTreeSet<(TableId, Vec<String>)>,
    ) -> Option<TableId> {
        let dialect = self.planner.ownership.dialect;
        let has_key = |id: TableId| {
            self.planner
                .ownership
                .tables
                .get(id)
                .is_some_and(|node| !node.key.is_empty())
        };
        for id in left {
            let blocking = self.blocking(*id, left, cut);
            let can_defer = dialect == Dialect::Sqlite
                || (dialect == Dialect::Postgresql
                    && blocking.iter().all(|(_, key)| key.is_deferrable));
            if blocking.is_empty() {
                // Only a trigger holds it back, in a ring of its own.
                return Some(*id);
            }
            if can_defer {
                if let Some(defer) = dialect.defer()
                    && !self
                        .plan
                        .opening
                        .iter()
                        .any(|statement| statement.sql == defer)
                {
                    self.plan.opening.push(statement(defer.to_owned()));
                }
                return Some(*id);
            }
            let can_cut = blocking
                .iter()
                .all(|(from, key)| has_key(*from) && !self.nulls(*from, key).is_empty());
            if can_cut {
                for (from, key) in blocking {
                    self.cut_ring(from, *id, &key);
                    cut.insert((from, key.columns));
                }
                return Some(*id);
            }
        }
        let names: Vec<String> = left
            .iter()
            .filter_map(|id| self.planner.ownership.tables.get(*id))
            .map(|node| format!("`{}`", node.table.name))
            .collect();
        let message = format!(
            "{} refer to each other, so that none can go first",
            names.join(", ")
        );
        self.refuse(
            None,
            message,
            "make one of the references nullable or deferrable",
        );
        None
    }

    fn cut_ring(&mut self, from: TableId, target: TableId, key: &ForeignKey) {
        let columns = self.nulls(from, key);
        self.operations.push(Operation {
            table: from,
            act: Act::Write(columns),
            which: Which::Leading(Leading {
                columns: key.columns.clone(),
                target,
                target_columns: key.target_columns.clone(),
                with_going: WithGoing::Yes,
                with_joint: WithJoint::Yes,
            }),
            and: Pred::Always,
            rank: Rank::Cut,
            reason: "goes, in a ring of tables that refer to each other".to_owned(),
            clauses: Vec::new(),
        });
    }
}

/// The statement that notes the keys of a table's own rows, and which of them someone else owns too.
fn note_own(planner: &Planner<'_>, rows: &Rows<'_>, id: TableId) -> Statement {
    let head = planner.ownership.dialect.create_noted(&Writer::noted(id));
    let mut writer = Writer::behind(planner.ownership, head);
    let alias = writer.alias();
    let places = writer.places(&alias, &planner.linked(id));
    writer.push(&format!("SELECT {places}, "));
    match rows.joint(id) {
        Pred::Never => writer.push("0"),
        joint => {
            writer.push("CASE WHEN ");
            writer.pred(id, &alias, &joint);
            writer.push(" THEN 1 ELSE 0 END")
        }
    };
    writer.push(" AS abide_joint");
    writer.from(id, &alias, &rows.own(id));
    writer.done()
}

fn statement(sql: String) -> Statement {
    Statement {
        sql,
        values: Vec::new(),
    }
}
