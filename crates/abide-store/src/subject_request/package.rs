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

/// Room for sixteen million pieces in each package.
const PIECES_BITS: u32 = 24;

/// A package of a request. Two servers may pack at once: each has its own, and one of the two is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageId {
    /// Of which request.
    pub request: EntryId,
    /// Which of its packages.
    pub package: EntryId,
}

impl PackageId {
    /// A package that nobody else writes.
    pub fn fresh(request: EntryId, now: Timestamp) -> Result<Self, StoreError> {
        let package = EntryId::random(now)?;
        Ok(Self { request, package })
    }

    /// The place of a piece among all of the request: each package has a stretch of its own.
    fn row(self, number: u32) -> i64 {
        let [.., a, b, c, d] = self.package.0;
        let stretch = i64::from(u32::from_be_bytes([a, b, c, d]));
        (stretch << PIECES_BITS) + i64::from(number)
    }

    fn place(self, number: u32) -> Vec<u8> {
        let (request, package) = (self.request.0.as_slice(), self.package.0.as_slice());
        [request, package, &number.to_be_bytes()].concat()
    }
}

impl Store {
    /// Keeps a piece of a package. Nobody is given any before an event of the request says that all are there.
    pub async fn keep_package_part(
        &self,
        id: PackageId,
        number: u32,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = Statement::new(
            "INSERT INTO package_parts (tenant, request_id, number, sealed, key_id) VALUES ($1, $2, $3, $4, $5)",
            vec![
                self.tenant().into(),
                id.request.into(),
                id.row(number).into(),
                Value::Bytes(None),
                Value::Bytes(None),
            ],
        );
        let sealing = sealing(id.request, Some(4), 3, PART, id.place(number), bytes);
        let mut tx = self.begin_housekeeping(now)?;
        tx.push_step(Step::sealed(statement, sealing));
        tx.commit().await.map(drop)
    }

    /// A piece of a package; nothing if it is not there or its key is gone.
    pub async fn package_part(
        &self,
        id: PackageId,
        number: u32,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sql = "SELECT key_id, sealed FROM package_parts WHERE tenant = $1 AND request_id = $2 AND number = $3";
        let params = vec![
            self.tenant().into(),
            id.request.into(),
            id.row(number).into(),
        ];
        let row = self.engine().row("reading a package", sql, params).await?;
        match row {
            None => Ok(None),
            Some(row) => {
                self.open_sealed(&row.bytes(0)?, PART, &id.place(number), &row.bytes(1)?)
                    .await
            }
        }
    }
}

impl WriteTx {
    /// Drops every package of a request, whole or not, but the one that is kept.
    pub fn drop_packages(&mut self, request: EntryId, kept: Option<PackageId>) {
        let (first, last) = kept.map_or((i64::MAX, i64::MAX), |kept| {
            (kept.row(0), kept.row(u32::MAX >> (u32::BITS - PIECES_BITS)))
        });
        let params = vec![
            self.store().tenant().into(),
            request.into(),
            first.into(),
            last.into(),
        ];
        self.push(Statement::new(
            "DELETE FROM package_parts WHERE tenant = $1 AND request_id = $2 AND (number < $3 OR number > $4)",
            params,
        ));
    }
}
