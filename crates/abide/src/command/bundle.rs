//! `abide bundle`: the whole log as one file for an auditor. Holds no private part, and nothing that names a subject.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use abide_store::Store;
use anyhow::{Context, Result, bail};

use super::Outcome;
use crate::clock;
use crate::installation::Place;
use crate::output::print;

/// How many entries are read at a time.
const AT_ONCE: u32 = 4096;

/// Arguments of `abide bundle`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The file to write, which must not exist yet
    file: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let path = &arguments.file;
    if path.exists() {
        bail!(
            "`{}` exists and is left as it is; name another file",
            path.display()
        );
    }
    let entries = arguments.place.work(clock::now(), async |installation| {
        let file =
            File::create_new(path).with_context(|| format!("cannot make `{}`", path.display()))?;
        write(&installation.store, path, BufWriter::new(file)).await
    })?;
    print(&format!(
        "`{0}` holds {1}; check it with `abide verify {0} --key …`",
        path.display(),
        abide_rights::count_of(entries, "entry")
    ))?;
    Ok(Outcome::Clean)
}

async fn write(store: &Store, path: &Path, mut file: BufWriter<File>) -> Result<u64> {
    let cannot_write = || format!("cannot write `{}`", path.display());
    let (header, size) = store.bundle_header().await?;
    writeln!(file, "{header}").with_context(cannot_write)?;
    let mut first = 0;
    while first < size {
        let lines = store.bundle_lines(first, AT_ONCE, size).await?;
        for line in &lines {
            writeln!(file, "{line}").with_context(cannot_write)?;
        }
        first += lines.len().max(1) as u64;
    }
    file.flush()
        .and_then(|()| file.get_ref().sync_all())
        .with_context(cannot_write)?;
    Ok(size)
}
