//! Hidden keys of real schemas: all keys are forgotten and proposed anew, and held against what people read there; apart for
//! names and types only and with real rows. The schemas were known while the rules were written.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use abide_map::propose::{Samples, candidates, references};
use tokio::runtime::Runtime;

use super::truth::{Score, Truth};
use crate::mariadb::Mariadb;
use crate::postgres::{Postgres, run, said};
use crate::ratio;
use crate::site;

enum Engine {
    Postgres,
    Mariadb,
    Sqlite,
}

/// A schema: its truth, its engine, its files, and whether it comes with real rows.
type Real = (&'static str, Engine, &'static [&'static str], bool);

const REAL: &[Real] = &[
    ("chinook", Engine::Postgres, &["chinook.pg.sql.gz"], true),
    (
        "pagila",
        Engine::Postgres,
        &[
            "pagila_fef9675.schema.pg.sql",
            "pagila_fef9675.data.pg.sql.gz",
        ],
        true,
    ),
    ("rt", Engine::Postgres, &["rt5.pg.sql"], false),
    ("thingsboard", Engine::Postgres, &["tb.pg.sql"], false),
    (
        "prestashop",
        Engine::Mariadb,
        &["prestashop.mysql.sql"],
        false,
    ),
    (
        "wordpress",
        Engine::Mariadb,
        &["wordpress61.mysql.sql"],
        false,
    ),
    ("hotcrp", Engine::Mariadb, &["hotcrp.mysql.sql"], false),
    ("lobsters", Engine::Sqlite, &["lobsters.sqlite.sql"], false),
];

/// Print `map-precision-…` and `map-recall-…`.
pub fn run_all(folder: &Path, server: &Postgres) -> Result<(), String> {
    let Some(schemas) = schemas() else {
        return Ok(());
    };
    let mariadb = Mariadb::start(folder)?;
    let runtime = Runtime::new().map_err(said)?;
    let (mut named, mut seen) = (Score::default(), Score::default());
    for (name, engine, files, has_rows) in REAL {
        let file = folder.join(format!("{name}.sql"));
        fs::write(&file, text(&schemas, files)?).map_err(said)?;
        let url = match engine {
            Engine::Postgres => server.loaded(name, &file)?,
            Engine::Mariadb => mariadb.filled(name, &file)?,
            Engine::Sqlite => {
                let place = folder.join(format!("{name}.db"));
                let connection = rusqlite::Connection::open(&place).map_err(said)?;
                let statements = fs::read_to_string(&file).map_err(said)?;
                connection.execute_batch(&statements).map_err(said)?;
                format!("sqlite:{}", place.display())
            }
        };
        let (by_name, by_row) = runtime.block_on(measure(name, &url, *has_rows))?;
        named.add(by_name);
        show(name, "names", by_name);
        if let Some(by_row) = by_row {
            seen.add(by_row);
            show(name, "rows", by_row);
        }
    }
    for (mode, score) in [("names", named), ("rows", seen)] {
        ratio::at_least(&format!("map-precision-{mode}"), score.precision(), 0.98);
        ratio::at_least(&format!("map-recall-{mode}"), score.recall(), 0.96);
    }
    Ok(())
}

fn show(name: &str, mode: &str, score: Score) {
    let Score {
        right,
        proposed,
        found,
        there,
    } = score;
    ratio::also(
        &format!("keys of {name} by {mode}"),
        format_args!("{right} right of {proposed} proposed, {found} found of {there}"),
    );
}

async fn measure(name: &str, url: &str, has_rows: bool) -> Result<(Score, Option<Score>), String> {
    let source = site::source(url)?;
    let mut schema = source.schema().await.map_err(said)?;
    let truth = Truth::read(name, &schema)?;
    for table in &mut schema.tables {
        table.foreign_keys.clear();
    }
    let named = truth.score(&references(&schema, &Samples::new(), &[]));
    if !has_rows {
        return Ok((named, None));
    }
    let mut samples = Samples::new();
    for table in &schema.tables {
        let sample = source.sample(table, 200).await.map_err(said)?;
        samples.insert(table.name.clone(), sample);
    }
    let questions = candidates(&schema, &samples);
    let answers = source.contained(&schema, &questions).await.map_err(said)?;
    let answers: Vec<_> = questions.into_iter().zip(answers).collect();
    let seen = truth.score(&references(&schema, &samples, &answers));
    Ok((named, Some(seen)))
}

/// The folder of real schemas, if it is there.
fn schemas() -> Option<PathBuf> {
    let shared = env::var_os("ABIDE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("schemas");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "SKIPPED: hidden keys; there are no real schemas at `{}`, set ABIDE_SHARED",
        folder.display()
    );
    None
}

/// The statements of files, without those that name an owner or make a database.
fn text(folder: &Path, files: &[&str]) -> Result<String, String> {
    let mut all = String::new();
    for name in files {
        let file = folder.join(name);
        let text = match name.ends_with(".gz") {
            true => run(Command::new("gunzip").arg("-c").arg(&file))?,
            false => fs::read_to_string(&file).map_err(said)?,
        };
        let kept = text.lines().filter(|line| {
            let upper = line.to_uppercase();
            let unwanted = ["\\C ", "USE ", "CREATE DATABASE", "DROP DATABASE"];
            !(upper.contains(" OWNER TO ") || unwanted.iter().any(|start| upper.starts_with(start)))
        });
        for line in kept {
            all.push_str(line);
            all.push('\n');
        }
    }
    Ok(all)
}
