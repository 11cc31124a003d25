//! `abide map fmt FILE…`: lays maps out in one way, or with `--check` says which are not. Keeps every comment.

use std::path::PathBuf;

use abide_policy::diagnostic;
use abide_policy::format::format;
use anyhow::Result;

use super::{Outcome, file};
use crate::output::print;

/// Arguments of `abide map fmt`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Map files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Change nothing; name the files that would change
    #[arg(long)]
    check: bool,
}

/// Runs the command. A file that cannot be read as a map is left as it is.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let mut clean = true;
    for path in &arguments.files {
        let source = file::text(path)?;
        match format(&source) {
            Err(findings) => {
                clean = false;
                print(&diagnostic::render_all(
                    &findings,
                    std::slice::from_ref(&source),
                ))?;
            }
            Ok(text) if text == source.text => {}
            Ok(text) => {
                print(&source.path)?;
                if arguments.check {
                    clean = false;
                } else {
                    file::replace(path, &text)?;
                }
            }
        }
    }
    Ok(if clean {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}
