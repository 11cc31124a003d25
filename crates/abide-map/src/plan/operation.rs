//! One thing done to some rows of one table, before it is a statement.

use abide_policy::diagnostic::Diagnostic;

use super::orphan::orphaned;
use super::planner::Planner;
use super::predicate::{Pred, Source};
use super::render::{Writer, fitted, spelled};
use super::rows::{Rows, when};
use super::{Effect, Image, ReadBefore, Step};
use crate::map::{Holds, Identity, Overwrite, Replacement};
use crate::ownership::{Link, TableId};
use crate::schema::{Column, Dialect};
use crate::statement::{Statement, Value};

/// One thing done to some rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) table: TableId,
    pub(crate) act: Act,
    pub(crate) which: Which,
    /// Holds for the rows too.
    pub(crate) and: Pred,
    /// Operations on one table run in this order.
    pub(crate) rank: Rank,
    pub(crate) reason: String,
    pub(crate) clauses: Vec<String>,
}

/// When an operation runs among those of its table; those that cut come before any other of any table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Cuts what would stop deletions in a ring.
    Cut,
    /// Cuts what rows that stay have of rows of the same table that go.
    Before,
    Delete,
    Write,
    Keep,
}

/// What is done.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Delete,
    Write(Vec<(String, Replacement)>),
    Keep {
        because: String,
        until: Option<String>,
    },
    /// Nothing: while there are such rows, nothing can be done at all, for this reason.
    Forbid(Box<Diagnostic>),
}

/// To which rows.
#[derive(Debug, Clone)]
pub(crate) enum Which {
    /// All of the person's own.
    Own,
    /// Those that no one else owns.
    Sole,
    /// Those that no one else owns and this link leads to.
    SoleBy(usize),
    /// Those that someone else owns too.
    Joint,
    /// Those that someone else owns too and this link leads to from rows that no one else owns.
    JointBy(usize),
    /// Those that someone else owns too and that name the person here.
    JointNamed(Identity),
    /// Those of others that this link lets the person see.
    SeenBy(usize),
    /// Those that this link leads to from rows that an edge deletes, and that nothing else would make anybody's.
    OrphanedBy(usize),
    /// Those that lead, by a declared reference, to rows that go, and do not go themselves.
    Leading(Leading),
    /// Those that this says, whoever they are of.
    Held(Box<Pred>),
}

/// A declared reference to rows that go.
#[derive(Debug, Clone)]
pub(crate) struct Leading {
    pub(crate) columns: Vec<String>,
    pub(crate) target: TableId,
    pub(crate) target_columns: Vec<String>,
    /// Whether rows that go themselves are meant too.
    pub(crate) with_going: WithGoing,
    /// Whether rows are meant that someone else owns too.
    pub(crate) with_joint: WithJoint,
}

/// Whether a reference is cut in rows that someone else owns too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithJoint {
    /// In those too.
    Yes,
    /// Their edge sees to it.
    No,
}

/// Whether a reference is cut in rows that go themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithGoing {
    /// In those too: in a ring a row may have its turn only after the one that it leads to.
    Yes,
    /// Only in rows that stay.
    No,
}

impl Operation {
    pub(crate) fn changes(&self) -> bool {
        matches!(self.act, Act::Delete | Act::Write(_))
    }

    /// Whether it concerns the person's own rows, in a sweep those that are due, for what they are.
    pub(crate) fn is_of_own(&self) -> bool {
        matches!(self.which, Which::Own | Which::Sole | Which::SoleBy(_))
    }

