//! Checks a bundle: recomputes every root from the entries and holds the checkpoints against them and each other.
//! Never stops at a problem and never keeps more than one entry in memory.

use std::collections::BTreeMap;

use crate::bundle::{BundleHeader, entry_of_line};
use crate::checkpoint::{Checkpoint, Continuation};
use crate::error::LedgerError;
use crate::keyring::KeyRing;
use crate::note::{Note, Verifier};
use crate::report::{FileKind, Report, Vouched};
use crate::tree::Frontier;

/// A checkpoint of the bundle, and whether a key that the reader trusts signed it.
struct Sealed {
    checkpoint: Checkpoint,
    trust: Vouched,
    place: String,
}

/// What recomputing the tree says of the checkpoints.
#[derive(Default)]
struct Recomputed {
    /// Roots that match.
    matching: u64,
    /// The largest size whose root matches a trusted checkpoint of the log itself.
    covered: Option<u64>,
    /// Checkpoints of continued logs whose tree is not a beginning of this one.
    lost: u64,
}

/// Check a bundle line by line: signatures against the keys of `ring` and their successors, roots against the entries,
/// checkpoints against each other. Wrong lines and roots are problems of the report, never an error.
pub fn verify_bundle<L: AsRef<str>>(lines: impl IntoIterator<Item = L>, ring: &KeyRing) -> Report {
    let mut report = Report::new(FileKind::Bundle);
    let mut lines = lines.into_iter();
    let first = lines.next();
    let header = match BundleHeader::from_line(first.as_ref().map_or("", AsRef::as_ref)) {
        Ok(header) => header,
        Err(error) => {
            report.problem("line 1", error);
            return report;
        }
    };
    let sealed = read_checkpoints(&header, ring, &mut report);
    check_growth(&sealed, &mut report);
    check_origins(&sealed, &mut report);
    let recomputed = recompute(lines, &sealed, &mut report);
    conclude(&sealed, &recomputed, &mut report);
    report
}

/// The checkpoints in the header, each with the trust that its signatures earn.
fn read_checkpoints(header: &BundleHeader, ring: &KeyRing, report: &mut Report) -> Vec<Sealed> {
    let (trusted, own) = keys(header, ring, report);
    let mut sealed = Vec::new();
    let mut untrusted: BTreeMap<String, u64> = BTreeMap::new();
    for (number, text) in header.checkpoints.iter().enumerate() {
        let place = format!("checkpoint {}", number + 1);
        let read = Note::parse(text).and_then(|note| Ok((note.text().parse()?, note)));
        let (checkpoint, note): (Checkpoint, _) = match read {
            Ok(read) => read,
            Err(error) => {
                report.problem(place, error);
                continue;
            }
        };
        let trust = match trusted.open(&note) {
            Ok(_) => Vouched::Yes,
            Err(error @ LedgerError::UntrustedKeys { .. }) => {
                *untrusted.entry(error.to_string()).or_default() += 1;
                // Even a key that nobody named must have signed what stands here.
                match own.open(&note) {
                    Ok(_) | Err(LedgerError::UntrustedKeys { .. }) => {}
                    Err(error) => report.problem(place.clone(), error),
                }
                Vouched::No
            }
            Err(error) => {
                report.problem(place.clone(), error);
                Vouched::No
            }
        };
        sealed.push(Sealed {
            checkpoint,
            trust,
            place,
        });
    }
    report.checkpoints = sealed.len() as u64;
    let signed = sealed
        .iter()
        .filter(|sealed| sealed.trust == Vouched::Yes)
        .count();
    if signed > 0 {
        report.check(format!(
            "checkpoints with the signature of a trusted key: {signed}"
        ));
    }
    for (why, count) in untrusted {
        report.leave(format!(
            "checkpoints without the signature of a trusted key: {count}: {why}"
        ));
    }
    sealed
}

