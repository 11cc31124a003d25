//! `abide sweep`: what has been kept for as long as it may be goes, batch by batch. Never touches what a hold names.

use std::time::Duration;

use abide_rights::{Pace, sweep};
use anyhow::Result;

use super::person::Which;
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
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

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    arguments.place.set_up(clock::now(), async |installation| {
        let now = installation.now;
        let names = arguments.which.names(&installation.config)?;
        let held = installation.store.held().await?;
        for mapped in mapped::open(&installation.config, &names, &held).await? {
            if arguments.dry_run {
                let people = abide_map::plan::Identities::default();
                let doing = abide_map::plan::Doing::Sweep;
                let plan = abide_rights::explain(&mapped, doing, &people, now).await?;
                print(plan.text().trim_end())?;
                continue;
            }
            let pace = Pace {
                batch: arguments.batch,
                actor: OPERATOR,
                now,
            };
            let pause = async || tokio::time::sleep(Duration::from_millis(arguments.pause)).await;
            let swept = sweep(&installation.store, &mapped, pace, pause).await?;
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
                    abide_rights::count_of(swept.cut_short, "batch")
                ))?;
            }
            if swept.uncounted > 0 {
                print(&format!(
                    "  {} of them were committed as the connection was lost, so their rows are not counted here",
                    swept.uncounted
                ))?;
            }
            say_held(&mapped, now).await?;
        }
        Ok(Outcome::Clean)
    })
}

/// Names what stays because of a legal hold.
async fn say_held(mapped: &abide_rights::Mapped, now: jiff::Timestamp) -> Result<()> {
    let people = abide_map::plan::Identities::default();
    let plan = abide_rights::explain(mapped, abide_map::plan::Doing::Sweep, &people, now).await?;
    let kept = plan.steps.iter().filter(|step| step.rows > 0);
    for step in kept.filter(|step| step.effect == abide_rights::StepEffect::Keep) {
        print(&format!(
            "  staying: {} of {}: {}",
            abide_rights::count_of(step.rows, "row"),
            step.table,
            step.reason
        ))?;
    }
    Ok(())
}