    /// The rows it concerns.
    pub(crate) fn filter(&self, rows: &Rows<'_>, all: &[Self]) -> Pred {
        let id = self.table;
        let link = |place: usize| rows.ownership.links.get(place);
        let by = |place: usize| link(place).map_or(Pred::Never, |link| rows.owned_by(link));
        let left_by = |place: usize| link(place).map_or(Pred::Never, |link| rows.left_by(link));
        let rows_meant = match &self.which {
            Which::Own => rows.own(id),
            Which::Sole => rows.sole(id),
            // Whose a row is that is due, nobody asks: it loses every one of them.
            Which::SoleBy(place) if rows.is_due(id) => {
                Pred::all([rows.sole(id), link(*place).map_or(Pred::Never, when)])
            }
            Which::SoleBy(place) => Pred::all([rows.sole(id), by(*place)]),
            Which::Joint => rows.joint(id),
            Which::JointBy(place) => Pred::all([rows.joint(id), left_by(*place)]),
            Which::JointNamed(identity) => {
                let node = rows.ownership.tables.get(id);
                let named = node.map(|node| rows.named(node, identity));
                Pred::all([rows.joint(id), named.unwrap_or(Pred::Never)])
            }
            Which::SeenBy(place) => {
                let going = going(id, rows, all, |which| matches!(which, Which::Sole));
                let seen = match (&self.act, link(*place)) {
                    (Act::Delete, Some(link)) => rows.chained_by(*place, link),
                    _ => left_by(*place),
                };
                Pred::all([seen, Pred::not(going)])
            }
            Which::OrphanedBy(place) => {
                link(*place).map_or(Pred::Never, |link| orphaned(id, *place, link, rows, all))
            }
            Which::Leading(leading) => self.leading(leading, rows, all),
            Which::Held(held) => (**held).clone(),
        };
        let open = match &self.act {
            Act::Write(overwrites) if !self.is_cut_by_writing(rows) => {
                Pred::Unwritten(overwrites.clone())
            }
            _ => Pred::Always,
        };
        Pred::all([rows_meant, self.and.clone(), open])
    }

    /// Whether the rows are no longer meant once the columns hold nothing, so that nobody need ask whether they do.
    fn is_cut_by_writing(&self, rows: &Rows<'_>) -> bool {
        let Act::Write(overwrites) = &self.act else {
            return false;
        };
        let by: &[String] = match &self.which {
            Which::SoleBy(_) if rows.is_due(self.table) => &[],
            Which::Leading(leading) => &leading.columns,
            Which::SoleBy(place) | Which::JointBy(place) | Which::SeenBy(place) => {
                match rows.ownership.links.get(*place) {
                    Some(link) if link.is_pull() => &link.dependent_columns,
                    _ => &[],
                }
            }
            _ => &[],
        };
        let nulls = |name: &String| {
            let node = rows.ownership.tables.get(self.table);
            node.is_some_and(|node| node.is_nullable(name))
        };
        overwrites
            .iter()
            .all(|(name, with)| by.contains(name) && nulls(name) && *with == Replacement::Empty)
    }

    fn leading(&self, leading: &Leading, rows: &Rows<'_>, all: &[Self]) -> Pred {
        let id = self.table;
        let any = |_: &Which| true;
        let gone = going(leading.target, rows, all, any);
        let leads = match gone {
            Pred::Among(columns, keys) if columns == leading.target_columns => {
                Pred::Among(leading.columns.clone(), keys)
            }
            gone => {
                let from = match &gone {
                    Pred::Leads(_, select) if select.from == Source::Noted(leading.target) => {
                        (select.from, select.filter.clone())
                    }
                    _ => (Source::Table(leading.target), gone.clone()),
                };
                Pred::leads(&leading.columns, &leading.target_columns, from.0, from.1)
            }
        };
        if leading.with_going == WithGoing::Yes {
            return leads;
        }
        let joint = match leading.with_joint {
            WithJoint::Yes => Pred::Never,
            WithJoint::No => rows.joint(id),
        };
        Pred::all([
            leads,
            Pred::not(going(id, rows, all, any)),
            Pred::not(joint),
        ])
    }

    /// The step it becomes for the rows of `filter`, of which `open` says the same without any table of keys.
    pub(crate) fn step(&self, planner: &Planner<'_>, filter: &Pred, open: &Pred) -> Option<Step> {
        let node = planner.ownership.tables.get(self.table)?;
        let count = planner.count(self.table, open);
        let (effect, statement) = match &self.act {
            Act::Delete => (Effect::Delete, delete(planner, self.table, filter)),
            Act::Write(overwrites) => {
                let columns = overwrites.iter().map(|(name, _)| name.clone()).collect();
                let statement = update(planner, self.table, overwrites, filter);
                (Effect::Overwrite { columns }, statement)
            }
            Act::Keep { because, until } => (
                Effect::Keep {
                    because: because.clone(),
                    until: until.clone(),
                },
                count.clone(),
            ),
            Act::Forbid(_) => return None,
        };
        Some(Step {
            table: node.table.name.clone(),
            effect,
            statement,
            count,
            before: self.before(planner, open),
            image: self.image(planner, open),
            reason: self.reason.clone(),
            clauses: self.clauses.clone(),
        })
    }
}

