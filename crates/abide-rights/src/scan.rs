//! The second grade: all requests that are erased and checked are looked for in one scan of every source. Those of whom
//! nothing is found where nothing may be are certified and forgotten; the others are opened again. Never changes a source.

use std::collections::BTreeMap;

use abide_map::plan::{Identities, KeyLeft, KnownAs};
use abide_store::{Certified, EntryId, Refusal, Request, RequestState, StoreError};

use crate::certificate::{Certificate, Grade, LookedPart, ResiduePart, SourcePart};
use crate::clean::{Left, Look, look, recorded};
use crate::erase::{Eraser, Outcome};
use crate::error::RightsError;
use crate::explain::count_of;
use crate::files::files;
use crate::mapped::Mapped;
use crate::memory::KeptRows;
use crate::remembered::{Remembered, identifiers};
use crate::residue::{Excuses, Needles, Residue, scan};
use crate::undo::kept_until;

/// How many requests are looked for at once.
const AT_ONCE: u32 = 10_000;

/// What a scan came to for one request.
#[derive(Debug)]
pub struct Cleared {
    /// The request.
    pub request: EntryId,
    /// The certificate and the entry that anchors it, if nothing is left that may not be.
    pub certified: Option<(EntryId, Certificate)>,
    /// Identifiers that were found where none may be.
    pub residues: Vec<Residue>,
    /// Rows that a plan finds again where nothing had been left.
    pub left: Vec<Left>,
    /// Why the request stands where it stood.
    pub stuck: Option<String>,
}

impl Cleared {
    fn stuck(request: EntryId, why: String) -> Self {
        Self {
            request,
            certified: None,
            residues: Vec::new(),
            left: Vec::new(),
            stuck: Some(why),
        }
    }
}

/// A request that is looked for.
struct Sought {
    request: Request,
    people: Identities,
    outcomes: Vec<Outcome>,
    /// By source, rows of somebody who goes by the same identifiers since.
    came_back: Vec<(String, KeptRows)>,
    /// By source, the keys of rows that stay.
    keys: Vec<(String, Vec<KeyLeft>)>,
    /// Rows that are there again.
    left: Vec<Left>,
    /// Kinds of identifiers by which a source knew the person and knows somebody else too.
    shared: Vec<String>,
}

/// Scans the sources for everyone whose erasure waits for it. They have to be all that there are.
///
/// # Errors
///
/// Our own records, or a source that cannot be read. Trouble with one request leaves that one where it stood.
pub async fn scan_requests(eraser: &Eraser<'_>) -> Result<Vec<Cleared>, RightsError> {
    scan_some(eraser, &[]).await
}

/// The same, over some sources. What is found there opens requests again; none is closed while there are `unseen` sources, in
/// which nobody has looked.
///
/// # Errors
///
/// As [`scan_requests`].
pub async fn scan_some(
    eraser: &Eraser<'_>,
    unseen: &[String],
) -> Result<Vec<Cleared>, RightsError> {
    let requests = eraser
        .store
        .requests(RequestState::Checked, None, AT_ONCE)
        .await?;
    let (mut cleared, mut sought) = (Vec::new(), Vec::new());
    for request in requests {
        let id = request.id;
        match prepare(eraser, request, unseen).await {
            Ok(one) => sought.push(one),
            Err(RightsError::Store(error)) => return Err(error.into()),
            Err(error) => cleared.push(Cleared::stuck(id, error.to_string())),
        }
    }
    if sought.is_empty() {
        return Ok(cleared);
    }
    let people: Vec<Identities> = sought.iter().map(|one| one.people.clone()).collect();
    let needles = Needles::of(&people)?;
    let (mut residues, mut looked) = (Vec::new(), Vec::new());
    for mapped in eraser.sources {
        let excuses = excuses(&sought, mapped);
        let scanned = scan(mapped.source.as_ref(), &mapped.schema, &needles, &excuses).await?;
        residues.extend(scanned.residues);
        looked.push(LookedPart {
            source: mapped.name().to_owned(),
            tables: scanned.tables,
            columns: scanned.columns,
            not_read: scanned.not_read,
        });
    }
    for (number, one) in sought.into_iter().enumerate() {
        let own = residues.iter().filter(|residue| residue.person == number);
        let own: Vec<Residue> = own.cloned().collect();
        let kinds = needles.sought.get(number);
        let not_sought = kinds.map_or(Vec::new(), |kinds| kinds.too_short.clone());
        let seen = Seen {
            looked: &looked,
            unseen,
            not_sought,
        };
        let id = one.request.id;
        cleared.push(match conclude(eraser, one, own, seen).await {
            Err(RightsError::Store(StoreError::Refused(Refusal::Changed))) => {
                Cleared::stuck(id, "another process went on with it meanwhile".to_owned())
            }
            concluded => concluded?,
        });
    }
    Ok(cleared)
}

