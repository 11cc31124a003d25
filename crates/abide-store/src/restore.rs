//! Restoring a backup into an empty store: everything as it was, the log under an origin of its own that names the last
//! checkpoint known, and every erasure since carried out again before anything is served. Never signs an older size
//! under the old origin.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};

use abide_ledger::{Checkpoint, Continuation, Frontier, Note, Rotation};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::backup::{DATA_KEYS, FORMAT, MANIFEST, Manifest, backed_up, file_of, from_json};
use crate::disk::{blocking, failed};
use crate::engine::{ARRIVALS, Engine, Transaction};
use crate::error::StoreError;
use crate::evidence::Evidence;
use crate::keys::{KeyKind, Keys};
use crate::migrate::{MIGRATIONS, lacking, migrate};
use crate::sequencer::{fresh_origin, signer};
use crate::statement::{Statement, Value};
use crate::table::Table;
use crate::tile::int;
use crate::{Store, StoreOptions};

/// How many rows are written at a time.
const AT_ONCE: usize = 500;

const DOING: &str = "restoring";

/// What to restore from.
#[derive(Clone, Debug)]
pub struct Restoration {
    /// The folder of the backup.
    pub folder: PathBuf,
    /// The file of data keys. Without it everything is restored that is not sealed, and nothing sealed can be read.
    pub data_keys: Option<PathBuf>,
    /// Notes of checkpoints known to have been signed since, such as the one kept beside the keys.
    pub last_checkpoints: Vec<String>,
}

impl Store {
    /// Restores into the empty database at `url` and opens it. With a journal in `options`, erasures since the backup are
    /// carried out again first. Nothing is left of a restoration that fails.
    pub async fn restore(
        restoration: &Restoration,
        url: &str,
        keys: Keys,
        options: StoreOptions,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let manifest = read_manifest(&restoration.folder)?;
        let engine = Engine::open(url, &options.engine).await?;
        let schema = manifest.schema.len();
        check_empty(&engine, schema).await?;
        migrate(&engine, &MIGRATIONS[..schema], now).await?;
        let after = match &options.journal {
            Some(_) => After::Replay,
            None => After::Nothing,
        };
        let filled = fill(&engine, restoration, &manifest, &keys, after, now).await;
        engine.close().await;
        filled?;
        Self::open(url, keys, options, now).await
    }

    /// Ends a restoration of this tenant, if one was begun: also one that was cut short, so that nobody who was erased is
    /// served by whoever opens the store next.
    pub(crate) async fn finish_restoration(&self, now: Timestamp) -> Result<(), StoreError> {
        let about = || vec![Value::from(self.tenant()), RESTORED.into()];
        let sql = "SELECT value FROM counters WHERE tenant = $1 AND name = $2";
        let Some(row) = self.engine().row(DOING, sql, about()).await? else {
            return Ok(());
        };
        match self.journal() {
            Some(journal) => drop(self.replay(journal, now).await?),
            None if row.int(0)? == After::Nothing as i64 => {}
            None => {
                return Err(StoreError::Setting(
                    "the restoration of this store was cut short before erasures were carried out again; open it with its erasure journal".into(),
                ));
            }
        }
        let mut tx = self.begin(Evidence::new("store.restored", "restore", now))?;
        let sql = "DELETE FROM counters WHERE tenant = $1 AND name = $2";
        tx.push(Statement::new(sql, about()));
        tx.commit().await.map(drop)
    }
}

/// The counter that says of a tenant that its records are back and what is still to be done, as a number of [`After`].
const RESTORED: &str = "restored";

/// What a restoration does once the records are back.
#[derive(Clone, Copy)]
enum After {
    /// There is no journal.
    Nothing = 0,
    /// Erasures in the journal are carried out again.
    Replay = 1,
}

/// A database that has no store, or only the tables that a restoration which failed has left.
async fn check_empty(engine: &Engine, schema: usize) -> Result<(), StoreError> {
    let applied = MIGRATIONS.len() - lacking(engine).await?;
    let empty = match applied {
        0 => true,
        _ if applied != schema => false,
        _ => engine
            .row(DOING, "SELECT 1 FROM logs", Vec::new())
            .await?
            .is_none(),
    };
    if empty {
        return Ok(());
    }
    Err(StoreError::Setting(
        "there is a store at this address already; restore into an empty database".into(),
    ))
}

