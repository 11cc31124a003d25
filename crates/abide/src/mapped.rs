//! The sources of `abide.kdl` with their maps, ready for plans. Never prints an address or a password.

use std::collections::BTreeSet;

use abide_map::check::{Context as HeldAgainst, run_all, stale_map, stops_plans};
use abide_map::map::Map;
use abide_map::plan::{Identities, KnownAs, fingerprint};
use abide_map::promise::Promises;
use abide_map::schema::Schema;
use abide_policy::Library;
use abide_policy::diagnostic::{self, Severity};
use abide_policy::length::Length;
use abide_policy::source::SourceFile;
use abide_rights::Mapped;
use abide_store::{Health, HeldSubject, StoreOptions};
use anyhow::{Context, Result, bail};

use crate::clock;
use crate::config::{Config, SourceSection};
use crate::{installation, policies};

/// What is done with a map that nobody has accepted for the schema of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafts {
    /// It is looked at: nothing is read of anyone, and nothing changes.
    Taken,
    /// It is refused.
    Refused,
    /// Nobody plans anything: what was kept is put back, whatever has become of the schema since.
    Unasked,
}

/// Opens the sources of these names, every one, each with a map that was accepted. Plans over them respect the legal holds
/// on `held`.
pub async fn open(config: &Config, names: &[String], held: &[HeldSubject]) -> Result<Vec<Mapped>> {
    open_with(config, names, held, Drafts::Refused).await
}

/// The same; `drafts` says whether maps have to have been accepted.
pub async fn open_with(
    config: &Config,
    names: &[String],
    held: &[HeldSubject],
    drafts: Drafts,
) -> Result<Vec<Mapped>> {
    let mut mapped = Vec::new();
    for section in named(config, names) {
        mapped.push(open_one(config, section, held, drafts).await?);
    }
    Ok(mapped)
}

/// Refuses identifiers of kinds that no map has: nobody would be found by them, whoever is meant.
pub fn are_kinds(sources: &[Mapped], people: &Identities) -> Result<()> {
    let tables = sources.iter().flat_map(|mapped| &mapped.map.tables);
    let identities = tables.flat_map(|table| &table.identities);
    let known: BTreeSet<&str> = identities.map(|it| it.kind.value.as_str()).collect();
    let is_known = |it: &KnownAs| {
        // Our own records call an account so.
        known.contains(it.kind.as_str()) || it.kind == "account" && known.contains("account-id")
    };
    if people.0.is_empty() || people.0.iter().any(is_known) {
        return Ok(());
    }
    let known: Vec<&str> = known.into_iter().collect();
    bail!(
        "no table has an identity of that kind; the maps have `{}`",
        known.join("`, `")
    );
}

/// Opens those of these names that can be, each with a map that was accepted; gives the others with what is wrong.
pub async fn open_reachable(
    config: &Config,
    names: &[String],
    held: &[HeldSubject],
) -> (Vec<Mapped>, Vec<(String, anyhow::Error)>) {
    open_reachable_with(config, names, held, Drafts::Refused).await
}

/// The same; `drafts` says whether maps have to have been accepted.
pub async fn open_reachable_with(
    config: &Config,
    names: &[String],
    held: &[HeldSubject],
    drafts: Drafts,
) -> (Vec<Mapped>, Vec<(String, anyhow::Error)>) {
    let (mut mapped, mut failed) = (Vec::new(), Vec::new());
    for section in named(config, names) {
        match open_one(config, section, held, drafts).await {
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
    drafts: Drafts,
) -> Result<Mapped> {
    let (mut map, file) = read_map(section)?;
    let source = abide_sources::open(&section.url, section.options()?)?;
    let schema = source.schema().await?;
    match drafts {
        Drafts::Unasked => map.fingerprint = None,
        Drafts::Taken | Drafts::Refused => settled(&map, &schema, file, drafts)?,
    }
    let mut mapped = Mapped::of(source, map, schema, promises(config)?)?;
    mapped.hold(held, clock::now()).await?;
    Ok(mapped)
}

fn read_map(section: &SourceSection) -> Result<(Map, SourceFile)> {
    let name = &section.name;
    let path = section.map.as_ref().with_context(|| {
        format!("source `{name}` has no map; write `map \"map.kdl\"` in its section of `abide.kdl`")
    })?;
    let bytes = std::fs::read(path).with_context(|| {
        format!(
            "cannot read `{0}`, the map of source `{name}`; `abide map propose {name} --out {0}` drafts one",
            path.display()
        )
    })?;
    let file = SourceFile::from_bytes(path.display().to_string(), &bytes);
    let (map, findings) = abide_map::read::read(&file, 0);
    let is_error = |finding: &diagnostic::Diagnostic| finding.severity == Severity::Error;
    if findings.iter().any(is_error) {
        let report = diagnostic::render_all(&findings, &[file]);
        bail!("`{}` cannot be read as a map\n\n{report}", path.display());
    }
    match &map.source {
        Some(other) if other.value != *name => bail!(
            "`{}` is the map of `{}`, and source `{name}` of `abide.kdl` names it; write `source {name}` in the map if it is of this database",
            path.display(),
            other.value
        ),
        _ => Ok((map, file)),
    }
}

/// Refuses a map over which no plan may be made, with what is wrong and where.
fn settled(map: &Map, schema: &Schema, file: SourceFile, drafts: Drafts) -> Result<()> {
    let mut findings = run_all(&HeldAgainst {
        map,
        schema: Some((schema, &fingerprint(schema))),
        policy: None,
        library: Library::standard(),
        samples: &[],
    });
    let is_draft = map.fingerprint.is_none();
    findings.retain(|finding| {
        let is_of_draft = is_draft && finding.code == stale_map::CHECK.code;
        stops_plans(finding) && !(drafts == Drafts::Taken && is_of_draft)
    });
    if findings.is_empty() {
        return Ok(());
    }
    let path = file.path.clone();
    let report = diagnostic::render_all(&findings, &[file]);
    bail!("no plan can be made over `{path}`\n\n{report}");
}

/// What the policy of the configuration promises; nothing without one. With several it is the first that counts, but for how
/// long an answer may take: there it is the shortest.
fn promises(config: &Config) -> Result<Promises> {
    let mut promises: Option<Promises> = None;
    for path in &config.policies {
        let read = policies::read(path, clock::today())?;
        let next = Promises::of(&read.policy, Library::standard());
        match &mut promises {
            None => promises = Some(next),
            Some(first) => first.answer = shorter(first.answer, next.answer),
        }
    }
    Ok(promises.unwrap_or_default())
}

fn shorter(one: Option<Length>, other: Option<Length>) -> Option<Length> {
    match (one, other) {
        (Some(one), Some(other)) if other.shorter_than(one) == Some(true) => Some(other),
        (one, other) => one.or(other),
    }
}
