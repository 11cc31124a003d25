//! What an erasure does to each table, as the map says it. Orders nothing and writes no statement.

use abide_policy::diagnostic::Findings;

use super::limit::no_moment;
use super::operation::{Act, Operation, Rank, Which, obstacle, overwrites};
use super::planner::Planner;
use super::predicate::{Pred, Source};
use super::rows::{Roots, Rows, lead};
use super::{Doing, Held, Hold, Plan, Subjects};
use crate::map::{EdgeErase, Erase, Holds, Identity, Keep, MappedTable, Replacement, Standing};
use crate::ownership::{Link, TableId, cannot, cannot_plan};
use crate::schema::TableName;

/// Gathers what is done to each table, and what stands in the way.
pub(crate) struct Eraser<'a, 'r> {
    pub(crate) planner: &'a Planner<'a>,
    pub(crate) rows: Rows<'r>,
    pub(crate) plan: Plan,
    /// In a sweep: the table whose time is over, and how many rows go at once.
    pub(crate) limit: Option<(TableId, u64)>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) findings: Findings,
}

impl<'a, 'r> Eraser<'a, 'r> {
    pub(crate) fn new(planner: &'a Planner<'a>, rows: Rows<'r>, plan: Plan) -> Self {
        Self {
            planner,
            rows,
            plan,
            limit: None,
            operations: Vec::new(),
            findings: Findings::new(),
        }
    }

    /// Does to every table what the map says.
    pub(crate) fn take_all(&mut self) {
        for id in self.planner.in_order() {
            self.take_own(id);
            self.take_joint(id);
            self.take_seen(id);
        }
        self.take_orphans();
        self.take_references();
    }

    /// Overwrites every table's own rows.
    pub(crate) fn anonymise_all(&mut self) {
        for id in self.planner.in_order() {
            let Some(mapped) = self.mapped(id).filter(|_| self.rows.own(id) != Pred::Never) else {
                continue;
            };
            let written = match &mapped.erase {
                Erase::Anonymise(given) => overwrites(self.planner, id, given),
                Erase::Keep(keep) if !keep.overwrites.is_empty() => {
                    overwrites(self.planner, id, &keep.overwrites)
                }
                _ => self.telling(id, &mapped),
            };
            self.write(id, &mapped, Which::Own, written, Pred::Always, "anonymised");
        }
    }

    /// Writes one value over one column of the person's own rows.
    pub(crate) fn correct(&mut self, table: &TableName, column: &str, with: Replacement) {
        let found = self.planner.ownership.id(table);
        let mapped = found.and_then(|id| self.mapped(id));
        let (Some(id), Some(mapped)) = (found, mapped) else {
            self.refuse(
                None,
                format!("the map has no table `{table}`"),
                "correct a table that it has",
            );
            return;
        };
        let there = self.planner.ownership.tables.get(id);
        if there.is_none_or(|node| node.table.column(column).is_none()) {
            let message = format!("`{table}` has no column `{column}`");
            self.refuse(Some(&mapped), message, "correct a column that it has");
            return;
        }
        if let Standing::Ordinary(_) = mapped.standing {
            let message = format!("no row of `{table}` is anybody's: the map calls it ordinary");
            let help = "correct a table whose rows are people's, or say in the map whose these are";
            self.refuse(Some(&mapped), message, help);
            return;
        }
        let written = vec![(column.to_owned(), with)];
        self.write(id, &mapped, Which::Sole, written, Pred::Always, "corrected");
        // What others own too changes for them as well, which is said apart.
        if let Some(own) = self.operations.last().cloned() {
            let reason = "corrected; someone else owns it too".to_owned();
            let which = Which::Joint;
            self.operations.push(Operation {
                which,
                reason,
                ..own
            });
        }
    }

