//! `abide check PATH…`: compiles each path and reports what is wrong; with `--clauses`, whether a catalogue is stated.

use std::path::PathBuf;

use abide_policy::catalogue::{self, Clause, Coverage};
use abide_policy::diagnostic::{self, Severity};
use abide_policy::source::SourceFile;
use abide_policy::{Compiled, Library, compile};
use abide_rights::count_of;
use anyhow::{Context, Result};

use super::{Format, Outcome};
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Policy files, folders of them, or names of policies that ship with the program; each is one policy
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// A catalogue of clauses (YAML) that the policies should state
    #[arg(long, value_name = "FILE")]
    clauses: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let clauses = arguments.clauses.as_ref().map(read_clauses).transpose()?;
    let library = Library::standard();
    let today = Some(clock::today());
    let mut units: Vec<(Vec<SourceFile>, Compiled)> = Vec::new();
    for files in files::read_units(&arguments.paths, files::read_named)? {
        let compiled = compile(library, &files, today);
        units.push((files, compiled));
    }
    let coverage = clauses.map(|clauses| {
        let policies: Vec<_> = units
            .iter()
            .flat_map(|(_, unit)| unit.policies.iter().cloned())
            .collect();
        catalogue::compare(&clauses, &policies, library)
    });
    match arguments.format {
        Format::Text => print(&text(&units, coverage.as_ref()))?,
        Format::Json => print_json(&units, coverage.as_ref())?,
    }
    let clean = units.iter().all(|(_, unit)| unit.is_clean())
        && coverage.as_ref().is_none_or(Coverage::is_complete);
    Ok(if clean {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

fn read_clauses(path: &PathBuf) -> Result<Vec<Clause>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_saphyr::from_str(&text)
        .with_context(|| format!("`{}` is not a catalogue of clauses", path.display()))
}

fn text(units: &[(Vec<SourceFile>, Compiled)], coverage: Option<&Coverage>) -> String {
    let mut lines = Vec::new();
    for (files, unit) in units {
        if !unit.findings.is_empty() {
            lines.push(diagnostic::render_all(&unit.findings, files));
        }
        let count = |severity| {
            unit.findings
                .iter()
                .filter(|finding| finding.severity == severity)
                .count()
        };
        let (errors, warnings) = (
            count_of(count(Severity::Error), "error"),
            count_of(count(Severity::Warning), "warning"),
        );
        for policy in &unit.policies {
            lines.push(format!(
                "`{}`: {}, {errors}, {warnings}",
                policy.name,
                count_of(policy.norms.len(), "line")
            ));
        }
    }
    lines.extend(coverage.map(coverage_text));
    lines.join("\n")
}

fn coverage_text(coverage: &Coverage) -> String {
    let mut lines = vec![format!(
        "clauses: {} stated, {} missing, {} unknown, {} facts missing, {} of the wrong kind",
        coverage.stated.len(),
        coverage.missing.len(),
        coverage.unknown.len(),
        coverage.facts_missing.len(),
        coverage.wrong_kind.len()
    )];
    lines.extend(
        coverage
            .missing
            .iter()
            .map(|id| format!("  missing: {id} is stated nowhere")),
    );
    lines.extend(
        coverage
            .unknown
            .iter()
            .map(|id| format!("  unknown: {id} is not in the catalogue")),
    );
    lines.extend(coverage.facts_missing.iter().map(|lack| {
        format!(
            "  fact missing: {} does not say its {}: {}",
            lack.clause, lack.fact, lack.wanted
        )
    }));
    lines.extend(coverage.wrong_kind.iter().map(|wrong| {
        let found = wrong.found.join(", ");
        format!(
            "  wrong kind: {} is a clause of kind {}, which {found} cannot mean",
            wrong.clause, wrong.kind
        )
    }));
    lines.join("\n")
}

fn print_json(units: &[(Vec<SourceFile>, Compiled)], coverage: Option<&Coverage>) -> Result<()> {
    let findings: Vec<_> = units
        .iter()
        .flat_map(|(files, unit)| {
            unit.findings
                .iter()
                .map(|finding| diagnostic::to_json(finding, files))
        })
        .collect();
    let mut json = match coverage {
        Some(coverage) => serde_json::to_value(coverage)?,
        None => serde_json::json!({}),
    };
    json["findings"] = serde_json::to_value(findings)?;
    print(&serde_json::to_string_pretty(&json)?)
}
