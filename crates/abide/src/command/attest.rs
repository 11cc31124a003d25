//! `abide attest CLAUSE`: a named person confirms what only a person can know, until a day. Reads no more of a file than its
//! hash.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
use crate::output::print;
use crate::prove::{Word, attest};

/// Arguments of `abide attest`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The clause
    clause: String,
    /// Who confirms it, by name; sealed in the entry
    #[arg(long, value_name = "NAME")]
    by: String,
    /// What is confirmed, in that person's words; sealed in the entry
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// A file that shows it; its SHA-256 is sealed in the entry, the file stays where it is
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The last day on which it counts, `2027-03-01`
    #[arg(long, value_name = "DATE")]
    until: Date,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let now = clock::now();
    let file = arguments.file.as_ref().map(hash_of).transpose()?;
    let word = Word {
        clause: &arguments.clause,
        by: &arguments.by,
        text: &arguments.text,
        file: file.as_deref(),
        until: arguments.until,
    };
    arguments.place.work(now, async |installation| {
        attest(&installation.store, &word, OPERATOR, now).await
    })?;
    print(&format!(
        "`{}` is confirmed until {}; `abide prove` counts it",
        arguments.clause, arguments.until
    ))?;
    Ok(Outcome::Clean)
}

fn hash_of(path: &PathBuf) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let digest = Sha256::digest(&bytes);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}
