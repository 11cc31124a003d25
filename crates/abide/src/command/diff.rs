//! `abide diff OLD NEW`: what a change of policy means for people, and what must follow from it. Changes no file.

use std::path::{Path, PathBuf};

use abide_policy::check::unused_allow;
use abide_policy::diagnostic::{self, Diagnostic, Severity};
use abide_policy::diff::{self, PolicyDiff, Source};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Compiled, Library, compile};
use anyhow::{Result, bail};

use super::{Format, Outcome};
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide diff`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The policy in force: a file, a folder of them, or the name of one that ships with the program
    old: PathBuf,
    /// The policy that would take its place
    new: PathBuf,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    // The policy in force is in force whatever else is wrong with it; one that is to be published must have no errors.
    let old = Unit::read(&arguments.old, |finding| {
        finding.is_of_reading() && finding.code != unused_allow::CHECK.code
    })?;
    let new = Unit::read(&arguments.new, |_| true)?;
    let diffs: Vec<PolicyDiff> = pairs(&old, &new)?
        .into_iter()
        .map(|(before, after)| diff::compare(Library::standard(), &before, &after))
        .collect();
    match arguments.format {
        Format::Text => {
            let reports: Vec<String> = diffs.iter().map(diff::render).collect();
            print(reports.join("\n").trim_end())?;
        }
        Format::Json => print(&serde_json::to_string_pretty(&diffs)?)?,
    }
    Ok(if diffs.iter().all(PolicyDiff::is_empty) {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

struct Unit<'a> {
    path: &'a Path,
    files: Vec<SourceFile>,
    compiled: Compiled,
}

impl<'a> Unit<'a> {
    /// Compiles a path. A policy with errors that `stands_in_the_way` names is refused.
    fn read(path: &'a Path, stands_in_the_way: fn(&Diagnostic) -> bool) -> Result<Self> {
        let files = files::read_named(path)?;
        let compiled = compile(Library::standard(), &files, Some(clock::today()));
        let errors: Vec<Diagnostic> = compiled
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error && stands_in_the_way(finding))
            .cloned()
            .collect();
        if !errors.is_empty() {
            eprintln!("{}", diagnostic::render_all(&errors, &files));
            bail!(
                "`{0}` has errors, so it is not compared; mend them, see `abide check {0}`, and compare again",
                path.display()
            );
        }
        if compiled.policies.is_empty() {
            bail!(
                "`{}` holds no policy; a policy starts with `policy NAME version=\"…\" {{`",
                path.display()
            );
        }
        Ok(Self {
            path,
            files,
            compiled,
        })
    }

    fn source<'s>(&'s self, policy: &'s Policy) -> Source<'s> {
        Source {
            policy,
            files: &self.files,
        }
    }
}

/// The policies of the one unit with those of the other: by name, or as they are when there is one of each.
fn pairs<'s>(old: &'s Unit<'_>, new: &'s Unit<'_>) -> Result<Vec<(Source<'s>, Source<'s>)>> {
    let (olds, news) = (&old.compiled.policies, &new.compiled.policies);
    if let ([before], [after]) = (olds.as_slice(), news.as_slice()) {
        return Ok(vec![(old.source(before), new.source(after))]);
    }
    for (policies, others, unit) in [(olds, news, new), (news, olds, old)] {
        let lone = policies
            .iter()
            .find(|policy| !others.iter().any(|other| other.name == policy.name));
        if let Some(policy) = lone {
            bail!(
                "policy `{}` is not in `{}`; compare paths that hold the same policies, or one policy each",
                policy.name,
                unit.path.display()
            );
        }
    }
    let pair = |before: &'s Policy| {
        let after = news.iter().find(|after| after.name == before.name)?;
        Some((old.source(before), new.source(after)))
    };
    Ok(olds.iter().filter_map(pair).collect())
}
