//! Deadline vectors, one per row, and the orders that must hold for any input.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

const RULES: [CountingRule; 6] = [
    CountingRule::Eu1182,
    CountingRule::UkArt12A,
    CountingRule::UsCalendar,
    CountingRule::BrBusiness,
    CountingRule::CnWorking,
    CountingRule::Plain,
];

fn dates(text: &str) -> std::collections::BTreeSet<Date> {
    text.split_whitespace()
        .map(|day| day.parse().unwrap())
        .collect()
}

fn calendar(holidays: &str, makeup_workdays: &str) -> WorkCalendar {
    WorkCalendar {
        holidays: dates(holidays),
        makeup_workdays: dates(makeup_workdays),
    }
}

fn length(text: &str) -> Length {
    Length::parse(text).unwrap()
}

/// Rule, start, length, holidays, make-up days, last date before roll-forward, due date.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const DUE_DATES: [Row; 18] = [
    (
        "eu-1182-71",
        "2026-01-31",
        "1 month",
        "",
        "",
        "2026-02-28",
        "2026-03-02",
    ),
    (
        "eu-1182-71",
        "2026-03-05",
        "1 month",
        "2026-04-03 2026-04-06",
        "",
        "2026-04-05",
        "2026-04-07",
    ),
    (
        "eu-1182-71",
        "2026-08-31",
        "1 month",
        "",
        "",
        "2026-09-30",
        "2026-09-30",
    ),
    (
        "eu-1182-71",
        "2026-05-29",
        "3 months",
        "",
        "",
        "2026-08-29",
        "2026-08-31",
    ),
    (
        "eu-1182-71",
        "2028-01-30",
        "1 month",
        "",
        "",
        "2028-02-29",
        "2028-02-29",
    ),
    (
        "us-ca-calendar",
        "2026-11-25",
        "10 business-days",
        "2026-11-26",
        "",
        "",
        "2026-12-10",
    ),
    (
        "us-ca-calendar",
        "2026-12-18",
        "15 business-days",
        "2026-12-25 2027-01-01",
        "",
        "",
        "2027-01-12",
    ),
    (
        "us-ca-calendar",
        "2026-07-03",
        "10 business-days",
        "2026-07-03",
        "",
        "",
        "2026-07-17",
    ),
    (
        "br-business",
        "2026-02-13",
        "3 business-days",
        "",
        "",
        "",
        "2026-02-18",
    ),
    (
        "plain",
        "2026-11-20",
        "10 business-days",
        "2026-11-26",
        "",
        "",
        "2026-12-07",
    ),
    (
        "cn-working",
        "2030-09-27",
        "15 business-days",
        "2030-10-01 2030-10-02 2030-10-03 2030-10-04 2030-10-07",
        "2030-09-29 2030-10-12",
        "",
        "2030-10-23",
    ),
    (
        "us-ca-calendar",
        "2026-11-25",
        "45 days",
        "",
        "",
        "",
        "2027-01-09",
    ),
    (
        "us-ca-calendar",
        "2026-11-25",
        "90 days",
        "",
        "",
        "",
        "2027-02-23",
    ),
    ("plain", "2026-12-20", "45 days", "", "", "", "2027-02-03"),
    ("plain", "2026-12-20", "90 days", "", "", "", "2027-03-20"),
    ("plain", "2026-12-03", "30 days", "", "", "", "2027-01-02"),
    (
        "br-business",
        "2026-12-20",
        "15 days",
        "",
        "",
        "",
        "2027-01-04",
    ),
    (
        "us-ca-calendar",
        "2026-02-01",
        "30 days",
        "",
        "",
        "",
        "2026-03-03",
    ),
];

#[test]
fn every_due_date_of_the_table() {
    for (rule, start, text, holidays, makeup, unrolled, due) in DUE_DATES {
        let (rule, start) = (
            CountingRule::parse(rule).unwrap(),
            start.parse::<Date>().unwrap(),
        );
        let calendar = calendar(holidays, makeup);
        let found = due_date(rule, &calendar, start, length(text), &[]).unwrap();
        assert_eq!(
            found.to_string(),
            due,
            "{text} from {start} under {}",
            rule.name()
        );
        if !unrolled.is_empty() {
            let plain = due_date(CountingRule::Plain, &calendar, start, length(text), &[]).unwrap();
            assert_eq!(
                plain.to_string(),
                unrolled,
                "{text} from {start} before roll-forward"
            );
        }
    }
}

