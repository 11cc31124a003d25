//! The source that a map is held against: a live one, or the schema that one wrote into a file.

use std::fs;
use std::path::PathBuf;

use abide_map::map::Map;
use abide_map::ownership::Ownership;
use abide_map::plan::Planner;
use abide_map::promise::Promises;
use abide_map::sample::TableSample;
use abide_map::schema::{Schema, TableName};
use abide_map::statement::Statement;
use abide_sources::{Access, Source};
use anyhow::{Context, Result};

use crate::installation::Place;
use crate::{clock, sources};

/// Arguments that say what to hold a map against.
#[derive(clap::Args)]
pub struct Live {
    /// The source: a name from the configuration, or an address; without it the map's own, if the configuration has it
    #[arg(long, value_name = "NAME|ADDRESS", conflicts_with = "schema")]
    source: Option<String>,
    /// Look at all rows too, and say of how many the map says that they are somebody's though they lead to nobody
    #[arg(long, conflicts_with = "schema")]
    rows: bool,
    /// A schema that `abide map schema` wrote
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// What a source was found to be.
pub(super) struct Found {
    /// Its schema.
    pub schema: Schema,
    /// Some rows of the tables with passwords or with times to be counted, where a source was asked.
    pub samples: Vec<(TableName, TableSample)>,
    /// How many rows of which tables should be somebody's and lead to nobody, where that was asked.
    pub ownerless: Vec<(TableName, u64)>,
}

impl Live {
    /// What the arguments name; nothing if they name nothing.
    pub(super) fn find(&self, map: &Map) -> Result<Option<Found>> {
        if let Some(path) = &self.schema {
            return Ok(Some(Found {
                schema: read_schema(path)?,
                samples: Vec::new(),
                ownerless: Vec::new(),
            }));
        }
        let config = self.place.config()?;
        let own = map.source.as_ref().map(|name| &name.value);
        let own = own.filter(|name| config.sources.iter().any(|section| section.name == **name));
        let Some(source) = self.source.as_ref().or(own) else {
            return Ok(None);
        };
        let work = async |source: &dyn Source| {
            let mut found = ask(source, map).await?;
            if self.rows {
                found.ownerless = ownerless(source, map, &found.schema).await?;
            }
            Ok(found)
        };
        sources::work(&config, source, Access::Read, work).map(Some)
    }
}

async fn ask(source: &dyn Source, map: &Map) -> Result<Found> {
    let schema = sources::schema(source).await?;
    let samples = sources::samples(source, map, &schema).await?;
    Ok(Found {
        schema,
        samples,
        ownerless: Vec::new(),
    })
}

/// Rows that lead to nobody; none over a map that no plan can be made over, of which the findings say so.
async fn ownerless(
    source: &dyn Source,
    map: &Map,
    schema: &Schema,
) -> Result<Vec<(TableName, u64)>> {
    let Ok(ownership) = Ownership::resolve(map, schema) else {
        return Ok(Vec::new());
    };
    let promises = Promises::default();
    let plan = Planner::new(&ownership, &promises, clock::now()).orphans();
    let counts: Vec<Statement> = plan.steps.iter().map(|step| step.count.clone()).collect();
    let found = source.numbers(&counts).await;
    let found = found.context("cannot count the rows that lead to nobody")?;
    let steps = plan.steps.iter().zip(found).filter(|(_, rows)| *rows > 0);
    Ok(steps
        .map(|(step, rows)| (step.table.clone(), rows))
        .collect())
}

fn read_schema(path: &PathBuf) -> Result<Schema> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| {
        format!(
            "`{}` is no schema; `abide map schema` writes one",
            path.display()
        )
    })
}
