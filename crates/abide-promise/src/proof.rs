//! A proof: a board, the policy that it is of, and the whole log that it follows from, in one sealed file that anyone checks
//! offline. Believes nothing that it can compute: the board is worked out again from the public parts of the entries.
//!
//! Lines: the [`Head`] as JSON, a bundle of the log, and a [`Seal`] as JSON over every byte before it.

use abide_ledger::{BundleHeader, FileKind, KeyRing, Note, Report, entry_of_line, verify_bundle};
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Bindings, Board, Facts, board};

/// What the head of a proof says it is, and the first line of the sealed text.
pub const PROOF_FORMAT: &str = "abide-proof/v1";

/// The first line of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// [`PROOF_FORMAT`].
    format: String,
    /// The files of the policy by name, as they were published.
    pub files: Vec<(String, String)>,
    /// The board.
    pub board: Board,
}

/// The last line of a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// A signed note over [`seal_text`].
    pub seal: String,
}

impl Head {
    /// The head for a board of a policy with these files.
    pub fn new(files: Vec<(String, String)>, board: Board) -> Self {
        Self {
            format: PROOF_FORMAT.to_owned(),
            files,
            board,
        }
    }
}

/// Whether a file begins as a proof does.
pub fn is_proof(bytes: &[u8]) -> bool {
    let start = format!("{{\"format\":\"{PROOF_FORMAT}\"");
    bytes.starts_with(start.as_bytes())
}

/// The text that is signed: what it is, and the SHA-256 of every byte before the seal, line breaks included.
pub fn seal_text(bytes: &[u8]) -> String {
    format!("{PROOF_FORMAT}\nsha256 {}\n", hex(&Sha256::digest(bytes)))
}

/// The hash of a policy's version: SHA-256 over names and texts in the order of names, each behind its length in eight
/// bytes, in hex.
pub fn version_of(files: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_unstable();
    let mut hash = Sha256::new();
    for text in sorted.into_iter().flat_map(|(name, text)| [name, text]) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks a proof against the reader's keys: signatures, roots and checkpoints of the log, the seal over every byte, and
/// that each status follows from the policy and the public parts of the entries.
pub fn verify_proof(bytes: &[u8], ring: &KeyRing) -> Report {
    let parts = split(bytes);
    let Some((head, log, sealed, seal)) = parts else {
        let mut report = Report::new(FileKind::Board);
        report.problem(
            "the file",
            "it does not end as a proof does; a part of it is missing",
        );
        return report;
    };
    let mut report = verify_bundle(log.lines(), ring);
    report.file = FileKind::Board;
    check_seal(sealed, seal, log, ring, &mut report);
    match serde_json::from_str::<Head>(head) {
        Ok(parsed) if serde_json::to_string(&parsed).is_ok_and(|spelled| spelled == head) => {
            check_board(&parsed, log, &mut report);
        }
        Ok(_) => report.problem("line 1", "it is not in its one spelling"),
        Err(error) => report.problem("line 1", format!("it is no head of a proof: {error}")),
    }
    report
}

/// Head, log, everything that is sealed, and the seal.
fn split(bytes: &[u8]) -> Option<(&str, &str, &str, &str)> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let end = text.rfind('\n')?;
    let (sealed, seal) = (text.get(..=end)?, text.get(end + 1..)?);
    let (head, log) = sealed.split_once('\n')?;
    Some((head, log, sealed, seal))
}

fn check_seal(sealed: &str, seal: &str, log: &str, ring: &KeyRing, report: &mut Report) {
    let place = "the seal";
    let spelled = serde_json::from_str::<Seal>(seal)
        .ok()
        .filter(|parsed| serde_json::to_string(parsed).is_ok_and(|spelled| spelled == seal));
    let note = spelled.and_then(|parsed| {
        let note = Note::parse(&parsed.seal).ok()?;
        (note.to_string() == parsed.seal).then_some(note)
    });
    let Some(note) = note else {
        return report.problem(place, "it is no signed note in its one spelling");
    };
    if note.text() != seal_text(sealed.as_bytes()) {
        return report.problem(place, "something before it was changed after it was sealed");
    }
    let mut trusted = ring.clone();
    let header = log.lines().next().map(BundleHeader::from_line);
    let rotations = header.and_then(Result::ok).map(|header| header.rotations);
    for rotation in rotations.unwrap_or_default() {
        if let Ok(note) = Note::parse(&rotation) {
            // One that does not fit is a problem of the bundle, and said there.
            let _ = trusted.accept(&note);
        }
    }
    match note.verify(trusted.verifiers()) {
        Ok(signers) => {
            for signer in signers {
                report.check(format!(
                    "the seal over every byte has the signature of `{signer}`"
                ));
            }
        }
        Err(error @ abide_ledger::LedgerError::UntrustedKeys { .. }) => {
            report.vouched = abide_ledger::Vouched::No;
            report.leave(format!("the seal: {error}"));
        }
        Err(error) => report.problem(place, error),
    }
}

/// Works the board out again.
fn check_board(head: &Head, log: &str, report: &mut Report) {
    let version = version_of(&head.files);
    let sources: Vec<SourceFile> = head
        .files
        .iter()
        .map(|(name, text)| SourceFile::new(name.as_str(), text.as_str()))
        .collect();
    let compiled = compile(Library::standard(), &sources, None);
    let [policy] = compiled.policies.as_slice() else {
        return report.problem("the policy", "its files hold no policy or several");
    };
    let mut facts = Facts::of(&version);
    let mut is_known = false;
    for (number, line) in (0..).zip(log.lines().skip(1)) {
        // A line that cannot be read is a problem of the bundle, and said there.
        if let Ok(entry) = entry_of_line(line) {
            let public = entry.public();
            is_known |=
                public.kind == "policy.published" && public.policy.as_ref() == Some(&version);
            facts.add(Some(number), public);
        }
    }
    if !is_known {
        report.problem(
            "the policy",
            "the log does not say that this version was published",
        );
    }
    let found = board(
        &policy.name,
        &version,
        &Bindings::of(policy),
        &facts,
        head.board.day,
    );
    if found == head.board {
        return report.check(format!(
            "the status of each of {} promises follows from the policy and the entries",
            found.clauses.len()
        ));
    }
    let pairs = found.clauses.iter().zip(&head.board.clauses);
    let mut differing = pairs.filter(|(found, stated)| found != stated);
    let which = differing
        .next()
        .map_or("its counts".to_owned(), |(found, stated)| {
            format!(
                "`{}`, stated as {} and found {}",
                stated.id,
                stated.status.word(),
                found.status.word()
            )
        });
    report.problem(
        "the board",
        format!("it does not follow from the log: {which}"),
    );
}
