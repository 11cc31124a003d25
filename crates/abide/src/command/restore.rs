//! `abide restore DIR`: makes a store from a backup, under an origin of its own that says what it continues, and with
//! every erasure since carried out again. Never touches a store that is there.

use std::fs;
use std::path::PathBuf;

use abide_store::{Restoration, Store};
use anyhow::{Context, Result, bail};

use super::Outcome;
use crate::clock;
use crate::config::Config;
use crate::installation::{self, Place, last_checkpoint, runtime};
use crate::output::print;

/// Arguments of `abide restore`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The folder of the backup
    folder: PathBuf,
    /// The file of its data keys; `FOLDER.data-keys` if it is not given
    #[arg(long, value_name = "FILE", conflicts_with = "without_data_keys")]
    data_keys: Option<PathBuf>,
    /// Restore without data keys: what is sealed stays closed for good
    #[arg(long)]
    without_data_keys: bool,
    /// A checkpoint that is known to have been signed since, from an auditor or a copy of the log; the one that is kept
    /// beside the keys is always taken
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let config = arguments.place.config()?;
    let keys = installation::keys(&config)
        .context("a backup is restored with the keys it was made under")?;
    let restoration = Restoration {
        folder: arguments.folder.clone(),
        data_keys: data_keys(arguments)?,
        last_checkpoints: last_checkpoints(arguments, &config)?,
    };
    let options = installation::options(&config)?;
    let origins = runtime()?.block_on(async {
        let address = &config.store.0;
        let store = Store::restore(&restoration, address, keys, options, clock::now()).await?;
        let origins = store.origins().await;
        store.close().await;
        anyhow::Ok(origins?)
    })?;
    print(&format!(
        "`{}` is restored, and every erasure in the journal is carried out",
        arguments.folder.display()
    ))?;
    if !config.journal.exists() {
        print(&format!(
            "note: there is no erasure journal at `{}`, so nobody was erased again; if one was kept, put it there and restore \
             once more",
            config.journal.display()
        ))?;
    }
    if let [.., before, origin] = origins.as_slice() {
        print(&format!(
            "the log goes on as `{origin}`, which continues `{before}`"
        ))?;
    }
    print("start `abide serve`; no server may run on the old store any more")?;
    Ok(Outcome::Clean)
}

fn data_keys(arguments: &Arguments) -> Result<Option<PathBuf>> {
    if arguments.without_data_keys {
        return Ok(None);
    }
    let path = match &arguments.data_keys {
        Some(path) => path.clone(),
        None => arguments.folder.with_added_extension("data-keys"),
    };
    if !path.exists() {
        bail!(
            "the data keys are not at `{}`; name their file with `--data-keys`, or give up what they seal with \
             `--without-data-keys`",
            path.display()
        );
    }
    Ok(Some(path))
}

/// The checkpoint beside the keys, if there is one, and those that are named.
fn last_checkpoints(arguments: &Arguments, config: &Config) -> Result<Vec<String>> {
    let kept = Some(last_checkpoint(config)).filter(|path| path.exists());
    let read = |path: PathBuf| {
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))
    };
    kept.into_iter()
        .chain(arguments.checkpoint.iter().cloned())
        .map(read)
        .collect()
}
