//! When a length of time that began at a moment is over, in UTC. Takes no law's counting rules: a window is how long a
//! line applies, not how long somebody may take.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::number::{Numbers, Residence};
use crate::calendar::WorkCalendar;
use crate::law::ConstantValue;
use crate::length::{Length, Unit};

/// A moment in nanoseconds since 1970, cut off at the years 1677 and 2262.
pub(super) fn nanoseconds(moment: Timestamp) -> i64 {
    let exact = moment.as_nanosecond();
    i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
}

/// Midnight in UTC at which a day begins.
pub(super) fn beginning(day: Date) -> i64 {
    midnight(day.to_datetime(jiff::civil::Time::midnight())).map_or(i64::MAX, nanoseconds)
}

/// Midnight in UTC at which a day is over.
pub(super) fn over(day: Date) -> i64 {
    day.tomorrow().map_or(i64::MAX, beginning)
}

fn midnight(at: DateTime) -> Option<Timestamp> {
    at.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// A length as a line writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Written {
    /// A number of units.
    Firm(u32, UnitOrder),
    /// A law's constant.
    Constant(String),
}

/// A unit by its place among the units, so that lengths can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UnitOrder(u8);

const UNITS: [Unit; 6] = [
    Unit::Hours,
    Unit::Days,
    Unit::BusinessDays,
    Unit::Months,
    Unit::Years,
    Unit::CalendarYear,
];

impl Written {
    /// A firm length.
    pub(super) fn firm(length: Length) -> Self {
        let at = UNITS.iter().position(|unit| *unit == length.unit);
        Self::Firm(
            length.value,
            UnitOrder(at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)),
        )
    }
}

/// Which of several possible numbers counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Choice {
    /// The one that ends first: for a permission.
    First,
    /// The one that ends last: for everything else.
    Last,
}

/// How long a line applies after an event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Window {
    /// As written.
    pub length: Written,
    /// Which number counts.
    pub choice: Choice,
}

impl Window {
    /// Whether a window that begins at this moment is not over at once.
    pub(super) fn opens(&self, numbers: &Numbers) -> bool {
        let now = Timestamp::UNIX_EPOCH;
        self.end(now, numbers, None) > nanoseconds(now)
    }

    /// The moment at which the window that began at `start` is over, in nanoseconds.
    pub(super) fn end(
        &self,
        start: Timestamp,
        numbers: &Numbers,
        residence: Option<&Residence>,
    ) -> i64 {
        let lengths: Vec<Length> = match &self.length {
            Written::Firm(value, unit) => vec![Length {
                value: *value,
                unit: UNITS.get(unit.0 as usize).copied().unwrap_or(Unit::Hours),
            }],
            Written::Constant(name) => numbers
                .possible(name, residence)
                .into_iter()
                .filter_map(|value| match value {
                    ConstantValue::Length(length) => Some(length),
                    ConstantValue::Years(_) => None,
                })
                .collect(),
        };
        let ends = lengths.into_iter().map(|length| end(start, length));
        match self.choice {
            Choice::First => ends.min().unwrap_or(i64::MIN),
            Choice::Last => ends.max().unwrap_or(i64::MAX),
        }
    }
}

fn end(start: Timestamp, length: Length) -> i64 {
    checked_end(start, length).map_or(i64::MAX, nanoseconds)
}

/// `None` past the end of the calendar.
fn checked_end(start: Timestamp, length: Length) -> Option<Timestamp> {
    let count = i64::from(length.value);
    let at = start.to_zoned(TimeZone::UTC).datetime();
    let moved = match length.unit {
        Unit::Hours => return start.checked_add(Span::new().try_hours(count).ok()?).ok(),
        Unit::Days => at.checked_add(Span::new().try_days(count).ok()?).ok()?,
        Unit::Months => at.checked_add(Span::new().try_months(count).ok()?).ok()?,
        Unit::Years => at.checked_add(Span::new().try_years(count).ok()?).ok()?,
        Unit::BusinessDays => WorkCalendar::default()
            .add_workdays(at.date(), length.value, |_| false)?
            .to_datetime(at.time()),
        Unit::CalendarYear => {
            let year = i64::from(at.year()) + count + 1;
            Date::new(i16::try_from(year).ok()?, 1, 1)
                .ok()?
                .to_datetime(jiff::civil::Time::midnight())
        }
    };
    midnight(moved)
}
