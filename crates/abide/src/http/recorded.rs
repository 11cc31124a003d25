//! What every write answers: the entry of its evidence, and where its receipt will be.

use abide_store::EntryId;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::idempotency::Kept;
use super::problem::Problem;

/// What was recorded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Recorded {
    /// The entry of its evidence. A decision may demand to know of it: `min-entry`.
    pub entry: String,
    /// Where its receipt can be read once it is in the log.
    pub receipt_path: String,
}

impl Recorded {
    /// What is said of an entry.
    pub fn of(entry: EntryId) -> Self {
        Self {
            receipt_path: format!("/v1/ledger/receipt/{entry}"),
            entry: entry.to_string(),
        }
    }

    /// The answer to a write.
    pub fn kept(entry: EntryId) -> Result<Kept, Problem> {
        Kept::json(StatusCode::CREATED, &Self::of(entry))
    }
}
