//! Steps of requests that nobody carries out.

use abide_policy::clocks::{Clock, Clocks, Source};
use abide_policy::deadline::CountingRule;
use abide_policy::length::Length;
use abide_store::Acting;

use super::*;
use crate::request::event::Event;

fn at(day: &str) -> Timestamp {
    format!("{day}T09:00:00Z").parse().unwrap()
}

fn clock(length: &str) -> Clock {
    Clock {
        length: Length::parse(length).unwrap(),
        counting: CountingRule::Plain,
        calendars: Vec::new(),
        extension: None,
        source: Source {
            clauses: vec!["A".into()],
            law: None,
        },
    }
}

/// A request of 5 January, confirmed within ten days and answered within thirty.
fn asked(kind: Kind) -> Standing {
    let mut standing = Standing::new(kind, Acting::Subject, "2026-01-05".parse().unwrap());
    let clocks = Clocks {
        acknowledge: vec![clock("10 days")],
        answer: vec![clock("30 days")],
        ..Clocks::default()
    };
    let event = Event::Asked {
        clocks: Box::new(clocks),
        lang: "en".into(),
        policy: String::new(),
        wants_approval: false,
        is_too_often: false,
        known_by: vec!["email".into()],
    };
    standing.apply(&event, "app", at("2026-01-05"));
    standing
}

fn next(standing: &Standing, day: &str) -> Step {
    advance(standing, &Rules::default(), Library::standard(), at(day))
}

#[test]
fn a_day_passes_nowhere_without_word() {
    let mut standing = asked(Kind::Correct);
    assert_eq!(
        next(&standing, "2026-01-16"),
        Step::Escalate(Deadline::Acknowledge)
    );
    standing.apply(&Event::Acknowledged, "app", at("2026-01-05"));
    let verified = Event::Verified {
        addresses: vec![0],
        how: "account".into(),
    };
    standing.apply(&verified, "app", at("2026-01-05"));
    assert_eq!(
        next(&standing, "2026-01-05"),
        Step::Wait(beginning("2026-01-28".parse().unwrap()))
    );
    assert_eq!(
        next(&standing, "2026-01-28"),
        Step::Remind(Deadline::Answer, 7)
    );
    // After a jump only the nearest counts.
    assert_eq!(
        next(&standing, "2026-02-03"),
        Step::Remind(Deadline::Answer, 2)
    );
    let reminded = Event::Reminded {
        of: Deadline::Answer,
        days: 2,
    };
    standing.apply(&reminded, "app", at("2026-02-03"));
    assert_eq!(
        next(&standing, "2026-02-04"),
        Step::Wait(beginning("2026-02-05".parse().unwrap()))
    );
    assert_eq!(
        next(&standing, "2026-02-05"),
        Step::Escalate(Deadline::Answer)
    );
    let overdue = Event::Overdue {
        of: Deadline::Answer,
    };
    standing.apply(&overdue, "app", at("2026-02-05"));
    assert_eq!(next(&standing, "2027-02-05"), Step::Wait(None));
}

#[test]
fn nothing_is_carried_out_for_whoever_did_not_show_who_they_are() {
    let mut standing = asked(Kind::Erase);
    assert_eq!(next(&standing, "2026-01-05"), Step::Acknowledge);
    standing.apply(&Event::Acknowledged, "app", at("2026-01-05"));
    assert_eq!(next(&standing, "2026-01-05"), Step::SendCodes);
    standing.apply(
        &Event::CodesSent { addresses: vec![0] },
        "app",
        at("2026-01-05"),
    );
    assert!(matches!(next(&standing, "2026-01-06"), Step::Wait(Some(_))));
    assert_eq!(next(&standing, "2026-02-05"), Step::Close(Outcome::Expired));
}

#[test]
fn nobody_runs_out_of_time_who_was_not_asked_for_proof() {
    let mut standing = asked(Kind::Erase);
    standing.apply(&Event::Acknowledged, "app", at("2026-01-05"));
    // It lay on a desk until its time was over: that is told, and the person still has some days.
    assert_eq!(
        next(&standing, "2026-02-10"),
        Step::Escalate(Deadline::Answer)
    );
    let overdue = Event::Overdue {
        of: Deadline::Answer,
    };
    standing.apply(&overdue, "app", at("2026-02-10"));
    assert_eq!(next(&standing, "2026-02-10"), Step::SendCodes);
    standing.apply(
        &Event::CodesSent { addresses: vec![0] },
        "app",
        at("2026-02-10"),
    );
    let over = beginning("2026-02-25".parse().unwrap());
    assert_eq!(next(&standing, "2026-02-11"), Step::Wait(over));
    assert_eq!(next(&standing, "2026-02-25"), Step::Close(Outcome::Expired));
}

#[test]
fn an_opt_out_comes_before_everything() {
    let standing = asked(Kind::OptOutSale);
    assert_eq!(next(&standing, "2026-01-05"), Step::CarryOut(Work::Choice));
}

#[test]
fn what_no_one_times_is_due_after_thirty_days() {
    let mut standing = asked(Kind::Complaint);
    standing.clocks = Clocks::default();
    assert_eq!(
        standing.due(Library::standard()).date.to_string(),
        "2026-02-04"
    );
}
