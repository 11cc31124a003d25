//! Packages that wait to be fetched, in pieces that are sealed under the key of their request. Never holds a whole one in
//! memory.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::sealing;
use crate::error::StoreError;
use crate::evidence::EntryId;
use crate::statement::{Statement, Value};
use crate::write::Step;
use crate::{Store, WriteTx};

/// What a piece is bound to.
const PART: &str = "package part";

impl Store {
    /// Keeps a piece of a package. Nobody is given any before an event of the request says that all are there.
    pub async fn keep_package_part(
        &self,
        request: EntryId,
        number: u32,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO package_parts (tenant, request_id, number, sealed, key_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, request_id, number) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id",
            vec![
                self.tenant().into(),
                request.into(),
                i64::from(number).into(),
                Value::Bytes(None),
                Value::Bytes(None),
            ],
        );
        let sealing = sealing(request, Some(4), 3, PART, place(request, number), bytes);
        let mut tx = self.begin_housekeeping(now)?;
        tx.push_step(Step::sealed(statement, sealing));
        tx.commit().await.map(drop)
    }

    /// A piece of a package; nothing if it is not there or its key is gone.
    pub async fn package_part(
        &self,
        request: EntryId,
        number: u32,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT key_id, sealed FROM package_parts WHERE tenant = $1 AND request_id = $2 AND number = $3";
        let params = vec![
            self.tenant().into(),
            request.into(),
            i64::from(number).into(),
        ];
        let row = self.engine().row("reading a package", sql, params).await?;
        match row {
            None => Ok(None),
            Some(row) => {
                let place = place(request, number);
                self.open_sealed(&row.bytes(0)?, PART, &place, &row.bytes(1)?)
                    .await
            }
        }
    }
}

impl WriteTx {
    /// Drops the package of a request, whole or not.
    pub fn drop_package(&mut self, request: EntryId) {
        let params = vec![self.store().tenant().into(), request.into()];
        self.push(Statement::new(
            "DELETE FROM package_parts WHERE tenant = $1 AND request_id = $2",
            params,
        ));
    }
}

fn place(request: EntryId, number: u32) -> Vec<u8> {
    [request.0.as_slice(), &number.to_be_bytes()].concat()
}
