//! `abide keys`: makes, lists and rotates the installation's keys, and the API keys that applications hold. Prints no
//! secret but a fresh API key, once.

mod api;
mod rotate;

use abide_store::Keys;
use anyhow::{Context, Result, bail};

use super::{Format, Outcome};
use crate::clock;
use crate::installation::{self, Place};
use crate::output::print;

/// Arguments of `abide keys`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make the key file, where there is none
    Init,
    /// Print kinds and ids, and the keys with which others check what the log has signed
    List {
        /// The form of the output
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Put a fresh key in the place of the current one; what the old one made stays valid
    Rotate(rotate::Arguments),
    /// Wrap the data keys of older master keys under the current one, once every server has it
    Rewrap,
    /// The keys with which applications ask the server
    Api(api::Arguments),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let place = &arguments.place;
    match &arguments.action {
        Action::Init => init(place),
        Action::List { format } => list(place, *format),
        Action::Rotate(arguments) => rotate::run(place, arguments),
        Action::Rewrap => rotate::rewrap(place),
        Action::Api(arguments) => api::run(place, arguments),
    }
}

fn init(place: &Place) -> Result<Outcome> {
    let config = place.config()?;
    let path = config.keys.display();
    if config.keys.exists() {
        bail!(
            "`{path}` exists and is left as it is; `abide keys rotate` makes fresh keys beside the old ones"
        );
    }
    Keys::generate()?.save(&config.keys)?;
    print(&format!(
        "`{path}` holds fresh keys and only its owner may read it. Back it up apart from the store: without it the store \
         cannot be read, and with it anyone can read a copy."
    ))?;
    Ok(Outcome::Clean)
}

/// One key as it may be shown.
#[derive(serde::Serialize)]
struct Shown {
    kind: &'static str,
    id: String,
}

fn list(place: &Place, format: Format) -> Result<Outcome> {
    let keys = installation::keys(&place.config()?)?;
    let shown: Vec<Shown> = keys
        .list()
        .map(|(kind, id)| Shown {
            kind: kind.word(),
            id: id.to_owned(),
        })
        .collect();
    // The name of a signing key is the log's, which only the store knows.
    let verifiers = place.work(clock::now(), async |installation| {
        let ring = installation.store.key_ring().await?;
        Ok(ring
            .verifiers()
            .map(ToString::to_string)
            .collect::<Vec<_>>())
    });
    match format {
        Format::Json => {
            let verifiers = verifiers.context("the keys of the log")?;
            let json = serde_json::json!({ "keys": shown, "verifiers": verifiers });
            print(&serde_json::to_string_pretty(&json)?)?;
        }
        Format::Text => {
            for (at, key) in shown.iter().enumerate() {
                let is_current = shown
                    .iter()
                    .skip(at + 1)
                    .all(|later| later.kind != key.kind);
                let mark = if is_current { "  current" } else { "" };
                print(&format!("{:<8} {}{mark}", key.kind, key.id))?;
            }
            match verifiers {
                Ok(verifiers) => {
                    print(
                        "\nOthers check what the log has signed with `abide verify FILE --key`:",
                    )?;
                    verifiers.iter().try_for_each(|verifier| print(verifier))?;
                }
                Err(error) => eprintln!("note: the keys of the log are not shown: {error:#}"),
            }
        }
    }
    Ok(Outcome::Clean)
}
