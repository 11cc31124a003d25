//! Taking an erasure back, while the map lets it: what its capsules hold is put back row by row where its place is free and
//! what it leads to is itself back, and what is not is told. Our own records of the person stay erased: their keys are gone.
//!
//! Invariant: a capsule ends only once everything in it is back, or its time is over.

use std::collections::BTreeMap;

use abide_map::plan::undo::{KeptStep, Restoring};
use abide_store::{Capsule, EntryId, RequestState, Store, StoreError, Undoing};
use jiff::Timestamp;

use crate::certificate::undone;
use crate::erase::Eraser;
use crate::error::RightsError;
use crate::mapped::Mapped;

mod capsule;
mod put_back;

pub use capsule::recoverable_until;
pub(crate) use capsule::{kept, kept_until};
use capsule::{opened, sealed};
use put_back::{PutBack, Since, put_back};

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
    /// How many rows were left as they are: something else stands in their place, what they lead to is not back, or whom they
    /// name asked again to be erased.
    pub refused: u64,
}

impl Restored {
    fn of(source: &str, row: &Restoring, is_back: bool) -> Self {
        Self {
            source: source.to_owned(),
            table: row.table.to_string(),
            returned: u64::from(is_back && row.was_deleted),
            rewritten: u64::from(is_back && !row.was_deleted),
            refused: u64::from(!is_back),
        }
    }

    fn count(&mut self, other: &Self) {
        self.returned += other.returned;
        self.rewritten += other.rewritten;
        self.refused += other.refused;
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        BTreeMap::from([
            ("returned".to_owned(), self.returned),
            ("rewritten".to_owned(), self.rewritten),
            ("refused".to_owned(), self.refused),
        ])
    }
}

/// What came of taking an erasure back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// By source and table.
    pub tables: Vec<Restored>,
    /// The sources in which nothing was done, each with what is in the way.
    pub stuck: Vec<(String, String)>,
    /// Until when what was refused or is stuck can be tried again; nothing if nothing was or is.
    pub open_until: Option<Timestamp>,
}

/// Destroys the keys of all capsules whose time is over; how many.
pub async fn destroy_capsules(
    store: &Store,
    actor: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut count = 0;
    loop {
        let some = store.destroy_capsules(actor, now, AT_ONCE).await?;
        count += u64::from(some);
        if some < AT_ONCE {
            return Ok(count);
        }
    }
}

/// The capsules of a request that can be opened, oldest first.
///
/// # Errors
///
/// There are none, or our own records.
pub async fn open_capsules(
    store: &Store,
    request: EntryId,
    now: Timestamp,
) -> Result<Vec<Capsule>, RightsError> {
    let mut capsules = store.capsules(request).await?;
    capsules.retain(|capsule| capsule.is_open_to(now));
    match capsules.is_empty() {
        true => Err(RightsError::Asked(format!(
            "request `{request}` cannot be undone: its map has no `undo`, its time is over, or it was undone"
        ))),
        false => Ok(capsules),
    }
}