/// What is looked for: what the request brought, and what the sources knew the person by. Whatever else there is by now is
/// looked at, and left as it is.
async fn prepare(
    eraser: &Eraser<'_>,
    request: Request,
    unseen: &[String],
) -> Result<Sought, RightsError> {
    let remembered = Remembered::of(&request)?;
    let brought = remembered.identities();
    let (mut outcomes, mut came_back, mut left) = (Vec::new(), Vec::new(), Vec::new());
    let mut keys = Vec::new();
    let held = eraser.store.held().await?;
    for name in &remembered.sources {
        let outcome = recorded(eraser.store, request.id, name).await?;
        let mut outcome = outcome.ok_or_else(|| {
            RightsError::Asked(format!(
                "it is not known to be done in source `{name}`; run `abide erase resume {}` first",
                request.id
            ))
        })?;
        let released = outcome.memory.released(&held);
        let again = released.iter().map(|rows| Left {
            source: name.clone(),
            table: rows.table.to_string(),
            rows: rows.rows,
            hold: rows.hold().map(str::to_owned),
        });
        left.extend(again);
        if released.is_empty() && !unseen.contains(name) {
            let looked = look(eraser, eraser.named(name)?, &brought, &outcome.memory).await?;
            keys.push((name.clone(), looked.1));
            match looked.0 {
                Look::Clean => {}
                Look::CameBack(rows) => {
                    outcome.came_back(&rows);
                    came_back.extend(rows.into_iter().map(|rows| (name.clone(), rows)));
                }
                Look::Left(rows) => left.extend(rows),
            }
        }
        outcomes.push(outcome);
    }
    refuse_named_files(eraser, request.id).await?;
    let (mut people, mut shared) = (brought.clone(), Vec::new());
    for outcome in &outcomes {
        for (known, is_shared) in known_of(eraser, outcome, &brought).await? {
            if is_shared {
                shared.push(known.kind);
            } else if !people.0.contains(&known) {
                people.0.push(known);
            }
        }
    }
    shared.sort();
    shared.dedup();
    Ok(Sought {
        request,
        people,
        outcomes,
        came_back,
        keys,
        left,
        shared,
    })
}

/// Files that rows named are erased where they are kept, and somebody says so, before nothing is left.
async fn refuse_named_files(eraser: &Eraser<'_>, request: EntryId) -> Result<(), RightsError> {
    let steps = files(eraser.store, request).await?;
    let waiting = steps.iter().filter(|step| !step.is_erased);
    let waiting: usize = waiting.map(|step| step.names.len()).sum();
    match waiting {
        0 => Ok(()),
        _ => Err(RightsError::Asked(format!(
            "{1} that its rows named: erase those that `abide erase files {0}` lists, then say so with `abide erase files {0} --done`",
            request,
            count_of(waiting, "file")
        ))),
    }
}

/// By what else a source knew the person, and whether it knows somebody else by that: such an identifier is not the
/// person's alone, and nobody looks for it.
async fn known_of(
    eraser: &Eraser<'_>,
    outcome: &Outcome,
    brought: &Identities,
) -> Result<Vec<(KnownAs, bool)>, RightsError> {
    let mut sources = eraser.sources.iter();
    let mapped = sources.find(|mapped| mapped.name() == outcome.part.source);
    let (Some(mapped), false) = (mapped, outcome.memory.known.is_empty()) else {
        return Ok(Vec::new());
    };
    let planner = mapped.planner(eraser.now);
    let own = mapped.subjects(&planner, brought, &outcome.memory.keys);
    let mut snapshot = mapped.source.snapshot().await?;
    let mut found = Vec::new();
    for known in outcome.memory.identities().0 {
        let one = Identities(vec![known.clone()]);
        let keys = mapped.look_up(&planner, &one, snapshot.as_mut()).await?;
        let there = mapped.subjects(&planner, &one, &keys);
        found.push((known, !planner.strangers(&there, &own).is_empty()));
    }
    snapshot.end().await?;
    Ok(found)
}