fn read_manifest(folder: &Path) -> Result<Manifest, StoreError> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        StoreError::Setting(format!(
            "`{}` is no finished backup: `{MANIFEST}`: {error}",
            folder.display()
        ))
    })?;
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|error| StoreError::Setting(format!("`{}`: {error}", path.display())))?;
    let known = MIGRATIONS.iter().map(|migration| migration.name);
    if manifest.format != FORMAT || !known.take(manifest.schema.len()).eq(manifest.schema.iter()) {
        return Err(StoreError::Schema(
            "the backup was made by a later program; restore it with that program".into(),
        ));
    }
    Ok(manifest)
}

/// Everything in one transaction.
async fn fill(
    engine: &Engine,
    restoration: &Restoration,
    manifest: &Manifest,
    keys: &Keys,
    after: After,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut transaction = engine.begin(DOING).await?;
    for table in backed_up(manifest.schema.len()) {
        let Some(data_keys) = data_keys_of(restoration, &table.name) else {
            continue;
        };
        let path = file_of(&table.name, &restoration.folder, &data_keys);
        let sha256 = fill_table(&mut transaction, &table, path).await?;
        let expected = manifest.tables.get(&table.name);
        if expected.is_none_or(|expected| expected.sha256 != sha256) {
            return Err(StoreError::Setting(format!(
                "the backup's file of `{}` is not the one that was written; use another backup",
                table.name
            )));
        }
    }
    let sql = "SELECT max(arrival) FROM evidence";
    let rows = transaction.rows(sql, &[]).await?;
    let last = rows
        .first()
        .map(|row| row.maybe_int(0))
        .transpose()?
        .flatten();
    engine
        .raise_arrivals(&mut transaction, last.unwrap_or(0) + ARRIVALS)
        .await?;
    continue_logs(&mut transaction, restoration, keys, now).await?;
    let sql = "INSERT INTO counters (tenant, name, value) SELECT tenant, $1, $2 FROM logs";
    let mark = [RESTORED.into(), (after as i64).into()];
    transaction.execute(sql, &mark).await?;
    transaction.commit().await
}

/// The file of data keys; nothing for the table of data keys if it is not to be restored.
fn data_keys_of(restoration: &Restoration, table: &str) -> Option<PathBuf> {
    match &restoration.data_keys {
        Some(path) => Some(path.clone()),
        None if table == DATA_KEYS => None,
        None => Some(PathBuf::new()),
    }
}

/// A file being read, with the hash of what was read.
struct TableFile {
    path: PathBuf,
    lines: Lines<BufReader<File>>,
    hash: Sha256,
}

impl TableFile {
    fn open(path: PathBuf) -> Result<Self, StoreError> {
        let file = File::open(&path).map_err(|error| failed(DOING, &path, &error))?;
        let lines = BufReader::new(file).lines();
        let hash = Sha256::new();
        Ok(Self { path, lines, hash })
    }

    fn read(&mut self, table: &Table) -> Result<Vec<Vec<Value>>, StoreError> {
        let mut rows = Vec::with_capacity(AT_ONCE);
        for line in self.lines.by_ref().take(AT_ONCE) {
            let line = line.map_err(|error| failed(DOING, &self.path, &error))?;
            self.hash.update(line.as_bytes());
            self.hash.update(b"\n");
            rows.push(parse_row(&line, table).ok_or_else(|| {
                StoreError::Setting(format!(
                    "`{}` holds a row that is none",
                    self.path.display()
                ))
            })?);
        }
        Ok(rows)
    }
}

fn parse_row(line: &str, table: &Table) -> Option<Vec<Value>> {
    let json: Vec<serde_json::Value> = serde_json::from_str(line).ok()?;
    if json.len() != table.columns.len() {
        return None;
    }
    let columns = table.columns.iter().map(|(_, kind)| *kind);
    json.into_iter()
        .zip(columns)
        .map(|(json, kind)| from_json(json, kind))
        .collect()
}