/// The reader's keys with their successors, and the keys that the bundle calls its own.
fn keys(header: &BundleHeader, ring: &KeyRing, report: &mut Report) -> (KeyRing, KeyRing) {
    let (mut trusted, mut own) = (ring.clone(), KeyRing::new());
    for (number, vkey) in header.vkeys.iter().enumerate() {
        match vkey.parse::<Verifier>() {
            Ok(verifier) => own.trust(verifier),
            Err(error) => report.problem(format!("key {}", number + 1), error),
        }
    }
    for (number, text) in header.rotations.iter().enumerate() {
        let place = format!("rotation statement {}", number + 1);
        let accepted = Note::parse(text).and_then(|note| {
            let rotation = match trusted.accept(&note) {
                // A log may have rotated before the key that the reader names.
                Err(LedgerError::UntrustedKeys { .. }) => return own.accept(&note).map(|_| None),
                other => other?,
            };
            // A statement that binds the reader need not fit what the bundle says of itself.
            let _ = own.accept(&note);
            Ok(Some(rotation))
        });
        match accepted {
            Ok(Some(rotation)) => report.check(format!(
                "`{}` gave its word for `{}`",
                rotation.from, rotation.to
            )),
            Ok(None) => report.leave(format!("{place}: by a key you did not name")),
            Err(LedgerError::UntrustedKeys { .. }) => {
                report.leave(format!("{place}: by a key that nobody named"));
            }
            Err(error) => report.problem(place, error),
        }
    }
    (trusted, own)
}

/// Within one origin sizes only grow, and no size has two roots.
fn check_growth(sealed: &[Sealed], report: &mut Report) {
    for pair in sealed.windows(2) {
        let [before, after] = [&pair[0].checkpoint, &pair[1].checkpoint];
        if before.origin != after.origin {
            continue;
        }
        let (old, new) = (before.size, after.size);
        if new < old {
            report.problem(
                &pair[1].place,
                format!(
                    "the log shrank from {old} to {new} entries; ask why it signed an older size"
                ),
            );
        } else if new == old && before.root != after.root {
            report.problem(
                &pair[1].place,
                format!("the log signed two roots for size {new}: it shows different people different histories"),
            );
        }
    }
}

/// A log that follows another names the last checkpoint known of it, in each of its own.
fn check_origins(sealed: &[Sealed], report: &mut Report) {
    let mut before: Option<(&Sealed, Option<Continuation>)> = None;
    let mut seen: Vec<&str> = Vec::new();
    for sealed in sealed {
        let checkpoint = &sealed.checkpoint;
        let continuation = match checkpoint.continuation() {
            Ok(continuation) => continuation,
            Err(error) => {
                report.problem(&sealed.place, error);
                continue;
            }
        };
        match &before {
            Some((last, stated)) if last.checkpoint.origin == checkpoint.origin => {
                if *stated != continuation {
                    let what = "it names another log to continue than the checkpoint before it";
                    report.problem(&sealed.place, what);
                }
            }
            Some((last, _)) => {
                if seen.contains(&&*checkpoint.origin) {
                    let what = format!("`{}` signs again after it ended", checkpoint.origin);
                    report.problem(&sealed.place, what);
                }
                if let Err(what) = check_continuation(&last.checkpoint, continuation.as_ref()) {
                    report.problem(&sealed.place, what);
                }
            }
            None => {
                if let Some(Continuation { origin, size, .. }) = &continuation {
                    report.leave(format!(
                        "the log continues `{origin}` from size {size}, whose checkpoints are not in this bundle"
                    ));
                }
            }
        }
        seen.push(&checkpoint.origin);
        before = Some((sealed, continuation));
    }
}

/// Whether a log that follows after `last` says so truly.
fn check_continuation(last: &Checkpoint, stated: Option<&Continuation>) -> Result<(), String> {
    let Checkpoint {
        origin, size, root, ..
    } = last;
    match stated {
        Some(stated) if stated.origin != *origin => Err(format!(
            "it continues `{}`, but stands after `{origin}`",
            stated.origin
        )),
        Some(stated) if stated.size < *size => Err(format!(
            "it continues `{origin}` at size {}, which had signed {size} entries: the last ones were cut off",
            stated.size
        )),
        Some(stated) if stated.size == *size && stated.root != *root => Err(format!(
            "it continues `{origin}` with another root at size {size} than `{origin}` signed"
        )),
        Some(_) => Ok(()),
        None => Err(format!(
            "it follows `{origin}` without a line `continues {origin} {size} {root}`"
        )),
    }
}

