//! `abide erase undo`: puts back what an erasure took away, while the map's `undo` lets it, and says what could not be.

use abide_rights::{Restored, Undone, count_of, open_capsules, undo};
use abide_store::EntryId;
use anyhow::Result;

use super::{eraser, request_id};
use crate::command::Outcome;
use crate::installation::Installation;
use crate::mapped::{self, Drafts};
use crate::output::print;

/// How a moment is shown.
const MINUTE: &str = "%Y-%m-%d %H:%M UTC";

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
    let open = open_capsules(&installation.store, request, installation.now).await?;
    if !arguments.yes {
        for capsule in &open {
            let (rows, source) = (count_of(capsule.rows, "row"), &capsule.source);
            print(&format!("source `{source}`: {rows} kept as they were"))?;
        }
        let until = open.iter().map(|capsule| capsule.until).max();
        let until = until.map(|until| until.strftime(MINUTE).to_string());
        print(&format!(
            "nothing was done; add `--yes` to put them back, until {}",
            until.unwrap_or_default()
        ))?;
        return Ok(Outcome::Clean);
    }
    let mut names: Vec<String> = open.iter().map(|capsule| capsule.source.clone()).collect();
    names.sort();
    names.dedup();
    let held = installation.store.held().await?;
    let (sources, failed) =
        mapped::open_reachable_with(&installation.config, &names, &held, Drafts::Unasked).await;
    let mut undone = undo(&eraser(installation, &sources), request).await?;
    for (name, error) in failed {
        let mut stuck = undone.stuck.iter_mut();
        if let Some((_, why)) = stuck.find(|(stuck, _)| *stuck == name) {
            *why = format!("{error:#}");
        }
    }
    conclude(request, &undone)
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
            ", {} left alone: its place is taken, it was changed since, what it leads to is not back, or whom it names asked again to be erased",
            count_of(table.refused, "row")
        ));
    }
    text
}

fn conclude(request: EntryId, undone: &Undone) -> Result<Outcome> {
    for table in &undone.tables {
        print(&told(table))?;
    }
    for (source, why) in &undone.stuck {
        print(&format!("source `{source}` is as it was: {why}"))?;
    }
    let Some(until) = undone.open_until else {
        print(&format!(
            "request `{request}` is undone; Abide's own records of the person stay erased"
        ))?;
        return Ok(Outcome::Clean);
    };
    let until = until.strftime(MINUTE);
    let done = match undone.tables.is_empty() {
        true => "is not undone; mend what is in the way",
        false => "is undone in part; make room for the rest",
    };
    print(&format!(
        "request `{request}` {done} and try again, until {until}"
    ))?;
    Ok(Outcome::Found)
}
