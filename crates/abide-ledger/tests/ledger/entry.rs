//! Entries: one spelling, one hash, no room for a person in the public part.

use abide_ledger::{Day, Entry, LedgerError, Public, Salt, commit};
use proptest::prelude::*;

/// Computed by another program with the salt 7, 7, 7 …
const LEAF: &str = "abide-evidence/v1
{\"kind\":\"consent.recorded\",\"clauses\":[\"HB-005\"],\"day\":\"2026-11-22\"}
yBhQ6pi0QfwYjDylQW4e6S7PGR+nC4Z6EeYQxc7rEKw=
";
const LEAF_HASH: &str = "51430eb854529da916209e67bd90f779bb16f737cda180f5b0e5c362c37ea2cd";
pub(crate) const PRIVATE: &str = "{\"subject\":\"t1\"}";

pub(crate) fn consent() -> Public {
    let mut public = Public::new("consent.recorded", Day::new(2026, 11, 22).unwrap());
    public.clauses.push("HB-005".into());
    public
}

pub(crate) fn salt() -> Salt {
    Salt::new([7; 32])
}

#[test]
fn another_program_makes_the_same_leaf() {
    let entry = Entry::new(consent(), &salt(), PRIVATE.as_bytes()).unwrap();
    assert_eq!(entry.leaf_data(), LEAF);
    assert_eq!(format!("{:?}", entry.leaf_hash()), LEAF_HASH);
    assert_eq!(Entry::parse(LEAF), Ok(entry.clone()));
    assert_eq!(entry.opens(&salt(), PRIVATE.as_bytes()), Ok(()));
    for (salt, private) in [(Salt::new([8; 32]), PRIVATE), (salt(), "{}"), (salt(), "")] {
        let opened = entry.opens(&salt, private.as_bytes());
        assert_eq!(opened, Err(LedgerError::WrongOpening));
    }
}

#[test]
fn fields_stand_in_one_order() {
    let mut public = consent();
    public.control = Some("egress".into());
    public.policy = Some("ab".repeat(32));
    public.outcome = Some("permitted".into());
    public.counts = [("rows".into(), 7), ("tables".into(), 2)].into();
    let json = format!(
        "{{\"kind\":\"consent.recorded\",\"clauses\":[\"HB-005\"],\"control\":\"egress\",\"policy\":\"{}\",\
         \"day\":\"2026-11-22\",\"outcome\":\"permitted\",\"counts\":{{\"rows\":7,\"tables\":2}}}}",
        "ab".repeat(32)
    );
    assert_eq!(public.to_canonical_json().unwrap(), json);
    assert_eq!(Public::from_canonical_json(&json), Ok(public));
}

#[test]
fn any_other_spelling_is_refused() {
    for changed in [
        LEAF.replace("\",\"", "\", \""),
        LEAF.replace("HB-005", "HB\\u002d005"),
        LEAF.replace(",\"day\"", ",\"counts\":{},\"day\""),
        LEAF.replace(",\"day\"", ",\"subject\":\"t1\",\"day\""),
        LEAF.replace(",\"day\"", ",\"outcome\":null,\"day\""),
        LEAF.replace("22\"}", "22\",\"counts\":{\"b\":1,\"a\":1}}"),
        LEAF.replace("22\"}", "22\",\"counts\":{\"a\":1,\"a\":1}}"),
        LEAF.replace("11-22", "11-31"),
        LEAF.replace("/v1", "/v2"),
        LEAF.replace("rEKw=", "rEKx="),
        LEAF.trim_end().into(),
        format!("{LEAF}\n"),
        format!("{LEAF}a\n"),
    ] {
        assert!(Entry::parse(&changed).is_err(), "{changed}");
    }
}

#[test]
fn the_public_part_has_no_room_for_a_person() {
    let put: [fn(&mut Public); 6] = [
        |public| public.kind = "ada@bikes.example".into(),
        |public| public.clauses.push("Ada Lovelace".into()),
        |public| public.control = Some("+31 6 1234".into()),
        |public| public.policy = Some("{\"subject\":1}".into()),
        |public| public.outcome = Some(String::new()),
        |public| public.counts = [("a".repeat(129), 1)].into(),
    ];
    for put in put {
        let mut public = consent();
        put(&mut public);
        assert!(public.to_canonical_json().is_err(), "{public:?}");
    }
}

#[test]
fn an_entry_fits_in_a_bundle() {
    let mut public = consent();
    public.clauses = (0..9000).map(|number| format!("HB-{number}")).collect();
    let error = Entry::new(public, &salt(), b"").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("at most 65535; name fewer clauses"),
        "{error}"
    );
}

#[test]
fn a_salt_is_never_shown() {
    assert_eq!(format!("{:?}", salt()), "Salt(…)");
}

#[test]
fn days_are_those_of_the_calendar() {
    for day in ["2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31"] {
        assert_eq!(day.parse::<Day>().unwrap().to_string(), day);
    }
    for day in [
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-1-01",
        "2026-01-011",
        "+026-01-01",
        "20é-01-01",
        "",
    ] {
        assert!(day.parse::<Day>().is_err(), "{day}");
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9._:/é-]{1,12}"
}

fn public() -> impl Strategy<Value = Public> {
    let words = prop::collection::vec(word(), 0..4);
    let options = (
        prop::option::of(word()),
        prop::option::of(word()),
        prop::option::of(word()),
    );
    let counts = prop::collection::btree_map(word(), any::<u64>(), 0..3);
    (
        word(),
        words,
        options,
        (0_u16..=9999, 1_u8..=12, 1_u8..=28),
        counts,
    )
        .prop_map(
            |(kind, clauses, (control, policy, outcome), (year, month, day), counts)| Public {
                kind,
                clauses,
                control,
                policy,
                day: Day::new(year, month, day).unwrap(),
                outcome,
                counts,
            },
        )
}

proptest! {
    #[test]
    fn entries_come_back_as_they_were(public in public(), bytes in any::<[u8; 32]>(), private in prop::collection::vec(any::<u8>(), 0..60)) {
        let salt = Salt::new(bytes);
        let entry = Entry::new(public, &salt, &private).unwrap();
        prop_assert_eq!(entry.commitment(), commit(&salt, &private));
        prop_assert_eq!(&Entry::parse(entry.leaf_data()).unwrap(), &entry);
    }

    #[test]
    fn a_changed_byte_is_another_leaf_or_none(at in 0..LEAF.len(), bit in 0_u8..8) {
        let mut bytes = LEAF.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        if let Some(entry) = std::str::from_utf8(&bytes).ok().and_then(|text| Entry::parse(text).ok()) {
            prop_assert_ne!(format!("{:?}", entry.leaf_hash()), LEAF_HASH);
        }
    }

    #[test]
    fn any_text_is_an_entry_or_refused(text in "(?s).{0,60}|abide-evidence/v1\n\\{.{0,40}\\}\n[A-Za-z=]{44}\n") {
        if let Ok(entry) = Entry::parse(&text) {
            prop_assert_eq!(entry.leaf_data(), text);
        }
    }
}
