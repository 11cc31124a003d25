//! Other people's databases, opened in the same way by every command. Never prints an address or a password.

use abide_map::map::{Holds, Map};
use abide_map::sample::TableSample;
use abide_map::schema::{Schema, TableName};
use abide_sources::{Access, Address, Source, SourceOptions};
use anyhow::{Context, Result, anyhow, bail};

use crate::config::Config;
use crate::installation::runtime;

/// What a name or an address on the command line stands for, ready to be asked, in the runtime that this is called in. An
/// address has a colon in it; a name has none.
pub fn open(config: &Config, source: &str, access: Access) -> Result<Box<dyn Source>> {
    if let Some(section) = config.sources.iter().find(|it| it.name == source) {
        let mut options = section.options()?;
        if access == Access::Read {
            options.access = Access::Read;
        }
        return Ok(abide_sources::open(&section.url, options)?);
    }
    if !source.contains(':') {
        bail!(
            "{}; write one there, or its address here, such as `sqlite:shop.db` or `postgres://abide@db/shop`",
            config.names_none(&format!("source `{source}`"))
        );
    }
    let address = Address::parse(source)
        .map_err(|forms| anyhow!("this is no address of a source; {forms}"))?;
    let mut options = SourceOptions::new("source");
    options.access = access;
    Ok(abide_sources::open(&address, options)?)
}

/// Opens a source, does the work, and closes it.
pub fn work<T>(
    config: &Config,
    source: &str,
    access: Access,
    work: impl AsyncFnOnce(&dyn Source) -> Result<T>,
) -> Result<T> {
    runtime()?.block_on(async {
        let source = open(config, source, access)?;
        let done = work(source.as_ref()).await;
        source.close().await.ok();
        done
    })
}

/// How many rows of a table with passwords or with times to be counted are looked at.
const SAMPLE_ROWS: u64 = 200;

/// Some rows of the tables that a map says hold passwords, or times to be counted.
pub async fn samples(
    source: &dyn Source,
    map: &Map,
    schema: &Schema,
) -> Result<Vec<(TableName, TableSample)>> {
    let mut samples = Vec::new();
    for mapped in &map.tables {
        let holds_passwords = mapped.columns.iter().any(|column| {
            matches!(&column.holds, Holds::Data(data) if data.iter().any(|name| name.value.contains("password")))
        });
        let is_looked_at = holds_passwords || mapped.clocks().next().is_some();
        if let (true, Some(table)) = (is_looked_at, schema.table(&mapped.name.value)) {
            let sample = source.sample(table, SAMPLE_ROWS).await;
            let sample = sample.with_context(|| format!("cannot read rows of `{}`", table.name))?;
            samples.push((table.name.clone(), sample));
        }
    }
    Ok(samples)
}

/// What a source says of itself.
pub async fn schema(source: &dyn Source) -> Result<Schema> {
    let schema = source.schema().await;
    schema.with_context(|| format!("cannot read the schema of `{}`", source.name()))
}
