//! `abide erase files`: the files that the rows of a request named. They are kept where no plan reaches: somebody erases
//! them there and says so here. Their names are personal, so they are printed and never logged.

use abide_rights::{count_of, files, files_erased};
use anyhow::Result;

use super::request_id;
use crate::command::{OPERATOR, Outcome};
use crate::installation::Installation;
use crate::output::print;

/// Arguments of `abide erase files`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request
    request: String,
    /// Say that all of them are erased where they were kept
    #[arg(long)]
    done: bool,
}

/// Runs the command: found if somebody still has to erase files.
pub(super) async fn run(installation: &Installation, arguments: &Arguments) -> Result<Outcome> {
    let (store, now) = (&installation.store, installation.now);
    let request = request_id(&arguments.request)?;
    if arguments.done {
        let count = files_erased(store, request, OPERATOR, now).await?;
        print(&format!(
            "recorded as erased where it was kept: {}",
            count_of(count, "file")
        ))?;
        return Ok(Outcome::Clean);
    }
    let mut outcome = Outcome::Clean;
    let steps = files(store, request).await?;
    if steps.is_empty() {
        print("the rows of this request named no file")?;
    }
    for step in steps {
        let state = match step.is_erased {
            true => "said to be erased",
            false => {
                outcome = Outcome::Found;
                "to be erased"
            }
        };
        for (column, name) in &step.names {
            print(&format!(
                "{state}: {name} (`{column}` in source `{}`)",
                step.source
            ))?;
        }
    }
    Ok(outcome)
}
