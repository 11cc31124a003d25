//! Tests of what counts among everything said.

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn said(arrival: i64, state: ConsentState, purposes: &[&str], second: i64) -> PastChoice {
    PastChoice {
        entry_id: EntryId([arrival as u8; 16]),
        arrival,
        subject: None,
        matter: Matter::Fact("consent".into()),
        state,
        scope: Scope {
            purposes: purposes.iter().map(|name| (*name).to_owned()).collect(),
            ..Scope::default()
        },
        policy: None,
        shown: None,
        acting: Acting::Subject,
        source: "form".into(),
        signals: Vec::new(),
        at: at(second),
        until: None,
        ends: None,
    }
}

fn states(history: Vec<PastChoice>, second: i64) -> Vec<(i64, ConsentState)> {
    let current = current_of(history, at(second));
    current
        .iter()
        .map(|choice| (choice.arrival, choice.state))
        .collect()
}

use ConsentState::{
    ConsentExpired, ConsentGiven, ConsentRefused, ConsentRequestDeferred, ConsentRequested,
    ConsentWithdrawn, RenewedConsentGiven,
};

#[test]
fn the_last_word_counts_for_what_it_covers() {
    let history = vec![
        said(1, ConsentGiven, &["newsletter"], 1),
        said(2, ConsentGiven, &["research"], 2),
        said(3, ConsentWithdrawn, &["newsletter"], 3),
    ];
    assert_eq!(
        states(history.clone(), 9),
        [(2, ConsentGiven), (3, ConsentWithdrawn)]
    );
    let mut all = history;
    all.push(said(4, ConsentWithdrawn, &[], 4));
    assert_eq!(states(all, 9), [(4, ConsentWithdrawn)]);
    // A narrower word leaves the wider one standing before it.
    let narrower = vec![
        said(1, ConsentGiven, &[], 1),
        said(2, ConsentWithdrawn, &["newsletter"], 2),
    ];
    assert_eq!(
        states(narrower, 9),
        [(1, ConsentGiven), (2, ConsentWithdrawn)]
    );
}

#[test]
fn being_asked_again_takes_back_nothing() {
    for said_before in [ConsentRefused, ConsentGiven, ConsentWithdrawn] {
        let mut history = vec![
            said(1, said_before, &["newsletter"], 1),
            said(2, ConsentRequested, &["newsletter"], 2),
            said(3, ConsentRequestDeferred, &[], 3),
        ];
        assert_eq!(
            states(history.clone(), 9),
            [(1, said_before), (3, ConsentRequestDeferred)]
        );
        history.push(said(4, RenewedConsentGiven, &[], 4));
        assert_eq!(states(history, 9), [(4, RenewedConsentGiven)]);
    }
}

#[test]
fn a_clock_that_goes_back_does_not_change_the_order() {
    let history = vec![
        said(1, ConsentGiven, &[], 100),
        said(2, ConsentWithdrawn, &["newsletter"], 5),
    ];
    let current = current_of(history, at(6));
    assert_eq!(current[1].state, ConsentWithdrawn);
    assert!(current.iter().all(|choice| choice.at <= at(6)));
    assert!(current[0].at <= current[1].at);
}

#[test]
fn an_expiry_ends_one_choice_and_no_later_one() {
    let mut given = said(1, ConsentGiven, &[], 1);
    given.until = Some(at(10));
    assert_eq!(states(vec![given.clone()], 9), [(1, ConsentGiven)]);
    assert_eq!(states(vec![given.clone()], 10), [(1, ConsentExpired)]);
    let renewed = said(2, RenewedConsentGiven, &[], 8);
    let mut expiry = said(3, ConsentExpired, &[], 12);
    expiry.ends = Some(given.entry_id);
    assert_eq!(
        states(vec![given.clone(), renewed, expiry.clone()], 20),
        [(2, RenewedConsentGiven)]
    );
    // What the ledger said expired stays so, also while a clock runs behind.
    assert_eq!(states(vec![given, expiry], 5), [(1, ConsentExpired)]);
}

#[test]
fn an_imported_word_stands_at_its_own_time() {
    let withdrawn = said(1, ConsentWithdrawn, &[], 50);
    let mut old = said(2, ConsentGiven, &[], 10);
    old.source = "import".into();
    assert_eq!(
        states(vec![withdrawn.clone(), old.clone()], 90),
        [(1, ConsentWithdrawn)]
    );
    old.at = at(60);
    assert_eq!(states(vec![withdrawn, old], 90), [(2, ConsentGiven)]);
}

#[test]
fn states_are_those_of_the_vocabulary() {
    for state in ConsentState::ALL {
        assert_eq!(ConsentState::from_name(state.name()), Some(*state));
    }
    assert_eq!(ConsentState::ConsentGiven.holds(), Some(true));
    assert_eq!(ConsentState::ConsentExpired.holds(), None);
}
