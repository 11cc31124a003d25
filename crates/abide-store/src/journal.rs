//! The erasure journal: a file apart from the store that says who was erased, in keyed hashes, so that a restored backup
//! can be made to forget again. A hash is keyed for its month, and once no backup is older its key goes. Never holds
//! anything from which a subject could be found without the keys.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::disk::{blocking, failed, private, write_private};
use crate::error::StoreError;
use crate::keys::{Key, KeyKind, Secret, parse_line};
use crate::subject::SubjectToken;

/// First line of the file of keys.
const FORMAT: &str = "abide-journal-keys/v1";

const DOING: &str = "keeping the erasure journal";

/// An open journal. Cheap to clone.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    keys_path: PathBuf,
    keys: Mutex<Vec<Key>>,
    /// One line at a time, so that a line is whole.
    writing: Mutex<()>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Journal({})", self.0.path.display())
    }
}

/// A journal read whole.
pub struct Erasures {
    /// The hashes of each period with the moment of erasure, and the period's key.
    periods: Vec<(Secret, HashMap<String, i64>)>,
}

impl Erasures {
    /// When the subject was erased last, in milliseconds since 1970.
    pub(crate) fn last_erasure(&self, tenant: &str, token: SubjectToken) -> Option<i64> {
        let found = self
            .periods
            .iter()
            .filter_map(|(secret, hashes)| hashes.get(&hash_of(secret, tenant, token)).copied());
        found.max()
    }
}

impl Journal {
    /// Opens the journal at `path`, with the keys of its periods in `keys_path`. Both are made when they are first needed.
    pub fn open(path: &Path, keys_path: &Path) -> Result<Self, StoreError> {
        let keys = match std::fs::read_to_string(keys_path) {
            Ok(text) => parse_keys(&Zeroizing::new(text))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(DOING, keys_path, &error)),
        };
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            keys_path: keys_path.to_owned(),
            keys: Mutex::new(keys),
            writing: Mutex::new(()),
        })))
    }

    /// Adds that these subjects are erased; on disk when it answers.
    pub(crate) async fn append(
        &self,
        tenant: &str,
        tokens: &[SubjectToken],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (journal, tenant, tokens) = (self.clone(), tenant.to_owned(), tokens.to_vec());
        blocking(move || journal.append_lines(&tenant, &tokens, now)).await
    }

    /// Everything in it that can still be recognised.
    pub async fn read(&self) -> Result<Erasures, StoreError> {
        let journal = self.clone();
        blocking(move || journal.read_lines()).await
    }

    /// Forgets periods that ended before `before`: their keys, and with them what their lines say. For when no backup is
    /// older.
    pub async fn forget_before(&self, before: Timestamp) -> Result<(), StoreError> {
        let journal = self.clone();
        blocking(move || {
            let first_kept = period_of(before);
            let mut keys = journal.keys();
            let kept: Vec<Key> = keys
                .iter()
                .filter(|key| key.id >= first_kept)
                .cloned()
                .collect();
            if kept.len() < keys.len() {
                journal.save_keys(&kept)?;
                *keys = kept;
            }
            Ok(())
        })
        .await
    }

    fn keys(&self) -> MutexGuard<'_, Vec<Key>> {
        self.0.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_lines(
        &self,
        tenant: &str,
        tokens: &[SubjectToken],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let period = period_of(now);
        let secret = self.secret_of(&period)?;
        let lines: String = tokens
            .iter()
            .map(|token| {
                let hash = hash_of(&secret, tenant, *token);
                format!("{period} {} {hash}\n", now.as_millisecond())
            })
            .collect();
        let path = &self.0.path;
        let _one_at_a_time = self
            .0
            .writing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let written = private()
            .append(true)
            .create(true)
            .open(path)
            .and_then(|mut file| {
                file.write_all(lines.as_bytes())?;
                file.sync_all()
            });
        written.map_err(|error| failed(DOING, path, &error))
    }

    /// The key of a period, made and saved before anything is hashed with it.
    fn secret_of(&self, period: &str) -> Result<Secret, StoreError> {
        let mut keys = self.keys();
        if let Some(key) = keys.iter().find(|key| key.id == period) {
            return Ok(key.secret.clone());
        }
        let secret = Secret::random()?;
        let mut more = keys.clone();
        more.push(Key {
            kind: KeyKind::Journal,
            id: period.to_owned(),
            secret: secret.clone(),
        });
        self.save_keys(&more)?;
        *keys = more;
        Ok(secret)
    }

    fn save_keys(&self, keys: &[Key]) -> Result<(), StoreError> {
        let mut text = Zeroizing::new(format!("{FORMAT}\n"));
        keys.iter().for_each(|key| text.push_str(&key.line()));
        let path = &self.0.keys_path;
        write_private(path, text.as_bytes()).map_err(|error| failed(DOING, path, &error))
    }

    fn read_lines(&self) -> Result<Erasures, StoreError> {
        let keys = self.keys().clone();
        let mut periods: Vec<(String, Secret, HashMap<String, i64>)> = keys
            .into_iter()
            .map(|key| (key.id, key.secret.clone(), HashMap::new()))
            .collect();
        let path = &self.0.path;
        let file = match File::open(path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(DOING, path, &error)),
        };
        for line in file
            .into_iter()
            .flat_map(|file| BufReader::new(file).lines())
        {
            let line = line.map_err(|error| failed(DOING, path, &error))?;
            let fields: Vec<&str> = line.split(' ').collect();
            // A line that a crash cut short was never acknowledged.
            let [period, at, hash] = fields[..] else {
                continue;
            };
            let Ok(at) = at.parse::<i64>() else { continue };
            if let Some((_, _, hashes)) = periods.iter_mut().find(|(id, _, _)| id == period) {
                let last = hashes.entry(hash.to_owned()).or_insert(at);
                *last = at.max(*last);
            }
        }
        let periods = periods
            .into_iter()
            .map(|(_, secret, hashes)| (secret, hashes));
        Ok(Erasures {
            periods: periods.collect(),
        })
    }
}

fn hash_of(secret: &Secret, tenant: &str, token: SubjectToken) -> String {
    crate::hex::encode(&secret.mac(&[tenant.as_bytes(), &token.0]))
}

/// The month, in UTC, such as `2026-09`.
fn period_of(moment: Timestamp) -> String {
    let date = moment.to_zoned(TimeZone::UTC).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

fn parse_keys(text: &str) -> Result<Vec<Key>, StoreError> {
    let mut lines = text.lines();
    if lines.next() != Some(FORMAT) {
        return Err(StoreError::Keys(format!(
            "the journal's file of keys cannot be used: its first line is not `{FORMAT}`"
        )));
    }
    lines
        .enumerate()
        .map(|(index, line)| parse_line(line, index + 2))
        .collect()
}
