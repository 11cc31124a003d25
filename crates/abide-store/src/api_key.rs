//! Keys of the server's interface: shown once, stored as keyed hashes, compared in constant time. Never stores a secret.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::error::{Refusal, StoreError};
use crate::evidence::Evidence;
use crate::keys::{KeyKind, Keys};
use crate::random::random;
use crate::statement::Statement;
use crate::{Store, moment};

/// What every key begins with, so that a scanner of source code can find one that leaked.
const PREFIX: &str = "abide";

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Ask for decisions.
    Decide,
    /// Filter sets of subjects.
    Audience,
    /// Record choices.
    ConsentsWrite,
    /// Read choices and receipts.
    ConsentsRead,
    /// Publish and activate policies.
    PoliciesWrite,
    /// Read policies.
    PoliciesRead,
    /// Read the log beyond what is public.
    LedgerRead,
    /// Record and decide requests of people.
    RequestsWrite,
    /// Read where requests of people stand.
    RequestsRead,
    /// Ask for messages to be sent.
    MessagesSend,
    /// Everything, and managing keys.
    Admin,
}

impl ApiScope {
    /// Every scope with its word.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Decide, "decide"),
        (Self::Audience, "audience"),
        (Self::ConsentsWrite, "consents:write"),
        (Self::ConsentsRead, "consents:read"),
        (Self::PoliciesWrite, "policies:write"),
        (Self::PoliciesRead, "policies:read"),
        (Self::LedgerRead, "ledger:read"),
        (Self::RequestsWrite, "requests:write"),
        (Self::RequestsRead, "requests:read"),
        (Self::MessagesSend, "messages:send"),
        (Self::Admin, "admin"),
    ];

    /// The word it is written as.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(scope, _)| *scope == self)
            .map_or("", |(_, word)| word)
    }

    /// The scope with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, it)| *it == word)
            .map(|(scope, _)| *scope)
    }
}

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id, which stands in the key.
    pub id: String,
    /// What it may be used for.
    pub scopes: BTreeSet<ApiScope>,
    /// Whose it is, in the words of whoever made it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it counts no more.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the key may be used for this.
    pub fn allows(&self, scope: ApiScope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&ApiScope::Admin)
    }
}

/// All keys of a tenant, ready to check what a request brings without asking the store.
#[derive(Clone)]
pub struct ApiKeys {
    stored: Vec<(ApiKey, String, Vec<u8>)>,
    keys: Arc<Keys>,
    tenant: Arc<str>,
}

impl fmt::Debug for ApiKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.list()).finish()
    }
}

impl ApiKeys {
    /// The key that this text is, unless it was revoked. Takes as long for a wrong secret as for the right one.
    pub fn check(&self, text: &str) -> Option<&ApiKey> {
        let mut fields = text.splitn(3, '_');
        let (prefix, id, secret) = (fields.next()?, fields.next()?, fields.next()?);
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(crate::hex::decode(secret)?);
        if prefix != PREFIX {
            return None;
        }
        let (key, hashed_with, hash) = self.stored.iter().find(|(key, _, _)| key.id == id)?;
        let hashing = self.keys.find(KeyKind::Api, hashed_with)?;
        let parts = [self.tenant.as_bytes(), id.as_bytes(), secret.as_slice()];
        (hashing.secret.checks(&parts, hash) && key.revoked_at.is_none()).then_some(key)
    }

    /// The keys, without their secrets, oldest first.
    pub fn list(&self) -> impl Iterator<Item = &ApiKey> {
        self.stored.iter().map(|(key, _, _)| key)
    }
}

impl Store {
    /// Makes a key. Gives its text, which is shown this once, and what is stored of it.
    pub async fn create_api_key(
        &self,
        label: &str,
        scopes: &BTreeSet<ApiScope>,
        actor: &str,
        now: Timestamp,
    ) -> Result<(Zeroizing<String>, ApiKey), StoreError> {
        let id = crate::hex::encode(&random::<6>()?);
        let secret: Zeroizing<[u8; 32]> = Zeroizing::new(random()?);
        let keys = self.keys();
        let hashing = keys.current(KeyKind::Api)?;
        let parts = [self.tenant().as_bytes(), id.as_bytes(), secret.as_slice()];
        let hash = hashing.secret.mac(&parts);
        let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
        let mut evidence = Evidence::new("access.granted", actor, now);
        evidence.private = serde_json::json!({ "key": id, "label": label, "scopes": words });
        let mut tx = self.begin(evidence)?;
        tx.push(Statement::new(
            "INSERT INTO api_keys (tenant, id, secret_hash, api_id, scopes, label, created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                self.tenant().into(),
                (&id).into(),
                hash.into(),
                (&hashing.id).into(),
                words.join(" ").into(),
                label.into(),
                now.as_millisecond().into(),
                None::<i64>.into(),
            ],
        ));
        tx.commit().await?;
        let text = format!(
            "{PREFIX}_{id}_{}",
            *Zeroizing::new(crate::hex::encode(&*secret))
        );
        let key = ApiKey {
            id,
            scopes: scopes.clone(),
            label: label.to_owned(),
            created_at: now,
            revoked_at: None,
        };
        Ok((Zeroizing::new(text), key))
    }

    /// Makes a key count no more.
    pub async fn revoke_api_key(
        &self,
        id: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut evidence = Evidence::new("access.revoked", actor, now);
        evidence.private = serde_json::json!({ "key": id });
        let mut tx = self.begin(evidence)?;
        let params = vec![self.tenant().into(), id.into(), now.as_millisecond().into()];
        tx.push(
            Statement::new(
                "UPDATE api_keys SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL",
                params,
            )
            .or_refuse(Refusal::NotThere),
        );
        tx.commit().await.map(drop)
    }

    /// All keys of the tenant. They change seldom: read them again when the log says `access.…`.
    pub async fn api_keys(&self) -> Result<ApiKeys, StoreError> {
        let rows = self
            .engine()
            .rows(
                "reading keys",
                "SELECT id, scopes, label, created_at, revoked_at, api_id, secret_hash FROM api_keys WHERE tenant = $1 ORDER BY created_at, id",
                vec![self.tenant().into()],
            )
            .await?;
        let stored = rows.iter().map(|row| {
            let scopes = row.text(1)?;
            let key = ApiKey {
                id: row.text(0)?,
                scopes: scopes
                    .split_whitespace()
                    .filter_map(ApiScope::from_word)
                    .collect(),
                label: row.text(2)?,
                created_at: moment(row.int(3)?)?,
                revoked_at: row.maybe_int(4)?.map(moment).transpose()?,
            };
            Ok((key, row.text(5)?, row.bytes(6)?))
        });
        Ok(ApiKeys {
            stored: stored.collect::<Result<_, StoreError>>()?,
            keys: self.keys(),
            tenant: Arc::from(self.tenant()),
        })
    }
}
