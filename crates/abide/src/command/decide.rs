//! `abide decide POLICY QUESTION`: one decision on the command line, with its reasons. Asks no server, keeps nothing.

mod known;
pub mod question;
mod report;

use std::path::PathBuf;

use abide_policy::decide::{Effect, Known, Tables};
use abide_policy::diagnostic::{self, Severity};
use abide_policy::model::Policy;
use abide_policy::{Library, compile};
use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;

use self::known::Standing;
use super::{Format, Outcome};
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide decide`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The policy: a file, a folder of them, or the name of one that ships with the program, such as `harbour-bikes`
    policy: PathBuf,
    /// What is to be done, such as `use email for=newsletter via=email`
    #[arg(required = true)]
    question: Vec<String>,
    /// Who it is about: `age=30`, `age=<16`, `born=1990-12-31`, `residence=NL`, `people=pupil`, joined by commas
    #[arg(long, value_name = "ABOUT")]
    about: Vec<String>,
    /// A fact that holds or a right that was exercised: `consent`, `"consent for=newsletter until=2027-01-01"`
    #[arg(long, value_name = "FACT")]
    held: Vec<String>,
    /// A fact known not to hold, such as consent that was refused or withdrawn
    #[arg(long, value_name = "FACT")]
    refused: Vec<String>,
    /// What happened: `account-deletion`, `account-deletion=2026-03-01`
    #[arg(long, value_name = "EVENT")]
    happened: Vec<String>,
    /// A signal that the person's browser sends, such as `gpc`
    #[arg(long, value_name = "SIGNAL")]
    signal: Vec<String>,
    /// What the one who acts is to this very person, such as `parent`
    #[arg(long, value_name = "PEOPLE")]
    relation: Vec<String>,
    /// Decide as of this moment, `2026-03-01` or `2026-03-01T12:00:00Z`
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command. Only a permit is a clean outcome, so that a script can say `abide decide … && …`.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let now = match &arguments.now {
        Some(text) => known::moment(text)?,
        None => clock::now(),
    };
    let policy = policy(arguments)?;
    let question = question::parse(&arguments.question.join(" "))?;
    let known = known(arguments, &policy, now)?;
    let decision = Tables::new(&policy, Library::standard())
        .decide(&question, &known, now)
        .map_err(|refusal| anyhow!("{refusal}"))?;
    match arguments.format {
        Format::Text => print(report::render(&decision, &policy).trim_end())?,
        Format::Json => print(&serde_json::to_string_pretty(&decision)?)?,
    }
    Ok(match decision.effect {
        Effect::Permit => Outcome::Clean,
        Effect::Ask | Effect::Deny => Outcome::Found,
    })
}

/// The one policy at the path. One with errors is refused: a prohibition that could not be read would be missing.
fn policy(arguments: &Arguments) -> Result<Policy> {
    let path = arguments.policy.display();
    let files = files::read_named(&arguments.policy)?;
    let mut compiled = compile(Library::standard(), &files, Some(clock::today()));
    compiled
        .findings
        .retain(|finding| finding.severity == Severity::Error);
    if !compiled.findings.is_empty() {
        eprintln!("{}", diagnostic::render_all(&compiled.findings, &files));
        bail!(
            "`{path}` has errors, so nothing is decided by it; mend them, see `abide check {path}`"
        );
    }
    let count = compiled.policies.len();
    match compiled.policies.pop() {
        Some(policy) if count == 1 => Ok(policy),
        _ => bail!("`{path}` holds {count} policies; name a path that holds one"),
    }
}

fn known(arguments: &Arguments, policy: &Policy, now: Timestamp) -> Result<Known> {
    let mut held = Vec::new();
    for (texts, standing) in [
        (&arguments.held, Standing::Holds),
        (&arguments.refused, Standing::Refused),
    ] {
        for text in texts {
            held.push(known::held(policy, text, standing)?);
        }
    }
    let occurrences = arguments.happened.iter();
    let known = Known {
        subject: known::subject(&arguments.about)?,
        held,
        occurrences: occurrences
            .map(|text| known::occurrence(text, now))
            .collect::<Result<_>>()?,
        signals: arguments.signal.clone(),
        relations: arguments.relation.clone(),
    };
    known::names(policy, &known)?;
    Ok(known)
}
