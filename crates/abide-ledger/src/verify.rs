//! `abide verify FILE`: recognises what a file is by how it begins and checks all of it that can be checked offline.
//! Never trusts a key that the reader did not name.

use crate::bundle::BUNDLE_FORMAT;
use crate::bundle_audit::verify_bundle;
use crate::checkpoint::Checkpoint;
use crate::entry::Entry;
use crate::error::LedgerError;
use crate::keyring::{KeyRing, ROTATION_FORMAT};
use crate::note::Note;
use crate::receipt::{Opening, Receipt, Shown};
use crate::report::{FileKind, Report, Vouched};
use crate::tlog_proof::{PROOF_FORMAT, TlogProof};

/// Check the content of a file against the reader's keys. Whatever the bytes are, the report says what they are taken
/// for, what holds, what could not be checked and what is wrong.
pub fn verify_file(bytes: &[u8], ring: &KeyRing) -> Report {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return unknown("it is not text");
    };
    let first = text.lines().next().unwrap_or_default();
    if first.starts_with('{') && first.contains(BUNDLE_FORMAT) {
        verify_bundle(text.lines(), ring)
    } else if text.starts_with('{') {
        verify_receipt(text, ring)
    } else if first == PROOF_FORMAT {
        verify_proof(text, ring)
    } else if first == ROTATION_FORMAT {
        verify_rotation(text, ring)
    } else if text.contains("\n\n— ") {
        verify_checkpoint(text, ring)
    } else {
        unknown(
            "it begins like none of: a receipt, a bundle, a proof, a checkpoint, a rotation statement",
        )
    }
}

fn unknown(why: &str) -> Report {
    let mut report = Report::new(FileKind::Unknown);
    report.problem("the file", why);
    report
}

fn verify_receipt(text: &str, ring: &KeyRing) -> Report {
    let mut report = Report::new(FileKind::Receipt);
    let parts = Receipt::from_json(text)
        .and_then(|receipt| Ok((receipt.entry()?, receipt.proof()?, receipt)));
    let (entry, proof, receipt) = match parts {
        Ok(parts) => parts,
        Err(error) => {
            report.problem("the receipt", error);
            return report;
        }
    };
    report.count_entry(&entry.public().kind, entry.public().day);
    match receipt.check_opening() {
        Ok((opening, shown)) => say_opening(opening, shown, &mut report),
        Err(error) => report.problem("the private part", error),
    }
    check_place(&entry, &proof, &mut report);
    check_signature(&proof.checkpoint, ring, &mut report);
    report
}

fn say_opening(opening: Opening, shown: Shown, report: &mut Report) {
    match opening {
        Opening::Opened => report.check("the private part is the one that the entry commits to"),
        Opening::Withheld => report.leave("the private part: it is not in this copy"),
    }
    match shown {
        Shown::Absent => {}
        Shown::Sealed => report.check("the text that was shown is the one that the entry seals"),
        Shown::Unsealed => {
            report.leave("the text that was shown: nothing in the log answers for it")
        }
    }
}

fn verify_proof(text: &str, ring: &KeyRing) -> Report {
    let mut report = Report::new(FileKind::Proof);
    let proof: TlogProof = match text.parse() {
        Ok(proof) => proof,
        Err(error) => {
            report.problem("the proof", error);
            return report;
        }
    };
    check_signature(&proof.checkpoint, ring, &mut report);
    let leaf_data = proof
        .extra
        .as_deref()
        .and_then(|extra| std::str::from_utf8(extra).ok());
    match leaf_data.and_then(|text| Entry::parse(text).ok()) {
        Some(entry) => {
            report.count_entry(&entry.public().kind, entry.public().day);
            check_place(&entry, &proof, &mut report);
        }
        None => {
            report.vouched = Vouched::No;
            report.leave("the place in the log: the entry is not in this file; use its receipt");
        }
    }
    report
}

fn verify_checkpoint(text: &str, ring: &KeyRing) -> Report {
    let mut report = Report::new(FileKind::Checkpoint);
    let note = Note::parse(text).and_then(|note| {
        let checkpoint: Checkpoint = note.text().parse()?;
        checkpoint.continuation()?;
        Ok(note)
    });
    match note {
        Ok(note) => {
            check_signature(&note, ring, &mut report);
            report.leave("the entries: they are not in this file; use a bundle");
        }
        Err(error) => report.problem("the checkpoint", error),
    }
    report
}

fn verify_rotation(text: &str, ring: &KeyRing) -> Report {
    let mut report = Report::new(FileKind::Rotation);
    let accepted = Note::parse(text).and_then(|note| ring.clone().accept(&note));
    match accepted {
        Ok(rotation) => {
            report.vouched = Vouched::Yes;
            report.check(format!(
                "`{}` gave its word for `{}`",
                rotation.from, rotation.to
            ));
        }
        Err(error @ LedgerError::UntrustedKeys { .. }) => {
            report.leave(format!("the signature: {error}"));
        }
        Err(error) => report.problem("the rotation statement", error),
    }
    report
}

fn check_place(entry: &Entry, proof: &TlogProof, report: &mut Report) {
    match proof.check_place(&entry.leaf_hash()) {
        Ok(Checkpoint { origin, size, .. }) => report.check(format!(
            "it is entry {} of the {size} in `{origin}`, counted from 0",
            proof.index
        )),
        Err(error) => report.problem("the place in the log", error),
    }
}

fn check_signature(note: &Note, ring: &KeyRing, report: &mut Report) {
    report.checkpoints += 1;
    match ring.open(note) {
        Ok((checkpoint, signers)) => {
            report.vouched = Vouched::Yes;
            for signer in signers {
                report.check(format!(
                    "`{}` at size {} has the signature of `{signer}`",
                    checkpoint.origin, checkpoint.size
                ));
            }
        }
        Err(error @ LedgerError::UntrustedKeys { .. }) => {
            report.leave(format!("the signature: {error}"));
        }
        Err(error) => report.problem("the signature", error),
    }
}
