//! Lengths of time as people write them in a promise: `45 days`, `10 business-days`, `1 month`.
//! Never turns a length into a date (that needs a start, a rule and a calendar: see `deadline`)
//! and never guesses an order that depends on the start.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Sixty minutes each, through weekends and holidays.
    Hours,
    /// Calendar days.
    Days,
    /// Working days of the calendar in force.
    BusinessDays,
    /// Months by the same-numbered day, else the last day of the month.
    Months,
    /// Twelve months each.
    Years,
    /// Whole years from 1 January to 31 December.
    CalendarYear,
}

impl Unit {
    /// Singular and plural as written in a policy.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Hours => ("hour", "hours"),
            Self::Days => ("day", "days"),
            Self::BusinessDays => ("business-day", "business-days"),
            Self::Months => ("month", "months"),
            Self::Years => ("year", "years"),
            Self::CalendarYear => ("calendar-year", "calendar-years"),
        }
    }

    /// The unit a word names, singular or plural; `None` for any other word.
    fn from_word(word: &str) -> Option<Self> {
        const ALL: [Unit; 6] = [
            Unit::Hours,
            Unit::Days,
            Unit::BusinessDays,
            Unit::Months,
            Unit::Years,
            Unit::CalendarYear,
        ];
        ALL.into_iter().find(|unit| {
            let (one, many) = unit.words();
            word == one || word == many
        })
    }
}

/// A number of units, such as `45 days`. Zero is allowed: `0 hours` means at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Length {
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: Unit,
}

impl Length {
    /// Reads a whole number, white space and a unit. `None` if the text is anything else or the number is over `u32`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (number, unit, rest) = (words.next()?, words.next()?, words.next());
        // `u32::from_str` takes a leading plus sign, which no promise is written with.
        if rest.is_some() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            value: number.parse().ok()?,
            unit: Unit::from_word(unit)?,
        })
    }

    /// The two lengths one after the other, as an extension adds to a deadline. `None` if the units do not add
    /// (only equal units, and months with years, do) or the sum is over `u32`.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.unit == other.unit {
            return Some(Self {
                value: self.value.checked_add(other.value)?,
                unit: self.unit,
            });
        }
        let months = self.as_months()?.checked_add(other.as_months()?)?;
        Some(Self {
            value: u32::try_from(months).ok()?,
            unit: Unit::Months,
        })
    }

    /// Whether this length ends before the other from every start under every calendar: `Some(true)` or `Some(false)`
    /// when that is certain, `None` when it depends (`10 business-days` against `15 days`).
    /// Equal lengths are not shorter: `Some(false)`.
    #[must_use]
    pub fn shorter_than(self, other: Self) -> Option<bool> {
        if self.unit == other.unit {
            return Some(self.value < other.value);
        }
        if let (Some(mine), Some(theirs)) = (self.as_months(), other.as_months()) {
            return Some(mine < theirs);
        }
        let (mine, theirs) = (self.hours_bounds(), other.hours_bounds());
        if mine.1 < theirs.0 {
            Some(true)
        } else if mine.0 >= theirs.1 {
            Some(false)
        } else {
            None
        }
    }

    fn as_months(self) -> Option<u64> {
        match self.unit {
            Unit::Months => Some(u64::from(self.value)),
            Unit::Years => Some(u64::from(self.value) * 12),
            _ => None,
        }
    }

    /// Fewest and most hours this length can take. A day-counted length starts at some hour of its first day and ends
    /// with its last day, so it lasts up to a day more than its days; one hour each way allows for summer time.
    fn hours_bounds(self) -> (u64, u64) {
        if self.unit == Unit::Hours {
            return (u64::from(self.value), u64::from(self.value));
        }
        let (fewest, most) = self.days_bounds();
        (
            u64::from(fewest > 0) * (fewest * 24).saturating_sub(1),
            most * 24 + 25,
        )
    }

    /// Fewest and most days from the start date to the last date, over every start and calendar.
    fn days_bounds(self) -> (u64, u64) {
        let value = u64::from(self.value);
        match self.unit {
            Unit::Hours => (value / 24, value / 24 + 1),
            Unit::Days => (value, value),
            // Fewest: make-up working days can fill every weekend. Most: two weekend days per started week, and eight
            // working days lost to holidays per started thirty (a long national holiday loses six or seven).
            Unit::BusinessDays => (
                value,
                value + 2 * value.div_ceil(5) + 8 * value.div_ceil(30),
            ),
            Unit::Months => months_bounds(value),
            Unit::Years => months_bounds(value * 12),
            // From any day of a year to the last day of the year that is `value` years later.
            Unit::CalendarYear => (value * 365, (value + 1) * 366),
        }
    }
}

