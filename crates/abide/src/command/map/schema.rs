//! `abide map schema SOURCE`: what a source says of itself, as JSON that `--schema` reads. Holds no row.

use abide_sources::{Access, Source};
use anyhow::Result;

use super::Outcome;
use crate::installation::Place;
use crate::output::print;
use crate::sources;

/// Arguments of `abide map schema`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The source: a name from the configuration, or an address
    source: String,
    #[command(flatten)]
    place: Place,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let config = arguments.place.config()?;
    let work = async |source: &dyn Source| sources::schema(source).await;
    let schema = sources::work(&config, &arguments.source, Access::Read, work)?;
    print(&serde_json::to_string_pretty(&schema)?)?;
    Ok(Outcome::Clean)
}
