//! Changing keys without losing what the old ones made. Never drops a key: whoever looks after the key file does that,
//! once nothing needs it.

use jiff::Timestamp;

use crate::Store;
use crate::data_key::DATA_KEY;
use crate::error::StoreError;
use crate::evidence::Evidence;
use crate::keys::{KeyKind, Keys};
use crate::seal::{Place, seal};
use crate::statement::Statement;

/// How many data keys are wrapped anew in one write.
const AT_ONCE: i64 = 500;

impl Store {
    /// Takes up keys of which one of `kind` is fresh, and leaves evidence of it. Save the key file first: what is made from
    /// here on needs it.
    ///
    /// - A signing key: the next checkpoint bears both signatures, and the old key's statement names its successor.
    /// - A master key: call [`Store::rewrap_data_keys`] until nothing is left.
    /// - A token key: subjects that are known keep their tokens.
    /// - An interface key: keys made before it stay as they are.
    pub async fn rotate(
        &self,
        kind: KeyKind,
        keys: Keys,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut evidence = Evidence::new("key.rotated", actor, now);
        evidence.outcome = Some(kind.word().to_owned());
        let (from, to) = (
            &self.keys().current(kind)?.id.clone(),
            &keys.current(kind)?.id,
        );
        evidence.private = serde_json::json!({ "from": from, "to": to });
        self.begin(evidence)?.commit().await?;
        self.use_keys(keys);
        Ok(())
    }

    /// Wraps data keys of older master keys under the current one. Gives how many; zero means that no older master key is
    /// needed by this tenant.
    pub async fn rewrap_data_keys(&self, now: Timestamp) -> Result<u64, StoreError> {
        let keys = self.keys();
        let master = keys.current(KeyKind::Master)?;
        let mut count = 0;
        loop {
            let rows = self
                .engine()
                .rows(
                    "wrapping data keys",
                    "SELECT key_id, wrapped, master_id FROM data_keys WHERE tenant = $1 AND master_id <> $2 LIMIT $3",
                    vec![self.tenant().into(), (&master.id).into(), AT_ONCE.into()],
                )
                .await?;
            if rows.is_empty() {
                return Ok(count);
            }
            let mut tx = self.begin_housekeeping(now)?;
            for row in rows {
                let key = self.unwrap_key(&row)?;
                let place = Place {
                    tenant: self.tenant(),
                    purpose: DATA_KEY,
                    id: &key.id,
                };
                // A key that was erased meanwhile stays erased: an update makes no row.
                tx.push(Statement::new(
                    "UPDATE data_keys SET wrapped = $3, master_id = $4 WHERE tenant = $1 AND key_id = $2",
                    vec![
                        self.tenant().into(),
                        key.id.into(),
                        seal(&master.secret, &place, key.secret.bytes())?.into(),
                        (&master.id).into(),
                    ],
                ));
                count += 1;
            }
            tx.commit().await?;
        }
    }
}
