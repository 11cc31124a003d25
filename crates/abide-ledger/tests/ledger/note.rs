//! Notes and checkpoints: signatures made by another program, changed bytes, several keys.

use abide_ledger::{Checkpoint, Continuation, LedgerError, Note, Signer, Verifier, audit};
use proptest::prelude::*;

use crate::slow::leaves;

/// Made by another program from the seed 0, 1, 2 … 31.
const VKEY: &str = "bikes.example/evidence+1b693b1a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

/// Signed by that program: the tree over `leaf 0` to `leaf 8`.
const CHECKPOINT: &str = "bikes.example/evidence
9
dEfK3Ghisw3tyyjEsymQk2azvTOPapD++tzEsqiiuUg=

— bikes.example/evidence G2k7Go6ni4CcsqffOr5KoMpIZdh9m/CY3ThqjnKEHODgjntAceWbvHL3T5xskM6nnf3vcgkIGBBgegjcElGDjN7aYAM=
";

const ORIGIN: &str = "bikes.example/evidence";

pub(crate) fn signer(number: u8) -> Signer {
    Signer::from_seed(ORIGIN, &std::array::from_fn(|at| at as u8 + number)).unwrap()
}

pub(crate) fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.to_owned(),
        size,
        root: audit(leaves(size)),
        extensions: Vec::new(),
    }
}

#[test]
fn another_program_signs_the_same() {
    let signer = signer(0);
    assert_eq!(signer.verifier().to_string(), VKEY);
    let note = checkpoint(9).sign(&[&signer]).unwrap();
    assert_eq!(note.to_string(), CHECKPOINT);
    let note = Note::parse(CHECKPOINT).unwrap();
    let verifier: Verifier = VKEY.parse().unwrap();
    assert_eq!(Checkpoint::verify(&note, [&verifier]), Ok(checkpoint(9)));
}

#[test]
fn two_keys_may_sign_and_a_stranger_is_ignored() {
    let (old, new) = (signer(0), signer(1));
    let note = checkpoint(3).sign(&[&old, &new]).unwrap();
    let both = [old.verifier(), new.verifier()];
    assert_eq!(note.verify(both).unwrap(), both);
    assert_eq!(note.verify([new.verifier()]).unwrap(), [new.verifier()]);
    let error = note.verify([signer(2).verifier()]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "signed only by keys you did not name: `bikes.example/evidence`, `bikes.example/evidence`; name one if you trust it"
    );
    // An algorithm that nobody here knows is a stranger too.
    let strange = format!("{note}— witness.example AAAAAAAA\n");
    assert_eq!(Note::parse(&strange).unwrap().verify(both).unwrap(), both);
}

#[test]
fn a_wrong_signature_of_a_trusted_key_is_refused_beside_a_right_one() {
    let (old, new) = (signer(0), signer(1));
    let line = |note: &Note| note.to_string().lines().last().unwrap().to_owned();
    let other = line(&checkpoint(4).sign(&[&new]).unwrap());
    let note = checkpoint(3).sign(&[&old]).unwrap();
    let note = Note::parse(&format!("{note}{other}\n")).unwrap();
    let wrong = LedgerError::BadSignature { key: ORIGIN.into() };
    assert_eq!(note.verify([old.verifier(), new.verifier()]), Err(wrong));
    assert!(note.verify([old.verifier()]).is_ok());
}

