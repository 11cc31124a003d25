//! What a draft comes to, in a few lines. Never repeats a value.

use std::fmt;

use crate::map::{EdgeKind, Erase, Holds, Map, Standing};

/// How many undecided columns are named.
const NAMED: usize = 12;

/// How much of a draft is declared, sure, unsure and left to a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many tables there are.
    pub tables: usize,
    /// Tables whose rows are people.
    pub subjects: Vec<String>,
    /// Tables whose rows belong to people or are seen by them.
    pub linked: usize,
    /// Tables that are nobody's.
    pub ordinary: usize,
    /// Tables of which nobody has said what they are.
    pub undecided_tables: Vec<String>,
    /// Tables of which nobody has said what an erasure does.
    pub undecided_erasures: Vec<String>,
    /// Edges that the schema declares.
    pub declared: usize,
    /// Hidden edges of 0.9 or more.
    pub sure: usize,
    /// Hidden edges of 0.75 or more.
    pub likely: usize,
    /// Other hidden edges.
    pub unsure: usize,
    /// Edges along which rows belong to people.
    pub owning: usize,
    /// Columns with a category.
    pub recognised: usize,
    /// Columns that nobody has said anything of, as `table.column`.
    pub undecided_columns: Vec<String>,
}

impl Summary {
    /// Counts a draft.
    pub fn new(map: &Map) -> Self {
        let mut summary = Self {
            tables: map.tables.len(),
            ..Self::default()
        };
        for table in &map.tables {
            let name = table.name.value.to_string();
            match &table.standing {
                Standing::Subject => summary.subjects.push(name.clone()),
                Standing::Linked => summary.linked += 1,
                Standing::Ordinary(_) => summary.ordinary += 1,
                Standing::Undecided => summary.undecided_tables.push(name.clone()),
            }
            let owned = table
                .edges
                .iter()
                .any(|edge| edge.kind == EdgeKind::OwnedBy)
                || !table.identities.is_empty();
            if table.standing == Standing::Linked && table.erase == Erase::Undecided && owned {
                summary.undecided_erasures.push(name);
            }
            for edge in &table.edges {
                summary.owning +=
                    usize::from(matches!(edge.kind, EdgeKind::OwnedBy | EdgeKind::Owns));
                match edge.confidence.as_ref().map(|confidence| confidence.value) {
                    None => summary.declared += 1,
                    Some(value) if value >= 0.9 => summary.sure += 1,
                    Some(value) if value >= 0.75 => summary.likely += 1,
                    Some(_) => summary.unsure += 1,
                }
            }
            let count = |fits: fn(&Holds) -> bool| {
                table
                    .columns
                    .iter()
                    .filter(|column| fits(&column.holds))
                    .count()
            };
            summary.recognised += count(|holds| matches!(holds, Holds::Data(_) | Holds::File));
            let undecided = table.columns.iter();
            let undecided = undecided.filter(|column| column.holds == Holds::Undecided);
            let names =
                undecided.map(|column| format!("{}.{}", table.name.value, column.name.value));
            summary.undecided_columns.extend(names);
        }
        summary
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        writeln!(
            out,
            "tables      {}: {} of people, {} tied to people, {} of nobody, {} undecided",
            self.tables,
            self.subjects.len(),
            self.linked,
            self.ordinary,
            self.undecided_tables.len()
        )?;
        writeln!(out, "people      {}", list(&self.subjects))?;
        writeln!(
            out,
            "edges       {} declared; {} hidden at 0.9 or more, {} at 0.75 or more, {} below; {} carry ownership",
            self.declared, self.sure, self.likely, self.unsure, self.owning
        )?;
        writeln!(
            out,
            "columns     {} recognised, {} undecided",
            self.recognised,
            self.undecided_columns.len()
        )?;
        writeln!(
            out,
            "say what    rows are of: {}",
            list(&self.undecided_tables)
        )?;
        let (named, more) = self
            .undecided_columns
            .split_at(NAMED.min(self.undecided_columns.len()));
        let more = match more.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        writeln!(out, "say what    columns hold: {}{more}", list(named))?;
        write!(
            out,
            "say what    an erasure does to: {}",
            list(&self.undecided_erasures)
        )
    }
}
