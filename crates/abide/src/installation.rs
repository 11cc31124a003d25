//! An installation: configuration, keys and store, opened in the same way by the server and by every command. Never
//! makes keys where records exist that other keys have sealed.

use std::path::{Path, PathBuf};

use abide_store::{Health, Journal, Keys, Store, StoreOptions};
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

use crate::config::Config;

/// The environment variable that holds the text of a key file, in its place.
pub const KEYS_VARIABLE: &str = "ABIDE_KEYS";

/// The argument that says which installation a command works on.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    /// The configuration; `abide.kdl` here if it is there, else the defaults
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

impl Place {
    /// The configuration.
    pub fn config(&self) -> Result<Config> {
        Config::load(self.config.as_deref())
    }

    /// Opens the store, runs the work on it, and closes it. A store that is not there is an error.
    pub fn work<T>(
        &self,
        now: Timestamp,
        work: impl AsyncFnOnce(&Installation) -> Result<T>,
    ) -> Result<T> {
        let config = self.config()?;
        if let Some(path) = sqlite_path(&config)
            && !path.exists()
        {
            bail!(
                "there is no store at `{}`; `abide serve` makes it at its first start, and `--config` names another",
                path.display()
            );
        }
        Self::open_and_work(config, now, work)
    }

    /// The same, for what comes before the first start: a store that is not there is made, if there are keys for it.
    pub fn set_up<T>(
        &self,
        now: Timestamp,
        work: impl AsyncFnOnce(&Installation) -> Result<T>,
    ) -> Result<T> {
        Self::open_and_work(self.config()?, now, work)
    }

    fn open_and_work<T>(
        config: Config,
        now: Timestamp,
        work: impl AsyncFnOnce(&Installation) -> Result<T>,
    ) -> Result<T> {
        let keys = keys(&config)?;
        runtime()?.block_on(async {
            let store = open(&config, keys.clone(), now).await?;
            let installation = Installation {
                config,
                keys,
                store,
                now,
            };
            let done = work(&installation).await;
            installation.store.close().await;
            done
        })
    }
}

/// What a command works on.
#[derive(Debug)]
pub struct Installation {
    /// How it is set up.
    pub config: Config,
    /// Its keys.
    pub keys: Keys,
    /// Its records.
    pub store: Store,
    /// The moment at which the command began.
    pub now: Timestamp,
}

/// What the asynchronous work of a command runs on.
pub fn runtime() -> Result<Runtime> {
    let mut threads = Builder::new_multi_thread();
    let runtime = threads.worker_threads(2).enable_all().build();
    runtime.context("cannot start threads")
}

/// The file of a store on SQLite.
pub fn sqlite_path(config: &Config) -> Option<&Path> {
    let address = config.store.0.as_str();
    match address.strip_prefix("sqlite:") {
        Some(path) => Some(Path::new(path)),
        None => (!address.contains("://")).then(|| Path::new(address)),
    }
}

/// The keys from the environment, else from their file.
pub fn keys(config: &Config) -> Result<Keys> {
    if let Ok(text) = std::env::var(KEYS_VARIABLE) {
        let text = Zeroizing::new(text);
        return Keys::parse(&text)
            .with_context(|| format!("environment variable `{KEYS_VARIABLE}`"));
    }
    if !config.keys.exists() {
        bail!(
            "there is no key file `{}`; `abide keys init` makes it, and so does the first start of `abide serve`",
            config.keys.display()
        );
    }
    Ok(Keys::load(&config.keys)?)
}

/// The keys; on the very first start fresh ones in a file of their own. Where records exist that other keys have sealed,
/// a key file that is gone is an error.
pub async fn keys_or_fresh(config: &Config) -> Result<Keys> {
    if config.keys.exists() || std::env::var_os(KEYS_VARIABLE).is_some() {
        return keys(config);
    }
    if has_records(config).await? {
        bail!(
            "the store holds records and the key file `{}` is not there; bring it back from its backup, or name it with \
             `keys` in `abide.kdl`",
            config.keys.display()
        );
    }
    let keys = Keys::generate()?;
    keys.save(&config.keys)?;
    Ok(keys)
}

async fn has_records(config: &Config) -> Result<bool> {
    if sqlite_path(config).is_some_and(|path| !path.exists()) {
        return Ok(false);
    }
    let StoreOptions { tenant, engine, .. } = StoreOptions::default();
    let health = Health::read(&config.store.0, &tenant, &engine).await;
    Ok(health.context("cannot open the store")?.log.is_some())
}

/// Opens the store and brings its schema up to date.
pub async fn open(config: &Config, keys: Keys, now: Timestamp) -> Result<Store> {
    let store = Store::open(&config.store.0, keys, options(config)?, now).await;
    store.context("cannot open the store")
}

/// How the store is opened: with the files that are kept beside the keys.
pub fn options(config: &Config) -> Result<StoreOptions> {
    Ok(StoreOptions {
        last_checkpoint: Some(last_checkpoint(config)),
        journal: Some(Journal::open(
            &config.journal,
            &config.keys.with_extension("journal-keys"),
        )?),
        ..StoreOptions::default()
    })
}

/// The file beside the keys that holds the last checkpoint signed.
pub fn last_checkpoint(config: &Config) -> PathBuf {
    config.keys.with_extension("checkpoint")
}