/// Gives the SHA-256 of the file.
async fn fill_table(
    transaction: &mut Transaction,
    table: &Table,
    path: PathBuf,
) -> Result<String, StoreError> {
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let head = format!("INSERT INTO {} ({})", table.name, columns.join(", "));
    let mut file = blocking(move || TableFile::open(path)).await?;
    loop {
        let table = table.clone();
        let (read, rows) = blocking(move || {
            let rows = file.read(&table)?;
            Ok((file, rows))
        })
        .await?;
        file = read;
        if rows.is_empty() {
            return Ok(crate::hex::encode(&file.hash.finalize()));
        }
        let rows: Vec<&[Value]> = rows.iter().map(Vec::as_slice).collect();
        transaction.insert(&head, "", &rows).await?;
    }
}

/// Gives every log an origin of its own. The old key's word for its next name lets whoever trusts the old log follow.
async fn continue_logs(
    transaction: &mut Transaction,
    restoration: &Restoration,
    keys: &Keys,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT tenant, origin, frontier FROM logs ORDER BY tenant";
    for row in transaction.rows(sql, &[]).await? {
        let (tenant, origin) = (row.text(0)?, row.text(1)?);
        let frontier = Frontier::from_bytes(&row.bytes(2)?)?;
        let last = last_known(&origin, &frontier, restoration, keys)?;
        let next = fresh_origin(&tenant)?;
        let continues = last.as_ref().map(|last| {
            let (size, root) = (last.size, last.root);
            Continuation {
                origin: origin.clone(),
                size,
                root,
            }
            .to_string()
        });
        transaction
            .execute(
                "UPDATE logs SET origin = $2, continues = $3, holder = '', epoch = epoch + 1, lease_until = 0 WHERE tenant = $1",
                &[(&tenant).into(), (&next).into(), continues.into()],
            )
            .await?;
        let Some(last) = last else { continue };
        let signing = keys.current(KeyKind::Signing)?;
        let from = signer(&origin, signing)?;
        let rotation = Rotation {
            from: from.verifier().clone(),
            to: signer(&next, signing)?.verifier().clone(),
            retire_at: Some(last.size),
        };
        let statement = rotation.sign(&from)?.to_string();
        store_rotation(transaction, &tenant, &statement, now).await?;
    }
    Ok(())
}

/// The largest checkpoint of a log that is known to have been signed: the backup's own tree, or a note that one of the
/// keys signed.
fn last_known(
    origin: &str,
    frontier: &Frontier,
    restoration: &Restoration,
    keys: &Keys,
) -> Result<Option<Checkpoint>, StoreError> {
    let mut last = (frontier.size() > 0).then(|| Checkpoint {
        origin: origin.to_owned(),
        size: frontier.size(),
        root: frontier.root(),
        extensions: Vec::new(),
    });
    let signers: Vec<_> = keys
        .all(KeyKind::Signing)
        .map(|key| signer(origin, key))
        .collect::<Result<_, _>>()?;
    for note in &restoration.last_checkpoints {
        let note = Note::parse(note)?;
        let trusted = signers.iter().map(|signer| signer.verifier());
        // A note of another log, or of a key that we do not have, says nothing about this one.
        let Ok(checkpoint) = Checkpoint::verify(&note, trusted) else {
            continue;
        };
        if checkpoint.origin != origin {
            continue;
        }
        match &last {
            Some(known) if known.size == checkpoint.size && known.root != checkpoint.root => {
                return Err(StoreError::Corrupt(
                    "the backup holds another log than the last checkpoint was signed for".into(),
                ));
            }
            Some(known) if known.size >= checkpoint.size => {}
            _ => last = Some(checkpoint),
        }
    }
    Ok(last)
}

/// Keeps a key's word for its successor.
pub(crate) async fn store_rotation(
    transaction: &mut Transaction,
    tenant: &str,
    statement: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM key_rotations WHERE tenant = $1";
    let rows = transaction.rows(sql, &[tenant.into()]).await?;
    let number = rows.first().map_or(Ok(0), |row| row.size(0))?;
    transaction
        .execute(
            "INSERT INTO key_rotations (tenant, number, statement, at) VALUES ($1, $2, $3, $4)",
            &[
                tenant.into(),
                int(number).into(),
                statement.into(),
                now.as_millisecond().into(),
            ],
        )
        .await
        .map(drop)
}