/// Takes an erasure back in every source. Row by row: one whose place has been taken, that was changed after it was
/// overwritten, or that leads to one that is not back, is left as it is and counted. The request is closed. A source that
/// cannot be used holds up no other.
///
/// # Errors
///
/// No capsule that can be opened, somebody who may still be erasing, or our own records.
pub async fn undo(eraser: &Eraser<'_>, request: EntryId) -> Result<Undone, RightsError> {
    let Eraser {
        store, actor, now, ..
    } = *eraser;
    let capsules = open_capsules(store, request, now).await?;
    let stored = store.request(request).await?;
    let is_closed = stored
        .as_ref()
        .is_none_or(|stored| stored.state == RequestState::Closed);
    let mut undone = Undone {
        tables: Vec::new(),
        stuck: Vec::new(),
        open_until: None,
    };
    let mut ready: Vec<&Mapped> = Vec::new();
    for name in names(&capsules) {
        match usable(eraser, request, &name, is_closed).await {
            Ok(mapped) => ready.push(mapped),
            Err(error @ RightsError::Source(_)) => undone.stuck.push((name, error.to_string())),
            Err(error @ RightsError::Asked(_)) if eraser.named(&name).is_err() => {
                undone.stuck.push((name, error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    // What turned out never to have been carried out is not among them any more.
    let capsules = open_capsules(store, request, now).await?;
    let is_ready = |capsule: &Capsule| ready.iter().any(|mapped| mapped.name() == capsule.source);
    let (used, left): (Vec<Capsule>, Vec<Capsule>) = capsules.into_iter().partition(is_ready);
    undone.open_until = left.iter().map(|capsule| capsule.until).max();
    if used.is_empty() {
        return Ok(undone);
    }
    let text = undone_text(request, &ready, now);
    store.intend_undo(request, &used, &text, actor, now).await?;
    let since = Since::of(store, request).await?;
    for mapped in ready.into_iter().rev() {
        let mut here = used.clone();
        here.retain(|capsule| capsule.source == mapped.name());
        undo_in(eraser, mapped, &here, since.as_ref(), &mut undone).await?;
    }
    Ok(undone)
}

fn undone_text(request: EntryId, sources: &[&Mapped], now: Timestamp) -> String {
    let names: Vec<&str> = sources.iter().map(|mapped| mapped.name()).collect();
    undone(&request.to_string(), &names, now)
}

/// The sources of some capsules, each once.
fn names(capsules: &[Capsule]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for capsule in capsules {
        if !names.contains(&capsule.source) {
            names.push(capsule.source.clone());
        }
    }
    names
}

/// A source in which nobody erases for the request any more.
async fn usable<'a>(
    eraser: &'a Eraser<'_>,
    request: EntryId,
    name: &str,
    is_closed: bool,
) -> Result<&'a Mapped, RightsError> {
    let mapped = eraser.named(name)?;
    let is_settled = eraser.settle_begun(request, mapped).await?;
    // Once it is closed nobody goes on with it.
    if is_settled || is_closed {
        return Ok(mapped);
    }
    Err(RightsError::Asked(format!(
        "whether something is still being erased in source `{name}` for request `{request}` nobody can tell; `abide erase resume {request}` settles it, then undo it"
    )))
}

/// Takes an erasure back in one source, and records what came of it.
async fn undo_in(
    eraser: &Eraser<'_>,
    mapped: &Mapped,
    capsules: &[Capsule],
    since: Option<&Since<'_>>,
    undone: &mut Undone,
) -> Result<(), RightsError> {
    let Eraser {
        store, actor, now, ..
    } = *eraser;
    let until = capsules.iter().map(|capsule| capsule.until).max();
    let put = match opened_into(eraser, mapped, capsules, since).await {
        Ok(put) => put,
        Err(error @ RightsError::Store(_)) => return Err(error),
        Err(error) => {
            let why = error.to_string();
            let nothing = Undoing::Nothing(why.clone());
            for capsule in capsules {
                let counts = BTreeMap::new();
                store
                    .settle_undo(capsule, &nothing, counts, actor, now)
                    .await?;
            }
            undone.stuck.push((mapped.name().to_owned(), why));
            undone.open_until = undone.open_until.max(until);
            return Ok(());
        }
    };
    for (capsule, part) in capsules.iter().zip(put.capsules) {
        let undoing = match part.rows.refused {
            0 => Undoing::Whole,
            _ => Undoing::InPart(sealed(&part.steps)?),
        };
        if undoing != Undoing::Whole {
            undone.open_until = undone.open_until.max(Some(capsule.until));
        }
        store
            .settle_undo(capsule, &undoing, part.rows.counts(), actor, now)
            .await?;
    }
    undone.tables.extend(put.tables);
    Ok(())
}

async fn opened_into(
    eraser: &Eraser<'_>,
    mapped: &Mapped,
    capsules: &[Capsule],
    since: Option<&Since<'_>>,
) -> Result<PutBack, RightsError> {
    let mut held: Vec<Vec<KeptStep>> = Vec::new();
    for capsule in capsules {
        held.push(opened(eraser.store, capsule, eraser.now).await?);
    }
    put_back(mapped, held, since).await
}

fn add(tables: &mut Vec<Restored>, found: Restored) {
    let mut same = tables.iter_mut();
    match same.find(|table| table.source == found.source && table.table == found.table) {
        Some(table) => table.count(&found),
        None => tables.push(found),
    }
}
