//! What a capsule holds: rows as they are before an erasure changes them. Never shows one.

use abide_map::plan::Plan;
use abide_map::plan::undo::{KeptStep, Restoring, restore};
use abide_sources::Snapshot;
use abide_store::{Capsule, EntryId, Identifier, Recoverable, Sensitive, Store};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::erase::{Eraser, to_json};
use crate::error::RightsError;
use crate::mapped::{Mapped, spellings};
use crate::step::StepCount;

/// Reads the rows that a plan is about to change, if its map lets that be undone.
pub(crate) async fn kept(
    plan: &Plan,
    steps: &[StepCount],
    until: Option<Timestamp>,
    snapshot: &mut dyn Snapshot,
) -> Result<Option<Recoverable>, RightsError> {
    let Some(until) = until else { return Ok(None) };
    let (mut kept, mut count) = (Vec::new(), 0);
    let touching = plan
        .steps
        .iter()
        .zip(steps)
        .filter(|(_, step)| step.rows > 0);
    for (step, _) in touching {
        let Some(image) = &step.image else { continue };
        let rows: Vec<_> = snapshot.read(&image.read.statement).try_collect().await?;
        count += rows.len() as u64;
        let plain = |row: abide_map::plan::Row| row.into_iter().map(|value| value.0).collect();
        kept.push(KeptStep {
            table: step.table.clone(),
            key: image.key.clone(),
            columns: image
                .read
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            written: image
                .written
                .iter()
                .map(|(name, with)| (name.clone(), with.into()))
                .collect(),
            rows: rows.into_iter().map(plain).collect(),
            back: std::collections::BTreeSet::new(),
        });
    }
    Ok(Some(Recoverable {
        until,
        rows: count,
        sealed: sealed(&kept)?,
    }))
}

/// The steps as a capsule holds them.
pub(super) fn sealed(steps: &[KeptStep]) -> Result<Sensitive, RightsError> {
    Ok(Sensitive(Zeroizing::new(to_json(&steps)?)))
}

/// What a capsule holds; nothing if it is ended or its time is over.
pub(super) async fn opened(
    store: &Store,
    capsule: &Capsule,
    now: Timestamp,
) -> Result<Vec<KeptStep>, RightsError> {
    let Some(sealed) = store.open_capsule(capsule.id, now).await? else {
        return Ok(Vec::new());
    };
    serde_json::from_slice(&sealed).map_err(|_| {
        RightsError::Corrupt(format!(
            "what capsule `{}` holds cannot be read",
            capsule.id
        ))
    })
}

/// Until when an erasure can be taken back; nothing if it cannot be any more.
pub async fn recoverable_until(
    store: &Store,
    request: EntryId,
    now: Timestamp,
) -> Result<Option<Timestamp>, RightsError> {
    let capsules = store.capsules(request).await?;
    let open = capsules.iter().filter(|capsule| capsule.is_open_to(now));
    Ok(open.map(|capsule| capsule.until).max())
}

/// Until when something of a person is kept to be put back: by this request, or by one that they made before.
pub(crate) async fn kept_until(
    eraser: &Eraser<'_>,
    request: EntryId,
    people: &[Identifier],
) -> Result<Option<Timestamp>, RightsError> {
    let Eraser { store, now, .. } = *eraser;
    let mut until = recoverable_until(store, request, now).await?;
    for mapped in eraser.sources {
        for capsule in store.capsules_of(mapped.name(), now).await? {
            if capsule.request == request || until >= Some(capsule.until) {
                continue;
            }
            let names = match opened(store, &capsule, now).await {
                Ok(steps) => is_of(mapped, steps, people),
                // Nobody can say that it is not.
                Err(RightsError::Corrupt(_)) => true,
                Err(error) => return Err(error),
            };
            if names {
                until = Some(capsule.until);
            }
        }
    }
    Ok(until)
}

/// Whether a row that these steps took names one of these people, as far as anybody can tell: a table may not be there any
/// more.
fn is_of(mapped: &Mapped, steps: Vec<KeptStep>, people: &[Identifier]) -> bool {
    let Ok(restoration) = restore(mapped.ownership(), &[steps]) else {
        return true;
    };
    let mut named = restoration.rows.iter().flat_map(identifiers);
    named.any(|identifier| people.contains(&identifier))
}

/// Whom a row names, as our own records know people.
pub(super) fn identifiers(row: &Restoring) -> impl Iterator<Item = Identifier> + '_ {
    let spelled = row
        .names
        .iter()
        .flat_map(|known| spellings(&known.kind, &known.value));
    // A column of addresses may hold `none` or `n/a`: that is nobody.
    spelled.filter_map(|known| Identifier::new(&known.kind, &known.value).ok())
}
