//! Published policies: every version kept whole, which one is in force, and what is only observed. Never changes a
//! version once published.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::statement::{Statement, Value};
use crate::{Store, WriteTx, Written, moment};

/// One published version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Name of the policy.
    pub policy: String,
    /// SHA-256 over names and texts of its files, in hex.
    pub hash: String,
    /// The date that the source gives as its version.
    pub version_date: String,
    /// Source files, by name.
    pub files: Vec<(String, String)>,
    /// When it was published.
    pub published_at: Timestamp,
    /// The entry of its publication.
    pub entry_id: EntryId,
}

/// Why a version came into force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationKind {
    /// It follows the one before.
    Activate,
    /// The one after it was taken back.
    Rollback,
}

impl ActivationKind {
    fn word(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Rollback => "rollback",
        }
    }
}

/// That a version came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The version's hash.
    pub hash: String,
    /// Why.
    pub kind: ActivationKind,
    /// When.
    pub at: Timestamp,
    /// The entry of its evidence.
    pub entry_id: EntryId,
}

/// Whether decisions hold something back or only note what they would have held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Permit, and note what would have been denied.
    Observe,
    /// Deny what the policy denies.
    Enforce,
}

impl Mode {
    /// The word it is written as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Enforce => "enforce",
        }
    }

    /// The mode with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Observe, Self::Enforce]
            .into_iter()
            .find(|mode| mode.word() == word)
    }
}

/// What is set for a property and a purpose; empty stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeSetting {
    /// Site, app or device.
    pub property: String,
    /// Purpose.
    pub purpose: String,
    /// Observe or enforce.
    pub mode: Mode,
}

/// SHA-256 over names and texts in the order of names, each behind its length in eight bytes, in hex.
pub fn policy_hash(files: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for text in sorted.into_iter().flat_map(|(name, text)| [name, text]) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    crate::hex::encode(&hash.finalize())
}

const COLUMNS: &str =
    "SELECT policy, version_hash, version_date, files, published_at, entry_id FROM policies";

impl Store {
    /// Begins the publication of a version; refused as [`Refusal::AlreadyThere`] if the same text is published already.
    /// Gives its hash.
    pub fn begin_publication(
        &self,
        policy: &str,
        version_date: &str,
        files: &[(String, String)],
        actor: &str,
        now: Timestamp,
    ) -> Result<(WriteTx, String), StoreError> {
        let hash = policy_hash(files);
        let json =
            serde_json::to_string(files).map_err(|error| StoreError::corrupt("policy", error))?;
        let mut tx = self.begin(policy_evidence(
            "policy.published",
            policy,
            &hash,
            actor,
            now,
        ))?;
        let entry_id = tx.entry_id();
        let params = vec![
            self.tenant().into(),
            policy.into(),
            (&hash).into(),
            version_date.into(),
            json.into(),
            now.as_millisecond().into(),
            entry_id.into(),
        ];
        tx.push(
            Statement::new(
                "INSERT INTO policies (tenant, policy, version_hash, version_date, files, published_at, entry_id) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                params,
            )
            .or_refuse(Refusal::AlreadyThere),
        );
        Ok((tx, hash))
    }

    /// Publishes a version; gives its hash.
    pub async fn publish(
        &self,
        policy: &str,
        version_date: &str,
        files: &[(String, String)],
        actor: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let (tx, hash) = self.begin_publication(policy, version_date, files, actor, now)?;
        tx.commit().await?;
        Ok(hash)
    }

    /// Begins to put a published version in force; refused as [`Refusal::NotThere`] if there is none of this hash.
    pub fn begin_activation(
        &self,
        policy: &str,
        hash: &str,
        kind: ActivationKind,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let evidence = match kind {
            ActivationKind::Activate => "policy.activated",
            ActivationKind::Rollback => "policy.rolled-back",
        };
        let mut tx = self.begin(policy_evidence(evidence, policy, hash, actor, now))?;
        let entry_id = tx.entry_id();
        let params = vec![
            self.tenant().into(),
            policy.into(),
            entry_id.into(),
            Value::Arrival(None),
            hash.into(),
            kind.word().into(),
            now.as_millisecond().into(),
        ];
        tx.push(
            Statement::new(
                "INSERT INTO activations (tenant, policy, entry_id, arrival, version_hash, kind, at) SELECT tenant, policy, $3, $4, version_hash, $6, $7 FROM policies WHERE tenant = $1 AND policy = $2 AND version_hash = $5",
                params,
            )
            .or_refuse(Refusal::NotThere),
        );
        Ok(tx)
    }

    /// Puts a published version in force.
    pub async fn activate(
        &self,
        policy: &str,
        hash: &str,
        kind: ActivationKind,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_activation(policy, hash, kind, actor, now)?
            .commit()
            .await
    }

