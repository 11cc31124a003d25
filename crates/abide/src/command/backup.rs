//! `abide backup DIR`: copies the store while it is used, and the data keys into a file of their own. Never writes over
//! an older backup.

use std::path::PathBuf;

use abide_rights::count_of;
use anyhow::{Result, bail};

use super::Outcome;
use crate::clock;
use crate::installation::Place;
use crate::output::print;

/// Arguments of `abide backup`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The folder to make
    folder: PathBuf,
    /// The file to make for the data keys; `FOLDER.data-keys` if it is not given
    #[arg(long, value_name = "FILE")]
    data_keys: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let folder = &arguments.folder;
    let data_keys = match &arguments.data_keys {
        Some(path) => path.clone(),
        None => folder.with_added_extension("data-keys"),
    };
    if data_keys.exists() {
        bail!(
            "`{}` exists and is left as it is; name another file with `--data-keys`",
            data_keys.display()
        );
    }
    let manifest = arguments.place.work(clock::now(), async |installation| {
        let now = installation.now;
        Ok(installation.store.backup(folder, &data_keys, now).await?)
    })?;
    let rows: u64 = manifest.tables.values().map(|table| table.rows).sum();
    print(&format!(
        "`{}` holds {} of {}",
        folder.display(),
        count_of(rows, "row"),
        count_of(manifest.tables.len(), "table")
    ))?;
    print(&format!(
        "`{}` holds the data keys; move it elsewhere: together with the rest it can be read by whoever has the key file, \
         and without it the rest says nothing of anyone",
        data_keys.display()
    ))?;
    Ok(Outcome::Clean)
}