    /// Names the rows that stay because a hold lies on whose they are.
    pub(crate) fn keep_held(&mut self, subjects: &Subjects) {
        for hold in self.planner.holds {
            let Held::Subjects(held) = &hold.on else {
                continue;
            };
            if !subjects.overlaps(held) {
                continue;
            }
            let mut both = held.clone();
            both.keep_only(subjects);
            let rows = Rows::new(
                self.planner.ownership,
                &self.planner.reach,
                Roots::People(&both),
            );
            for id in self.planner.in_order() {
                let own = rows.own(id);
                if own != Pred::Never {
                    self.hold(id, hold, own);
                }
            }
        }
    }

    /// Names rows of a table that stay because of a hold.
    pub(crate) fn hold(&mut self, id: TableId, hold: &Hold, rows: Pred) {
        let reason = format!("{} lies on whose these rows are", hold.because());
        self.stay(id, hold.because(), reason, rows);
    }

    /// Names rows of a table that stay, whoever they are of.
    pub(crate) fn stay(&mut self, id: TableId, because: String, reason: String, rows: Pred) {
        let Some(mapped) = self.mapped(id) else {
            return;
        };
        self.operations.push(Operation {
            table: id,
            act: Act::Keep {
                because,
                until: None,
            },
            which: Which::Held(Box::new(rows)),
            and: Pred::Always,
            rank: Rank::Keep,
            reason,
            clauses: self.planner.clauses(&mapped, "erase"),
        });
    }

    pub(crate) fn mapped(&self, id: TableId) -> Option<MappedTable> {
        self.planner.ownership.tables.get(id)?.mapped.clone()
    }

