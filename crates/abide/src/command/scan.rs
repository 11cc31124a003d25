//! `abide scan`: looks through every source for everyone whose erasure is done but not yet looked for. Prints where
//! something was left, never what.

use abide_rights::{Certificate, Eraser, count_of, scan_some};
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
        let names = arguments.which.names(&installation.config)?;
        let held = installation.store.held().await?;
        let sources = mapped::open(&installation.config, &names, &held).await?;
        let eraser = Eraser {
            store: &installation.store,
            sources: &sources,
            actor: OPERATOR,
            now: installation.now,
        };
        let all = installation.config.sources.iter().map(|it| &it.name);
        let unseen: Vec<String> = all.filter(|name| !names.contains(*name)).cloned().collect();
        let cleared = scan_some(&eraser, &unseen).await?;
        if cleared.is_empty() {
            print("no erasure waits for a scan")?;
        }
        let mut outcome = Outcome::Clean;
        for request in &cleared {
            if let Some((_, certificate)) = &request.certified {
                print(&format!(
                    "request `{}`: scanned, nothing is left that may not be",
                    request.request
                ))?;
                excused(certificate)?;
                continue;
            }
            if let Some(why) = &request.stuck {
                outcome = Outcome::Found;
                print(&format!(
                    "request `{}`: not closed: {why}",
                    request.request
                ))?;
                continue;
            }
            outcome = Outcome::Found;
            print(&format!("request `{}`: open again", request.request))?;
            for residue in &request.residues {
                print(&format!(
                    "  this person is still named in {} of `{}`.`{}` in source `{}`",
                    count_of(residue.rows, "row"),
                    residue.table,
                    residue.column,
                    residue.source
                ))?;
            }
            for left in &request.left {
                if let Some(hold) = &left.hold {
                    print(&format!(
                        "  {} of `{}` in source `{}` stayed because of the hold `{hold}`, which has ended; `abide erase resume` goes on with them",
                        count_of(left.rows, "row"),
                        left.table,
                        left.source
                    ))?;
                    continue;
                }
                print(&format!(
                    "  {} of `{}` in source `{}` {} this person's by the map, where nothing had been left; nothing was changed",
                    count_of(left.rows, "row"),
                    left.table,
                    left.source,
                    if left.rows == 1 { "is" } else { "are" }
                ))?;
            }
        }
        Ok(outcome)
    })
}

/// Where the person is still named because rows are kept.
fn excused(certificate: &Certificate) -> Result<()> {
    for source in &certificate.sources {
        if source.came_back > 0 {
            print(&format!(
                "  somebody who goes by the same identifiers has come to source `{}` since, with {}: erased only if they ask for it (`abide erase --as …`)",
                source.source,
                count_of(source.came_back, "row")
            ))?;
        }
        for residue in &source.residues {
            print(&format!(
                "  this person is named in {} of `{}`.`{}` in source `{}` and may be: {}",
                count_of(residue.rows, "row"),
                residue.table,
                residue.column,
                source.source,
                residue.because.as_deref().unwrap_or_default()
            ))?;
        }
    }
    Ok(())
}
