//! Taking an erasure back, while the map lets it: what a capsule holds is put back row by row where its place is free, and
//! what is not is told. Our own records of the person stay erased: their keys are gone.

use std::collections::BTreeMap;

use abide_map::plan::Plan;
use abide_map::plan::undo::{KeptStep, Restoring, restore};
use abide_sources::{Snapshot, Work};
use abide_store::{Capsule, EntryId, Recoverable, RequestState, Sensitive, Store};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::erase::{Eraser, to_json};
use crate::error::RightsError;
use crate::mapped::Mapped;
use crate::step::StepCount;

/// How many capsules are destroyed at once.
const AT_ONCE: u32 = 200;

/// What came of taking an erasure back in one table of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    /// The source.
    pub source: String,
    /// The table.
    pub table: String,
    /// How many rows that had been deleted are back.
    pub returned: u64,
    /// How many rows that had been overwritten are as they were.
    pub rewritten: u64,
    /// How many rows were left as they are: something else stands in their place, or what they lead to is gone.
    pub refused: u64,
}

/// What came of taking an erasure back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// By source and table.
    pub tables: Vec<Restored>,
    /// Until when what was refused can be tried again; nothing if nothing was.
    pub open_until: Option<Timestamp>,
}

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
        });
    }
    Ok(Some(Recoverable {
        until,
        rows: count,
        sealed: Sensitive(Zeroizing::new(to_json(&kept)?)),
    }))
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

/// Destroys the keys of all capsules whose time is over; how many.
pub async fn destroy_capsules(
    store: &Store,
    actor: &str,
    now: Timestamp,
) -> Result<u64, RightsError> {
    let mut count = 0;
    loop {
        let some = store.destroy_capsules(actor, now, AT_ONCE).await?;
        count += u64::from(some);
        if some < AT_ONCE {
            return Ok(count);
        }
    }
}

/// Takes an erasure back in every source, newest change first. Row by row: a row whose place has been taken, or that was
/// changed after it was overwritten, is left as it is and counted. The request is closed.
///
/// # Errors
///
/// No capsule that can be opened, a source that cannot be used, or our own records. A source in which nothing could be done
/// keeps its capsules.
pub async fn undo(eraser: &Eraser<'_>, request: EntryId) -> Result<Undone, RightsError> {
    let Eraser {
        store, actor, now, ..
    } = *eraser;
    let mut capsules = store.capsules(request).await?;
    capsules.retain(|capsule| capsule.is_open_to(now));
    if capsules.is_empty() {
        return Err(RightsError::Asked(format!(
            "request `{request}` cannot be undone: its map has no `undo`, its time is over, or it was undone"
        )));
    }
    for capsule in &capsules {
        eraser.named(&capsule.source)?;
    }
    // From here on nobody erases what comes back, whatever happens in between: the capsules are there to try again.
    let stored = store.request(request).await?;
    if stored.is_some_and(|stored| stored.state != RequestState::Closed) {
        store.close_undone(request, actor, now).await?;
    }
    let (mut tables, mut open_until) = (Vec::new(), None);
    for capsule in capsules.iter().rev() {
        let found = undo_one(eraser, capsule).await?;
        let refused: u64 = found.iter().map(|table| table.refused).sum();
        if refused > 0 {
            open_until = open_until.max(Some(capsule.until));
        } else {
            store
                .capsule_opened(capsule, counts(&found), actor, now)
                .await?;
        }
        found.into_iter().for_each(|table| add(&mut tables, table));
    }
    Ok(Undone { tables, open_until })
}

async fn undo_one(eraser: &Eraser<'_>, capsule: &Capsule) -> Result<Vec<Restored>, RightsError> {
    let name = &capsule.source;
    let mapped = eraser.named(name)?;
    let Some(sealed) = eraser.store.open_capsule(capsule.id, eraser.now).await? else {
        return Ok(Vec::new());
    };
    let steps: Vec<KeptStep> = serde_json::from_slice(&sealed).map_err(|_| {
        RightsError::Corrupt(format!(
            "what capsule `{}` holds cannot be read",
            capsule.id
        ))
    })?;
    let (opening, rows) = restore(&mapped.schema, &steps).map_err(|missing| {
        RightsError::Asked(format!(
            "source `{name}` has no {missing} any more, which the erasure changed: bring it back, then try again"
        ))
    })?;
    put_back(mapped, opening, &rows).await
}

/// All rows of a capsule in one transaction.
async fn put_back(
    mapped: &Mapped,
    opening: Vec<abide_map::statement::Statement>,
    rows: &[Restoring],
) -> Result<Vec<Restored>, RightsError> {
    let work = Work {
        opening,
        steps: rows.iter().map(|row| row.statement.clone()).collect(),
        ..Work::default()
    };
    let done = mapped.source.run(&work).await?;
    let untouched = rows
        .iter()
        .zip(&done.rows)
        .filter(|(_, changed)| **changed == 0);
    let untouched: Vec<_> = untouched.map(|(row, _)| row.standing.clone()).collect();
    // An earlier attempt may have put them back.
    let mut standing = mapped.source.numbers(&untouched).await?.into_iter();
    let mut tables = Vec::new();
    for (row, changed) in rows.iter().zip(done.rows) {
        let mut found = Restored {
            source: mapped.name().to_owned(),
            table: row.table.to_string(),
            ..Restored::default()
        };
        let is_back = changed > 0 || standing.next().is_some_and(|count| count > 0);
        match (is_back, row.was_deleted) {
            (false, _) => found.refused = 1,
            (true, true) => found.returned = 1,
            (true, false) => found.rewritten = 1,
        }
        add(&mut tables, found);
    }
    Ok(tables)
}

fn add(tables: &mut Vec<Restored>, found: Restored) {
    let mut same = tables.iter_mut();
    match same.find(|table| table.source == found.source && table.table == found.table) {
        Some(table) => {
            table.returned += found.returned;
            table.rewritten += found.rewritten;
            table.refused += found.refused;
        }
        None => tables.push(found),
    }
}

fn counts(tables: &[Restored]) -> BTreeMap<String, u64> {
    BTreeMap::from([
        (
            "returned".to_owned(),
            tables.iter().map(|table| table.returned).sum(),
        ),
        (
            "rewritten".to_owned(),
            tables.iter().map(|table| table.rewritten).sum(),
        ),
    ])
}
