//! The order of what is done, and the keys that have to be noted before. Children go before parents; a table that a
//! trigger writes goes after the table that the trigger watches; a ring is broken by cutting or by deferring.

use std::collections::BTreeSet;

use abide_policy::diagnostic::Findings;

use super::Plan;
use super::erase::Eraser;
use super::operation::{Act, Leading, Operation, Rank, Which, WithGoing, WithJoint};
use super::planner::Planner;
use super::predicate::Pred;
use super::render::Writer;
use super::rows::Rows;
use crate::ownership::TableId;
use crate::schema::{Dialect, ForeignKey};
use crate::statement::Statement;

impl Eraser<'_, '_> {
    /// The plan: steps in an order that the database accepts, and the tables of keys that they read.
    pub(crate) fn finish(mut self) -> Result<Plan, Findings> {
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
        let noted = self.noted();
        let planner = self.planner;
        let bare = Rows::new(planner.ownership, &planner.reach, self.rows.roots);
        let mut rows = Rows::new(planner.ownership, &planner.reach, self.rows.roots);
        rows.noted = noted;
        rows.noted.retain(|id| bare.own(*id) != Pred::Never);
        for id in &rows.noted {
            let limit = self
                .limit
                .filter(|(table, _)| table == id)
                .map(|(_, limit)| limit);
            let name = Writer::noted(*id);
            let drop = statement(planner.ownership.dialect.drop_noted(&name));
            if planner.ownership.dialect != Dialect::Postgresql {
                self.plan.opening.push(drop.clone());
            }
            self.plan.opening.push(note(planner, &bare, *id, limit));
            self.plan.closing.push(drop);
        }
        let mut rest = self.operations.as_slice();
        while let Some((operation, later)) = rest.split_first() {
            let together = later
                .iter()
                .take_while(|other| self.goes_with(operation, other));
            let with: Vec<&Operation> = together.collect();
            rest = later.get(with.len()..).unwrap_or_default();
            let step = operation.step(&with, planner, &rows, &bare, &self.operations);
            self.plan.steps.extend(step);
        }
        Ok(self.plan)
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

    /// Tables whose own rows are noted first: what says whose they are is gone when it is asked for.
    fn noted(&self) -> BTreeSet<TableId> {
        let planner = self.planner;
        let mut noted: BTreeSet<TableId> = BTreeSet::new();
        let changed = |id: TableId| {
            self.operations
                .iter()
                .filter(|it| it.table == id && it.changes())
                .count()
        };
        for operation in self
            .operations
            .iter()
            .filter(|operation| operation.changes())
        {
            let id = operation.table;
            let is_ring = planner.reach.own_ring(id).is_some() && changed(id) > 1;
            // Keys that are bound as values outlive the rows, also those that were gone before the plan was made.
            let bare = Rows::new(planner.ownership, &planner.reach, self.rows.roots);
            let is_bound = matches!(bare.own(id), Pred::Among(..) | Pred::Never);
            if !is_bound && (is_ring || operation.rank == Rank::Cut) {
                noted.insert(id);
            }
        }
        if let Some((id, _)) = self.limit {
            noted.insert(id);
        }
        loop {
            let mut rows = Rows::new(planner.ownership, &planner.reach, self.rows.roots);
            rows.noted = noted.clone();
            let before = noted.len();
            let mut touched: BTreeSet<TableId> = BTreeSet::new();
            for operation in self
                .operations
                .iter()
                .filter(|operation| operation.changes())
            {
                let mut read = BTreeSet::new();
                operation.filter(&rows, &self.operations).tables(&mut read);
                let changed: Vec<TableId> = read.intersection(&touched).copied().collect();
                // Who else owns a row is read from the tables themselves, noted or not.
                if changed.iter().any(|table| rows.noted.contains(table)) {
                    noted.insert(operation.table);
                }
                noted.extend(changed);
                touched.insert(operation.table);
            }
            let rings = noted.iter().filter_map(|id| planner.reach.own_ring(*id));
            let rings: Vec<TableId> = rings.flatten().collect();
            noted.extend(rings);
            if noted.len() == before {
                return noted;
            }
        }
    }
}

/// The statement that notes the keys of a table's own rows, and which of them someone else owns too.
fn note(planner: &Planner<'_>, bare: &Rows<'_>, id: TableId, limit: Option<u64>) -> Statement {
    let mut writer = Writer::new(planner.ownership);
    let alias = writer.alias();
    let create = writer.dialect.create_noted(&Writer::noted(id));
    let places = writer.places(&alias, &planner.linked(id));
    writer.push(&format!("{create}SELECT {places}, "));
    match bare.joint(id) {
        Pred::Never => writer.push("0"),
        joint => {
            writer.push("CASE WHEN ");
            writer.pred(id, &alias, &joint);
            writer.push(" THEN 1 ELSE 0 END")
        }
    };
    writer.push(" AS abide_joint");
    writer.from(id, &alias, &bare.own(id));
    if let Some(limit) = limit {
        writer.push(&format!(" LIMIT {limit}"));
    }
    writer.done()
}

fn statement(sql: String) -> Statement {
    Statement {
        sql,
        values: Vec::new(),
    }
}
