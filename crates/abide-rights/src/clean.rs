//! A source that is clean of a request: a fresh plan found nothing left to do there, and that was recorded. Looks whether it
//! still is. Never changes anything: from then on keys are given out again and people come back, and what carries theirs is
//! somebody else's row until they ask anew.

use std::collections::BTreeSet;

use abide_map::plan::{Identities, KeyLeft, Row};
use abide_map::statement::Statement;
use abide_store::{EntryId, IntentState, Store};
use futures_util::TryStreamExt as _;

use crate::certificate::SourcePart;
use crate::erase::{Eraser, Outcome, outcome_of};
use crate::error::RightsError;
use crate::explain::rows as rows_of;
use crate::files::{FileStep, is_of_files};
use crate::lasting::lasting_of;
use crate::mapped::Mapped;
use crate::memory::{KeptRows, Memory};
use crate::step::StepCount;

/// Why rows of somebody who came back may name them.
const CAME_BACK: &str = "written after the erasure, by somebody who goes by the same identifier";

/// Rows that are there again in a source in which nothing had been left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The source.
    pub source: String,
    /// The table.
    pub table: String,
    /// How many rows.
    pub rows: u64,
    /// The hold because of which they stayed, and which has ended: an erasure goes on with them. Else nobody can tell where they
    /// come from.
    pub hold: Option<String>,
}

/// What somebody sees who looks at a clean source again.
pub(crate) enum Look {
    /// Nothing that an erasure would touch.
    Clean,
    /// Rows of somebody who goes by the same identifiers, and whose own rows came after the erasure.
    CameBack(Vec<KeptRows>),
    /// Rows of which nobody can tell that they are another's.
    Left(Vec<Left>),
}

/// What a request came to in a source, from the records alone; nothing while the source is not known to be clean of it.
pub(crate) async fn recorded(
    store: &Store,
    request: EntryId,
    source: &str,
) -> Result<Option<Outcome>, RightsError> {
    let mut intents = store.intents(request).await?;
    intents.retain(|intent| intent.intended.source == source);
    // A hold that ended opens a clean source again: the last look counts.
    let mut clean = intents.iter().rev();
    let Some(clean) = clean.find(|intent| intent.state == IntentState::Clean) else {
        return Ok(None);
    };
    let stays = outcome_of(clean)?;
    let (mut ran, mut files, mut memory) = (Vec::new(), Vec::new(), Memory::of(clean)?);
    let mut lasting = Vec::new();
    for intent in &intents {
        if is_of_files(intent) {
            files.push(FileStep::of(intent)?);
            continue;
        }
        let mut earlier = Memory::of(intent)?;
        earlier.kept.retain(|kept| kept.hold().is_none());
        memory.add(earlier);
        if intent.state == IntentState::Done {
            let steps = outcome_of(intent)?.steps.into_iter();
            ran.extend(steps.filter(|step| memory.still_says(step)));
        }
        lasting.extend(lasting_of(intent)?);
    }
    let mut part = SourcePart::of(source, &ran, &stays.steps);
    part.given_out = stays.given_out;
    part.name_uncounted(&lasting);
    part.name_files(&files);
    Ok(Some(Outcome { part, memory }))
}

/// The outcome in a clean source, with how many rows came back since.
///
/// # Errors
///
/// Rows of which nobody can tell that they are another's: somebody has to.
pub(crate) async fn still_clean(
    eraser: &Eraser<'_>,
    mapped: &Mapped,
    people: &Identities,
    mut outcome: Outcome,
) -> Result<Outcome, RightsError> {
    match look(eraser, mapped, people, &outcome.memory).await?.0 {
        Look::Clean => {}
        Look::CameBack(rows) => outcome.came_back(&rows),
        Look::Left(left) => return Err(RightsError::Asked(told(&left))),
    }
    Ok(outcome)
}

/// Looks whether an erasure would find anything in a clean source, by what the request brought and by those remembered rows
/// that stayed. The keys of rows that went lead nowhere: whoever has them by now is somebody else. Gives the keys of rows
/// that stay, too.
pub(crate) async fn look(
    eraser: &Eraser<'_>,
    mapped: &Mapped,
    people: &Identities,
    memory: &Memory,
) -> Result<(Look, Vec<KeyLeft>), RightsError> {
    // What stayed because of a hold is nobody's to miss.
    let held = eraser.store.held().await?;
    let holds = mapped.holds_of(&held, eraser.now).await?;
    let planner = mapped.planner_under(&holds, eraser.now);
    let mut snapshot = mapped.source.snapshot().await?;
    let keys = mapped.look_up(&planner, people, snapshot.as_mut()).await?;
    let found = mapped.subjects(&planner, people, &keys);
    let mut standing = mapped.staying(&memory.keys);
    standing.add(keys);
    let plan = planner
        .erase(&mapped.subjects(&planner, people, &standing))
        .map_err(|findings| mapped.no_plan(findings))?;
    let counts: Vec<Statement> = plan.steps.iter().map(|step| step.count.clone()).collect();
    let counts = snapshot.numbers(&counts).await?;
    let steps = StepCount::of_plan(&plan, &mapped.map, &counts);
    let left = mapped.keys_left(&planner, people, &memory.keys, snapshot.as_mut());
    let left = left.await?;
    let due: Vec<&StepCount> = steps.iter().filter(|step| step.is_due()).collect();
    if due.is_empty() {
        snapshot.end().await?;
        return Ok((Look::Clean, left));
    }
    let erased = mapped.subjects(&planner, people, &memory.keys);
    let can_tell = mapped.unusable(&planner, people, &memory.keys).is_empty();
    let is_later = !found.is_empty() && planner.strangers(&found, &erased).len() == found.len();
    if !(can_tell && is_later) {
        snapshot.end().await?;
        let again = due.into_iter().map(|step| Left {
            source: mapped.name().to_owned(),
            table: step.table.clone(),
            rows: step.rows,
            hold: None,
        });
        return Ok((Look::Left(again.collect()), left));
    }
    let mut came_back = Vec::new();
    for (table, reading) in planner.own_keys(&found) {
        let rows: Vec<Row> = snapshot.read(&reading.statement).try_collect().await?;
        if rows.is_empty() {
            continue;
        }
        let (count, is_keyed) = (rows.len() as u64, !reading.columns.is_empty());
        let plain = |row: Row| row.into_iter().map(|value| value.0).collect();
        came_back.push(KeptRows {
            table,
            because: CAME_BACK.to_owned(),
            columns: reading
                .columns
                .into_iter()
                .map(|column| column.name)
                .collect(),
            keys: match is_keyed {
                true => rows.into_iter().map(plain).collect(),
                false => BTreeSet::new(),
            },
            hashes: BTreeSet::new(),
            rows: count,
        });
    }
    snapshot.end().await?;
    Ok((Look::CameBack(came_back), left))
}

/// What is left, and what somebody has to do about it.
pub(crate) fn told(left: &[Left]) -> String {
    let parts = left.iter().map(|left| {
        format!(
            "{} of `{}` in source `{}`",
            rows_of(left.rows),
            left.table,
            left.source
        )
    });
    let parts: Vec<String> = parts.collect();
    format!(
        "there is something of this person again where nothing had been left, and nothing was changed: {}; if a backup brought it back, `abide erase replay` erases it, if something wrote it late, `abide erase --as …` does, each as a request of its own",
        parts.join(", ")
    )
}