    /// The version in force.
    pub async fn active(&self, policy: &str) -> Result<Option<PolicyVersion>, StoreError> {
        let last = self.activations(policy).await?.pop();
        match last {
            Some(last) => self.version(policy, &last.hash).await,
            None => Ok(None),
        }
    }

    /// Names of all published policies.
    pub async fn policies(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT policy FROM policies WHERE tenant = $1 ORDER BY policy";
        let params = vec![self.tenant().into()];
        let rows = self.engine().rows("reading policies", sql, params).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// All published versions, oldest first.
    pub async fn versions(&self, policy: &str) -> Result<Vec<PolicyVersion>, StoreError> {
        let sql = format!(
            "{COLUMNS} WHERE tenant = $1 AND policy = $2 ORDER BY published_at, version_hash"
        );
        let params = vec![self.tenant().into(), policy.into()];
        let rows = self.engine().rows("reading policies", sql, params).await?;
        rows.iter().map(read_version).collect()
    }

    /// One published version.
    pub async fn version(
        &self,
        policy: &str,
        hash: &str,
    ) -> Result<Option<PolicyVersion>, StoreError> {
        let sql = format!("{COLUMNS} WHERE tenant = $1 AND policy = $2 AND version_hash = $3");
        let params = vec![self.tenant().into(), policy.into(), hash.into()];
        let row = self.engine().row("reading policies", sql, params).await?;
        row.as_ref().map(read_version).transpose()
    }

    /// What came into force and when, oldest first.
    pub async fn activations(&self, policy: &str) -> Result<Vec<Activation>, StoreError> {
        let sql = "SELECT version_hash, kind, at, entry_id FROM activations WHERE tenant = $1 AND policy = $2 ORDER BY arrival";
        let params = vec![self.tenant().into(), policy.into()];
        let rows = self.engine().rows("reading policies", sql, params).await?;
        let activation = |row: &Row| {
            let kind = match row.text(1)?.as_str() {
                "activate" => ActivationKind::Activate,
                "rollback" => ActivationKind::Rollback,
                _ => return Err(StoreError::corrupt("activation", "its kind is unknown")),
            };
            Ok(Activation {
                hash: row.text(0)?,
                kind,
                at: moment(row.int(2)?)?,
                entry_id: EntryId(row.array(3)?),
            })
        };
        rows.iter().map(activation).collect()
    }

    /// Begins to set what is observed and what is enforced.
    pub fn begin_mode(
        &self,
        policy: &str,
        setting: &ModeSetting,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("policy.mode", actor, now);
        evidence.outcome = Some(setting.mode.word().to_owned());
        evidence.private = serde_json::json!({
            "policy": policy,
            "property": setting.property,
            "purpose": setting.purpose,
        });
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        let params = vec![
            self.tenant().into(),
            policy.into(),
            entry_id.into(),
            Value::Arrival(None),
            (&setting.property).into(),
            (&setting.purpose).into(),
            setting.mode.word().into(),
            now.as_millisecond().into(),
        ];
        tx.push(Statement::new(
            "INSERT INTO modes (tenant, policy, entry_id, arrival, property, purpose, mode, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params,
        ));
        Ok(tx)
    }

    /// Sets what is observed and what is enforced.
    pub async fn set_mode(
        &self,
        policy: &str,
        setting: &ModeSetting,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_mode(policy, setting, actor, now)?.commit().await
    }

    /// What is set for each property and purpose; of several settings for the same the last.
    pub async fn modes(&self, policy: &str) -> Result<Vec<ModeSetting>, StoreError> {
        let sql = "SELECT property, purpose, mode FROM modes WHERE tenant = $1 AND policy = $2 ORDER BY arrival";
        let params = vec![self.tenant().into(), policy.into()];
        let rows = self.engine().rows("reading policies", sql, params).await?;
        let mut modes: Vec<ModeSetting> = Vec::new();
        for row in rows {
            let (property, purpose) = (row.text(0)?, row.text(1)?);
            let mode = Mode::from_word(&row.text(2)?)
                .ok_or_else(|| StoreError::corrupt("mode", "it is unknown"))?;
            modes.retain(|setting| setting.property != property || setting.purpose != purpose);
            modes.push(ModeSetting {
                property,
                purpose,
                mode,
            });
        }
        Ok(modes)
    }
}

fn policy_evidence(kind: &str, policy: &str, hash: &str, actor: &str, now: Timestamp) -> Evidence {
    let mut evidence = Evidence::new(kind, actor, now);
    evidence.policy = Some(hash.to_owned());
    evidence.private = serde_json::json!({ "policy": policy });
    evidence
}

fn read_version(row: &Row) -> Result<PolicyVersion, StoreError> {
    Ok(PolicyVersion {
        policy: row.text(0)?,
        hash: row.text(1)?,
        version_date: row.text(2)?,
        files: serde_json::from_str(&row.text(3)?)
            .map_err(|error| StoreError::corrupt("policy", error))?,
        published_at: moment(row.int(4)?)?,
        entry_id: EntryId(row.array(5)?),
    })
}
