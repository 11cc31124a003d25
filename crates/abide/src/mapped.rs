//! The sources of `abide.kdl` with their maps, ready for plans. Never prints an address or a password.

use abide_map::map::Map;
use abide_map::promise::Promises;
use abide_policy::Library;
use abide_policy::diagnostic::{self, Severity};
use abide_policy::source::SourceFile;
use abide_rights::Mapped;
use anyhow::{Context, Result, bail};

use crate::clock;
use crate::config::{Config, SourceSection};
use crate::policies;

/// Opens the sources of these names, every one.
pub async fn open(config: &Config, names: &[String]) -> Result<Vec<Mapped>> {
    let mut mapped = Vec::new();
    for section in named(config, names) {
        mapped.push(open_one(config, section).await?);
    }
    Ok(mapped)
}

/// Opens those of these names that can be; gives the others with what is wrong.
pub async fn open_reachable(
    config: &Config,
    names: &[String],
) -> (Vec<Mapped>, Vec<(String, anyhow::Error)>) {
    let (mut mapped, mut failed) = (Vec::new(), Vec::new());
    for section in named(config, names) {
        match open_one(config, section).await {
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

async fn open_one(config: &Config, section: &SourceSection) -> Result<Mapped> {
    let name = &section.name;
    let map = read_map(section)?;
    let source = abide_sources::open(&section.url, section.options()?)?;
    let promises = promises(config)?;
    Mapped::open(source, map, promises)
        .await
        .with_context(|| format!("source `{name}` cannot be used"))
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
