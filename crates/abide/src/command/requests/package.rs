//! `abide requests package`: hands a package over, once. Never writes over a file, and leaves no half a package.

use std::path::PathBuf;

use abide_rights::request::Desk;
use anyhow::Result;

use super::{fresh_file, request_id};
use crate::command::Outcome;
use crate::output::print;

/// Arguments of `abide requests package`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request
    request: String,
    /// The file to write, which must not be there
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub(super) async fn run(desk: &Desk<'_>, arguments: &Arguments) -> Result<Outcome> {
    let (id, path) = (request_id(&arguments.request)?, &arguments.out);
    let mut file = fresh_file(path)?;
    let delivered = desk.deliver(id, &mut file).await;
    if delivered.is_err() {
        drop(std::fs::remove_file(path));
    }
    let bytes = delivered?;
    desk.advance(id).await?;
    print(&format!(
        "`{}` holds {bytes} bytes; it is for this person's eyes only, and cannot be fetched again",
        path.display()
    ))?;
    Ok(Outcome::Clean)
}
