//! `abide keys api`: the keys with which applications ask the server. Shows a key once, when it is made.

use std::collections::BTreeSet;

use abide_policy::suggest::closest;
use abide_store::{ApiKey, ApiScope, Refusal, StoreError};
use anyhow::{Result, anyhow};

use crate::clock;
use crate::command::{Format, OPERATOR, Outcome};
use crate::installation::Place;
use crate::output::print;

/// Arguments of `abide keys api`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a key and print it, this once
    Add {
        /// What the key is for, such as the name of the application
        #[arg(long)]
        label: String,
        /// What it may be used for: decide, audience, consents:write, consents:read, policies:write, policies:read,
        /// ledger:read, requests:write, requests:read, messages:send, admin
        #[arg(long, required = true, value_name = "SCOPE", value_delimiter = ',', value_parser = scope)]
        scope: Vec<ApiScope>,
    },
    /// List keys: id, label, scopes, when made, when revoked
    List {
        /// The form of the output
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Let a key open nothing any more
    Revoke {
        /// The key's id, as `list` shows it
        id: String,
    },
}

fn scope(word: &str) -> Result<ApiScope, String> {
    ApiScope::from_word(word).ok_or_else(|| {
        let words = ApiScope::ALL.iter().map(|(_, word)| *word);
        match closest(word, words.clone()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", words.collect::<Vec<_>>().join(", ")),
        }
    })
}

/// Runs the command.
pub fn run(place: &Place, arguments: &Arguments) -> Result<Outcome> {
    match &arguments.action {
        Action::Add { label, scope } => add(place, label, &scope.iter().copied().collect()),
        Action::List { format } => list(place, *format),
        Action::Revoke { id } => revoke(place, id),
    }
}

fn add(place: &Place, label: &str, scopes: &BTreeSet<ApiScope>) -> Result<Outcome> {
    let (secret, key) = place.set_up(clock::now(), async |installation| {
        let store = &installation.store;
        Ok(store
            .create_api_key(label, scopes, OPERATOR, installation.now)
            .await?)
    })?;
    // Alone on standard output, so that a script can take it.
    print(&secret)?;
    eprintln!(
        "note: this is the only time that key `{}` is shown; the store keeps a hash of it",
        key.id
    );
    Ok(Outcome::Clean)
}

fn list(place: &Place, format: Format) -> Result<Outcome> {
    let keys: Vec<ApiKey> = place.work(clock::now(), async |installation| {
        Ok(installation
            .store
            .api_keys()
            .await?
            .list()
            .cloned()
            .collect())
    })?;
    match format {
        Format::Text => keys.iter().try_for_each(|key| print(&line(key)))?,
        Format::Json => {
            let keys: Vec<_> = keys.iter().map(json).collect();
            print(&serde_json::to_string_pretty(&keys)?)?;
        }
    }
    Ok(Outcome::Clean)
}

fn line(key: &ApiKey) -> String {
    let state = match key.revoked_at {
        Some(at) => format!("revoked {at:.0}"),
        None => format!("made {:.0}", key.created_at),
    };
    format!(
        "{}  {}  {}  {state}",
        key.id,
        words(key).join(","),
        key.label
    )
}

fn words(key: &ApiKey) -> Vec<&'static str> {
    key.scopes.iter().map(|scope| scope.word()).collect()
}

fn json(key: &ApiKey) -> serde_json::Value {
    serde_json::json!({
        "id": key.id,
        "label": key.label,
        "scopes": words(key),
        "created-at": key.created_at,
        "revoked-at": key.revoked_at,
    })
}

fn revoke(place: &Place, id: &str) -> Result<Outcome> {
    place.work(clock::now(), async |installation| {
        let revoked = installation
            .store
            .revoke_api_key(id, OPERATOR, installation.now)
            .await;
        revoked.map_err(|error| match error {
            StoreError::Refused(Refusal::NotThere) => {
                anyhow!("no API key `{id}` is in force; `abide keys api list` says which are")
            }
            error => anyhow!("key `{id}`: {error}"),
        })
    })?;
    print(&format!(
        "key `{id}` opens nothing any more; running servers know within a second"
    ))?;
    Ok(Outcome::Clean)
}