#[test]
fn notes_out_of_form_are_refused() {
    let (text, lines) = CHECKPOINT.split_once("\n\n").unwrap();
    for note in [
        String::new(),
        "\n\n".into(),
        text.into(),
        format!("{text}\n\n"),
        format!("{text}\n\n{}", lines.trim_end()),
        format!("{text}\n\n{lines}\n"),
        format!("{text}\n\n{}", lines.replace('—', "-")),
        format!("{text}\n\n{}", lines.replace("— bikes", "— the bikes")),
        format!("{text}\r\n\n{lines}"),
        format!("{text}\n\n{}", lines.repeat(65)),
    ] {
        assert!(Note::parse(&note).is_err(), "{note:?}");
    }
    assert_eq!(
        Note::parse(&format!("{text}\n\n{}", lines.repeat(64)))
            .unwrap()
            .signatures()
            .len(),
        64
    );
    assert_eq!(
        Note::parse(&format!("a\n\n{CHECKPOINT}")).unwrap().text(),
        format!("a\n\n{text}\n")
    );
    assert!(Note::sign("no line break", &[&signer(0)]).is_err());
    assert!(Note::sign("nobody\n", &[]).is_err());
}

#[test]
fn keys_out_of_form_are_refused() {
    let wrong_id = VKEY.replace("1b69", "1b68");
    let weak = format!(
        "a+{}",
        "00000000+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    );
    for key in [
        "",
        "a",
        "a+b",
        "a+b+c",
        &VKEY[..VKEY.len() - 4],
        &wrong_id,
        &weak,
        &VKEY.replace("+AQ", "+Ag"),
    ] {
        assert!(key.parse::<Verifier>().is_err(), "{key}");
    }
    for name in ["", "two words", "a+b", "a\u{2003}b", "a\nb"] {
        assert!(Signer::from_seed(name, &[1; 32]).is_err(), "{name:?}");
    }
}

#[test]
fn checkpoints_out_of_form_are_refused() {
    let root = audit([]);
    for text in [
        String::new(),
        format!("a\n1\n{root}"),
        format!("\n1\n{root}\n"),
        format!("a\n01\n{root}\n"),
        format!("a\n+1\n{root}\n"),
        format!("a\n-1\n{root}\n"),
        format!("a\n18446744073709551615\n{root}\n"),
        format!("a\n1\n{root}=\n"),
        "a\n1\nAAAA\n".into(),
        format!("a\n1\n{root}\n\n"),
    ] {
        assert!(text.parse::<Checkpoint>().is_err(), "{text:?}");
    }
    let mut two_lines = checkpoint(1);
    two_lines.origin.push_str("\n7");
    assert!(two_lines.sign(&[&signer(0)]).is_err());
}

#[test]
fn a_log_names_the_one_it_continues() {
    let previous = Continuation {
        origin: "bikes.example/evidence of spring".into(),
        size: 8,
        root: audit(leaves(8)),
    };
    let checkpoint = checkpoint(9).continuing(&previous);
    let note = checkpoint.sign(&[&signer(0)]).unwrap();
    let read: Checkpoint = note.text().parse().unwrap();
    assert_eq!(read.continuation(), Ok(Some(previous)));
    let mut two = read.clone();
    two.extensions.push(two.extensions[0].clone());
    assert!(two.continuation().is_err());
    let mut own = read.clone();
    own.origin = "bikes.example/evidence of spring".into();
    assert!(own.continuation().is_err());
    let mut broken = read;
    broken.extensions = vec!["continues nothing".into()];
    assert!(broken.continuation().is_err());
}

proptest! {
    #[test]
    fn a_changed_byte_fails(at in 0..CHECKPOINT.len(), bit in 0_u8..8) {
        let mut bytes = CHECKPOINT.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        let verifier: Verifier = VKEY.parse().unwrap();
        let accepted = std::str::from_utf8(&bytes).ok()
            .and_then(|text| Note::parse(text).ok())
            .and_then(|note| Checkpoint::verify(&note, [&verifier]).ok());
        prop_assert_eq!(accepted, None);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,80}|[a-c]?\n?[0-9]{0,3}\n.{0,50}\n\n?(— [a+ ]{1,3} [A-Za-z=]{0,12}\n){0,3}") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), &text[..]);
        }
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), &text[..]);
            let _ = checkpoint.continuation();
        }
        let _ = text.parse::<Verifier>();
        let _ = text.parse::<Continuation>();
    }
}
