//! The second grade: all requests that are erased and checked are looked for in one scan of every source. Those of whom
//! nothing is found where nothing may be are certified and forgotten; the others are opened again.

use std::collections::BTreeMap;

use abide_map::plan::Identities;
use abide_store::{Certified, EntryId, Request, RequestState};

use crate::certificate::{Certificate, Grade, ResiduePart, SourcePart};
use crate::erase::{Eraser, Remembered};
use crate::error::RightsError;
use crate::residue::{Needles, Residue, scan};

/// How many requests are looked for at once.
const AT_ONCE: u32 = 10_000;

/// What a scan came to for one request.
#[derive(Debug)]
pub struct Cleared {
    /// The request.
    pub request: EntryId,
    /// The certificate and the entry that anchors it, if nothing is left that may not be.
    pub certified: Option<(EntryId, Certificate)>,
    /// What is left that may not be.
    pub residues: Vec<Residue>,
}

/// Scans the sources for everyone whose erasure waits for it.
pub async fn scan_requests(eraser: &Eraser<'_>) -> Result<Vec<Cleared>, RightsError> {
    let requests = eraser
        .store
        .requests(RequestState::Checked, None, AT_ONCE)
        .await?;
    let remembered = requests.iter().map(Remembered::of);
    let remembered = remembered.collect::<Result<Vec<_>, _>>()?;
    let people: Vec<Identities> = remembered.iter().map(Remembered::identities).collect();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let needles = Needles::of(&people)?;
    let mut residues = Vec::new();
    for mapped in eraser.sources {
        let scanned = scan(mapped.source.as_ref(), &mapped.schema, &needles).await?;
        residues.extend(scanned.residues);
    }
    let mut cleared = Vec::new();
    for (number, request) in requests.iter().enumerate() {
        let own = residues.iter().filter(|residue| residue.person == number);
        let own: Vec<Residue> = own.cloned().collect();
        let sought = needles.sought.get(number);
        let not_sought = sought.map_or(Vec::new(), |sought| sought.too_short.clone());
        cleared.push(conclude(eraser, request, own, not_sought).await?);
    }
    Ok(cleared)
}

async fn conclude(
    eraser: &Eraser<'_>,
    request: &Request,
    residues: Vec<Residue>,
    not_sought: Vec<String>,
) -> Result<Cleared, RightsError> {
    let mut sources = eraser.parts_of(request).await?;
    let mut unexplained = Vec::new();
    for residue in residues {
        let part = part_of(&mut sources, &residue.source);
        let table = residue.table.to_string();
        let kept = part.tables.iter().find(|part| part.table == table);
        let because = kept.and_then(|part| part.kept.first());
        let because = because.map(|kept| format!("rows kept because of {}", kept.because));
        if because.is_none() {
            unexplained.push(residue.clone());
        }
        part.residues.push(ResiduePart {
            table,
            column: residue.column,
            rows: residue.rows,
            because,
        });
    }
    let certified = match unexplained.is_empty() {
        true => Some(certify(eraser, request, sources, not_sought).await?),
        false => {
            let rows = unexplained.iter().map(|residue| residue.rows).sum();
            let counts = BTreeMap::from([("residues".to_owned(), rows)]);
            let Eraser {
                store, actor, now, ..
            } = *eraser;
            store.reopen_request(request.id, counts, actor, now).await?;
            None
        }
    };
    Ok(Cleared {
        request: request.id,
        certified,
        residues: unexplained,
    })
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
    sources: Vec<SourcePart>,
    not_sought: Vec<String>,
) -> Result<(EntryId, Certificate), RightsError> {
    let mut certificate =
        Certificate::new(request.id.to_string(), Grade::Scanned, eraser.now, sources);
    certificate.not_sought = not_sought;
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
