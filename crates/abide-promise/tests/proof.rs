//! A proof holds as it was sealed, and no other way: whatever is changed in it, it is no longer proven.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use abide_ledger::{
    BundleHeader, Checkpoint, Entry, Frontier, KeyRing, Note, Public, Salt, Signer, Verdict,
    bundle_line, commit,
};
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_promise::{
    ATTESTED, Bindings, Board, CHECKED, Facts, Head, Seal, Status, board, seal_text, verify_proof,
    version_of,
};
use proptest::prelude::*;

const ORIGIN: &str = "wheels.example/evidence";
const POLICY: &str = "policy wheels version=\"2026-03-01\" {\n    controller \"Wheels Ltd\"\n    \
     (WH-001) never use email for=analytics\n    (WH-002) assure staff-training by=person\n    \
     (WH-003) never keep card\n}\n";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, &[7; 32]).unwrap()
}

fn ring() -> KeyRing {
    let mut ring = KeyRing::new();
    ring.trust(signer().verifier().clone());
    ring
}

fn files() -> Vec<(String, String)> {
    vec![("policy.kdl".to_owned(), POLICY.to_owned())]
}

fn publics() -> Vec<Public> {
    let day = "2026-11-22".parse().unwrap();
    let version = Some(version_of(&files()));
    let of = |kind: &str, clauses: &[&str]| Public {
        clauses: clauses.iter().map(ToString::to_string).collect(),
        policy: version.clone(),
        ..Public::new(kind, day)
    };
    let looked = |control: &str, outcome: &str, clauses: &[&str]| Public {
        control: Some(control.to_owned()),
        outcome: Some(outcome.to_owned()),
        ..of(CHECKED, clauses)
    };
    let mut counted = of("decisions.counted", &["WH-001"]);
    counted.counts = BTreeMap::from([("WH-001:deny".to_owned(), 2)]);
    let mut word = of(ATTESTED, &["WH-002"]);
    word.counts = BTreeMap::from([("until".to_owned(), 20_270_531)]);
    let mut broken = looked("forbidden-fields", "failed", &["WH-003"]);
    broken.counts = BTreeMap::from([("WH-003/M0303/shop:members.card".to_owned(), 1)]);
    vec![
        of("policy.published", &[]),
        looked("purpose-gate", "well", &[]),
        looked("attestation", "well", &[]),
        broken,
        counted,
        word,
    ]
}

fn honest(entries: &[Public]) -> Board {
    let version = version_of(&files());
    let compiled = compile(
        Library::standard(),
        &[SourceFile::new("policy.kdl", POLICY)],
        None,
    );
    let policy = &compiled.policies[0];
    let mut facts = Facts::of(&version);
    (0..)
        .zip(entries)
        .for_each(|(number, entry)| facts.add(Some(number), entry));
    let day = "2026-11-23".parse().unwrap();
    board("wheels", &version, &Bindings::of(policy), &facts, day)
}

/// A proof, sealed by the one who holds the key, whatever it says.
fn proof(entries: &[Public], board: Board) -> String {
    let mut tree = Frontier::new();
    let mut lines = Vec::new();
    for (number, public) in (0_u8..).zip(entries) {
        let commitment = commit(&Salt::new([number; 32]), b"{}");
        let entry = Entry::from_parts(public.clone(), commitment).unwrap();
        tree.append(entry.leaf_hash());
        lines.push(bundle_line(&entry));
    }
    let checkpoint = Checkpoint {
        origin: ORIGIN.to_owned(),
        size: tree.size(),
        root: tree.root(),
        extensions: Vec::new(),
    };
    let note = checkpoint.sign(&[&signer()]).unwrap();
    let header = BundleHeader::new(
        vec![signer().verifier().to_string()],
        Vec::new(),
        vec![note.to_string()],
    );
    let head = serde_json::to_string(&Head::new(files(), board)).unwrap();
    let text = format!(
        "{head}\n{}\n{}\n",
        header.to_line().unwrap(),
        lines.join("\n")
    );
    sealed(&text)
}

fn sealed(text: &str) -> String {
    let note = Note::sign(&seal_text(text.as_bytes()), &[&signer()]).unwrap();
    let seal = Seal {
        seal: note.to_string(),
    };
    format!("{text}{}\n", serde_json::to_string(&seal).unwrap())
}

fn verdict(proof: &[u8]) -> Verdict {
    verify_proof(proof, &ring()).verdict()
}

#[test]
fn a_proof_holds_as_it_was_sealed() {
    let entries = publics();
    let board = honest(&entries);
    let statuses: Vec<Status> = board.clauses.iter().map(|clause| clause.status).collect();
    assert_eq!(statuses, [Status::Kept, Status::Attested, Status::Broken]);
    let proof = proof(&entries, board);
    let report = verify_proof(proof.as_bytes(), &ring());
    assert_eq!(report.verdict(), Verdict::Proven, "{report}");
    let stranger = verify_proof(proof.as_bytes(), &KeyRing::new());
    assert_eq!(stranger.verdict(), Verdict::Unproven, "{stranger}");
}

/// Even the holder of the key cannot state what does not follow from the log.
#[test]
fn a_status_that_does_not_follow_is_refuted_though_its_seal_is_genuine() {
    let entries = publics();
    let change: [fn(&mut Board); 5] = [
        |board| board.clauses[2].status = Status::Watched,
        |board| board.clauses[0].status = Status::Enforced,
        |board| board.bound += 1,
        |board| board.clauses[2].broken.clear(),
        |board| board.clauses.truncate(2),
    ];
    for change in change {
        let mut board = honest(&entries);
        change(&mut board);
        assert_eq!(verdict(proof(&entries, board).as_bytes()), Verdict::Refuted);
    }
    let unpublished = &entries[1..];
    assert_eq!(
        verdict(proof(unpublished, honest(unpublished)).as_bytes()),
        Verdict::Refuted
    );
}

/// Entries left out, moved or doubled and sealed again: the checkpoint does not fit.
#[test]
fn a_log_that_was_cut_or_turned_round_is_refuted_though_its_seal_is_genuine() {
    let entries = publics();
    let whole = proof(&entries, honest(&entries));
    let lines: Vec<&str> = whole.lines().collect();
    let body = &lines[..lines.len() - 1];
    for at in 2..body.len() {
        let mut without = body.to_vec();
        without.remove(at);
        let mut doubled = body.to_vec();
        doubled.insert(at, body[at]);
        let mut turned = body.to_vec();
        turned.swap(at, if at + 1 < body.len() { at + 1 } else { 2 });
        for lines in [without, doubled, turned] {
            let forged = sealed(&(lines.join("\n") + "\n"));
            assert_ne!(verdict(forged.as_bytes()), Verdict::Proven, "{at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_changed_it_is_no_longer_proven(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
            let entries = publics();
            proof(&entries, honest(&entries)).into_bytes()
        });
        let whole = WHOLE.clone();
        let mut forged = whole.clone();
        for (at, byte, how) in changes {
            let at = at.index(forged.len());
            match how {
                0 => forged[at] = byte,
                1 => forged.insert(at, byte),
                2 => drop(forged.remove(at)),
                _ => forged.truncate(at.max(1)),
            }
        }
        prop_assume!(forged != whole);
        prop_assert_ne!(verdict(&forged), Verdict::Proven);
    }
}
