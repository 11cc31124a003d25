//! Backing up while the store is used: every table from one snapshot, in files that both engines can restore. Data keys
//! go to a file of their own, to be kept elsewhere: without them the rest says nothing of anyone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::Store;
use crate::disk::{blocking, failed, private, sync_folder_of, write_private};
use crate::engine::{Row, Transaction};
use crate::error::StoreError;
use crate::migrate::MIGRATIONS;
use crate::statement::Value;
use crate::table::{ColumnType, Table, tables};

/// What a manifest says it is.
pub(crate) const FORMAT: &str = "abide-backup/v1";

/// The manifest's name. It is written last: a folder without it is no backup.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The table that goes to a file of its own.
pub(crate) const DATA_KEYS: &str = "data_keys";

/// Tables that a backup leaves out: what is short-lived, or belongs to one database.
const LEFT_OUT: [&str; 3] = ["counters", "decisions", "erased_lately"];

/// How many rows are read at a time.
const AT_ONCE: i64 = 1000;

const DOING: &str = "backing up";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of the backup.
    pub(crate) format: String,
    /// When it was begun.
    pub made_at: Timestamp,
    /// Migrations of the database that it was made from.
    pub(crate) schema: Vec<String>,
    /// Rows and SHA-256 of each table's file.
    pub tables: BTreeMap<String, BackedUpTable>,
}

/// One table's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackedUpTable {
    /// Number of rows.
    pub rows: u64,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

/// The tables that a backup of these migrations holds.
pub(crate) fn backed_up(schema: usize) -> Vec<Table> {
    let mut tables = tables(&MIGRATIONS[..schema.min(MIGRATIONS.len())]);
    tables.retain(|table| !LEFT_OUT.contains(&table.name.as_str()));
    tables
}

/// The file of a table.
pub(crate) fn file_of(table: &str, folder: &Path, data_keys: &Path) -> PathBuf {
    if table == DATA_KEYS {
        data_keys.to_owned()
    } else {
        folder.join(format!("{table}.jsonl"))
    }
}

impl Store {
    /// Backs up all tenants into `folder`, which must not exist yet, and the data keys into the file `data_keys`.
    pub async fn backup(
        &self,
        folder: &Path,
        data_keys: &Path,
        now: Timestamp,
    ) -> Result<Manifest, StoreError> {
        make_folder(folder)?;
        let mut snapshot = self.engine().snapshot(DOING).await?;
        let mut manifest = Manifest {
            format: FORMAT.to_owned(),
            made_at: now,
            schema: MIGRATIONS
                .iter()
                .map(|migration| migration.name.to_owned())
                .collect(),
            tables: BTreeMap::new(),
        };
        for table in backed_up(MIGRATIONS.len()) {
            let path = file_of(&table.name, folder, data_keys);
            let written = write_table(&mut snapshot, &table, path).await?;
            manifest.tables.insert(table.name, written);
        }
        snapshot.rollback().await?;
        let json = serde_json::to_string_pretty(&manifest)
            .map_err(|error| StoreError::corrupt("manifest", error))?;
        let (folder, data_keys) = (folder.to_owned(), data_keys.to_owned());
        blocking(move || {
            let path = folder.join(MANIFEST);
            // The names of the folder and of the data keys' file are part of the backup too.
            let written = write_private(&path, json.as_bytes())
                .and_then(|()| sync_folder_of(&folder))
                .and_then(|()| sync_folder_of(&data_keys));
            written.map_err(|error| failed(DOING, &path, &error))
        })
        .await?;
        Ok(manifest)
    }
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        StoreError::Setting(format!(
            "the backup `{}` cannot be begun: {error}; name a folder that does not exist yet",
            folder.display()
        ))
    })
}

/// A file being written, with the hash of what is in it.
struct TableFile {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
}

