//! `abide erase replay`: finds those whom the journal remembers as erased in a source that was restored from a backup, and
//! erases them again.

use abide_rights::came_back;
use anyhow::{Context, Result};
use jiff::Timestamp;

use super::{eraser, told};
use crate::command::Outcome;
use crate::command::person::Which;
use crate::installation::Installation;
use crate::mapped;
use crate::output::print;

/// Arguments of `abide erase replay`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The moment that the backup is of, such as `2026-05-01T03:00:00Z`: whoever was erased since then has come back
    #[arg(long, value_name = "MOMENT")]
    backup_of: Timestamp,
    /// Do it; without, only say how many came back
    #[arg(long)]
    yes: bool,
}

/// Runs the command: found if somebody came back and is still there.
pub(super) async fn run(
    installation: &Installation,
    arguments: &Arguments,
    which: &Which,
) -> Result<Outcome> {
    let options = crate::installation::options(&installation.config)?;
    let journal = options.journal.context("there is no journal")?;
    let erasures = journal.read().await?;
    let names = which.names(&installation.config)?;
    let held = installation.store.held().await?;
    let sources = mapped::open(&installation.config, &names, &held).await?;
    let eraser = eraser(installation, &sources);
    let mut outcome = Outcome::Clean;
    for mapped in &sources {
        let found = came_back(&installation.store, mapped, &erasures, arguments.backup_of).await?;
        print(&format!(
            "source `{}`: {} came back, among {} identifiers",
            mapped.name(),
            found.people.len(),
            found.compared
        ))?;
        if !arguments.yes {
            if !found.people.is_empty() {
                outcome = Outcome::Found;
            }
            continue;
        }
        for people in &found.people {
            let names = [mapped.name().to_owned()];
            let progress = eraser.erase(people, &names, &[]).await;
            if let Outcome::Found = told(progress, "one who came back")? {
                outcome = Outcome::Found;
            }
        }
    }
    if !arguments.yes && matches!(outcome, Outcome::Found) {
        print("nothing was done; add `--yes` to erase them again")?;
    }
    Ok(outcome)
}
