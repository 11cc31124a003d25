//! `abide erase certificate`: the certificate of a request as a receipt, which `abide verify` checks offline.

use std::fs;
use std::path::PathBuf;

use abide_store::Sequencer;
use anyhow::{Context, Result, bail};

use super::request_id;
use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;

/// Arguments of `abide erase certificate`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request
    request: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) async fn run(installation: &Installation, arguments: &Arguments) -> Result<Outcome> {
    let (store, now) = (&installation.store, installation.now);
    let certificates = store.certificates(request_id(&arguments.request)?).await?;
    let Some((entry, _, text)) = certificates.last() else {
        bail!(
            "nothing is certified of request `{}`; `abide erase resume` goes on with it",
            arguments.request
        );
    };
    // Where no server runs, nobody has given the entry its number.
    let mut sequencer = Sequencer::new(store)?;
    while sequencer.step(now).await?.is_some() {}
    let Some(path) = &arguments.out else {
        print(text.trim_end())?;
        return Ok(Outcome::Clean);
    };
    let receipt = store.certificate_receipt(*entry).await?;
    let receipt = receipt.context("the log has not numbered it yet; try again in a second")?;
    fs::write(path, receipt.to_json()?)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    print(&format!(
        "`{}` holds the certificate; `abide verify` checks it",
        path.display()
    ))?;
    Ok(Outcome::Clean)
}
