//! `abide prove PATH`: how each promise of a policy stands, from the log and from a fresh look at every control. Changes no
//! source; what it saw becomes evidence.

mod coverage;
pub(super) mod proof;

use std::path::PathBuf;

use abide_promise::{Board, Status};
use anyhow::{Result, bail};

use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::{self, Place, runtime};
use crate::output::print;
use crate::policies;
use crate::prove::{self, Standing};

/// Arguments of `abide prove`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The policy: a file, a folder of them, or the name of one that ships with the program
    #[arg(required_unless_present = "coverage")]
    path: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// A file to make: the board with the policy and the whole log that it follows from, sealed; `abide verify` checks it
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Say instead, in Markdown, what each capability has for a control, over all policies that ship
    #[arg(long, conflicts_with_all = ["path", "bundle"])]
    coverage: bool,
}

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people, in a terminal.
    Text,
    /// For programs.
    Json,
    /// For people, as a page.
    Html,
}

/// Runs the command. A broken promise is a finding.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let Some(path) = &arguments.path else {
        print(coverage::page()?.trim_end())?;
        return Ok(Outcome::Clean);
    };
    let now = clock::now();
    let policy = policies::read(path, clock::today())?;
    let config = arguments.place.config()?;
    let has_store = installation::sqlite_path(&config).is_none_or(|path| path.exists());
    let (board, standing): (Board, Standing) = if has_store {
        arguments.place.work(now, async |installation| {
            let store = &installation.store;
            let world = prove::gather(&policy, &installation.config, Some(store), now).await?;
            let looked = prove::look(&world);
            prove::record(store, &world, &looked, OPERATOR, clock::now).await?;
            let (header, size) = store.bundle_header().await?;
            let board = prove::of_log(store, &world, size, now).await?;
            if let Some(path) = &arguments.bundle {
                proof::write(store, path, (&header, size), &policy.files, &board).await?;
            }
            Ok((board, world.standing))
        })?
    } else {
        if arguments.bundle.is_some() {
            bail!(
                "there are no records here that a bundle could hold; `abide serve` makes them at its first start"
            );
        }
        runtime()?.block_on(async {
            let world = prove::gather(&policy, &config, None, now).await?;
            let board = prove::of_looks(&world, &prove::look(&world), now)?;
            anyhow::Ok((board, world.standing))
        })?
    };
    match arguments.format {
        Form::Text => print(prove::text(&board, &policy.policy, standing).trim_end())?,
        Form::Json => print(&serde_json::to_string_pretty(&board)?)?,
        Form::Html => print(&prove::page(&board, &policy.policy))?,
    }
    Ok(match board.counts.contains_key(&Status::Broken) {
        true => Outcome::Found,
        false => Outcome::Clean,
    })
}