/// Grow the tree over the entries and hold each checkpoint's root against it.
fn recompute<L: AsRef<str>>(
    lines: impl Iterator<Item = L>,
    sealed: &[Sealed],
    report: &mut Report,
) -> Recomputed {
    let stated = stated_ends(sealed);
    let mut by_size: Vec<&Sealed> = sealed.iter().chain(&stated).collect();
    by_size.sort_by_key(|sealed| sealed.checkpoint.size);
    let own_origin = sealed
        .last()
        .map(|sealed| sealed.checkpoint.origin.as_str());
    let mut waiting = by_size.into_iter().peekable();
    let mut recomputed = Recomputed::default();
    let mut frontier = Frontier::new();
    let mut unreadable = 0_u64;
    let mut compare = |frontier: &Frontier, unreadable: u64, report: &mut Report| {
        let at = |sealed: &&Sealed| sealed.checkpoint.size == frontier.size();
        while let Some(sealed) = waiting.next_if(at) {
            // With an entry unreadable every later root differs; that is said once, at the entry.
            if unreadable == 0 {
                recomputed.hold(sealed, frontier, own_origin, report);
            }
        }
    };
    compare(&frontier, unreadable, report);
    for (number, line) in lines.enumerate() {
        match entry_of_line(line.as_ref()) {
            Ok(entry) => {
                report.count_entry(&entry.public().kind, entry.public().day);
                frontier.append(entry.leaf_hash());
                compare(&frontier, unreadable, report);
            }
            Err(error) => {
                unreadable += 1;
                report.problem(format!("line {}", number + 2), error);
            }
        }
    }
    let readable = unreadable == 0;
    for sealed in waiting.filter(|_| readable) {
        recomputed.miss(sealed, &frontier, own_origin, report);
    }
    if !readable {
        report.leave("roots after the first line that cannot be read");
    }
    recomputed
}

/// The ends of other logs that checkpoints state: each holds for the tree as a checkpoint of that log would. A bundle
/// that leaves out the old checkpoints cannot hide that way that entries were lost.
fn stated_ends(sealed: &[Sealed]) -> Vec<Sealed> {
    let mut stated: Vec<(Continuation, &str)> = Vec::new();
    for Sealed {
        checkpoint, place, ..
    } in sealed
    {
        if let Ok(Some(end)) = checkpoint.continuation()
            && stated.last().is_none_or(|(last, _)| *last != end)
        {
            stated.push((end, place));
        }
    }
    let ends = stated.into_iter().map(|(end, place)| Sealed {
        checkpoint: Checkpoint {
            origin: end.origin,
            size: end.size,
            root: end.root,
            extensions: Vec::new(),
        },
        trust: Vouched::No,
        place: place.to_owned(),
    });
    let listed = |end: &Sealed| {
        sealed.iter().any(|sealed| {
            let [a, b] = [&sealed.checkpoint, &end.checkpoint];
            (&a.origin, a.size, a.root) == (&b.origin, b.size, b.root)
        })
    };
    ends.filter(|end| !listed(end)).collect()
}

impl Recomputed {
    /// Hold a checkpoint against the tree of its size.
    fn hold(
        &mut self,
        sealed: &Sealed,
        frontier: &Frontier,
        own_origin: Option<&str>,
        report: &mut Report,
    ) {
        let Checkpoint {
            origin, size, root, ..
        } = &sealed.checkpoint;
        let own = Some(origin.as_str()) == own_origin;
        if frontier.root() == *root {
            self.matching += 1;
            if own && sealed.trust == Vouched::Yes {
                self.covered = Some(*size);
            }
        } else if own {
            report.problem(&sealed.place, LedgerError::WrongRoot { size: *size });
        } else {
            self.lost += 1;
        }
    }

    /// A checkpoint of a tree that is larger than the bundle.
    fn miss(
        &mut self,
        sealed: &Sealed,
        frontier: &Frontier,
        own_origin: Option<&str>,
        report: &mut Report,
    ) {
        let Checkpoint { origin, size, .. } = &sealed.checkpoint;
        if Some(origin.as_str()) == own_origin {
            let what = format!(
                "it covers {size} entries, but the bundle has {}; ask for the rest",
                frontier.size()
            );
            report.problem(&sealed.place, what);
        } else {
            self.lost += 1;
        }
    }
}

/// Say what the roots come to, and whether trusted keys vouch for every entry.
fn conclude(sealed: &[Sealed], recomputed: &Recomputed, report: &mut Report) {
    let Recomputed {
        matching,
        covered,
        lost,
    } = *recomputed;
    if matching > 0 {
        report.check(format!(
            "roots recomputed from the entries and found as signed: {matching}"
        ));
    }
    if lost > 0 {
        report.leave(format!(
            "checkpoints of continued logs whose entries are not all in this one: {lost}: the log says that it was \
             restored; ask what happened to those entries"
        ));
    }
    if sealed.is_empty() {
        report.leave("anything about the entries: the bundle has no checkpoint");
    }
    let uncovered = report.entries - covered.unwrap_or(0);
    if uncovered > 0 && !sealed.is_empty() {
        report.leave(format!(
            "entries that no trusted checkpoint covers: {uncovered}"
        ));
    }
    if covered == Some(report.entries) && lost == 0 {
        report.vouched = Vouched::Yes;
    }
}
