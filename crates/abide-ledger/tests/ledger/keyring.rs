//! How trust passes from a key to its successor, and what a retired key may still sign.

use abide_ledger::{KeyRing, LedgerError, Note, Rotation, Verdict, Verifier, verify_file};

use crate::note::{checkpoint, signer};

fn rotation(from: u8, to: u8, retire_at: Option<u64>) -> Note {
    let signing = signer(from);
    let rotation = Rotation {
        from: signing.verifier().clone(),
        to: signer(to).verifier().clone(),
        retire_at,
    };
    rotation.sign(&signing).unwrap()
}

fn root() -> Verifier {
    signer(0).verifier().clone()
}

#[test]
fn a_chain_of_statements_leads_to_the_last_key() {
    let statements = [rotation(0, 1, Some(10)), rotation(1, 2, None)];
    let ring = KeyRing::follow(root(), &statements).unwrap();
    assert_eq!(ring.verifiers().count(), 3);
    let by = |number, size| checkpoint(size).sign(&[&signer(number)]).unwrap();
    for (number, size) in [(0, 10), (1, 10), (1, 500), (2, 500)] {
        let note = by(number, size);
        let (read, signers) = ring.open(&note).unwrap();
        assert_eq!(read, checkpoint(size));
        assert_eq!(signers, [signer(number).verifier()]);
    }
    let error = ring.open(&by(0, 11)).unwrap_err();
    assert!(
        matches!(&error, LedgerError::RetiredKey { at: 10, .. }),
        "{error}"
    );
    assert!(matches!(
        ring.open(&by(3, 1)),
        Err(LedgerError::UntrustedKeys { .. })
    ));
    // Beside a key in office the retired one does no harm, and does not count.
    let both = checkpoint(11).sign(&[&signer(0), &signer(1)]).unwrap();
    assert_eq!(ring.open(&both).unwrap().1, [signer(1).verifier()]);
}

#[test]
fn statements_may_come_again_and_a_key_may_retire_later() {
    let statements = [
        rotation(0, 1, None),
        rotation(0, 1, Some(7)),
        rotation(0, 1, Some(7)),
    ];
    let ring = KeyRing::follow(root(), &statements).unwrap();
    assert!(
        ring.open(&checkpoint(8).sign(&[&signer(0)]).unwrap())
            .is_err()
    );
}

#[test]
fn a_retired_key_names_no_further_successor() {
    let statements = [rotation(0, 1, Some(10)), rotation(0, 3, Some(10))];
    let error = KeyRing::follow(root(), &statements).unwrap_err();
    assert_eq!(
        error.to_string(),
        "this is not a valid rotation statement: its key was retired at size 10 and names no further successor"
    );
    let undone = [rotation(0, 1, Some(10)), rotation(0, 1, None)];
    assert!(KeyRing::follow(root(), &undone).is_err());
}

#[test]
fn only_the_key_itself_gives_its_word() {
    let strange = KeyRing::follow(root(), &[rotation(1, 2, None)]);
    assert!(matches!(strange, Err(LedgerError::UntrustedKeys { .. })));
    let honest = rotation(0, 1, None).to_string();
    let other = rotation(0, 2, None).to_string();
    let (_, signature) = honest.split_once("\n\n").unwrap();
    let (text, _) = other.split_once("\n\n").unwrap();
    let forged = Note::parse(&format!("{text}\n\n{signature}")).unwrap();
    let refused = KeyRing::follow(root(), &[forged]);
    assert!(matches!(refused, Err(LedgerError::BadSignature { .. })));
    let unsigned = Note::sign(rotation(0, 1, None).text(), &[&signer(1)]).unwrap();
    assert!(KeyRing::follow(root(), &[unsigned]).is_err());
    let wrong_signer = Rotation {
        from: root(),
        to: signer(1).verifier().clone(),
        retire_at: None,
    };
    assert!(wrong_signer.sign(&signer(1)).is_err());
}

#[test]
fn statements_out_of_form_are_refused() {
    let text = rotation(0, 1, Some(10)).text().to_owned();
    assert_eq!(text.parse::<Rotation>().unwrap().to_string(), text);
    for text in [
        text.replace("/v1", "/v2"),
        text.replace("from", "von"),
        text.replace("retire 10", "retire 010"),
        text.replace("retire 10", "retired 10"),
        text.trim_end().into(),
        format!("{text}\n"),
        format!("{text}and more\n"),
        text.replace(&signer(1).verifier().to_string(), &root().to_string()),
    ] {
        assert!(text.parse::<Rotation>().is_err(), "{text}");
    }
}

#[test]
fn a_statement_is_a_file_too() {
    let mut ring = KeyRing::new();
    let file = rotation(0, 1, None).to_string();
    assert_eq!(
        verify_file(file.as_bytes(), &ring).verdict(),
        Verdict::Unproven
    );
    ring.trust(root());
    assert_eq!(
        verify_file(file.as_bytes(), &ring).verdict(),
        Verdict::Proven
    );
    let changed = file.replace("to bikes", "to likes");
    assert_eq!(
        verify_file(changed.as_bytes(), &ring).verdict(),
        Verdict::Refuted
    );
}
