//! Declared references to rows that go: which of them the map takes care of, and what is done about the others. Changes no
//! row that the database would not refuse or change by itself.

use super::erase::Eraser;
use super::operation::{Act, Leading, Operation, Rank, Which, WithGoing};
use super::predicate::Pred;
use crate::map::{EdgeErase, Erase, Overwrite, Replacement};
use crate::ownership::{Link, TableId};
use crate::schema::{Dialect, ForeignKey, OnDelete};

impl Eraser<'_, '_> {
    /// Cuts the references of rows that stay to rows that go.
    pub(crate) fn take_references(&mut self) {
        let mut targets: Vec<TableId> = self
            .operations
            .iter()
            .filter(|operation| matches!(operation.act, Act::Delete))
            .map(|operation| operation.table)
            .collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            let references: Vec<(TableId, ForeignKey)> = self
                .planner
                .ownership
                .references_to(target)
                .into_iter()
                .map(|(from, key)| (from, key.clone()))
                .collect();
            for (from, key) in references {
                if from == target {
                    self.cut_own_ring(target, &key);
                }
                if !self.is_covered(from, target, &key) {
                    self.cut(from, target, &key);
                }
            }
        }
    }

    /// MariaDB looks at references row by row, so rows of one table that refer to each other lose that first.
    fn cut_own_ring(&mut self, id: TableId, key: &ForeignKey) {
        if self.planner.ownership.dialect != Dialect::Mariadb || key.on_delete == OnDelete::Cascade
        {
            return;
        }
        let columns = self.nulls(id, key);
        if columns.is_empty() {
            return;
        }
        self.operations.push(Operation {
            table: id,
            act: Act::Write(columns),
            which: Which::Leading(Leading {
                columns: key.columns.clone(),
                target: id,
                target_columns: key.target_columns.clone(),
                with_going: WithGoing::Yes,
            }),
            and: Pred::Always,
            rank: Rank::Cut,
            reason: "refers to a row of the same table that goes".to_owned(),
            clauses: Vec::new(),
        });
    }

    fn cut(&mut self, from: TableId, target: TableId, key: &ForeignKey) {
        let Some(node) = self.planner.ownership.tables.get(from) else {
            return;
        };
        let name = node.table.name.clone();
        let mapped = node.mapped.clone();
        let there = self.planner.ownership.tables.get(target);
        let there = there
            .map(|node| node.table.name.to_string())
            .unwrap_or_default();
        let columns = self.nulls(from, key);
        let what = key.columns.join(", ");
        if let Some(hold) = self.hold_on(from) {
            let message = format!(
                "the hold `{hold}` keeps `{name}`, whose `{what}` leads to rows of `{there}` that go"
            );
            self.refuse(
                mapped.as_ref(),
                message,
                "hold that table too, or wait until the hold ends",
            );
            return;
        }
        match key.on_delete {
            OnDelete::SetNull | OnDelete::SetDefault => return,
            OnDelete::Cascade if mapped.is_none() => {
                let message = format!(
                    "the database deletes rows of `{name}` with those of `{there}`, and the map does not say whose they are"
                );
                self.refuse(None, message, "add the table to the map");
                return;
            }
            _ => {}
        }
        if columns.is_empty() {
            let message = format!(
                "rows of `{name}` stay, and their `{what}` must lead to a row of `{there}`, which goes"
            );
            let help = format!(
                "say that `{name}` is `owned-by {what}` and what becomes of it, or let rows of `{there}` stay with `erase anonymise {{ … }}`"
            );
            self.refuse(mapped.as_ref(), message, &help);
            return;
        }
        self.operations.push(Operation {
            table: from,
            act: Act::Write(columns),
            which: Which::Leading(Leading {
                columns: key.columns.clone(),
                target,
                target_columns: key.target_columns.clone(),
                with_going: WithGoing::No,
            }),
            and: Pred::Always,
            rank: if from == target {
                Rank::Cut
            } else {
                Rank::Write
            },
            reason: format!("stays, and would lead to a row of `{there}` that goes"),
            clauses: Vec::new(),
        });
    }

    /// The columns of a reference that may hold nothing, each overwritten with nothing.
    pub(super) fn nulls(&self, id: TableId, key: &ForeignKey) -> Vec<(String, Replacement)> {
        let Some(node) = self.planner.ownership.tables.get(id) else {
            return Vec::new();
        };
        let columns = key
            .columns
            .iter()
            .filter(|column| node.is_nullable(column) && !node.table.primary_key.contains(column));
        columns
            .map(|column| (column.clone(), Replacement::Empty))
            .collect()
    }

    /// Whether what the map says leaves no reference of this kind to a row that goes.
    fn is_covered(&self, from: TableId, target: TableId, key: &ForeignKey) -> bool {
        let only_own = self.operations.iter().all(|operation| {
            operation.table != target
                || !matches!(operation.act, Act::Delete)
                || !matches!(operation.which, Which::SeenBy(_))
        });
        if !only_own || self.hold_on(from).is_some() {
            return false;
        }
        self.planner.ownership.inward(from).any(|(_, link)| {
            link.is_pull()
                && link.when.is_empty()
                && link.source == target
                && link.dependent_columns == key.columns
                && link.source_columns == key.target_columns
                && self.ends(from, link, key)
        })
    }

    fn ends(&self, from: TableId, link: &Link, key: &ForeignKey) -> bool {
        let written = |given: &[Overwrite]| {
            given.iter().any(|overwrite| {
                let name = &overwrite.column.value;
                let node = self.planner.ownership.tables.get(from);
                key.columns.contains(name)
                    && overwrite.with == Replacement::Empty
                    && node.is_some_and(|node| node.is_nullable(name))
            })
        };
        let edge = match &link.erase {
            Some(EdgeErase::Delete | EdgeErase::Detach) => true,
            Some(EdgeErase::Anonymise(given)) => written(given),
            Some(EdgeErase::Leave) => false,
            None => !self.cuttable(from, link).is_empty(),
        };
        if !link.is_owning() {
            return edge;
        }
        let own = match self.mapped(from).map(|mapped| mapped.erase) {
            Some(Erase::Delete | Erase::Detach) => true,
            Some(Erase::Anonymise(given)) => written(&given),
            Some(Erase::Keep(keep)) => written(&keep.overwrites),
            _ => false,
        };
        own && (edge || self.planner.reach.is_single(from))
    }
}
