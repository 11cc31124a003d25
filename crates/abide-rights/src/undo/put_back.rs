//! The rows of a source put back, each or not, in one transaction. Never puts back somebody who asked again to be erased.

use std::collections::BTreeSet;

use abide_map::plan::undo::{KeptStep, Restoration, Restoring, restore};
use abide_sources::{Attempt, Work};
use abide_store::{EntryId, Erasures, Store};

use super::capsule::identifiers;
use super::{Restored, add};
use crate::certificate::Grade;
use crate::error::RightsError;
use crate::mapped::Mapped;

/// Who was erased by another request since.
pub(super) struct Since<'a> {
    store: &'a Store,
    erasures: Erasures,
    /// When the request was last certified as erased: the journal has word of that, too.
    certified_ms: i64,
}

impl<'a> Since<'a> {
    /// Nothing where nobody can tell, or need: before a request is certified, another of the same person cannot be either
    /// without finding what comes back.
    pub(super) async fn of(
        store: &'a Store,
        request: EntryId,
    ) -> Result<Option<Self>, RightsError> {
        let mut certificates = store.certificates(request).await?;
        certificates.retain(|(_, grade, _)| grade == Grade::Erased.word());
        let certified = certificates
            .iter()
            .map(|(entry, ..)| entry.made_at_ms())
            .max();
        let (Some(certified_ms), Some(erasures)) = (certified, store.erasures().await?) else {
            return Ok(None);
        };
        Ok(Some(Self {
            store,
            erasures,
            certified_ms,
        }))
    }

    /// Whether somebody whom a row names was erased since.
    fn is_erased(&self, row: &Restoring) -> Result<bool, RightsError> {
        for identifier in identifiers(row) {
            let last = self.store.erased_at(&self.erasures, &identifier)?;
            if last.is_some_and(|last| last.as_millisecond() > self.certified_ms) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What came of a source.
pub(super) struct PutBack {
    /// By table.
    pub(super) tables: Vec<Restored>,
    /// What came of each capsule. A row that several hold counts in each.
    pub(super) capsules: Vec<Part>,
}

/// What came of one capsule.
pub(super) struct Part {
    /// Its rows.
    pub(super) rows: Restored,
    /// Its steps, with what is back.
    pub(super) steps: Vec<KeptStep>,
}

/// Puts back what the capsules of a source hold, oldest first.
pub(super) async fn put_back(
    mapped: &Mapped,
    mut capsules: Vec<Vec<KeptStep>>,
    since: Option<&Since<'_>>,
) -> Result<PutBack, RightsError> {
    let restoration = restore(mapped.ownership(), &capsules).map_err(|missing| {
        RightsError::Asked(format!(
            "source `{}` has no {missing} any more, which the erasure changed: bring it back, then try again",
            mapped.name()
        ))
    })?;
    let rows = &restoration.rows;
    let standing: Vec<_> = rows.iter().map(|row| row.standing.clone()).collect();
    let standing = mapped.source.numbers(&standing).await?;
    let was_put = |row: &Restoring| {
        let mut places = row.places.iter();
        places.any(|it| capsules[it.capsule][it.step].back.contains(&it.row))
    };
    let known = rows.iter().zip(standing);
    // An earlier attempt may have put a row back, and the application may have changed it since.
    let mut is_back: Vec<bool> = known
        .map(|(row, count)| was_put(row) || count >= row.least)
        .collect();
    let (attempts, of) = attempts(&restoration, &is_back, since)?;
    if !attempts.is_empty() {
        let work = Work {
            opening: restoration.opening.clone(),
            attempts,
            ..Work::default()
        };
        let done = mapped.source.run(&work).await?;
        for (back, attempt) in is_back.iter_mut().zip(of) {
            let is_done = attempt.and_then(|attempt| done.attempts.get(attempt).copied());
            *back |= is_done.unwrap_or_default();
        }
    }
    let (mut tables, mut counts) = (Vec::new(), vec![Restored::default(); capsules.len()]);
    for (row, is_back) in rows.iter().zip(is_back) {
        let found = Restored::of(mapped.name(), row, is_back);
        for place in &row.places {
            counts[place.capsule].count(&found);
            if is_back {
                let step = &mut capsules[place.capsule][place.step];
                step.back.insert(place.row);
            }
        }
        add(&mut tables, found);
    }
    let parts = counts.into_iter().zip(capsules);
    Ok(PutBack {
        tables,
        capsules: parts.map(|(rows, steps)| Part { rows, steps }).collect(),
    })
}

/// What is tried, and which attempt each row belongs to. Rows that need each other are one attempt.
fn attempts(
    restoration: &Restoration,
    is_back: &[bool],
    since: Option<&Since<'_>>,
) -> Result<(Vec<Attempt>, Vec<Option<usize>>), RightsError> {
    let rows = &restoration.rows;
    let (mut attempts, mut of) = (Vec::new(), vec![None; rows.len()]);
    for group in &restoration.order {
        let open: Vec<usize> = group.iter().copied().filter(|row| !is_back[*row]).collect();
        let (mut statements, mut needs) = (Vec::new(), BTreeSet::new());
        let mut may = !open.is_empty();
        for row in &open {
            if let Some(since) = since {
                may &= !since.is_erased(&rows[*row])?;
            }
            match &rows[*row].statement {
                Some(statement) => statements.push(statement.clone()),
                None => may = false,
            }
            for need in rows[*row].needs.iter().filter(|need| !group.contains(need)) {
                match of[*need] {
                    _ if is_back[*need] => {}
                    Some(attempt) => drop(needs.insert(attempt)),
                    None => may = false,
                }
            }
        }
        if may {
            for row in open {
                of[row] = Some(attempts.len());
            }
            attempts.push(Attempt {
                statements,
                needs: needs.into_iter().collect(),
            });
        }
    }
    Ok((attempts, of))
}
