//! `abide scan`: looks through every source for everyone whose erasure is done but not yet looked for. Prints where
//! something was left, never what.

use abide_rights::{Eraser, scan_requests};
use anyhow::Result;

use super::person::Which;
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
use crate::mapped;
use crate::output::print;

/// Arguments of `abide scan`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
}

/// Runs the command: found if something was left.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    arguments.place.set_up(clock::now(), async |installation| {
        let sources = mapped::open(
            &installation.config,
            &arguments.which.names(&installation.config)?,
        )
        .await?;
        let eraser = Eraser {
            store: &installation.store,
            sources: &sources,
            holds: &[],
            actor: OPERATOR,
            now: installation.now,
        };
        let cleared = scan_requests(&eraser).await?;
        if cleared.is_empty() {
            print("no erasure waits for a scan")?;
        }
        let mut outcome = Outcome::Clean;
        for request in &cleared {
            if request.certified.is_some() {
                print(&format!(
                    "request `{}`: scanned, nothing is left",
                    request.request
                ))?;
                continue;
            }
            outcome = Outcome::Found;
            print(&format!("request `{}`: open again", request.request))?;
            for residue in &request.residues {
                print(&format!(
                    "  {} rows of `{}`.`{}` in source `{}` still name this person",
                    residue.rows, residue.table, residue.column, residue.source
                ))?;
            }
        }
        Ok(outcome)
    })
}
