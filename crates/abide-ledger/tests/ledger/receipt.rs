//! Receipts and proofs as files: what holds, what is left open, and what is refuted.

use abide_ledger::{
    Entry, FileKind, KeyRing, LedgerError, Opening, Receipt, Report, Salt, Shown, TlogProof,
    Verdict, audit, inclusion_proof, leaf_hash, shown_seal, verify_file,
};
use proptest::prelude::*;

use crate::entry::{consent, salt};
use crate::note::{checkpoint, signer};
use crate::slow::{leaves, stored};

const SHOWN: &str = "May we send you our newsletter?";

fn ring() -> KeyRing {
    let mut ring = KeyRing::new();
    ring.trust(signer(0).verifier().clone());
    ring
}

fn private() -> String {
    format!("{{\"subject\":\"t1\",\"shown\":\"{}\"}}", shown_seal(SHOWN))
}

/// The entry as number 5 of 8 in a log, and its proof.
fn proven() -> (Entry, TlogProof) {
    let entry = Entry::new(consent(), &salt(), private().as_bytes()).unwrap();
    let mut all = leaves(8);
    all[5] = entry.leaf_hash();
    let (_, nodes) = stored(&all);
    let mut checkpoint = checkpoint(8);
    checkpoint.root = audit(all);
    let proof = TlogProof {
        index: 5,
        extra: None,
        hashes: inclusion_proof(5, 8, &nodes).unwrap(),
        checkpoint: checkpoint.sign(&[&signer(0)]).unwrap(),
    };
    (entry, proof)
}

fn receipt() -> Receipt {
    let (entry, proof) = proven();
    Receipt::new(&entry, &proof)
        .opening(&private(), salt())
        .showing(SHOWN)
}

fn report(text: &str) -> Report {
    verify_file(text.as_bytes(), &ring())
}

#[test]
fn the_persons_copy_proves_everything() {
    let json = receipt().to_json().unwrap();
    let verified = Receipt::from_json(&json).unwrap().verify(&ring()).unwrap();
    assert_eq!((verified.index, verified.checkpoint.size), (5, 8));
    assert_eq!(verified.signers, [signer(0).verifier().to_string()]);
    assert_eq!(
        (verified.opening, verified.shown),
        (Opening::Opened, Shown::Sealed)
    );
    assert_eq!(
        report(&json).to_string(),
        "receipt: proven
  checked: the private part is the one that the entry commits to
  checked: the text that was shown is the one that the entry seals
  checked: it is entry 5 of the 8 in `bikes.example/evidence`, counted from 0
  checked: `bikes.example/evidence` at size 8 has the signature of `bikes.example/evidence+1b693b1a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4`
  entries: 1, from 2026-11-22 to 2026-11-22
           1  consent.recorded
"
    );
}

