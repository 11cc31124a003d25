//! `abide sweep`: what has been kept for as long as it may be goes, batch by batch. Never touches what a hold names.

use std::time::Duration;

use abide_map::plan::{Doing, Identities};
use abide_rights::{Mapped, Pace, RightsError, StepEffect, count_of, explain, sweep};
use anyhow::Result;

use super::person::Which;
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::{Installation, Place};
use crate::mapped;
use crate::output::print;

/// Arguments of `abide sweep`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    which: Which,
    /// Only list what is due
    #[arg(long)]
    dry_run: bool,
    /// The most rows of a table that go in one transaction
    #[arg(long, value_name = "ROWS", default_value_t = 1000)]
    batch: u64,
    /// How long the application may breathe between two batches
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 50)]
    pause: u64,
}

/// Runs the command: found if a source keeps what is due. No source waits for another.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    arguments.place.set_up(clock::now(), async |installation| {
        let names = arguments.which.names(&installation.config)?;
        let held = installation.store.held().await?;
        let (sources, failed) = mapped::open_reachable(&installation.config, &names, &held).await;
        let mut outcome = Outcome::Clean;
        for (name, error) in &failed {
            print(&format!("source `{name}` is not swept: {error:#}"))?;
            outcome = Outcome::CouldNotRun;
        }
        for mapped in &sources {
            let Err(error) = sweep_one(installation, arguments, mapped).await else {
                continue;
            };
            let is_left = match error.downcast_ref::<RightsError>() {
                None | Some(RightsError::Store(_)) => return Err(error),
                Some(error) => matches!(error, RightsError::Unswept { .. }),
            };
            print(&format!("source `{}` is not done: {error}", mapped.name()))?;
            if !is_left {
                outcome = Outcome::CouldNotRun;
            } else if let Outcome::Clean = outcome {
                outcome = Outcome::Found;
            }
        }
        Ok(outcome)
    })
}

async fn sweep_one(
    installation: &Installation,
    arguments: &Arguments,
    mapped: &Mapped,
) -> Result<()> {
    let now = installation.now;
    if arguments.dry_run {
        let plan = explain(mapped, Doing::Sweep, &Identities::default(), now).await?;
        return print(plan.text().trim_end());
    }
    let pace = Pace {
        batch: arguments.batch,
        actor: OPERATOR,
        now,
    };
    let pause = async || tokio::time::sleep(Duration::from_millis(arguments.pause)).await;
    let swept = sweep(&installation.store, mapped, pace, pause).await?;
    print(&format!(
        "source `{}`: deleted {}, overwrote {}, batches: {}",
        mapped.name(),
        swept.deleted,
        swept.overwritten,
        swept.batches
    ))?;
    if swept.cut_short > 0 {
        print(&format!(
            "  an earlier sweep was cut short after {}, whose rows are not counted here",
            count_of(swept.cut_short, "batch")
        ))?;
    }
    if swept.uncounted > 0 {
        print(&format!(
            "  {} of them were committed as the connection was lost, so their rows are not counted here",
            swept.uncounted
        ))?;
    }
    if swept.untold > 0 {
        print(&format!(
            "  of {} nobody can tell whether it was committed: the connection was lost, and there is no table of markers",
            count_of(swept.untold, "more batch")
        ))?;
    }
    say_held(mapped, now).await
}

/// Names what stays because of a legal hold.
async fn say_held(mapped: &Mapped, now: jiff::Timestamp) -> Result<()> {
    let plan = explain(mapped, Doing::Sweep, &Identities::default(), now).await?;
    let kept = plan.steps.iter().filter(|step| step.rows > 0);
    for step in kept.filter(|step| step.effect == StepEffect::Keep) {
        print(&format!(
            "  staying: {} of {}: {}",
            count_of(step.rows, "row"),
            step.table,
            step.reason
        ))?;
    }
    Ok(())
}
