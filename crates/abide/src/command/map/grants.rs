//! `abide map grants FILE`: the least an account needs, as statements for whoever runs the server. Runs none of them.

use std::path::PathBuf;

use abide_map::grants::{Grantee, Markers, grants};
use abide_policy::diagnostic;
use abide_sources::{MARKER_TABLE, create_markers};
use anyhow::bail;

use super::{Outcome, file, live::Live};
use crate::clock;
use crate::output::print;

/// Arguments of `abide map grants`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The map file
    file: PathBuf,
    #[command(flatten)]
    live: Live,
    /// The account that Abide signs in with
    #[arg(long, value_name = "NAME", default_value = "abide")]
    account: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let map = file::map(&arguments.file)?;
    let Some(found) = arguments.live.find(&map)? else {
        bail!(
            "grants depend on the database; name it with `--source`, or its description with `--schema`"
        );
    };
    let grantee = Grantee {
        account: arguments.account.clone(),
        markers: Markers {
            name: MARKER_TABLE,
            create: create_markers(found.schema.dialect),
        },
    };
    match grants(&map, &found.schema, &grantee, clock::now()) {
        Ok(text) => {
            print(text.trim_end())?;
            Ok(Outcome::Clean)
        }
        Err(findings) => {
            let text = file::text(&arguments.file)?;
            print(diagnostic::render_all(&findings, &[text]).trim_end())?;
            Ok(Outcome::Found)
        }
    }
}
