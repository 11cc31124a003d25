//! When a clock ends: due dates, waits and hour-counted deadlines under the counting rule of the law in force.
//! Never reads the clock and never panics: a date outside the calendar system is an error value.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::WorkCalendar;
use crate::length::{Length, Unit};

/// How a law counts. The day of the event is never counted, under any rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum CountingRule {
    /// Regulation (EEC, Euratom) 1182/71 Art 3: a last day on a weekend or public holiday moves to the next working
    /// day; hours do not. The clock may stop while identity is being established (EDPB Guidelines 01/2022).
    #[serde(rename = "eu-1182-71")]
    Eu1182,
    /// UK GDPR Art 12A: as above, and the clock stops while needed clarification is awaited.
    #[serde(rename = "uk-art12a")]
    UkArt12A,
    /// 11 CCR 7021(b): runs on through verification, and is not moved past a weekend.
    #[serde(rename = "us-ca-calendar")]
    UsCalendar,
    /// LGPD Art 19 and ANPD Resolution 15/2024: working days exclude national holidays; plain days are calendar days.
    #[serde(rename = "br-business")]
    BrBusiness,
    /// Chinese working days: need a calendar with make-up working days.
    #[serde(rename = "cn-working")]
    CnWorking,
    /// No rule stated: the earliest reading of the length. Nothing moves the date and nothing stops the clock.
    #[default]
    #[serde(rename = "plain")]
    Plain,
}

impl CountingRule {
    /// The rule a law names with `counting=`; `None` for an unknown name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        use CountingRule::{BrBusiness, CnWorking, Eu1182, Plain, UkArt12A, UsCalendar};
        [Eu1182, UkArt12A, UsCalendar, BrBusiness, CnWorking, Plain]
            .into_iter()
            .find(|rule| rule.name() == name)
    }

    /// The name a law uses for this rule.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Eu1182 => "eu-1182-71",
            Self::UkArt12A => "uk-art12a",
            Self::UsCalendar => "us-ca-calendar",
            Self::BrBusiness => "br-business",
            Self::CnWorking => "cn-working",
            Self::Plain => "plain",
        }
    }

    /// Whether a due date on a day off moves to the next working day.
    fn rolls_forward(self) -> bool {
        matches!(self, Self::Eu1182 | Self::UkArt12A)
    }

    /// Whether waiting for the person stops the clock.
    fn stops_clock(self) -> bool {
        matches!(self, Self::Eu1182 | Self::UkArt12A)
    }
}

/// A stretch in which the clock stood still: stopped on `from`, running again on `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Pause {
    /// The first date that does not count.
    pub from: Date,
    /// The first date that counts again.
    pub until: Date,
}

/// Why no date can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadlineError {
    /// The result lies outside the calendar system (years -9999 to 9999).
    OutOfRange {
        /// The length that leads there.
        length: Length,
    },
    /// A length in hours was asked of a date: it needs the time of the event.
    NeedsTime {
        /// The length in hours.
        length: Length,
    },
    /// A pause ends before it starts.
    PauseBackwards {
        /// The pause.
        pause: Pause,
    },
}

impl fmt::Display for DeadlineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { length } => write!(
                f,
                "`{length}` ends after the year 9999; give a shorter length"
            ),
            Self::NeedsTime { length } => write!(
                f,
                "`{length}` counts from a time of day; give the time of the event"
            ),
            Self::PauseBackwards {
                pause: Pause { from, until },
            } => {
                write!(
                    f,
                    "the pause from {from} ends before it starts, on {until}; give the later date second"
                )
            }
        }
    }
}

impl std::error::Error for DeadlineError {}

/// The last date on which a duty that began on `start` can still be done.
///
/// `pauses` may come in any order and overlap; they count only under rules that stop the clock, only from `start` on
/// and only if they begin no later than the date then due (a clock that has run out does not start again).
///
/// # Errors
/// [`DeadlineError`], for lengths in hours (see [`due_time`]), dates after 9999 and backward pauses.
pub fn due_date(
    rule: CountingRule,
    calendar: &WorkCalendar,
    start: Date,
    length: Length,
    pauses: &[Pause],
) -> Result<Date, DeadlineError> {
    let out_of_range = DeadlineError::OutOfRange { length };
    let pauses = if rule.stops_clock() {
        merge(start, pauses)?
    } else {
        Vec::new()
    };
    if length.unit == Unit::BusinessDays {
        let paused = |day| {
            pauses
                .iter()
                .any(|pause| pause.from <= day && day < pause.until)
        };
        return calendar
            .add_workdays(start, length.value, paused)
            .ok_or(out_of_range);
    }
    let unpaused = add(start, length)?;
    let due = push(unpaused, &pauses).ok_or(out_of_range)?;
    if rule.rolls_forward() {
        calendar.workday_from(due).ok_or(out_of_range)
    } else {
        Ok(due)
    }
}

