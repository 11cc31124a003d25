//! What a database of five hundred tables says of itself, and a first draft of its map, against pg_dump of the same schema.
//! Ours runs in this process over a connection of its own; pg_dump is a process of its own.

mod keys;
mod truth;

use abide_map::propose::{Samples, candidates, draft};
use abide_map::schema::Schema;
use abide_map::write::write;

use crate::postgres::{Postgres, said};
use crate::ratio;
use crate::scratch::Scratch;
use crate::site;
use tokio::runtime::Runtime;

const TABLES: usize = 500;

/// Twelve columns a table, a key to another, an index, fifty rows.
const MAKE: &str = "DO $$ BEGIN FOR i IN 1..500 LOOP
    EXECUTE format('CREATE TABLE part%s_item%s (id bigint PRIMARY KEY, name text NOT NULL, email text, phone varchar(40), street text,
        city varchar(100), amount numeric(12, 2) NOT NULL DEFAULT 0, is_open boolean NOT NULL DEFAULT true, note text, address inet,
        made_at timestamptz NOT NULL DEFAULT now(), above_id bigint%s)',
        i / 10, i, CASE WHEN i > 1 THEN format(' REFERENCES part%s_item%s (id)', i / 2 / 10, i / 2) END);
    EXECUTE format('INSERT INTO part%s_item%s SELECT n, ''name '' || n, ''user'' || n || ''@example.org'', ''+49 30 '' || 1000000 + n,
        ''Street '' || n, ''Town'', n, true, ''a note'', ''10.0.0.1'', now(), CASE WHEN %s > 1 THEN n END FROM generate_series(1, 50) n',
        i / 10, i, i);
    EXECUTE format('CREATE INDEX ON part%s_item%s (above_id)', i / 10, i);
END LOOP; END $$";

/// Print `map-schema-vs-pg_dump`, `map-propose-vs-pg_dump`, and how well hidden keys are found.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("map")?;
    let server = Postgres::start(scratch.path())?;
    let url = server.filled("wide", MAKE)?;
    let runtime = Runtime::new().map_err(said)?;
    let dump = || server.dump_schema(&url).map(drop);
    let medians = ratio::try_turns(|| runtime.block_on(schema(&url)).map(drop), dump)?;
    ratio::at_most("map-schema-vs-pg_dump", medians.slower(), 2.0);
    medians.also("the schema of 500 tables");
    let propose = || {
        let schema = runtime.block_on(schema(&url))?;
        drawn_up(&schema, &Samples::new(), &[])
    };
    let medians = ratio::try_turns(propose, dump)?;
    ratio::at_most("map-propose-vs-pg_dump", medians.slower(), 2.0);
    medians.also("a draft for 500 tables, by names and types");
    let medians = ratio::prepared(3, || Ok(()), || runtime.block_on(sampled(&url)), dump)?;
    medians.also("a draft for 500 tables, with 200 rows of each");
    keys::run_all(scratch.path(), &server)
}

async fn schema(url: &str) -> Result<Schema, String> {
    let source = site::source(url)?;
    let schema = source.schema().await.map_err(said)?;
    source.close().await.map_err(said)?;
    match schema.tables.len() {
        TABLES => Ok(schema),
        count => Err(format!("{count} tables were read")),
    }
}

/// As `abide map propose` does it.
async fn sampled(url: &str) -> Result<(), String> {
    let source = site::source(url)?;
    let schema = source.schema().await.map_err(said)?;
    let mut samples = Samples::new();
    for table in &schema.tables {
        let sample = source.sample(table, 200).await.map_err(said)?;
        samples.insert(table.name.clone(), sample);
    }
    let questions = candidates(&schema, &samples);
    let answers = source.contained(&schema, &questions).await.map_err(said)?;
    source.close().await.map_err(said)?;
    let answers: Vec<_> = questions.into_iter().zip(answers).collect();
    drawn_up(&schema, &samples, &answers)
}

fn drawn_up(
    schema: &Schema,
    samples: &Samples,
    answers: &[(abide_map::sample::Containment, abide_map::sample::Contained)],
) -> Result<(), String> {
    let map = draft("wide", "wide", schema, samples, answers);
    let tables = write(&map).matches("\n    table ").count();
    match tables {
        TABLES => Ok(()),
        count => Err(format!("the draft has {count} tables")),
    }
}
