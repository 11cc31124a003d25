//! Every finding about a map: one file each, one list that names them. Changes nothing and asks no source.
//!
//! A file holds a `CHECK` with its code, severity and manual page, and either a `run` over the map and what it is held
//! against, or functions that the reader calls at the spot. `abide explain` and the page of findings derive from [`CHECKS`].

use std::collections::BTreeSet;

use abide_policy::Library;
use abide_policy::diagnostic::{self, Diagnostic, Findings, Label, Severity};
use abide_policy::law::{ConstantValue, Law};
use abide_policy::length::Length;
use abide_policy::model::{Norm, Policy};
use abide_policy::nouns::{NounId, Nouns};
use abide_policy::readable;
use abide_policy::source::{Span, Spanned};
use abide_policy::vocabulary::Kind;

use crate::map::{
    Edge, EdgeErase, EdgeKind, Erase, Holds, Map, MappedColumn, MappedTable, Standing,
};
use crate::sample::TableSample;
use crate::schema::{Schema, Table, TableName};

/// One kind of finding.
pub struct Check {
    /// Stable code: `M01..` reading a map, `M02..` map against schema, `M03..` map against policy.
    pub code: &'static str,
    /// Its name, `unmapped-table`.
    pub name: &'static str,
    /// How bad it is. Which errors stop plans, [`stops_plans`] says.
    pub severity: Severity,
    /// Its manual page, in Markdown: why it matters, a `kdl wrong` example that gives this finding and a `kdl right`
    /// example that does not.
    pub manual: &'static str,
    /// Looks at a map. `None` for findings made while reading.
    pub run: Option<fn(&Context<'_>, &mut Findings)>,
}

/// What a check may look at.
pub struct Context<'a> {
    /// The map.
    pub map: &'a Map,
    /// The schema of its source, with its fingerprint; without it, checks against a schema are left out.
    pub schema: Option<(&'a Schema, &'a str)>,
    /// The policy that the source is under; without it, checks against a policy are left out.
    pub policy: Option<&'a Policy>,
    /// The shipped vocabulary and laws.
    pub library: &'a Library,
    /// Some rows of some tables; may be empty.
    pub samples: &'a [(TableName, TableSample)],
}

impl Check {
    /// A finding of this kind at `span`.
    pub fn at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code: self.code,
            name: self.name,
            severity: self.severity,
            message: message.into(),
            labels: vec![Label {
                span,
                text: String::new(),
            }],
            help: None,
        }
    }
}

/// A category that a column of people's rows holds.
struct Held<'a> {
    table: &'a MappedTable,
    column: &'a MappedColumn,
    /// The category as written.
    name: &'a Spanned<String>,
    /// The noun of that name.
    category: NounId,
}

impl Held<'_> {
    /// `users.email`.
    fn place(&self) -> String {
        format!("{}.{}", self.table.name.value, self.column.name.value)
    }
}

impl<'a> Context<'a> {
    /// The schema of the source.
    fn live(&self) -> Option<&'a Schema> {
        self.schema.map(|(schema, _)| schema)
    }

    /// The tables of the map that the source has, with what it says of them.
    fn mapped(&self) -> impl Iterator<Item = (&'a MappedTable, &'a Table)> {
        let live = self.live();
        let tables = self.map.tables.iter();
        tables.filter_map(move |table| Some((table, live?.table(&table.name.value)?)))
    }

    /// The edges whose ends the source has, with the tables here and there.
    fn edges(&self) -> impl Iterator<Item = (&'a Edge, &'a Table, &'a Table)> {
        let live = self.live();
        self.mapped().flat_map(move |(table, here)| {
            let edges = table.edges.iter();
            edges.filter_map(move |edge| Some((edge, here, live?.table(&edge.target.value)?)))
        })
    }

    /// The names that categories are looked up among: the policy's, else those that ship.
    fn nouns(&self) -> &'a Nouns {
        self.policy
            .map_or(&self.library.nouns, |policy| &policy.nouns)
    }

    /// Every category that a column of people's rows holds, in the order written.
    fn held(&self) -> impl Iterator<Item = Held<'a>> {
        let nouns = self.nouns();
        let tables = self.map.tables.iter();
        let tables = tables.filter(|table| !matches!(table.standing, Standing::Ordinary(_)));
        let columns =
            tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.flat_map(move |(table, column)| {
            let data: &[Spanned<String>] = match &column.holds {
                Holds::Data(data) => data,
                _ => &[],
            };
            data.iter().filter_map(move |name| {
                Some(Held {
                    table,
                    column,
                    name,
                    category: nouns.find(Kind::Data, &name.value)?,
                })
            })
        })
    }

    /// The laws of the policy; without one, all that ship.
    fn laws(&self) -> impl Iterator<Item = &'a Law> {
        let policy = self.policy;
        self.library.laws.iter().filter(move |law| {
            policy.is_none_or(|policy| policy.laws.iter().any(|name| name.value == law.name))
        })
    }

    /// A length as written, or the longest that a law's number of that name stands for.
    fn length(&self, text: &str) -> Option<Length> {
        Length::parse(text).or_else(|| {
            let constants = self.laws().filter_map(|law| law.constant(text));
            let values = constants.flat_map(|constant| constant.values());
            let lengths = values.filter_map(|value| match value {
                ConstantValue::Length(length) => Some(length),
                ConstantValue::Years(_) => None,
            });
            lengths.reduce(|a, b| {
                if a.shorter_than(b) == Some(true) {
                    b
                } else {
                    a
                }
            })
        })
    }
}