/// The instant at which an hour-counted duty is due. Hours run through weekends and holidays under every rule.
///
/// # Errors
/// [`DeadlineError::OutOfRange`] after the year 9999.
pub fn due_time(start: Timestamp, hours: u32) -> Result<Timestamp, DeadlineError> {
    let out_of_range = DeadlineError::OutOfRange {
        length: Length {
            value: hours,
            unit: Unit::Hours,
        },
    };
    let span = Span::new().try_hours(hours).map_err(|_| out_of_range)?;
    start.checked_add(span).map_err(|_| out_of_range)
}

/// The first date on which a wait that began on `start` is over: a quiet period before asking again, or the least
/// time something is kept. Where the same-numbered day does not exist, the wait lasts until the first of the following
/// month: a wait is never cut short.
///
/// # Errors
/// [`DeadlineError`], for lengths in hours and dates after 9999.
pub fn not_before(
    calendar: &WorkCalendar,
    start: Date,
    length: Length,
) -> Result<Date, DeadlineError> {
    let out_of_range = DeadlineError::OutOfRange { length };
    match length.unit {
        Unit::BusinessDays => calendar
            .add_workdays(start, length.value, |_| false)
            .ok_or(out_of_range),
        Unit::Months | Unit::Years => {
            let date = add(start, length)?;
            if date.day() < start.day() {
                date.tomorrow().map_err(|_| out_of_range)
            } else {
                Ok(date)
            }
        }
        Unit::CalendarYear => add(start, length)?.tomorrow().map_err(|_| out_of_range),
        Unit::Hours | Unit::Days => add(start, length),
    }
}

/// The date by itself: no weekends, holidays or pauses. A calendar year ends on its 31 December.
fn add(start: Date, length: Length) -> Result<Date, DeadlineError> {
    let out_of_range = |_| DeadlineError::OutOfRange { length };
    let (span, value) = (Span::new(), length.value);
    let span = match length.unit {
        Unit::Hours => return Err(DeadlineError::NeedsTime { length }),
        Unit::Days | Unit::BusinessDays => span.try_days(value),
        Unit::Months => span.try_months(value),
        Unit::Years | Unit::CalendarYear => span.try_years(value),
    };
    let date = start
        .checked_add(span.map_err(out_of_range)?)
        .map_err(out_of_range)?;
    if length.unit == Unit::CalendarYear {
        Ok(date.last_of_year())
    } else {
        Ok(date)
    }
}

/// Sorts pauses, cuts what lies before `start` and joins those that touch.
fn merge(start: Date, pauses: &[Pause]) -> Result<Vec<Pause>, DeadlineError> {
    if let Some(&pause) = pauses.iter().find(|pause| pause.until < pause.from) {
        return Err(DeadlineError::PauseBackwards { pause });
    }
    let mut sorted: Vec<Pause> = pauses
        .iter()
        .map(|pause| Pause {
            from: pause.from.max(start),
            until: pause.until.max(start),
        })
        .filter(|pause| pause.from < pause.until)
        .collect();
    sorted.sort_unstable();
    let mut merged: Vec<Pause> = Vec::new();
    for pause in sorted {
        match merged.last_mut() {
            Some(last) if pause.from <= last.until => last.until = last.until.max(pause.until),
            _ => merged.push(pause),
        }
    }
    Ok(merged)
}

/// Moves a due date by the days of each pause that began while the clock still ran. `None` after the year 9999.
fn push(due: Date, merged: &[Pause]) -> Option<Date> {
    merged.iter().try_fold(due, |due, pause| {
        if pause.from > due {
            return Some(due);
        }
        let days = pause.from.until(pause.until).ok()?.get_days();
        due.checked_add(days.days()).ok()
    })
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
mod tests;
