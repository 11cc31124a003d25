//! `abide erase undo`: puts back what an erasure took away, while the map's `undo` lets it, and says what could not be.

use abide_rights::{Restored, count_of, undo};
use abide_store::EntryId;
use anyhow::{Result, bail};

use super::{eraser, request_id};
use crate::command::Outcome;
use crate::installation::Installation;
use crate::mapped;
use crate::output::print;

/// Arguments of `abide erase undo`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request, as `abide erase list` names it
    request: String,
    /// Do it; without, only say until when it can be done
    #[arg(long)]
    yes: bool,
}

/// Runs the command: found if a row could not be put back.
pub(super) async fn run(installation: &Installation, arguments: &Arguments) -> Result<Outcome> {
    let request = request_id(&arguments.request)?;
    let capsules = installation.store.capsules(request).await?;
    let open = capsules
        .iter()
        .filter(|capsule| capsule.is_open_to(installation.now));
    let open: Vec<_> = open.collect();
    let Some(until) = open.iter().map(|capsule| capsule.until).max() else {
        bail!(
            "request `{request}` cannot be undone: its map has no `undo`, its time is over, or it was undone"
        );
    };
    if !arguments.yes {
        for capsule in &open {
            let (rows, source) = (count_of(capsule.rows, "row"), &capsule.source);
            print(&format!("source `{source}`: {rows} kept as they were"))?;
        }
        let until = until.strftime("%Y-%m-%d %H:%M UTC");
        print(&format!(
            "nothing was done; add `--yes` to put them back, until {until}"
        ))?;
        return Ok(Outcome::Clean);
    }
    let mut names: Vec<String> = open.iter().map(|capsule| capsule.source.clone()).collect();
    names.sort();
    names.dedup();
    let held = installation.store.held().await?;
    let sources = mapped::open(&installation.config, &names, &held).await?;
    let undone = undo(&eraser(installation, &sources), request).await?;
    for table in &undone.tables {
        print(&told(table))?;
    }
    conclude(request, undone.open_until)
}

fn told(table: &Restored) -> String {
    let mut text = format!(
        "{}.{}: {} returned, {} as before",
        table.source,
        table.table,
        count_of(table.returned, "row"),
        table.rewritten
    );
    if table.refused > 0 {
        text.push_str(&format!(
            ", {} left alone: their place is taken, they were changed since, or what they lead to is gone",
            table.refused
        ));
    }
    text
}

fn conclude(request: EntryId, open_until: Option<jiff::Timestamp>) -> Result<Outcome> {
    let Some(until) = open_until else {
        print(&format!(
            "request `{request}` is undone; Abide's own records of the person stay erased"
        ))?;
        return Ok(Outcome::Clean);
    };
    let until = until.strftime("%Y-%m-%d %H:%M UTC");
    print(&format!(
        "request `{request}` is undone in part; make room for the rest and try again, until {until}"
    ))?;
    Ok(Outcome::Found)
}
