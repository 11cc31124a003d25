//! The sources of `abide.kdl` with their maps, ready for plans. Never prints an address or a password.

use abide_map::map::Map;
use abide_map::promise::Promises;
use abide_policy::Library;
use abide_policy::diagnostic::{self, Severity};
use abide_policy::source::SourceFile;
use abide_rights::Mapped;
use abide_store::{Health, HeldSubject, StoreOptions};
use anyhow::{Context, Result, bail};

use crate::clock;
use crate::config::{Config, SourceSection};
use crate::{installation, policies};

/// Opens the sources of these names, every one. Plans over them respect the legal holds on `held`.
pub async fn open(config: &Config, names: &[String], held: &[HeldSubject]) -> Result<Vec<Mapped>> {
    let mut mapped = Vec::new();
    for section in named(config, names) {
        mapped.push(open_one(config, section, held).await?);
    }
    Ok(mapped)
}

/// Opens those of these names that can be; gives the others with what is wrong.
pub async fn open_reachable(
    config: &Config,
    names: &[String],
    held: &[HeldSubject],
) -> (Vec<Mapped>, Vec<(String, anyhow::Error)>) {
    let (mut mapped, mut failed) = (Vec::new(), Vec::new());
    for section in named(config, names) {
        match open_one(config, section, held).await {
            Ok(source) => mapped.push(source),
            Err(error) => failed.push((section.name.clone(), error)),
        }
    }
    (mapped, failed)
}

fn named<'a>(
    config: &'a Config,
    names: &'a [String],
) -> impl Iterator<Item = &'a SourceSection> + 'a {
    let sections = config.sources.iter();
    sections.filter(|section| names.contains(&section.name))
}

/// Everyone on whom a legal hold lies, for a command that needs no store: where none was made yet there is nobody. With a
/// store that cannot be read, the reason why.
pub async fn held_if_known(config: &Config) -> Result<Vec<HeldSubject>, anyhow::Error> {
    if installation::sqlite_path(config).is_some_and(|path| !path.exists()) {
        return Ok(Vec::new());
    }
    let StoreOptions { tenant, engine, .. } = StoreOptions::default();
    let health = Health::read(&config.store.0, &tenant, &engine).await?;
    if health.log.is_none() && health.migrations_lacking == 0 {
        return Ok(Vec::new());
    }
    // Opening it would bring it up to date, and this command changes nothing.
    if health.migrations_lacking > 0 {
        bail!("the store is behind this program; `abide serve` brings it up to date");
    }
    let store = installation::open(config, installation::keys(config)?, clock::now()).await?;
    let held = store.held().await;
    store.close().await;
    Ok(held?)
}

async fn open_one(
    config: &Config,
    section: &SourceSection,
    held: &[HeldSubject],
) -> Result<Mapped> {
    let name = &section.name;
    let map = read_map(section)?;
    let source = abide_sources::open(&section.url, section.options()?)?;
    let promises = promises(config)?;
    let unusable = || format!("source `{name}` cannot be used");
    let opened = Mapped::open(source, map, promises).await;
    let mut mapped = opened.with_context(unusable)?;
    let taken = mapped.hold(held, clock::now()).await;
    taken.with_context(unusable)?;
    Ok(mapped)
}

fn read_map(section: &SourceSection) -> Result<Map> {
    let name = &section.name;
    let path = section.map.as_ref().with_context(|| {
        format!("source `{name}` has no map; write `map \"map.kdl\"` in its section of `abide.kdl`")
    })?;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let file = SourceFile::from_bytes(path.display().to_string(), &bytes);
    let (map, findings) = abide_map::read::read(&file, 0);
    let is_error = |finding: &diagnostic::Diagnostic| finding.severity == Severity::Error;
    if findings.iter().any(is_error) {
        let report = diagnostic::render_all(&findings, &[file]);
        bail!("`{}` cannot be read as a map\n\n{report}", path.display());
    }
    Ok(map)
}

/// What the policy of the configuration promises; nothing without one. With several it is the first that counts.
fn promises(config: &Config) -> Result<Promises> {
    let Some(path) = config.policies.first() else {
        return Ok(Promises::default());
    };
    let read = policies::read(path, clock::today())?;
    Ok(Promises::of(&read.policy, Library::standard()))
}
