//! Every finding about a map: one file each, one list that names them. Changes nothing and asks no source.
//!
//! A file holds a `CHECK` with its code, severity and manual page, and either a `run` over the map and what it is held
//! against, or functions that the reader calls at the spot. `abide explain` and the page of findings derive from [`CHECKS`].

use abide_policy::Library;
use abide_policy::diagnostic::{self, Diagnostic, Findings, Label, Severity};
use abide_policy::model::Policy;
use abide_policy::source::Span;

use crate::map::Map;
use crate::sample::TableSample;
use crate::schema::{Schema, TableName};

/// One kind of finding.
pub struct Check {
    /// Stable code: `M01..` reading a map, `M02..` map against schema, `M03..` map against policy.
    pub code: &'static str,
    /// Its name, `unmapped-table`.
    pub name: &'static str,
    /// How bad it is. A map with an error is not planned with.
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
