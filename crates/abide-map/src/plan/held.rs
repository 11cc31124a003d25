//! Holds on others than whom a plan is for: what somebody on hold owns, whoever else does, is changed by nothing. Names those
//! rows with the hold. Refuses what would leave one of them leading nowhere.

use std::collections::BTreeSet;

use super::erase::Eraser;
use super::operation::{Act, Leading, Operation, Which, WithGoing, WithJoint};
use super::predicate::{Pred, Source};
use super::rows::{Roots, Rows, lead_back};
use super::{Held, Hold, Planner, Subjects};
use crate::ownership::TableId;

/// How many tables a reference is followed through, from a row that somebody on hold owns.
const MOST_TABLES: usize = 3;

impl<'a> Eraser<'a, '_> {
    /// Takes the rows that somebody on hold owns out of everything that would change them.
    pub(super) fn spare_held(&mut self) {
        let planner = self.planner;
        if planner.holds.is_empty() {
            return;
        }
        let roots = self.rows.roots;
        let kept = self.kept();
        for operation in &mut self.operations {
            if may_touch(operation, roots) {
                let others = Pred::not(planner.owned_by_held(operation.table));
                operation.and = Pred::all([operation.and.clone(), others]);
            }
        }
        for (id, hold, rows) in kept {
            self.hold(id, hold, rows);
        }
        self.forbid_dangling();
    }

    /// Rows that would change if no hold lay on somebody who owns them, by table and hold.
    fn kept(&self) -> Vec<(TableId, &'a Hold, Pred)> {
        let mut kept = Vec::new();
        for id in self.planner.in_order() {
            // A reference to a row that goes is in the way instead.
            let changing = self.operations.iter().filter(|operation| {
                operation.table == id
                    && operation.changes()
                    && may_touch(operation, self.rows.roots)
                    && !matches!(operation.which, Which::Leading(_))
            });
            let rows = changing.map(|operation| operation.filter(&self.rows, &self.operations));
            let rows = Pred::any(rows);
            for hold in self.planner.holds {
                let held = Pred::all([rows.clone(), self.planner.owned_under(hold, id)]);
                if held != Pred::Never {
                    kept.push((id, hold, held));
                }
            }
        }
        kept
    }

    /// What somebody on hold owns keeps its declared references, so that what they lead to cannot go.
    fn forbid_dangling(&mut self) {
        let planner = self.planner;
        let deleting = self.operations.iter();
        let deleting = deleting.filter(|operation| matches!(operation.act, Act::Delete));
        let targets: BTreeSet<TableId> = deleting.map(|operation| operation.table).collect();
        let name = |id: TableId| {
            let node = planner.ownership.tables.get(id);
            node.map(|node| node.table.name.to_string())
                .unwrap_or_default()
        };
        for target in targets {
            for (from, key) in planner.ownership.references_to(target) {
                for hold in planner.holds {
                    let held = planner.owned_under(hold, from);
                    if held == Pred::Never {
                        continue;
                    }
                    let message = format!(
                        "the hold `{}` keeps rows of `{}`, whose `{}` leads to rows of `{}` that go",
                        hold.name,
                        name(from),
                        key.columns.join(", "),
                        name(target)
                    );
                    let which = Which::Leading(Leading {
                        columns: key.columns.clone(),
                        target,
                        target_columns: key.target_columns.clone(),
                        with_going: WithGoing::Yes,
                        with_joint: WithJoint::Yes,
                    });
                    let help = "wait until the hold ends, or answer that the data is kept";
                    self.forbid(from, which, held, message, help);
                }
            }
        }
    }
}

/// Whether rows that somebody on hold owns may be among those that it is about. What they own is not due to a sweep.
fn may_touch(operation: &Operation, roots: Roots<'_>) -> bool {
    let is_of_due = matches!(roots, Roots::Due(id, _) if id == operation.table)
        && matches!(
            operation.which,
            Which::Own | Which::Sole | Which::SoleBy(_) | Which::JointBy(_) | Which::JointNamed(_)
        );
    let acts = operation.changes() || matches!(operation.act, Act::Forbid(_));
    acts && !is_of_due
}

impl Planner<'_> {
    /// Rows of a table that belong to people on whom a hold lies.
    pub(super) fn owned_by_held(&self, id: TableId) -> Pred {
        self.owned_by(&self.everyone_held(), id)
    }

    /// Rows of a table that belong to people on whom this hold lies.
    pub(super) fn owned_under(&self, hold: &Hold, id: TableId) -> Pred {
        match &hold.on {
            Held::Subjects(held) => self.owned_by(held, id),
            Held::Table(_) => Pred::Never,
        }
    }

    /// Rows of a table that no sweep takes because of any hold.
    pub(super) fn spared_by_holds(&self, id: TableId) -> Pred {
        self.spared_for(&self.everyone_held(), id)
    }

    /// Rows of a table that no sweep takes because of a hold on these people: theirs, those that a row of theirs must lead
    /// to, and those with which such a row would go.
    pub(super) fn spared_for(&self, held: &Subjects, id: TableId) -> Pred {
        let staying = self.staying_for(held, id, &mut Vec::new());
        Pred::any([self.owned_by(held, id), staying])
    }

    /// Rows of a table that cannot go, because rows that stay must lead to them, by declared references, or hang on them. The
    /// way is followed from table to table, [`MOST_TABLES`] at most: what is further stands in the way of the sweep.
    fn staying_for(&self, held: &Subjects, id: TableId, behind: &mut Vec<TableId>) -> Pred {
        if behind.contains(&id) || behind.len() == MOST_TABLES {
            return Pred::Never;
        }
        behind.push(id);
        let mut staying = Vec::new();
        for (from, key) in self.ownership.references_to(id) {
            let theirs = self.owned_by(held, from);
            let there = Pred::any([theirs, self.staying_for(held, from, behind)]);
            let (columns, from) = (&key.target_columns, Source::Table(from));
            staying.push(Pred::leads(columns, &key.columns, from, there));
        }
        let links = self.ownership.links.iter();
        for link in links.filter(|link| link.is_owning() && link.source == id) {
            let there = self.staying_for(held, link.dependent, behind);
            if there != Pred::Never {
                staying.push(lead_back(link, there));
            }
        }
        behind.pop();
        Pred::any(staying)
    }

    fn owned_by(&self, people: &Subjects, id: TableId) -> Pred {
        Rows::new(self.ownership, &self.reach, Roots::People(people)).own(id)
    }

    fn everyone_held(&self) -> Subjects {
        let mut everyone = Subjects::default();
        for hold in self.holds {
            if let Held::Subjects(held) = &hold.on {
                everyone.join(held);
            }
        }
        everyone
    }
}
