//! The erasure journal: a file apart from the store that says who was erased, in keyed hashes, so that a restored backup
//! can be made to forget again. A hash is keyed for its month, and once no backup is older its key goes. Never holds
//! anything from which a subject could be found without the keys.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::disk::{append, blocking, failed, private, write_private};
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
    /// Opens the journal at `path`, with the keys of its periods in `keys_path`. Both are made when they are first needed,
    /// and several programs may use them at once.
    pub fn open(path: &Path, keys_path: &Path) -> Result<Self, StoreError> {
        let journal = Self(Arc::new(Inner {
            path: path.to_owned(),
            keys_path: keys_path.to_owned(),
        }));
        journal.keys()?;
        Ok(journal)
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
            let _locked = journal.locked()?;
            let mut keys = journal.keys()?;
            let all = keys.len();
            keys.retain(|key| key.id >= first_kept);
            if keys.len() < all {
                journal.save_keys(&keys)?;
            }
            Ok(())
        })
        .await
    }

    /// The keys of the periods. Read each time: another program may have begun a period.
    fn keys(&self) -> Result<Vec<Key>, StoreError> {
        let path = &self.0.keys_path;
        match std::fs::read_to_string(path) {
            Ok(text) => parse_keys(&Zeroizing::new(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failed(DOING, path, &error)),
        }
    }

    /// The journal's file, for one writer at a time among all tasks and programs, until it is dropped.
    fn locked(&self) -> Result<File, StoreError> {
        let path = &self.0.path;
        let locked = private()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| failed(DOING, path, &error))
    }

    fn append_lines(
        &self,
        tenant: &str,
        tokens: &[SubjectToken],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let file = self.locked()?;
        let period = period_of(now);
        let secret = self.secret_of(&period)?;
        let lines = tokens.iter().map(|token| {
            let hash = hash_of(&secret, tenant, *token);
            format!("{period} {} {hash}\n", now.as_millisecond())
        });
        let path = &self.0.path;
        append(file, &lines.collect::<String>(), path).map_err(|error| failed(DOING, path, &error))
    }

    /// The key of a period, made and saved before anything is hashed with it. The journal is locked.
    fn secret_of(&self, period: &str) -> Result<Secret, StoreError> {
        let mut keys = self.keys()?;
        if let Some(key) = keys.iter().find(|key| key.id == period) {
            return Ok(key.secret.clone());
        }
        let secret = Secret::random()?;
        keys.push(Key {
            kind: KeyKind::Journal,
            id: period.to_owned(),
            secret: secret.clone(),
        });
        self.save_keys(&keys)?;
        Ok(secret)
    }

    fn save_keys(&self, keys: &[Key]) -> Result<(), StoreError> {
        let mut text = Zeroizing::new(format!("{FORMAT}\n"));
        keys.iter().for_each(|key| text.push_str(&key.line()));
        let path = &self.0.keys_path;
        write_private(path, text.as_bytes()).map_err(|error| failed(DOING, path, &error))
    }

    fn read_lines(&self) -> Result<Erasures, StoreError> {
        let mut periods: Vec<(String, Secret, HashMap<String, i64>)> = self
            .keys()?
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
