//! `abide attest CLAUSE`: a named person confirms what only a person can know, until a day. Takes nobody's word for what a
//! control can see.

use std::fs;
use std::path::PathBuf;

use abide_policy::suggest::closest;
use abide_promise::{ATTESTED, Bindings, Grade};
use abide_store::{Evidence, Store};
use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{OPERATOR, Outcome};
use crate::installation::Place;
use crate::output::print;
use crate::{clock, policies};

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
    let (now, today) = (clock::now(), clock::today());
    if arguments.until < today {
        bail!(
            "`--until {}` is over already; name a day to come",
            arguments.until
        );
    }
    for (name, text) in [("--by", &arguments.by), ("--text", &arguments.text)] {
        if text.trim().is_empty() {
            bail!("`{name}` is empty; a confirmation names a person and says what holds");
        }
    }
    let seen = arguments.file.as_ref().map(hash_of).transpose()?;
    arguments.place.work(now, async |installation| {
        let store = &installation.store;
        let policy = find(store, &arguments.clause).await?;
        let mut evidence = Evidence::new(ATTESTED, OPERATOR, now);
        evidence.clauses = vec![arguments.clause.clone()];
        evidence.control = Some("attestation".to_owned());
        evidence.policy = Some(policy);
        evidence.counts = [("until".to_owned(), number_of(arguments.until)?)].into();
        evidence.private = serde_json::json!({
            "by": arguments.by,
            "text": arguments.text,
            "file": seen,
        });
        store.begin(evidence)?.commit().await?;
        Ok(())
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

/// `2027-03-01` as 20270301: the public part of an entry holds numbers only.
fn number_of(date: Date) -> Result<u64> {
    let digits: String = date
        .to_string()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}

/// The version of the policy in force that has the clause, if a person may confirm it.
async fn find(store: &Store, clause: &str) -> Result<String> {
    let mut known = Vec::new();
    for name in store.policies().await? {
        let Some(version) = store.active(&name).await? else {
            continue;
        };
        let Ok(read) = policies::check(version.files, clock::today()) else {
            continue;
        };
        let bindings = Bindings::of(&read.policy);
        if let Some(binding) = bindings.find(clause) {
            let mut grades = binding.controls.iter().map(|control| control.grade);
            if !grades.any(|grade| grade == Grade::Confirms) {
                bail!(
                    "`{clause}` is nothing that a person confirms; `abide prove` says what keeps it"
                );
            }
            return Ok(version.hash);
        }
        known.extend(bindings.clauses.into_iter().map(|binding| binding.clause));
    }
    let likely = closest(clause, known.iter().map(String::as_str))
        .map(|likely| format!("; did you mean `{likely}`?"))
        .unwrap_or_default();
    bail!("no policy in force has a clause `{clause}`{likely}")
}
