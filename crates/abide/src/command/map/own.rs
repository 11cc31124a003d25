//! `abide map own`: the map of Abide's own store, to check it, to draw it, or to look for somebody in it.

use anyhow::Result;

use super::Outcome;
use crate::output::print;

/// Arguments of `abide map own`.
#[derive(clap::Args)]
pub struct Arguments {}

/// Runs the command.
pub fn run(_: &Arguments) -> Result<Outcome> {
    print(abide_map::house::MAP.trim_end())?;
    Ok(Outcome::Clean)
}