#[test]
fn hours_run_through_christmas() {
    let aware: Timestamp = "2026-12-24T21:15:00Z".parse().unwrap();
    assert_eq!(
        due_time(aware, 72).unwrap().to_string(),
        "2026-12-27T21:15:00Z"
    );
}

#[test]
fn a_wait_is_never_cut_short() {
    let wait = |start, text| not_before(&WorkCalendar::default(), start, length(text)).unwrap();
    assert_eq!(wait(date(2026, 2, 28), "12 months"), date(2027, 2, 28));
    assert_eq!(wait(date(2028, 2, 29), "12 months"), date(2029, 3, 1));
    assert_eq!(wait(date(2026, 1, 31), "1 month"), date(2026, 3, 1));
    assert_eq!(wait(date(2026, 5, 9), "1 calendar-year"), date(2028, 1, 1));
}

#[test]
fn a_pause_pushes_only_where_the_rule_stops_the_clock() {
    let pauses = [
        Pause {
            from: date(2026, 3, 12),
            until: date(2026, 3, 16),
        },
        Pause {
            from: date(2026, 3, 10),
            until: date(2026, 3, 14),
        },
    ];
    let due = |rule, text| {
        due_date(
            rule,
            &WorkCalendar::default(),
            date(2026, 3, 2),
            length(text),
            &pauses,
        )
        .unwrap()
    };
    assert_eq!(
        due(CountingRule::UkArt12A, "1 month"),
        date(2026, 4, 8),
        "six days stopped, overlap counted once"
    );
    assert_eq!(due(CountingRule::UsCalendar, "1 month"), date(2026, 4, 2));
    assert_eq!(
        due(CountingRule::Eu1182, "10 business-days"),
        date(2026, 3, 20),
        "four working days stopped"
    );
}

#[test]
fn a_pause_after_the_end_changes_nothing() {
    let pauses = [Pause {
        from: date(2026, 4, 20),
        until: date(2026, 6, 1),
    }];
    let due = due_date(
        CountingRule::Eu1182,
        &WorkCalendar::default(),
        date(2026, 3, 2),
        length("1 month"),
        &pauses,
    );
    assert_eq!(due, Ok(date(2026, 4, 2)));
}

#[test]
fn what_cannot_be_counted_is_an_error() {
    let calendar = WorkCalendar::default();
    let start = date(2026, 3, 2);
    for text in [
        "4294967295 years",
        "8000 years",
        "4294967295 months",
        "4294967295 days",
        "4294967295 business-days",
    ] {
        let expected = Err(DeadlineError::OutOfRange {
            length: length(text),
        });
        assert_eq!(
            due_date(CountingRule::Eu1182, &calendar, start, length(text), &[]),
            expected,
            "{text}"
        );
        assert_eq!(
            not_before(&calendar, start, length(text)),
            expected,
            "{text}"
        );
    }
    assert!(due_time(Timestamp::MAX, 1).is_err());
    assert!(due_time(Timestamp::UNIX_EPOCH, u32::MAX).is_err());
    let hours = length("72 hours");
    assert_eq!(
        due_date(CountingRule::Eu1182, &calendar, start, hours, &[]),
        Err(DeadlineError::NeedsTime { length: hours })
    );
    let pause = Pause {
        from: start,
        until: date(2026, 3, 1),
    };
    assert_eq!(
        due_date(
            CountingRule::Eu1182,
            &calendar,
            start,
            length("1 month"),
            &[pause]
        ),
        Err(DeadlineError::PauseBackwards { pause })
    );
}

#[test]
fn the_last_days_of_the_calendar_system() {
    let calendar = calendar("9999-12-31", "");
    let due = due_date(
        CountingRule::Eu1182,
        &calendar,
        date(9999, 11, 30),
        length("1 month"),
        &[],
    );
    assert_eq!(due, Ok(date(9999, 12, 30)));
    let due = due_date(
        CountingRule::Eu1182,
        &calendar,
        date(9999, 12, 1),
        length("30 days"),
        &[],
    );
    assert!(due.is_err(), "the roll-forward has nowhere to go");
}

#[test]
fn a_message_names_the_length() {
    let error = DeadlineError::OutOfRange {
        length: length("8000 years"),
    };
    assert_eq!(
        error.to_string(),
        "`8000 years` ends after the year 9999; give a shorter length"
    );
}

fn any_rule() -> impl Strategy<Value = CountingRule> {
    (0..RULES.len()).prop_map(|index| RULES[index])
}