impl Operation {
    /// What puts the rows back, where the map lets an erasure be undone.
    fn image(&self, planner: &Planner<'_>, open: &Pred) -> Option<Image> {
        planner.ownership.map.undo.as_ref()?;
        let node = planner.ownership.tables.get(self.table)?;
        let written = match &self.act {
            Act::Delete => Vec::new(),
            Act::Write(overwrites) => overwrites.clone(),
            Act::Keep { .. } | Act::Forbid(_) => return None,
        };
        let columns = node
            .table
            .columns
            .iter()
            .filter(|column| !column.is_generated);
        let columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
        let (statement, columns) = planner.read_whole(self.table, &columns, open);
        Some(Image {
            read: ReadBefore { statement, columns },
            key: node.key.clone(),
            written,
        })
    }

    /// What nobody can tell once it has run: which rows stay, and which files the others named.
    fn before(&self, planner: &Planner<'_>, open: &Pred) -> Option<ReadBefore> {
        let node = planner.ownership.tables.get(self.table)?;
        let is_file = |name: &String| {
            let columns = node.mapped.iter().flat_map(|mapped| &mapped.columns);
            let mut said = columns.filter(|column| column.name.value == *name);
            said.any(|column| column.holds == Holds::File)
        };
        let columns: Vec<String> = match &self.act {
            Act::Keep { .. } => node.key.clone(),
            Act::Delete => {
                let columns = node.table.columns.iter().map(|column| column.name.clone());
                columns.filter(is_file).collect()
            }
            Act::Write(overwrites) => {
                let columns = overwrites.iter().map(|(name, _)| name.clone());
                columns.filter(is_file).collect()
            }
            Act::Forbid(_) => Vec::new(),
        };
        if columns.is_empty() {
            return None;
        }
        let (statement, columns) = planner.read(self.table, &columns, open, None);
        Some(ReadBefore { statement, columns })
    }
}

/// The rows of a table that some operations delete.
pub(crate) fn going(
    id: TableId,
    rows: &Rows<'_>,
    all: &[Operation],
    meant: impl Fn(&Which) -> bool,
) -> Pred {
    let deletes = all.iter().filter(|operation| {
        operation.table == id
            && matches!(operation.act, Act::Delete)
            && meant(&operation.which)
            && !matches!(operation.which, Which::Leading(_))
    });
    Pred::any(deletes.map(|operation| match operation.which {
        // Asking which of these do not go anyhow would ask itself.
        Which::SeenBy(place) => {
            let link: Option<&Link> = rows.ownership.links.get(place);
            let chained = link.map_or(Pred::Never, |link| rows.chained_by(place, link));
            Pred::all([chained, operation.and.clone()])
        }
        _ => operation.filter(rows, all),
    }))
}

/// What the map says is written over columns, with texts no longer than the columns take.
pub(crate) fn overwrites(
    planner: &Planner<'_>,
    id: TableId,
    given: &[Overwrite],
) -> Vec<(String, Replacement)> {
    let column = |name: &str| planner.ownership.tables.get(id)?.table.column(name);
    given
        .iter()
        .map(|overwrite| {
            let name = overwrite.column.value.clone();
            let with = match (&overwrite.with, column(&name)) {
                (Replacement::Text(text), Some(column)) => Replacement::Text(fitted(text, column)),
                (with, _) => with.clone(),
            };
            (name, with)
        })
        .collect()
}