    /// The name of the hold on a table, if one lies on it.
    pub(crate) fn hold_on(&self, id: TableId) -> Option<&'a str> {
        let node = self.planner.ownership.tables.get(id)?;
        let held = self.planner.holds.iter().find(|hold| match &hold.on {
            Held::Table(name) => *name == node.table.name,
            Held::Subjects(_) => false,
        });
        held.map(|hold| hold.name.as_str())
    }

    pub(crate) fn refuse(&mut self, mapped: Option<&MappedTable>, message: String, help: &str) {
        let map = self.planner.ownership.map.name.span;
        self.findings
            .push(cannot(mapped, map, message, help.to_owned()));
    }

    fn take_own(&mut self, id: TableId) {
        let Some(mapped) = self.mapped(id).filter(|_| self.rows.own(id) != Pred::Never) else {
            return;
        };
        if let Some(hold) = self.hold_on(id) {
            let because = format!("the hold `{hold}`");
            self.keep(id, &mapped, Which::Own, Pred::Always, because, None);
            return;
        }
        match &mapped.erase {
            Erase::Delete => self.delete(id, &mapped, Which::Sole, Pred::Always, "the person's own"),
            Erase::Anonymise(given) => {
                let written = overwrites(self.planner, id, given);
                self.write(id, &mapped, Which::Sole, written, Pred::Always, "the person's own, kept without saying whose");
            }
            Erase::Detach => self.detach_own(id, &mapped),
            Erase::Keep(keep) => self.keep_for(id, &mapped, keep, &Which::Sole),
            Erase::Undecided => self.refuse(
                Some(&mapped),
                format!("nobody has said what an erasure does to `{}`", mapped.name.value),
                "write `erase delete`, `erase anonymise { … }`, `erase detach` or `erase keep because=…`",
            ),
        }
    }

    pub(super) fn keep_for(
        &mut self,
        id: TableId,
        mapped: &MappedTable,
        keep: &Keep,
        which: &Which,
    ) {
        let mut young = Pred::Always;
        let mut untimed = None;
        let mut until = keep.until.as_ref().map(|until| until.value.clone());
        if let (Some(length), Some(from)) = (&keep.until, &keep.from) {
            match self.planner.cutoff(length) {
                Ok(cutoff) => {
                    let old = Pred::Before(from.value.clone(), cutoff);
                    let reason = "the person's own, kept for as long as the map says";
                    self.delete(id, mapped, which.clone(), old.clone(), reason);
                    young = Pred::not(old);
                }
                Err(found) => self.findings.extend(found),
            }
            untimed = Some(&from.value);
            until = Some(format!("{} after `{}`", length.value, from.value));
        } else if let Some((ended, parents)) = self.ended(id, &mut Vec::new()) {
            let reason = "the person's own, kept for as long as what it belongs to";
            self.delete(id, mapped, which.clone(), ended.clone(), reason);
            young = Pred::not(ended);
            until = Some(format!("as long as its row of {parents}"));
        }
        let written = overwrites(self.planner, id, &keep.overwrites);
        if !written.is_empty() {
            let reason = "the person's own, kept for a reason without saying more than it needs";
            self.write(id, mapped, which.clone(), written, young.clone(), reason);
        }
        let because = &keep.because.value;
        if let Some(from) = untimed {
            let rows = Pred::Untimed(from.clone());
            let until = Some(no_moment(from));
            self.keep(
                id,
                mapped,
                which.clone(),
                rows.clone(),
                because.clone(),
                until,
            );
            young = Pred::all([young, Pred::not(rows)]);
        }
        self.keep(id, mapped, which.clone(), young, because.clone(), until);
    }

    /// Rows kept for no time of their own that lead to kept rows whose time is over, and to none whose time is not; and the
    /// names of the tables that these are in. Nothing where rows are kept for good.
    fn ended(&mut self, id: TableId, behind: &mut Vec<TableId>) -> Option<(Pred, String)> {
        if behind.contains(&id) {
            return None;
        }
        behind.push(id);
        let (mut over, mut open, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (_, link) in self.links_into(id, true) {
            let parent = self.mapped(link.source);
            let Some((parent, Erase::Keep(keep))) = parent.as_ref().map(|it| (it, &it.erase))
            else {
                continue;
            };
            let old = match (&keep.until, &keep.from) {
                (Some(length), Some(from)) => match self.planner.cutoff(length) {
                    Ok(cutoff) => Pred::Before(from.value.clone(), cutoff),
                    // Said where that table's own rows are looked at.
                    Err(_) => continue,
                },
                _ => match self.ended(link.source, behind) {
                    Some((old, _)) => old,
                    None => continue,
                },
            };
            over.push(lead(&link, Source::Table(link.source), old.clone()));
            open.push(lead(&link, Source::Table(link.source), Pred::not(old)));
            names.push(format!("`{}`", parent.name.value));
        }
        behind.pop();
        let open = Pred::not(Pred::any(open));
        (!over.is_empty()).then(|| (Pred::all([Pred::any(over), open]), names.join(", ")))
    }

    fn detach_own(&mut self, id: TableId, mapped: &MappedTable) {
        for (place, link) in self.links_into(id, true) {
            let columns = self.cuttable(id, &link);
            if columns.is_empty() && link.is_pull() {
                let name = &mapped.name.value;
                self.findings.push(cannot_plan(
                    link.edge.span,
                    format!("rows of `{name}` cannot be detached: their columns may not be empty"),
                    "let the columns be null, or say `erase delete` or `erase anonymise { … }`"
                        .to_owned(),
                ));
                continue;
            }
            self.write(
                id,
                mapped,
                Which::SoleBy(place),
                columns,
                Pred::Always,
                "the person's own, detached from the person",
            );
        }
        let reason = "the person's own, detached from the person";
        self.unname(id, mapped, Which::Sole, &mapped.identities, reason);
    }

    /// Rows that someone else owns too stay theirs.
    fn take_joint(&mut self, id: TableId) {
        let Some(mapped) = self
            .mapped(id)
            .filter(|_| self.rows.joint(id) != Pred::Never)
        else {
            return;
        };
        if self.hold_on(id).is_some() {
            return;
        }
        for (place, link) in self.links_into(id, true) {
            if self.rows.owned_by(&link) != Pred::Never {
                self.edge(
                    id,
                    &mapped,
                    &link,
                    Which::JointBy(place),
                    "someone else owns it too",
                );
            }
        }
        if self
            .planner
            .ownership
            .tables
            .get(id)
            .is_some_and(|node| node.is_subject())
        {
            return;
        }
        for identity in &mapped.identities {
            let which = Which::JointNamed(identity.clone());
            let reason = "someone else owns it too";
            self.unname(id, &mapped, which, std::slice::from_ref(identity), reason);
        }
    }

    /// Writes over what rows that stay know the person by: nothing, or what nobody else has where rows must differ in it.
    /// Rows of which neither can be written are in the way.
    fn unname(
        &mut self,
        id: TableId,
        mapped: &MappedTable,
        which: Which,
        identities: &[Identity],
        reason: &str,
    ) {
        let Some(node) = self.planner.ownership.tables.get(id) else {
            return;
        };
        let dialect = self.planner.ownership.dialect;
        let mut written = Vec::new();
        for identity in identities {
            let name = &identity.column.value;
            let with = node.freed(name);
            let column = node.table.column(name);
            if column.is_some_and(|column| obstacle(dialect, column, &with).is_some()) {
                let table = &mapped.name.value;
                let message = format!(
                    "rows of `{table}` stay, and nothing can be written over the person's `{name}` in them"
                );
                let help =
                    format!("let `{name}` be null, or say with `erase delete` that these rows go");
                self.forbid(id, which.clone(), Pred::Always, message, &help);
                return;
            }
            written.push((name.clone(), with));
        }
        self.write(id, mapped, which, written, Pred::Always, reason);
    }

    /// Rows that the person may see and others own stay theirs.
    fn take_seen(&mut self, id: TableId) {
        let Some(mapped) = self.mapped(id).filter(|_| self.hold_on(id).is_none()) else {
            return;
        };
        for (place, link) in self.links_into(id, false) {
            if self.rows.owned_by(&link) != Pred::Never {
                self.edge(
                    id,
                    &mapped,
                    &link,
                    Which::SeenBy(place),
                    "someone else's, where the person is named",
                );
            }
        }
    }

    fn edge(&mut self, id: TableId, mapped: &MappedTable, link: &Link, which: Which, why: &str) {
        let cuttable = self.cuttable(id, link);
        let is_default = link.erase.is_none();
        let erase = link.erase.clone().unwrap_or(if cuttable.is_empty() {
            EdgeErase::Leave
        } else {
            EdgeErase::Detach
        });
        match erase {
            EdgeErase::Delete => self.delete(id, mapped, which, Pred::Always, why),
            EdgeErase::Anonymise(given) => {
                let written = overwrites(self.planner, id, &given);
                self.write(id, mapped, which, written, Pred::Always, why);
            }
            EdgeErase::Detach if cuttable.is_empty() && link.is_pull() => {
                self.findings.push(cannot_plan(
                    link.edge.span,
                    format!(
                        "rows of `{}` cannot be detached: their columns may not be empty",
                        mapped.name.value
                    ),
                    "say `erase leave`, `erase delete` or `erase anonymise { … }`".to_owned(),
                ));
            }
            EdgeErase::Detach => self.write(id, mapped, which, cuttable, Pred::Always, why),
            // What an `owns` leads from goes by itself, and with it the ownership.
            EdgeErase::Leave if is_default && !link.is_pull() => {}
            EdgeErase::Leave => self.keep(id, mapped, which, Pred::Always, why.to_owned(), None),
        }
    }

    /// The columns of a link that may hold nothing, each overwritten with nothing.
    pub(crate) fn cuttable(&self, id: TableId, link: &Link) -> Vec<(String, Replacement)> {
        let Some(node) = self
            .planner
            .ownership
            .tables
            .get(id)
            .filter(|_| link.is_pull())
        else {
            return Vec::new();
        };
        let columns = link
            .dependent_columns
            .iter()
            .filter(|column| node.is_nullable(column));
        columns
            .map(|column| (column.clone(), Replacement::Empty))
            .collect()
    }

    /// Links into a table: those that hand on ownership, or those that hand on sight.
    fn links_into(&self, id: TableId, owning: bool) -> Vec<(usize, Link)> {
        let links = self.planner.ownership.inward(id);
        links
            .filter(|(_, link)| {
                link.is_owning() == owning && self.planner.reach.is_live(link.source)
            })
            .map(|(place, link)| (place, link.clone()))
            .collect()
    }

    /// The columns that say something of a person, keys aside.
    fn telling(&self, id: TableId, mapped: &MappedTable) -> Vec<(String, Replacement)> {
        let Some(node) = self.planner.ownership.tables.get(id) else {
            return Vec::new();
        };
        let is_key = |name: &str| {
            let foreign = node.table.foreign_keys.iter().flat_map(|key| &key.columns);
            node.table
                .primary_key
                .iter()
                .chain(foreign)
                .any(|key| key == name)
        };
        let data = mapped
            .columns
            .iter()
            .filter(|column| matches!(column.holds, Holds::Data(_)));
        let names = mapped
            .identities
            .iter()
            .map(|identity| &identity.column.value)
            .chain(data.map(|column| &column.name.value))
            .filter(|name| !is_key(name))
            .cloned();
        super::planner::unique(names.collect())
            .into_iter()
            .map(|name| {
                let with = node.freed(&name);
                (name, with)
            })
            .collect()
    }

    /// Whether what is done may have to be taken back.
    pub(super) fn is_undone(&self) -> bool {
        self.plan.doing == Doing::Erase && self.planner.ownership.map.undo.is_some()
    }

    /// Refuses to write over rows that nobody could find again to put back what was there.
    pub(super) fn refuse_keyless(&mut self, id: TableId) {
        let node = self.planner.ownership.tables.get(id);
        let Some(node) = node.filter(|node| node.key.is_empty() && self.is_undone()) else {
            return;
        };
        let name = &node.table.name;
        let message = format!(
            "rows of `{name}` have no key by which an undo could find those again that were written over"
        );
        let help = format!(
            "give `{name}` a primary key, let its rows go with `erase delete`, or leave `undo` out of the map"
        );
        let mapped = node.mapped.clone();
        self.refuse(mapped.as_ref(), message, &help);
    }

    pub(super) fn delete(
        &mut self,
        id: TableId,
        mapped: &MappedTable,
        which: Which,
        and: Pred,
        reason: &str,
    ) {
        self.operations.push(Operation {
            table: id,
            act: Act::Delete,
            which,
            and,
            rank: Rank::Delete,
            reason: reason.to_owned(),
            clauses: self.planner.clauses(mapped, "erase"),
        });
    }

    pub(super) fn write(
        &mut self,
        id: TableId,
        mapped: &MappedTable,
        which: Which,
        written: Vec<(String, Replacement)>,
        and: Pred,
        reason: &str,
    ) {
        if written.is_empty() {
            return;
        }
        self.refuse_keyless(id);
        for (name, with) in &written {
            let node = self.planner.ownership.tables.get(id);
            let column = node.and_then(|node| node.table.column(name));
            let dialect = self.planner.ownership.dialect;
            if let Some(help) = column.and_then(|column| obstacle(dialect, column, with)) {
                let message = format!(
                    "`{name}` of `{}` cannot be overwritten so",
                    mapped.name.value
                );
                self.refuse(Some(mapped), message, &help);
            }
        }
        let is_own_reference = match which {
            Which::JointBy(place) | Which::SeenBy(place) => {
                let link = self.planner.ownership.links.get(place);
                link.is_some_and(|link| link.source == link.dependent)
            }
            _ => false,
        };
        self.operations.push(Operation {
            table: id,
            act: Act::Write(written),
            which,
            and,
            rank: if is_own_reference {
                Rank::Before
            } else {
                Rank::Write
            },
            reason: reason.to_owned(),
            clauses: self.planner.clauses(mapped, "erase"),
        });
    }

    fn keep(
        &mut self,
        id: TableId,
        mapped: &MappedTable,
        which: Which,
        and: Pred,
        because: String,
        until: Option<String>,
    ) {
        let mut clauses = self.planner.clauses(mapped, "erase");
        if let Some(ground) = self.planner.promises.grounds.get(&because) {
            clauses.extend(ground.clauses.iter().cloned());
        }
        self.operations.push(Operation {
            table: id,
            reason: format!("kept: {because}"),
            act: Act::Keep { because, until },
            which,
            and,
            rank: Rank::Keep,
            clauses: super::planner::unique(clauses),
        });
    }
}
