//! `abide policy preview PATH`: which recent decisions this text would have answered otherwise. Publishes nothing.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::version::short;
use crate::clock;
use crate::command::decide::question;
use crate::command::{Format, Outcome};
use crate::decider::{Decider, Preview};
use crate::installation::Place;
use crate::output::print;
use crate::policies;

/// Arguments of `abide policy preview`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The version to try: a file, a folder of them, or the name of a policy that ships with the program
    path: PathBuf,
    /// How many hours to look back; as far as decisions are kept if it is not given
    #[arg(long)]
    hours: Option<u32>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command: found if a decision would be another.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let tried = policies::read(&arguments.path, clock::today())?;
    let preview = arguments.place.work(clock::now(), async |installation| {
        let config = &installation.config;
        let decider = Decider::new(config.assume.clone(), config.observe.clone());
        let hours = arguments
            .hours
            .map(|hours| Duration::from_hours(hours.into()));
        let back = hours.unwrap_or(config.limits.recent);
        let (store, now) = (&installation.store, installation.now);
        let hash = tried.hash.clone();
        Ok(decider
            .preview(store, &tried.policy, hash, back, now)
            .await?)
    })?;
    match arguments.format {
        Format::Text => print(text(&preview).trim_end())?,
        Format::Json => print(&serde_json::to_string_pretty(&preview)?)?,
    }
    Ok(if preview.differences.is_empty() && preview.refused == 0 {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

fn text(preview: &Preview) -> String {
    let mut text = format!(
        "{} recent decisions were answered again by version {}: {} alike\n",
        preview.decisions,
        short(&preview.version),
        preview.same
    );
    for difference in &preview.differences {
        text.push_str(&format!(
            "{:>6} × {} instead of {}: {}\n",
            difference.count,
            difference.after,
            difference.before,
            question::render(&difference.question)
        ));
    }
    if preview.refused > 0 {
        text.push_str(&format!(
            "{:>6} × no answer: the version lacks a name that the question uses\n",
            preview.refused
        ));
    }
    text
}
