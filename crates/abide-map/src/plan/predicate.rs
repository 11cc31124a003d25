//! Conditions on the rows of a table, as values. Knows no SQL.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Row;
use super::same::Fold;
use crate::map::Replacement;
use crate::ownership::TableId;
use crate::statement::Value;

/// A condition on a row. Columns are those of the table that it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pred {
    /// Holds for no row.
    Never,
    /// Holds for every row.
    Always,
    /// The columns together are one of these.
    Among(Vec<String>, Vec<Row>),
    /// The columns together hold something and are none of these.
    Outside(Vec<String>, Vec<Row>),
    /// What the column holds, folded so, is one of these.
    AmongFolded(Fold, String, Vec<Row>),
    /// The column holds something, and folded so it is none of these.
    OutsideFolded(Fold, String, Vec<Row>),
    /// The columns together are among what this selects.
    Leads(Vec<String>, Box<Select>),
    /// The column has this value.
    Equals(String, Value),
    /// The column holds something, the empty text aside.
    Filled(String),
    /// The column holds something.
    Present(String),
    /// The column holds a moment before this one.
    Before(String, Moment),
    /// The column holds something that is no moment in a form that is known.
    Untimed(String),
    /// The first columns together are not the same as the second.
    Apart(Vec<String>, Vec<String>),
    /// The row is marked in a table of keys as somebody else's too.
    Joint,
    /// The row is not marked so.
    Sole,
    /// One of the columns is not yet what it is to be overwritten with.
    Unwritten(Vec<(String, Replacement)>),
    /// The row is reached in a ring of tables that lead to each other; the place among its members of the table asked of.
    Ring(Rc<Ring>, usize),
    /// Every one holds.
    All(Vec<Pred>),
    /// At least one holds.
    Any(Vec<Pred>),
    /// It does not hold; what is unknown does not hold.
    Not(Box<Pred>),
}

/// A moment, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) i64);

/// Columns of the rows of a table for which a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Select {
    pub(crate) columns: Vec<String>,
    pub(crate) from: Source,
    pub(crate) filter: Pred,
}

/// What a selection reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A table.
    Table(TableId),
    /// The noted keys of a table.
    Noted(TableId),
    /// The noted keys of the rows that a step is about, by its number.
    Step(usize),
}

/// Tables that lead to each other, with where reaching starts and how it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ring {
    pub(crate) members: Vec<TableId>,
    /// Place in `members`, and which of its rows are reached from outside.
    pub(crate) starts: Vec<(usize, Pred)>,
    /// Places of links, each with the places in `members` of the end that it is gone from and the end that it is gone to.
    pub(crate) steps: Vec<(usize, usize, usize)>,
    pub(crate) goes: Goes,
    /// Rows outside of what this other one reaches, with the same members, are not gone to.
    pub(crate) within: Option<Rc<Ring>>,
}

/// Which way links are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goes {
    /// From whose rows are to what is theirs by them.
    Forward,
    /// From rows to those that make them somebody's.
    Back,
}

impl Pred {
    /// All of these, in the least words.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Never => return Self::Never,
                Self::Always => {}
                Self::All(inner) => kept.extend(inner),
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::Always,
            1 => kept.remove(0),
            _ => Self::All(kept),
        }
    }

    /// Any of these, in the least words.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Always => return Self::Always,
                Self::Never => {}
                Self::Any(inner) => kept.extend(inner),
                part if kept.contains(&part) => {}
                part => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::Never,
            1 => kept.remove(0),
            _ => Self::Any(kept),
        }
    }

    /// Not this.
    pub(crate) fn not(part: Self) -> Self {
        match part {
            Self::Never => Self::Always,
            Self::Always => Self::Never,
            part => Self::Not(Box::new(part)),
        }
    }

    /// The columns are one of these rows.
    pub(crate) fn among(columns: &[String], rows: Vec<Row>) -> Self {
        if rows.is_empty() {
            return Self::Never;
        }
        Self::Among(columns.to_vec(), rows)
    }

    /// The columns are among these columns of the rows of a source for which the filter holds.
    pub(crate) fn leads(columns: &[String], there: &[String], from: Source, filter: Self) -> Self {
        if filter == Self::Never {
            return Self::Never;
        }
        Self::Leads(
            columns.to_vec(),
            Box::new(Select {
                columns: there.to_vec(),
                from,
                filter,
            }),
        )
    }

    /// Whether it asks what a ring reaches.
    pub(crate) fn has_ring(&self) -> bool {
        match self {
            Self::Ring(..) => true,
            Self::Leads(_, select) => select.filter.has_ring(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::has_ring),
            Self::Not(part) => part.has_ring(),
            _ => false,
        }
    }

    /// The columns of the row itself that answering it reads; those that are to be written aside.
    pub(crate) fn columns<'a>(&'a self, into: &mut BTreeSet<&'a str>) {
        match self {
            Self::Among(columns, _) | Self::Outside(columns, _) | Self::Leads(columns, _) => {
                into.extend(columns.iter().map(String::as_str));
            }
            Self::Apart(columns, others) => {
                into.extend(columns.iter().chain(others).map(String::as_str));
            }
            Self::Equals(column, _)
            | Self::AmongFolded(_, column, _)
            | Self::OutsideFolded(_, column, _)
            | Self::Filled(column)
            | Self::Present(column)
            | Self::Before(column, _)
            | Self::Untimed(column) => {
                into.insert(column);
            }
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().for_each(|part| part.columns(into));
            }
            Self::Not(part) => part.columns(into),
            _ => {}
        }
    }

    /// Whether answering it reads other rows than the one it is asked of.
    pub(crate) fn reads_rows(&self) -> bool {
        match self {
            Self::Leads(..) | Self::Ring(..) => true,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::reads_rows),
            Self::Not(part) => part.reads_rows(),
            _ => false,
        }
    }

    /// The tables whose rows answering it reads.
    pub(crate) fn tables(&self, into: &mut BTreeSet<TableId>) {
        match self {
            Self::Leads(_, select) => {
                if let Source::Table(id) = select.from {
                    into.insert(id);
                }
                select.filter.tables(into);
            }
            Self::Ring(ring, _) => {
                into.extend(ring.members.iter().copied());
                for (_, start) in &ring.starts {
                    start.tables(into);
                }
            }
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.tables(into)),
            Self::Not(part) => part.tables(into),
            _ => {}
        }
    }
}
