//! `abide access --as … --out FILE`: everything that the sources hold about a person, as one package. Never writes over a
//! file, and never changes a source.

use std::path::PathBuf;

use abide_rights::count_of;
use anyhow::Result;

use super::person::{Person, Which};
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::Place;
use crate::mapped;
use crate::output::print;

/// Arguments of `abide access`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    which: Which,
    /// The package to make, a zip
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let people = arguments.person.identities()?;
    let manifest = arguments.place.set_up(clock::now(), async |installation| {
        let mapped = mapped::open(
            &installation.config,
            &arguments.which.names(&installation.config)?,
            &[],
        )
        .await?;
        mapped::are_kinds(&mapped, &people)?;
        let (store, now) = (&installation.store, installation.now);
        let done = abide_rights::access(store, &mapped, &people, &arguments.out, OPERATOR, now);
        Ok(done.await?.0)
    })?;
    print(&format!(
        "`{}` holds {} in {}; it is for this person's eyes only",
        arguments.out.display(),
        count_of(manifest.rows, "row"),
        count_of(manifest.files.len() + 1, "file")
    ))?;
    Ok(Outcome::Clean)
}
