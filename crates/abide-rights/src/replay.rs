//! People who came back with a restored backup of a source: found by the erasure journal, which remembers keyed hashes and
//! nobody's name. Never erases by itself: what it finds is for an [`Eraser`](crate::Eraser).

use std::collections::BTreeSet;

use abide_map::plan::{Identities, KnownAs};
use abide_store::{Erasures, Identifier, Store};
use futures_util::StreamExt as _;
use jiff::Timestamp;

use crate::error::RightsError;
use crate::mapped::Mapped;
use crate::residue::column_of;

/// What a look through a source found.
#[derive(Debug, Default)]
pub struct CameBack {
    /// Everyone who was erased at or after the moment of the backup and is there.
    pub people: Vec<Identities>,
    /// How many identifiers were compared.
    pub compared: u64,
}

/// Looks through every column that names people, for those whose erasure was asked for at or after `backup_of`, the moment
/// that the backup is of. Someone erased before that and there all the same has come back by their own will.
pub async fn came_back(
    store: &Store,
    mapped: &Mapped,
    erasures: &Erasures,
    backup_of: Timestamp,
) -> Result<CameBack, RightsError> {
    let mut came_back = CameBack::default();
    let mut seen = BTreeSet::new();
    let mut snapshot = mapped.source.snapshot().await?;
    for table in &mapped.map.tables {
        for identity in &table.identities {
            let (table, column) = (&table.name.value, &identity.column.value);
            let Some(statement) = column_of(&mapped.schema, table, column) else {
                continue;
            };
            let mut rows = snapshot.read(&statement);
            while let Some(row) = rows.next().await {
                let Some(value) = row?.into_iter().next().and_then(|value| value.0) else {
                    continue;
                };
                // A column of addresses may hold `none` or `n/a`: nobody was ever erased under that.
                let Ok(identifier) = Identifier::new(&identity.kind.value, &value) else {
                    continue;
                };
                came_back.compared += 1;
                let erased = store.erased_at(erasures, &identifier)?;
                let known = (identity.kind.value.clone(), value);
                if erased.is_some_and(|at| at >= backup_of) && seen.insert(known.clone()) {
                    let (kind, value) = known;
                    came_back
                        .people
                        .push(Identities(vec![KnownAs { kind, value }]));
                }
            }
        }
    }
    snapshot.end().await?;
    Ok(came_back)
}
