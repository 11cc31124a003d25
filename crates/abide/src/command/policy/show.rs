//! `abide policy PATH`: what a policy means, line by line, as sentences or as JSON.

use std::path::PathBuf;

use abide_policy::diagnostic;
use abide_policy::resolved::{resolved, schema};
use abide_policy::sentence::{Language, sentence};
use abide_policy::{Library, compile};
use anyhow::Result;

use crate::command::{Format, Outcome};
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide policy`.
// The group would bear the same name as that of the command that these stand in.
#[derive(clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// The policy: a file, a folder of them, or the name of one that ships with the program
    #[arg(required_unless_present = "schema")]
    path: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Print the JSON Schema of the JSON form instead
    #[arg(long)]
    schema: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let path = match &arguments.path {
        Some(path) if !arguments.schema => path,
        _ => {
            print(&serde_json::to_string_pretty(&schema())?)?;
            return Ok(Outcome::Clean);
        }
    };
    let files = files::read_named(path)?;
    let compiled = compile(Library::standard(), &files, Some(clock::today()));
    for policy in &compiled.policies {
        match arguments.format {
            Format::Json => print(&serde_json::to_string_pretty(&resolved(policy, &files))?)?,
            Format::Text => {
                for norm in &policy.norms {
                    print(&format!(
                        "{:<22} {}",
                        norm.id,
                        sentence(norm, policy, Language::English)
                    ))?;
                }
            }
        }
    }
    if !compiled.is_clean() {
        eprintln!("{}", diagnostic::render_all(&compiled.findings, &files));
        return Ok(Outcome::Found);
    }
    Ok(Outcome::Clean)
}
