//! `abide keys rotate` and `abide keys rewrap`: a fresh key takes over from the current one. Never drops a key, and saves
//! the key file before anything is made with the fresh one.

use abide_store::KeyKind;
use anyhow::{Result, bail};

use crate::clock;
use crate::command::{OPERATOR, Outcome};
use crate::installation::{KEYS_VARIABLE, Place};
use crate::output::print;

/// Arguments of `abide keys rotate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Which key: master, signing, token or api
    #[arg(value_parser = kind)]
    kind: KeyKind,
}

fn kind(word: &str) -> Result<KeyKind, String> {
    match KeyKind::from_word(word) {
        Some(KeyKind::Journal) => {
            Err("the journal takes a fresh key each month by itself".to_owned())
        }
        Some(kind) => Ok(kind),
        None => Err("there are master, signing, token and api".to_owned()),
    }
}

/// Runs `abide keys rotate`.
pub fn run(place: &Place, arguments: &Arguments) -> Result<Outcome> {
    if std::env::var_os(KEYS_VARIABLE).is_some() {
        bail!(
            "the keys come from the environment variable `{KEYS_VARIABLE}`, which this program cannot change; unset it and \
             rotate the key file, then set it again"
        );
    }
    let kind = arguments.kind;
    place.work(clock::now(), async |installation| {
        let keys = installation.keys.with_fresh(kind)?;
        keys.save(&installation.config.keys)?;
        installation
            .store
            .rotate(kind, keys, OPERATOR, installation.now)
            .await?;
        Ok(())
    })?;
    print(&format!(
        "`{}` holds a fresh {} key; back the file up",
        place.config()?.keys.display(),
        kind.word()
    ))?;
    print(next(kind))?;
    Ok(Outcome::Clean)
}

fn next(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Master => {
            "send SIGHUP to every server, or restart it; then run `abide keys rewrap`"
        }
        KeyKind::Signing => {
            "send SIGHUP to every server, or restart it; the next checkpoint bears both signatures, and `abide keys list` prints the fresh key \
             for those who check"
        }
        KeyKind::Token => {
            "send SIGHUP to every server, or restart it; subjects that are known keep their tokens"
        }
        KeyKind::Api | KeyKind::Journal => {
            "send SIGHUP to every server, or restart it; API keys that were made before go on working"
        }
    }
}

/// Runs `abide keys rewrap`.
pub fn rewrap(place: &Place) -> Result<Outcome> {
    let count = place.work(clock::now(), async |installation| {
        Ok(installation
            .store
            .rewrap_data_keys(installation.now)
            .await?)
    })?;
    print(&format!(
        "{count} data keys are wrapped by the current master key; older master keys are needed only for older backups, and a \
         server that was not told of the current one cannot open them"
    ))?;
    Ok(Outcome::Clean)
}