impl Edge {
    /// The columns there, in the order of those here.
    fn keys_there<'a>(&'a self, there: &'a Table) -> impl Iterator<Item = &'a str> {
        let written = self
            .target_columns
            .iter()
            .map(|column| column.value.as_str());
        let implied = there.primary_key.iter().map(String::as_str);
        written.chain(implied.filter(|_| self.target_columns.is_empty()))
    }
}

impl EdgeKind {
    /// Whether the row that is reached is the one that the edge is written at.
    fn reaches_this_row(self) -> bool {
        !matches!(self, Self::Owns | Self::Accesses)
    }
}

/// Declares the modules and the list in one go, so that adding a check is one file and one line.
macro_rules! checks {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// Every kind of finding, by code.
        pub const CHECKS: &[&Check] = &[$(&$module::CHECK,)*];
    };
}

checks! {
    unknown_statement,
    malformed_statement,
    unknown_property,
    repeated_statement,
    bad_value,
    no_map,
    standing_clash,
    misplaced_clause,
    unowned_table,
    undecided_table,
    undecided_column,
    identity_left,
    unknown_identity,
    unmapped_table,
    unmapped_column,
    unknown_table,
    unknown_column,
    edge_types_differ,
    target_not_unique,
    no_key,
    overwrite_impossible,
    detach_impossible,
    no_clock,
    not_transactional,
    cascade_unmapped,
    trigger_unmapped,
    stored_copy,
    stale_map,
    broken_reference,
    system_versioned,
    shared_identity,
    unclear_clock,
    hidden_rows,
    leads_to_people,
    edge_against_key,
    inherited_rows,
    not_undone,
    unknown_category,
    undeclared_category,
    forbidden_category,
    forbidden_field,
    unknown_ground,
    unknown_clause,
    unreadable_length,
    unfounded_keep,
    keep_differs,
    promised_erasure,
    plain_password,
    undo_too_long,
}

pub mod of_plans;

/// Whether no plan is made over a map with this finding. What a policy says against it (`M03..`) stops nothing: what a
/// promise forbids to hold has to be erased even so.
pub fn stops_plans(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error && !finding.code.starts_with("M03")
}

/// The check with that code or name.
pub fn find(code_or_name: &str) -> Option<&'static Check> {
    CHECKS
        .iter()
        .copied()
        .find(|check| check.code.eq_ignore_ascii_case(code_or_name) || check.name == code_or_name)
}

/// Runs every check over a map that was read.
pub fn run_all(context: &Context<'_>) -> Findings {
    let mut findings = Findings::new();
    for run in CHECKS.iter().filter_map(|check| check.run) {
        run(context, &mut findings);
    }
    diagnostic::settle(&mut findings);
    findings
}

/// Names in backticks, joined by commas.
fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    all.join(", ")
}

/// The clauses of a line, as people cite them; for a line without any, its own id.
fn clauses_of(norm: &Norm) -> String {
    let clauses: Vec<&str> = norm
        .clauses
        .iter()
        .map(|clause| clause.value.as_str())
        .collect();
    match clauses.as_slice() {
        [] => "a line of the policy".to_owned(),
        clauses => clauses.join(", "),
    }
}

/// Every clause id of a policy.
fn clause_ids(policy: &Policy) -> BTreeSet<&str> {
    readable::statements(policy)
        .into_iter()
        .map(|(id, _)| id)
        .collect()
}

/// Whether rows of the table are counted among people's.
fn is_of_people(table: &MappedTable) -> bool {
    matches!(table.standing, Standing::Subject | Standing::Linked)
}

/// The finding, with what the map says of a table that it does not count among people's.
fn beside(finding: Diagnostic, said: Option<&MappedTable>) -> Diagnostic {
    match said {
        Some(said) => finding.label(said.name.span, "said to be no one's"),
        None => finding,
    }
}

/// Whether an erasure, or a clock, may delete rows of the table.
fn deletes_rows(table: &MappedTable) -> bool {
    let by_itself = match &table.erase {
        Erase::Delete => true,
        Erase::Keep(keep) => keep.until.is_some(),
        _ => false,
    };
    let by_edge = table
        .edges
        .iter()
        .any(|edge| edge.erase == Some(EdgeErase::Delete));
    !matches!(table.standing, Standing::Ordinary(_) | Standing::Undecided)
        && (by_itself || by_edge || table.retain.is_some())
}