#[test]
fn a_copy_for_others_proves_the_place() {
    let (entry, proof) = proven();
    let public = Receipt::new(&entry, &proof);
    let verified = public.verify(&ring()).unwrap();
    assert_eq!(
        (verified.opening, verified.shown),
        (Opening::Withheld, Shown::Absent)
    );
    assert_eq!(
        public.clone().showing(SHOWN).verify(&ring()).unwrap().shown,
        Shown::Unsealed
    );
    let report = report(&public.to_json().unwrap());
    assert_eq!(report.verdict(), Verdict::Proven);
    assert_eq!(
        report.unchecked,
        ["the private part: it is not in this copy"]
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let (entry, proof) = proven();
    let new = || Receipt::new(&entry, &proof);
    let verify = |receipt: Receipt| receipt.verify(&ring()).unwrap_err();
    assert_eq!(
        verify(new().opening("{}", salt())),
        LedgerError::WrongOpening
    );
    assert_eq!(
        verify(new().opening(&private(), Salt::new([0; 32]))),
        LedgerError::WrongOpening
    );
    assert_eq!(
        verify(receipt().showing("May we?")),
        LedgerError::WrongShown
    );
    let moved = TlogProof {
        index: 4,
        ..proof.clone()
    };
    assert_eq!(
        verify(Receipt::new(&entry, &moved)),
        LedgerError::WrongRoot { size: 8 }
    );
    let mut public = consent();
    public.outcome = Some("refused".into());
    let other = Entry::from_parts(public, entry.commitment()).unwrap();
    assert_eq!(
        verify(Receipt::new(&other, &proof)),
        LedgerError::WrongRoot { size: 8 }
    );
    let strange = receipt().verify(&KeyRing::new());
    assert!(matches!(strange, Err(LedgerError::UntrustedKeys { .. })));
}

#[test]
fn a_stranger_gets_to_know_what_is_missing() {
    let json = receipt().to_json().unwrap();
    let report = verify_file(json.as_bytes(), &KeyRing::new());
    assert_eq!(report.verdict(), Verdict::Unproven);
    assert_eq!(
        report.unchecked,
        [
            "the signature: signed only by keys you did not name: `bikes.example/evidence`; name one if you trust it"
        ]
    );
}

#[test]
fn nothing_private_is_shown_by_accident() {
    let json = receipt().to_json().unwrap();
    let debug = format!("{:?}", receipt());
    let broken =
        Receipt::from_json(&json.replace("\"private\": \"", "\"shown\": 1, \"private\": \""))
            .unwrap_err();
    let unknown = Receipt::from_json(&json.replace("\"private\"", "\"t1\"")).unwrap_err();
    let misplaced = Receipt::from_json(&json.replace("consent.recorded", "t1 t1"))
        .unwrap()
        .entry()
        .unwrap_err();
    for text in [
        debug,
        broken.to_string(),
        unknown.to_string(),
        misplaced.to_string(),
    ] {
        assert!(
            !text.contains("t1") && !text.contains("newsletter"),
            "{text}"
        );
    }
}

#[test]
fn a_proof_with_its_leaf_stands_alone() {
    let (entry, mut proof) = proven();
    let text = proof.to_string();
    assert_eq!(text.parse::<TlogProof>().unwrap(), proof);
    let without = report(&text);
    assert_eq!(
        (without.file, without.verdict()),
        (FileKind::Proof, Verdict::Unproven)
    );
    proof.extra = Some(entry.leaf_data().into());
    let text = proof.to_string();
    assert_eq!(text.parse::<TlogProof>().unwrap(), proof);
    assert_eq!(report(&text).verdict(), Verdict::Proven);
    proof.extra = Some(entry.leaf_data().replace("HB-005", "HB-006").into());
    assert_eq!(report(&proof.to_string()).verdict(), Verdict::Refuted);
}

#[test]
fn proofs_out_of_form_are_refused() {
    let text = proven().1.to_string();
    for text in [
        text.replace("proof@v1", "proof@v2"),
        text.replace("index 5", "index 05"),
        text.replace("index 5\n", ""),
        text.replace("index 5", "extra ?\nindex 5"),
        text.replace("index 5", "index 5\nAAAA"),
        text.replace("\n\n", "\n"),
        text.replacen("\n\n", "\n\n\n", 1),
    ] {
        assert!(text.parse::<TlogProof>().is_err(), "{text}");
    }
}

#[test]
fn a_tree_of_one_needs_no_hashes() {
    let leaf = leaf_hash(b"alone");
    let mut checkpoint = checkpoint(1);
    checkpoint.root = leaf;
    let proof = TlogProof {
        index: 0,
        extra: None,
        hashes: Vec::new(),
        checkpoint: checkpoint.sign(&[&signer(0)]).unwrap(),
    };
    let read: TlogProof = proof.to_string().parse().unwrap();
    let ring = ring();
    let (read, signers) = read.verify(&leaf, &ring).unwrap();
    assert_eq!((read, signers.len()), (checkpoint, 1));
}

#[test]
fn files_are_recognised_by_how_they_begin() {
    let (_, proof) = proven();
    let checkpoint = report(&proof.checkpoint.to_string());
    assert_eq!(
        (checkpoint.file, checkpoint.verdict()),
        (FileKind::Checkpoint, Verdict::Proven)
    );
    assert_eq!(
        checkpoint.unchecked,
        ["the entries: they are not in this file; use a bundle"]
    );
    for (text, file) in [
        ("", FileKind::Unknown),
        ("hello", FileKind::Unknown),
        ("{\"format\":\"abide-receipt/v1\"}", FileKind::Receipt),
        ("{}", FileKind::Receipt),
        ("{\"format\":\"abide-bundle/v1\"}", FileKind::Bundle),
        ("c2sp.org/tlog-proof@v1\n", FileKind::Proof),
        ("abide-key-rotation/v1\n", FileKind::Rotation),
        ("a\n1\n\n— a b\n", FileKind::Checkpoint),
    ] {
        let report = report(text);
        assert_eq!(
            (report.file, report.verdict()),
            (file, Verdict::Refuted),
            "{text}"
        );
    }
    assert_eq!(verify_file(&[0xff], &ring()).file, FileKind::Unknown);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_changed_proof_is_never_proven(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let (entry, mut proof) = proven();
        proof.extra = Some(entry.leaf_data().into());
        let mut bytes = proof.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let report = verify_file(&bytes, &ring());
        prop_assert_ne!(report.verdict(), Verdict::Proven, "{}", report);
    }

    #[test]
    fn any_bytes_get_a_report(bytes in prop::collection::vec(any::<u8>(), 0..80), text in "(\\{\"format\":\"abide-(bundle|receipt)/v1\"|c2sp.org/tlog-proof@v1\n|abide-key-rotation/v1\n)(?s).{0,80}") {
        prop_assert_ne!(verify_file(&bytes, &ring()).verdict(), Verdict::Proven);
        prop_assert_ne!(report(&text).verdict(), Verdict::Proven);
    }
}