/// Fewest and most days in a run of months, from the shortest and longest run of each size within a year.
fn months_bounds(months: u64) -> (u64, u64) {
    const WITHIN_YEAR: [(u64, u64); 12] = [
        (0, 0),
        (28, 31),
        (59, 62),
        (89, 92),
        (120, 123),
        (150, 153),
        (181, 184),
        (212, 215),
        (242, 245),
        (273, 276),
        (303, 306),
        (334, 337),
    ];
    let years = months / 12;
    let (fewest, most) = usize::try_from(months % 12)
        .ok()
        .and_then(|rest| WITHIN_YEAR.get(rest))
        .copied()
        .unwrap_or((0, 366));
    (years * 365 + fewest, years * 366 + most)
}

impl fmt::Display for Length {
    /// Writes what [`Length::parse`] reads: singular for one, plural otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, many) = self.unit.words();
        write!(
            f,
            "{} {}",
            self.value,
            if self.value == 1 { one } else { many }
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length(text: &str) -> Length {
        Length::parse(text).unwrap()
    }

    fn any_unit() -> impl Strategy<Value = Unit> {
        prop_oneof![
            Just(Unit::Hours),
            Just(Unit::Days),
            Just(Unit::BusinessDays),
            Just(Unit::Months),
            Just(Unit::Years),
            Just(Unit::CalendarYear),
        ]
    }

    #[test]
    fn reads_singular_and_plural() {
        for (text, value, unit) in [
            ("45 days", 45, Unit::Days),
            ("1 day", 1, Unit::Days),
            ("10 business-days", 10, Unit::BusinessDays),
            ("1 business-day", 1, Unit::BusinessDays),
            ("72 hours", 72, Unit::Hours),
            ("0 hours", 0, Unit::Hours),
            ("1 month", 1, Unit::Months),
            ("1 months", 1, Unit::Months),
            ("12 months", 12, Unit::Months),
            ("2 years", 2, Unit::Years),
            ("1 calendar-year", 1, Unit::CalendarYear),
            ("2 calendar-years", 2, Unit::CalendarYear),
            ("4294967295 years", u32::MAX, Unit::Years),
        ] {
            assert_eq!(Length::parse(text), Some(Length { value, unit }), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "45",
            "days",
            "45days",
            "45 Days",
            "4.5 days",
            "-1 days",
            "+1 days",
            "1 1 days",
            "1 day ago",
            "4294967296 days",
            "one day",
            "1 fortnight",
            "٣ days",
        ] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }

    #[test]
    fn orders_only_what_is_certain() {
        for (left, right, expected) in [
            ("1 month", "45 days", Some(true)),
            ("45 days", "1 month", Some(false)),
            ("30 days", "1 month", None),
            ("10 business-days", "15 days", None),
            ("10 business-days", "30 days", Some(true)),
            ("15 business-days", "10 days", Some(false)),
            ("12 months", "1 year", Some(false)),
            ("1 year", "13 months", Some(true)),
            ("72 hours", "3 days", None),
            ("72 hours", "4 days", Some(true)),
            ("1 day", "72 hours", Some(true)),
            ("0 hours", "1 day", Some(true)),
            ("45 days", "45 days", Some(false)),
            ("1 calendar-year", "12 months", None),
            ("1 calendar-year", "3 years", Some(true)),
            ("4294967295 years", "4294967295 hours", Some(false)),
        ] {
            assert_eq!(
                length(left).shorter_than(length(right)),
                expected,
                "{left} / {right}"
            );
        }
    }

    #[test]
    fn adds_what_adds() {
        assert_eq!(
            length("1 month").plus(length("2 months")),
            Some(length("3 months"))
        );
        assert_eq!(
            length("1 year").plus(length("2 months")),
            Some(length("14 months"))
        );
        assert_eq!(length("45 days").plus(length("1 month")), None);
        assert_eq!(length("4294967295 days").plus(length("1 day")), None);
        assert_eq!(length("4294967295 years").plus(length("1 month")), None);
    }

    #[test]
    fn the_bounds_of_months_hold_for_every_start() {
        use jiff::{ToSpan, civil::date};
        for months in 0..30_i32 {
            let (fewest, most) = months_bounds(months.unsigned_abs().into());
            for day in 0..(8 * 366_i32) {
                let start = date(2096, 1, 1).checked_add(day.days()).unwrap();
                let days = start
                    .until(start.checked_add(months.months()).unwrap())
                    .unwrap()
                    .get_days();
                let days = u64::from(days.unsigned_abs());
                assert!(
                    (fewest..=most).contains(&days),
                    "{months} months from {start} are {days} days"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn display_round_trips(value: u32, unit in any_unit()) {
            let length = Length { value, unit };
            prop_assert_eq!(Length::parse(&length.to_string()), Some(length));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Length::parse(&text);
        }

        #[test]
        fn the_order_never_contradicts_itself(
            a in 0u32..2_000, b in 0u32..2_000, left in any_unit(), right in any_unit(),
        ) {
            let (left, right) = (Length { value: a, unit: left }, Length { value: b, unit: right });
            if left.shorter_than(right) == Some(true) {
                prop_assert_eq!(right.shorter_than(left), Some(false));
            }
        }
    }
}
