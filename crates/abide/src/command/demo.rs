//! `abide demo`: compiles the policies that ship with the program, sums each up and writes their notices; then plays a
//! made-up month at a company, with things that go wrong on purpose, and shows the board of its promises.

mod person;
mod scenario;
mod story;
mod told;

use std::path::PathBuf;

use abide_policy::diagnostic::{self, Severity};
use abide_policy::model::{Norm, Policy};
use abide_policy::readable;
use abide_policy::vocabulary::{Action, Mode};
use abide_policy::{Library, compile};
use anyhow::Result;

use super::{Outcome, notice};
use crate::output::print;
use crate::{clock, samples};
use told::Told;

/// Arguments of `abide demo`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The scenario to play; the first that ships without one
    scenario: Option<String>,
    /// Where to write the notices, and in a folder of its own what the scenario leaves
    #[arg(short, long, value_name = "DIR", default_value = "abide-demo")]
    output: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let mut clean = true;
    print("Privacy policies of real companies, compiled from source:\n")?;
    let mut written = Vec::new();
    for (_, files) in samples::all() {
        let compiled = compile(Library::standard(), &files, Some(clock::today()));
        let errors = compiled
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count();
        if errors > 0 {
            clean = false;
            print(&diagnostic::render_all(&compiled.findings, &files))?;
        }
        for policy in &compiled.policies {
            print(&summary(policy, errors))?;
            let languages = notice::languages_of(policy)?;
            written.extend(notice::write(policy, &languages, None, &arguments.output)?);
        }
    }
    print(&closing(arguments, &written))?;
    let told = told::tell(arguments.scenario.as_deref(), &arguments.output)?;
    Ok(match (clean, told) {
        (true, Told::AsPlanted) => Outcome::Clean,
        _ => Outcome::Found,
    })
}

fn summary(policy: &Policy, errors: usize) -> String {
    let clauses: std::collections::BTreeSet<&str> = readable::statements(policy)
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    let count =
        |test: &dyn Fn(&Norm) -> bool| policy.norms.iter().filter(|norm| test(norm)).count();
    let version = policy
        .version
        .as_ref()
        .map(|date| format!(", version of {}", date.value))
        .unwrap_or_default();
    let controller = policy
        .controllers
        .first()
        .map(|controller| controller.label.as_str())
        .unwrap_or_default();
    let laws = policy
        .laws
        .iter()
        .map(|law| law.value.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "  {controller}{version}\n    {} promises on {} lines under {laws}: {} permissions, {} prohibitions, {} duties,\n    \
         {} rights, {} clashes settled by a reading, {errors} errors\n",
        clauses.len(),
        policy.norms.len(),
        count(&|norm| norm.mode == Mode::May && norm.action.is_about_data()),
        count(&|norm| norm.mode == Mode::Never),
        count(&|norm| norm.mode == Mode::Must),
        count(&|norm| norm.action == Action::Right),
        policy.readings.len(),
    )
}

fn closing(arguments: &Arguments, written: &[PathBuf]) -> String {
    let folder =
        std::path::absolute(&arguments.output).unwrap_or_else(|_| arguments.output.clone());
    let pages = written
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| format!("    {}", name.to_string_lossy()))
        .collect::<Vec<_>>();
    format!(
        "The notices that people would read are in {}:\n{}\n",
        folder.display(),
        pages.join("\n")
    )
}
