//! `abide map propose SOURCE`: a first draft of a map, with how sure and why. Only reads, and writes no value of a row.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use abide_map::check::{Context, run_all};
use abide_map::map::Map;
use abide_map::plan::fingerprint;
use abide_map::propose::{Samples, Summary, candidates, draft};
use abide_map::sample::{Contained, Containment};
use abide_map::schema::Schema;
use abide_map::{read, write};
use abide_policy::Library;
use abide_policy::diagnostic::Severity;
use abide_policy::source::SourceFile;
use abide_rights::count_of;
use abide_sources::{Access, Source};
use anyhow::{Context as _, Result, bail};

use super::Outcome;
use crate::installation::Place;
use crate::output::print;
use crate::sources;

/// Arguments of `abide map propose`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The source: a name from the configuration, or an address
    source: String,
    /// Write the draft here, where nothing may be yet; without it, to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many rows of each table to look at
    #[arg(
        long,
        value_name = "ROWS",
        default_value_t = 200,
        conflicts_with = "no_samples"
    )]
    sample: u64,
    /// Look at names and types only, and read no row
    #[arg(long)]
    no_samples: bool,
    #[command(flatten)]
    place: Place,
}

/// What was read from a source for a draft.
struct Read {
    schema: Schema,
    samples: Samples,
    answers: Vec<(Containment, Contained)>,
    /// Tables whose rows could not be read, each with the reason.
    closed: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    if let Some(path) = arguments.out.as_deref().filter(|path| path.exists()) {
        bail!(
            "`{}` is there already; name another file, or remove it first",
            path.display()
        );
    }
    let rows = (!arguments.no_samples).then_some(arguments.sample);
    let config = arguments.place.config()?;
    let read = sources::work(&config, &arguments.source, Access::Read, async |source| {
        ask(source, rows).await
    })?;
    let name = name_of(&arguments.source);
    let map = draft(&name, &name, &read.schema, &read.samples, &read.answers);
    let text = write::write(&map);
    match &arguments.out {
        None => {
            print(text.trim_end())?;
            eprintln!("{}", told(&map, &text, &read, None));
        }
        Some(path) => {
            create(path, &text)?;
            print(&told(&map, &text, &read, Some(path)))?;
        }
    }
    Ok(Outcome::Clean)
}

/// Reads the schema and, if rows may be looked at, some rows of each table and which values are found where.
async fn ask(source: &dyn Source, rows: Option<u64>) -> Result<Read> {
    let schema = sources::schema(source).await?;
    let mut read = Read {
        schema,
        samples: Samples::new(),
        answers: Vec::new(),
        closed: Vec::new(),
    };
    let Some(rows) = rows else { return Ok(read) };
    let whole = |table: &&abide_map::schema::Table| table.partition_of.is_none();
    for table in read.schema.tables.iter().filter(whole) {
        match source.sample(table, rows).await {
            Ok(sample) => {
                read.samples.insert(table.name.clone(), sample);
            }
            Err(error) => read.closed.push(format!("`{}`: {error}", table.name)),
        }
    }
    let questions = candidates(&read.schema, &read.samples);
    let answers = source
        .contained(&read.schema, &questions)
        .await
        .with_context(|| format!("cannot look values up in `{}`", source.name()))?;
    read.answers = questions.into_iter().zip(answers).collect();
    Ok(read)
}

/// What a draft of the source is called: its name, or the last part of its address without an ending.
fn name_of(source: &str) -> String {
    let address = source.split(['?', '#']).next().unwrap_or_default();
    let last = address.rsplit(['/', ':', '\\']).next().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default();
    let plain: String = stem
        .chars()
        .map(|letter| match letter {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
            _ => '-',
        })
        .collect();
    let plain = plain.trim_matches('-');
    match plain.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        true => plain.to_owned(),
        false => "source".to_owned(),
    }
}

fn create(path: &Path, text: &str) -> Result<()> {
    let write = || {
        let mut file = fs::File::create_new(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

/// The summary, what could not be read, how much is left to do, and what comes next.
fn told(map: &Map, text: &str, read: &Read, path: Option<&Path>) -> String {
    let mut lines = vec![Summary::new(map).to_string()];
    let closed = read.closed.iter();
    lines.extend(closed.map(|closed| format!("no rows     {closed}")));
    lines.push(format!("to settle   {}", findings_of(text, &read.schema)));
    if let Some(path) = path {
        let path = path.display();
        lines.push(format!(
            "\nwrote `{path}`; go through it line by line, remove `confidence` and `reason` where you agree, then run \
             `abide map check {path}`"
        ));
    }
    lines.join("\n")
}

/// What `abide map check` would find in the draft, in numbers.
fn findings_of(text: &str, schema: &Schema) -> String {
    let (map, mut findings) = read::read(&SourceFile::new("map.kdl", text), 0);
    let print_of = fingerprint(schema);
    findings.extend(run_all(&Context {
        map: &map,
        schema: Some((schema, &print_of)),
        policy: None,
        library: Library::standard(),
        samples: &[],
    }));
    let count = |severity| {
        let same = findings.iter().filter(|it| it.severity == severity);
        same.count()
    };
    format!(
        "{}, {}",
        count_of(count(Severity::Error), "error"),
        count_of(count(Severity::Warning), "warning")
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_draft_is_called_after_its_source() {
        for (source, name) in [
            ("shop", "shop"),
            (
                "postgres://abide@db:5432/Shop_EU?sslmode=require",
                "shop-eu",
            ),
            ("sqlite:/var/lib/app/data.db", "data"),
            ("sqlite:data.db", "data"),
            ("postgres://db/", "source"),
        ] {
            assert_eq!(super::name_of(source), name, "{source}");
        }
    }
}