async fn write_table(
    snapshot: &mut Transaction,
    table: &Table,
    path: PathBuf,
) -> Result<BackedUpTable, StoreError> {
    let mut file = blocking(move || {
        let file = private().write(true).create_new(true).open(&path);
        let file = BufWriter::new(file.map_err(|error| failed(DOING, &path, &error))?);
        let hash = Sha256::new();
        Ok(TableFile { path, file, hash })
    })
    .await?;
    let mut rows = 0;
    let mut after: Option<Vec<Value>> = None;
    loop {
        let (page, last) = read_page(snapshot, table, after.as_deref()).await?;
        rows += page.len() as u64;
        let Some(last) = last else { break };
        after = Some(last);
        file = blocking(move || {
            file.hash.update(page.join("").as_bytes());
            let written = page
                .iter()
                .try_for_each(|line| file.file.write_all(line.as_bytes()));
            written.map_err(|error| failed(DOING, &file.path, &error))?;
            Ok(file)
        })
        .await?;
    }
    let sha256 = blocking(move || {
        let synced = file
            .file
            .flush()
            .and_then(|()| file.file.get_ref().sync_all());
        synced.map_err(|error| failed(DOING, &file.path, &error))?;
        Ok(crate::hex::encode(&file.hash.finalize()))
    })
    .await?;
    Ok(BackedUpTable { rows, sha256 })
}

/// Some rows behind a key, as lines of JSON, and the key of the last.
async fn read_page(
    snapshot: &mut Transaction,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<(Vec<String>, Option<Vec<Value>>), StoreError> {
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let key = table.key.join(", ");
    let condition = match after {
        None => String::new(),
        Some(values) => {
            let places: Vec<String> = (1..=values.len()).map(|at| format!("${at}")).collect();
            format!(" WHERE ({key}) > ({})", places.join(", "))
        }
    };
    let sql = format!(
        "SELECT {} FROM {}{condition} ORDER BY {key} LIMIT {AT_ONCE}",
        columns.join(", "),
        table.name
    );
    let rows = snapshot.rows(sql, after.unwrap_or_default()).await?;
    let mut lines = Vec::with_capacity(rows.len());
    let mut last = None;
    for row in &rows {
        let values = read_values(row, table)?;
        let json: Vec<serde_json::Value> = values.iter().map(to_json).collect();
        lines.push(format!("{}\n", serde_json::Value::from(json)));
        last = Some(key_of(&values, table));
    }
    Ok((lines, last))
}

fn read_values(row: &Row, table: &Table) -> Result<Vec<Value>, StoreError> {
    let value = |(at, (_, kind)): (usize, &(String, ColumnType))| {
        Ok(match kind {
            ColumnType::Text => Value::Text(row.maybe_text(at)?),
            ColumnType::Int => Value::Int(row.maybe_int(at)?),
            ColumnType::Bytes => Value::Bytes(row.maybe_bytes(at)?),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn key_of(values: &[Value], table: &Table) -> Vec<Value> {
    let at = |key: &String| table.columns.iter().position(|(name, _)| name == key);
    table
        .key
        .iter()
        .filter_map(at)
        .filter_map(|at| values.get(at).cloned())
        .collect()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.clone().into(),
        Value::Int(number) | Value::Arrival(number) => (*number).into(),
        Value::Bytes(bytes) => bytes.as_ref().map(|bytes| STANDARD.encode(bytes)).into(),
    }
}

/// Reads what [`to_json`] writes back, as a value of the column's type.
pub(crate) fn from_json(json: serde_json::Value, kind: ColumnType) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match (kind, json) {
        (ColumnType::Text, Json::Null) => Value::Text(None),
        (ColumnType::Text, Json::String(text)) => Value::Text(Some(text)),
        (ColumnType::Int, Json::Null) => Value::Int(None),
        (ColumnType::Int, Json::Number(number)) => Value::Int(Some(number.as_i64()?)),
        (ColumnType::Bytes, Json::Null) => Value::Bytes(None),
        (ColumnType::Bytes, Json::String(text)) => Value::Bytes(Some(STANDARD.decode(text).ok()?)),
        _ => return None,
    })
}