/// The rows of a source that are kept of those who are looked for.
fn excuses(sought: &[Sought], mapped: &Mapped) -> Excuses {
    let (mut excuses, source) = (Excuses::default(), mapped.name());
    for (person, one) in sought.iter().enumerate() {
        let here = one
            .outcomes
            .iter()
            .filter(|outcome| outcome.part.source == source);
        for kept in here.flat_map(|outcome| &outcome.memory.kept) {
            excuses.add(person, kept);
        }
        let others = one.came_back.iter().filter(|(name, _)| name == source);
        for (_, rows) in others {
            excuses.add_others(person, rows);
        }
        let keys = one.keys.iter().filter(|(name, _)| name == source);
        for (_, keys) in keys {
            excuses.add_keys(person, keys);
        }
    }
    excuses
}

/// What a scan saw of one person, and what it did not.
struct Seen<'a> {
    looked: &'a [LookedPart],
    unseen: &'a [String],
    not_sought: Vec<String>,
}

async fn conclude(
    eraser: &Eraser<'_>,
    sought: Sought,
    residues: Vec<Residue>,
    seen: Seen<'_>,
) -> Result<Cleared, RightsError> {
    let request = &sought.request;
    let mut sources: Vec<SourcePart> = sought
        .outcomes
        .into_iter()
        .map(|outcome| outcome.part)
        .collect();
    for residue in residues.iter().filter(|residue| residue.because.is_some()) {
        part_of(&mut sources, &residue.source)
            .residues
            .push(ResiduePart {
                table: residue.table.to_string(),
                column: residue.column.clone(),
                rows: residue.rows,
                because: residue.because.clone(),
            });
    }
    let unexplained: Vec<Residue> = residues
        .into_iter()
        .filter(|residue| residue.because.is_none())
        .collect();
    let Eraser {
        store, actor, now, ..
    } = *eraser;
    let mut cleared = Cleared {
        request: request.id,
        certified: None,
        residues: unexplained,
        left: sought.left,
        stuck: None,
    };
    if !cleared.residues.is_empty() || !cleared.left.is_empty() {
        let residues: u64 = cleared.residues.iter().map(|residue| residue.rows).sum();
        let left: u64 = cleared.left.iter().map(|left| left.rows).sum();
        let counts = [("residues".to_owned(), residues), ("left".to_owned(), left)];
        let counts = BTreeMap::from(counts);
        store.reopen_request(request.id, counts, actor, now).await?;
    } else if !seen.unseen.is_empty() {
        cleared.stuck = Some(format!(
            "nothing is left in what was looked through, and nobody looked in `{}`; a scan of every source closes it",
            seen.unseen.join("`, `")
        ));
    } else {
        let mut certificate =
            Certificate::new(request.id.to_string(), Grade::Scanned, now, sources);
        let people = identifiers(&sought.people)?;
        certificate.recoverable_until = kept_until(eraser, request.id, &people).await?;
        certificate.not_sought = seen.not_sought;
        certificate.shared = sought.shared;
        certificate.looked = seen.looked.to_vec();
        certificate.name_backups(eraser.sources);
        cleared.certified = Some(certify(eraser, request, certificate).await?);
    }
    Ok(cleared)
}

fn part_of<'a>(sources: &'a mut Vec<SourcePart>, name: &str) -> &'a mut SourcePart {
    let at = sources.iter().position(|part| part.source == name);
    let at = at.unwrap_or_else(|| {
        sources.push(SourcePart {
            source: name.to_owned(),
            ..SourcePart::default()
        });
        sources.len() - 1
    });
    &mut sources[at]
}

async fn certify(
    eraser: &Eraser<'_>,
    request: &Request,
    certificate: Certificate,
) -> Result<(EntryId, Certificate), RightsError> {
    let certified = Certified {
        request: request.id,
        grade: Grade::Scanned.word(),
        text: &certificate.text(),
        counts: certificate.counts(),
        clauses: certificate.clauses(),
        then: RequestState::Closed,
    };
    let entry = eraser
        .store
        .certify(&certified, eraser.actor, eraser.now)
        .await?;
    Ok((entry, certificate))
}
