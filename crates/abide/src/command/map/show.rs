//! `abide map show FILE`: whose rows hang on whose, as text, or as an SVG file.

use std::fs;
use std::path::PathBuf;

use abide_map::draw;
use anyhow::{Context, Result};

use super::{Outcome, file};
use crate::output::print;

/// Arguments of `abide map show`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The map file
    file: PathBuf,
    /// Write an SVG drawing there in place of the text
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let map = file::map(&arguments.file)?;
    match &arguments.svg {
        None => print(draw::text(&map).trim_end())?,
        Some(path) => {
            fs::write(path, draw::svg(&map))
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            print(&format!(
                "drew {} tables in `{}`",
                map.tables.len(),
                path.display()
            ))?;
        }
    }
    Ok(Outcome::Clean)
}