/// Whether a column can be overwritten so, else what to do.
pub(crate) fn obstacle(dialect: Dialect, column: &Column, with: &Replacement) -> Option<String> {
    let name = &column.name;
    if column.is_generated {
        return Some(format!(
            "the database computes `{name}`; overwrite what it is computed from"
        ));
    }
    match with {
        Replacement::Empty if dialect.empty(column).is_none() => Some(format!(
            "say what to write over `{name}`: `overwrite {name} with=\"…\"`"
        )),
        Replacement::Unique if dialect.unique(column).is_none() => Some(format!(
            "`{name}` has no room for a unique text of 15 letters; write a text, or nothing"
        )),
        _ => None,
    }
}

fn delete(planner: &Planner<'_>, id: TableId, filter: &Pred) -> Statement {
    let mut writer = Writer::new(planner.ownership);
    let alias = writer.alias();
    let table = writer.table(id);
    if writer.dialect == Dialect::Mariadb {
        writer.push(&format!("DELETE {alias} FROM {table} AS {alias}"));
        let mut read = std::collections::BTreeSet::new();
        filter.tables(&mut read);
        let is_joined = read.contains(&id) || noted_step(filter).is_some();
        if is_joined && join_keys(&mut writer, planner, id, &alias, filter) {
            return writer.done();
        }
    } else {
        writer.push(&format!("DELETE FROM {table} AS {alias}"));
    }
    writer.filter(id, &alias, filter);
    writer.done()
}

fn update(
    planner: &Planner<'_>,
    id: TableId,
    overwrites: &[(String, Replacement)],
    filter: &Pred,
) -> Statement {
    let mut writer = Writer::new(planner.ownership);
    let alias = writer.alias();
    let table = writer.table(id);
    writer.push(&format!("UPDATE {table} AS {alias}"));
    // MariaDB reads no table that it changes, and turns a selection into a join only where there is one already.
    let is_joined = writer.dialect == Dialect::Mariadb
        && filter.reads_rows()
        && join_keys(&mut writer, planner, id, &alias, filter);
    writer.push(" SET ");
    for (place, (name, with)) in overwrites.iter().enumerate() {
        let Some(column) = writer.column(id, name) else {
            continue;
        };
        if place > 0 {
            writer.push(", ");
        }
        let target = match writer.dialect {
            Dialect::Mariadb => writer.place(&alias, name),
            dialect => dialect.quote(name),
        };
        writer.push(&format!("{target} = "));
        match with {
            Replacement::Text(text) => {
                writer.bind(&Value::text(spelled(text, Some(column))), Some(column));
            }
            Replacement::Empty => {
                let empty = writer
                    .dialect
                    .empty(column)
                    .unwrap_or_else(|| "NULL".to_owned());
                writer.push(&empty);
            }
            Replacement::Unique => {
                let unique = writer
                    .dialect
                    .unique(column)
                    .unwrap_or_else(|| "NULL".to_owned());
                writer.push(&unique);
            }
        }
    }
    if !is_joined {
        writer.filter(id, &alias, filter);
    }
    writer.done()
}

/// Joins the keys of the rows meant; not done for a table without a key.
fn join_keys(
    writer: &mut Writer<'_>,
    planner: &Planner<'_>,
    id: TableId,
    alias: &str,
    filter: &Pred,
) -> bool {
    let Some(node) = planner
        .ownership
        .tables
        .get(id)
        .filter(|node| !node.key.is_empty())
    else {
        return false;
    };
    let derived = writer.alias();
    if let Some(step) = noted_step(filter) {
        writer.push(&format!(" JOIN {} AS {derived}", Writer::step(step)));
    } else {
        let inner = writer.alias();
        let keys = writer.places(&inner, &node.key);
        writer.push(&format!(" JOIN (SELECT DISTINCT {keys}"));
        writer.from(id, &inner, filter);
        writer.push(&format!(") AS {derived}"));
    }
    let on: Vec<String> = node
        .key
        .iter()
        .map(|name| {
            format!(
                "{} = {}",
                writer.place(alias, name),
                writer.place(&derived, name)
            )
        })
        .collect();
    writer.push(&format!(" ON {}", on.join(" AND ")));
    true
}

/// The number of the step whose noted rows are all that is meant.
fn noted_step(filter: &Pred) -> Option<usize> {
    match filter {
        Pred::Leads(_, select) => match select.from {
            Source::Step(number) => Some(number),
            _ => None,
        },
        _ => None,
    }
}
