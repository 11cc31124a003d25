//! A database of its own for a test, a map over it, and plans carried out. Takes no part in what is tested.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use abide_map::map::Map;
use abide_map::ownership::Ownership;
use abide_map::plan::{Effect, Hold, Identities, KnownAs, Plan, Planner, Row, Subjects};
use abide_map::promise::Promises;
use abide_map::schema::{Dialect, Schema};
use abide_map::statement::Statement;
use abide_policy::diagnostic::Findings;
use abide_policy::source::SourceFile;
use abide_sources::{Address, Source, SourceOptions, Work};
use futures_util::StreamExt as _;

/// As of when plans are made.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// A database and everything needed to ask it.
pub struct Desk {
    pub source: Box<dyn Source>,
    pub schema: Schema,
    pub map: Map,
    path: Option<PathBuf>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Rows by table, each as column and value.
pub type Tables = BTreeMap<String, BTreeSet<Vec<(String, Option<String>)>>>;

impl Desk {
    /// A SQLite database made by these statements, with this map.
    pub async fn sqlite(name: &str, statements: &[String], map: &str) -> Self {
        let path = std::env::temp_dir().join(format!("abide-{}-{name}.db", std::process::id()));
        std::fs::write(&path, b"").unwrap();
        let address = Address::parse(&format!("sqlite:{}", path.display())).unwrap();
        let source = abide_sources::open(&address, SourceOptions::new("test")).unwrap();
        Self::with(source, Some(path), statements, map).await
    }

    pub async fn with(
        source: Box<dyn Source>,
        path: Option<PathBuf>,
        statements: &[String],
        map: &str,
    ) -> Self {
        let work = Work {
            steps: statements.iter().map(|sql| plain(sql)).collect(),
            ..Work::default()
        };
        if let Err(error) = source.run(&work).await {
            panic!("{error}\n{}", statements.join(";\n"));
        }
        let schema = source.schema().await.unwrap();
        let (map, findings) = abide_map::read::read(&SourceFile::new("map.kdl", map), 0);
        assert!(findings.is_empty(), "{findings:?}\n{map:?}");
        Self {
            source,
            schema,
            map,
            path,
        }
    }

    pub fn ownership(&self) -> Result<Ownership, Findings> {
        Ownership::resolve(&self.map, &self.schema)
    }

    /// Finds the people who are known so.
    pub async fn subjects(&self, planner: &Planner<'_>, known: &[(&str, &str)]) -> Subjects {
        let identities = Identities(
            known
                .iter()
                .map(|(kind, value)| KnownAs {
                    kind: (*kind).to_owned(),
                    value: (*value).to_owned(),
                })
                .collect(),
        );
        let mut found = Vec::new();
        for lookup in planner.find(&identities) {
            let rows = self.rows(&lookup.statement).await;
            found.push((lookup, rows));
        }
        Subjects::new(identities, &found)
    }

    pub async fn rows(&self, statement: &Statement) -> Vec<Row> {
        let mut snapshot = self.source.snapshot().await.unwrap();
        let mut rows = Vec::new();
        let mut stream = snapshot.read(statement);
        while let Some(row) = stream.next().await {
            match row {
                Ok(row) => rows.push(row),
                Err(error) => panic!("{error}\n{}", statement.sql),
            }
        }
        rows
    }

    /// What an access plan reads.
    pub async fn read(&self, plan: &Plan) -> Tables {
        let mut tables = Tables::new();
        for step in &plan.steps {
            let Effect::Read { columns, .. } = &step.effect else {
                panic!("an access only reads")
            };
            let rows = self.rows(&step.statement).await;
            let counted = self.source.numbers(std::slice::from_ref(&step.count)).await;
            assert_eq!(
                counted.unwrap(),
                vec![rows.len() as u64],
                "{}",
                step.count.sql
            );
            let table = tables.entry(step.table.to_string()).or_default();
            for row in rows {
                let named = columns.iter().map(|column| column.name.clone());
                let row = named.zip(row.into_iter().map(|value| value.0)).collect();
                assert!(table.insert(row), "a row came twice");
            }
        }
        tables.retain(|_, rows| !rows.is_empty());
        tables
    }

    /// Carries a plan out; how many rows each step changed.
    pub async fn run(&self, plan: &Plan) -> Result<Vec<u64>, String> {
        let effective =
            |effect: &Effect| matches!(effect, Effect::Delete | Effect::Overwrite { .. });
        let work = Work {
            opening: plan.opening.clone(),
            steps: plan
                .steps
                .iter()
                .filter(|step| effective(&step.effect))
                .map(|step| step.statement.clone())
                .collect(),
            closing: plan.closing.clone(),
            ..Work::default()
        };
        let done = self.source.run(&work).await;
        done.map(|done| done.rows)
            .map_err(|error| error.to_string())
    }

    /// What each step that changes something would change.
    pub async fn counts(&self, plan: &Plan) -> Result<Vec<u64>, String> {
        let steps = plan
            .steps
            .iter()
            .filter(|step| matches!(step.effect, Effect::Delete | Effect::Overwrite { .. }));
        let counts: Vec<Statement> = steps.map(|step| step.count.clone()).collect();
        let numbers = self.source.numbers(&counts).await;
        numbers.map_err(|error| error.to_string())
    }

    /// Every row of every table.
    pub async fn dump(&self) -> Tables {
        let mut tables = Tables::new();
        for table in &self.schema.tables {
            let name = table.name.to_string();
            let quote = if self.schema.dialect == Dialect::Mariadb {
                '`'
            } else {
                '"'
            };
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|column| {
                    let place = format!("{quote}{}{quote}", column.name);
                    match self.schema.dialect {
                        Dialect::Mariadb => format!("CAST({place} AS CHAR)"),
                        _ => format!("CAST({place} AS text)"),
                    }
                })
                .collect();
            let sql = format!("SELECT {} FROM {quote}{name}{quote}", columns.join(", "));
            let rows = self.rows(&plain(&sql)).await.into_iter().map(|row| {
                let names = table.columns.iter().map(|column| column.name.clone());
                names.zip(row.into_iter().map(|value| value.0)).collect()
            });
            tables.insert(name, rows.collect());
        }
        tables
    }
}

/// Plans as of [`NOW`].
pub fn planner<'a>(
    ownership: &'a Ownership,
    promises: &'a Promises,
    holds: &'a [Hold],
) -> Planner<'a> {
    Planner::new(ownership, promises, NOW.parse().unwrap()).holding(holds)
}

/// A plan's statements.
pub fn text(plan: &Plan) -> String {
    let opening = plan.opening.iter().map(|statement| statement.sql.clone());
    let steps = plan.steps.iter().map(|step| {
        format!(
            "-- {}: {}\n{}",
            step.reason, step.count.sql, step.statement.sql
        )
    });
    opening.chain(steps).collect::<Vec<_>>().join("\n")
}

pub fn plain(sql: &str) -> Statement {
    Statement {
        sql: sql.to_owned(),
        values: Vec::new(),
    }
}
