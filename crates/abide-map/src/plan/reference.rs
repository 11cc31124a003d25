//! Declared references to rows that go: which of them the map takes care of, and what is done about the others. Changes no
//! row that the database would not refuse or change by itself.

use super::erase::Eraser;
use super::operation::{Act, Leading, Operation, Rank, Which, WithGoing, WithJoint};
use super::predicate::Pred;
use crate::map::{EdgeErase, EdgeKind, Erase, MappedTable, Overwrite, Replacement};
use crate::ownership::{Link, TableId, cannot};
use crate::schema::{Dialect, ForeignKey, OnDelete, TableName};

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
                if from == target && self.cut_own_ring(target, &key) {
                    continue;
                }
                match self.covered(from, target, &key) {
                    Covered::All => {}
                    Covered::Joint => self.cut(from, target, &key, WithJoint::No),
                    Covered::Nothing => self.cut(from, target, &key, WithJoint::Yes),
                }
            }
        }
    }

    /// MariaDB looks at references row by row, so rows of one table that refer to rows of it that go lose that first; whether
    /// they do.
    fn cut_own_ring(&mut self, id: TableId, key: &ForeignKey) -> bool {
        if self.planner.ownership.dialect != Dialect::Mariadb || key.on_delete == OnDelete::Cascade
        {
            return false;
        }
        let columns = self.nulls(id, key);
        let which = Which::Leading(Leading {
            columns: key.columns.clone(),
            target: id,
            target_columns: key.target_columns.clone(),
            with_going: WithGoing::Yes,
            with_joint: WithJoint::Yes,
        });
        if columns.is_empty() {
            let name = self.mapped(id).map(|mapped| mapped.name.value.to_string());
            let message = format!(
                "rows of `{}` lead to each other by `{}`, which must not be empty, and the database looks at references row by row",
                name.unwrap_or_default(),
                key.columns.join(", ")
            );
            let apart = Pred::Apart(key.columns.clone(), key.target_columns.clone());
            self.forbid(id, which, apart, message, "let the columns be null");
            return false;
        }
        self.refuse_keyless(id);
        self.operations.push(Operation {
            table: id,
            act: Act::Write(columns),
            which,
            and: Pred::Always,
            rank: Rank::Cut,
            reason: "refers to a row of the same table that goes".to_owned(),
            clauses: Vec::new(),
        });
        true
    }

    /// Whether the database itself does what becomes of rows when those go that they lead to, or it is refused that it does.
    fn is_left_to_the_database(
        &mut self,
        mapped: Option<&MappedTable>,
        key: &ForeignKey,
        (name, there): (&TableName, &str),
    ) -> bool {
        let what = key.columns.join(", ");
        match key.on_delete {
            // What the database does by itself, nobody reads before and nobody could undo.
            OnDelete::SetNull if !self.is_undone() => {}
            OnDelete::SetDefault if self.is_undone() => {
                let message = format!(
                    "when rows of `{there}` go, the database writes the default over `{what}` of `{name}`, and nobody could put back what was there"
                );
                let help =
                    "declare the reference `ON DELETE SET NULL`, or leave `undo` out of the map";
                self.refuse(mapped, message, help);
            }
            OnDelete::SetDefault => {}
            OnDelete::Cascade if mapped.is_none() => {
                let message = format!(
                    "the database deletes rows of `{name}` with those of `{there}`, and the map does not say whose they are"
                );
                self.refuse(None, message, "add the table to the map");
            }
            _ => return false,
        }
        true
    }

    fn cut(&mut self, from: TableId, target: TableId, key: &ForeignKey, with_joint: WithJoint) {
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
        let which = Which::Leading(Leading {
            columns: key.columns.clone(),
            target,
            target_columns: key.target_columns.clone(),
            with_going: WithGoing::No,
            with_joint,
        });
        if let Some(hold) = self.hold_on(from) {
            let message = format!(
                "the hold `{hold}` keeps `{name}`, whose `{what}` leads to rows of `{there}` that go"
            );
            let help = "hold that table too, or wait until the hold ends";
            self.forbid(from, which, Pred::Always, message, help);
            return;
        }
        if self.is_left_to_the_database(mapped.as_ref(), key, (&name, &there)) {
            return;
        }
        if columns.is_empty() {
            let message = format!(
                "rows of `{name}` stay, and their `{what}` must lead to a row of `{there}`, which goes"
            );
            let help = format!(
                "say that `{name}` is `owned-by {what}` and what becomes of it, or let rows of `{there}` stay with `erase anonymise {{ … }}`"
            );
            self.forbid(from, which, Pred::Always, message, &help);
            return;
        }
        self.refuse_keyless(from);
        self.operations.push(Operation {
            table: from,
            act: Act::Write(columns),
            which,
            and: Pred::Always,
            rank: if from == target {
                Rank::Before
            } else {
                Rank::Write
            },
            reason: format!("stays, and would lead to a row of `{there}` that goes"),
            clauses: Vec::new(),
        });
    }

    /// Nothing can be done while there are such rows.
    pub(super) fn forbid(
        &mut self,
        id: TableId,
        which: Which,
        and: Pred,
        message: String,
        help: &str,
    ) {
        let mapped = self.mapped(id);
        let map = self.planner.ownership.map.name.span;
        let finding = cannot(mapped.as_ref(), map, message, help.to_owned());
        self.operations.push(Operation {
            table: id,
            act: Act::Forbid(Box::new(finding)),
            which,
            and,
            rank: Rank::Keep,
            reason: String::new(),
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

    /// Which references of this kind to rows that go the map itself puts an end to.
    fn covered(&self, from: TableId, target: TableId, key: &ForeignKey) -> Covered {
        let only_own = self.operations.iter().all(|operation| {
            operation.table != target
                || !matches!(operation.act, Act::Delete)
                || matches!(operation.which, Which::Sole)
        });
        if !only_own || self.hold_on(from).is_some() {
            return Covered::Nothing;
        }
        if self.is_covered_by_owning(from, target, key) {
            return Covered::All;
        }
        let links = self.planner.ownership.inward(from).map(|(_, link)| link);
        links
            .filter(|link| {
                link.is_pull()
                    && link.when.is_empty()
                    && link.source == target
                    && link.dependent_columns == key.columns
                    && link.source_columns == key.target_columns
            })
            .map(|link| self.ends(from, link, key))
            .max()
            .unwrap_or(Covered::Nothing)
    }

    /// Whether the reference is an `owns` of rows that cannot be without an owner: whoever owned such a row owned the one
    /// that goes, which nobody else does.
    fn is_covered_by_owning(&self, from: TableId, target: TableId, key: &ForeignKey) -> bool {
        let is_subject = |id: TableId| {
            let node = self.planner.ownership.tables.get(id);
            node.is_none_or(|node| node.is_subject())
        };
        let goes = self
            .mapped(from)
            .is_some_and(|mapped| mapped.erase == Erase::Delete);
        let goes = goes && self.planner.reach.is_always_owned(from);
        let mut links = self.planner.ownership.inward(target).map(|(_, link)| link);
        goes && !is_subject(target)
            && links.any(|link| {
                link.kind == EdgeKind::Owns
                    && link.when.is_empty()
                    && link.source == from
                    && link.source_columns == key.columns
                    && link.dependent_columns == key.target_columns
            })
    }

    fn ends(&self, from: TableId, link: &Link, key: &ForeignKey) -> Covered {
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
            return if edge { Covered::All } else { Covered::Nothing };
        }
        let own = match self.mapped(from).map(|mapped| mapped.erase) {
            Some(Erase::Delete | Erase::Detach) => true,
            Some(Erase::Anonymise(given)) => written(&given),
            Some(Erase::Keep(keep)) => written(&keep.overwrites),
            _ => false,
        };
        match (own, edge || self.planner.reach.is_single(from)) {
            (true, true) => Covered::All,
            (false, true) if edge => Covered::Joint,
            _ => Covered::Nothing,
        }
    }
}

/// Which references to rows that go the map puts an end to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Covered {
    Nothing,
    /// Those of rows that someone else owns too.
    Joint,
    All,
}