fn any_day() -> impl Strategy<Value = Date> {
    (0i32..20_000).prop_map(|days| date(2000, 1, 1).checked_add(days.days()).unwrap())
}

fn any_date_length() -> impl Strategy<Value = Length> {
    let unit = prop_oneof![
        Just(Unit::Days),
        Just(Unit::BusinessDays),
        Just(Unit::Months),
        Just(Unit::Years),
        Just(Unit::CalendarYear),
    ];
    (0u32..200, unit).prop_map(|(value, unit)| Length { value, unit })
}

fn any_calendar(start: Date) -> impl Strategy<Value = WorkCalendar> {
    let days = || prop::collection::btree_set(0i32..400, 0..30);
    (days(), days()).prop_map(move |(off, on)| {
        let date_of = |days: i32| start.checked_add(days.days()).unwrap();
        WorkCalendar {
            holidays: off.into_iter().map(date_of).collect(),
            makeup_workdays: on.into_iter().map(date_of).collect(),
        }
    })
}

fn any_case() -> impl Strategy<Value = (CountingRule, WorkCalendar, Date, Length)> {
    any_day().prop_flat_map(|start| {
        (
            any_rule(),
            any_calendar(start),
            Just(start),
            any_date_length(),
        )
    })
}

proptest! {
    #[test]
    fn never_before_the_start((rule, calendar, start, length) in any_case()) {
        let due = due_date(rule, &calendar, start, length, &[]).unwrap();
        prop_assert!(due >= start);
        if rule.rolls_forward() && length.unit != Unit::BusinessDays {
            prop_assert!(calendar.is_workday(due));
        }
    }

    #[test]
    fn a_later_start_is_never_due_earlier((rule, calendar, start, length) in any_case(), later in 0i32..400) {
        let second = start.checked_add(later.days()).unwrap();
        let (one, two) = (
            due_date(rule, &calendar, start, length, &[]).unwrap(),
            due_date(rule, &calendar, second, length, &[]).unwrap(),
        );
        prop_assert!(one <= two);
        prop_assert!(not_before(&calendar, start, length).unwrap() <= not_before(&calendar, second, length).unwrap());
    }

    #[test]
    fn a_longer_length_is_never_due_earlier((rule, calendar, start, length) in any_case(), more in 0u32..50) {
        let longer = Length { value: length.value + more, ..length };
        prop_assert!(
            due_date(rule, &calendar, start, length, &[]).unwrap()
                <= due_date(rule, &calendar, start, longer, &[]).unwrap()
        );
    }

    #[test]
    fn a_certain_order_holds_on_every_date((rule, calendar, start, length) in any_case(), other in any_date_length()) {
        // Only the pure lengths are compared: a calendar with more days off than any country has is out of scope.
        let calendar = if length.unit == Unit::BusinessDays || other.unit == Unit::BusinessDays {
            WorkCalendar::default()
        } else {
            calendar
        };
        let due = |length| due_date(rule, &calendar, start, length, &[]).unwrap();
        if length.shorter_than(other) == Some(true) {
            prop_assert!(due(length) <= due(other), "{length} / {other}");
        }
    }

    #[test]
    fn a_pause_or_a_holiday_never_hurries(
        (rule, mut calendar, start, length) in any_case(), from in 0i32..300, days in 0i32..60,
    ) {
        let before = due_date(rule, &calendar, start, length, &[]).unwrap();
        let from = start.checked_add(from.days()).unwrap();
        let until = from.checked_add(days.days()).unwrap();
        let pauses = [Pause { from, until }];
        prop_assert!(due_date(rule, &calendar, start, length, &pauses).unwrap() >= before);
        calendar.holidays.insert(from);
        prop_assert!(due_date(rule, &calendar, start, length, &[]).unwrap() >= before);
    }

    #[test]
    fn any_numbers_give_a_date_or_an_error(
        rule in any_rule(), year in -9999i16..=9999, value: u32, unit in any_date_length(), from in any_day(),
        until in any_day(),
    ) {
        let (start, length) = (date(year, 12, 31), Length { value, unit: unit.unit });
        let calendar = WorkCalendar::default();
        let _ = due_date(rule, &calendar, start, length, &[Pause { from, until }]);
        let _ = not_before(&calendar, start, length);
    }

    #[test]
    fn the_wait_is_never_shorter_than_the_deadline((_, calendar, start, length) in any_case()) {
        let due = due_date(CountingRule::Plain, &calendar, start, length, &[]).unwrap();
        prop_assert!(not_before(&calendar, start, length).unwrap() >= due);
    }
}
