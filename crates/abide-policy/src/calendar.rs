//! Working-day calendars: which dates are worked in a country or at an establishment.
//! Never holds dates of its own: holidays and make-up working days are read from files, or come from the caller.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::syntax::Statement;

/// Holidays, and the weekend days that are worked in exchange. An empty calendar works Monday to Friday.
///
/// Leaving a holiday out can only bring a due date forward, which is safe. Leaving a make-up day out can push it back
/// by that day, so a country that has them (China) needs its calendar for every year in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkCalendar {
    /// Dates that are not worked although they fall on Monday to Friday.
    pub holidays: BTreeSet<Date>,
    /// Dates that are worked although they fall on a weekend. They win over `holidays`.
    pub makeup_workdays: BTreeSet<Date>,
}

impl WorkCalendar {
    /// Reads a `calendar` statement with its `holiday` and `workday` lines. Whatever is no date is left out.
    #[must_use]
    pub fn read(statement: &Statement) -> Self {
        let dates = |word: &str| {
            let lines = statement.children.iter();
            lines
                .filter(|line| line.name.value == word)
                .filter_map(|line| line.args.first()?.text.parse().ok())
                .collect()
        };
        Self {
            holidays: dates("holiday"),
            makeup_workdays: dates("workday"),
        }
    }

    /// Whether the date is worked.
    #[must_use]
    pub fn is_workday(&self, date: Date) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.makeup_workdays.contains(&date) || !(weekend || self.holidays.contains(&date))
    }

    /// The date itself if worked, else the next worked date. `None` past the last date of the calendar system (9999).
    #[must_use]
    pub fn workday_from(&self, date: Date) -> Option<Date> {
        let mut day = date;
        while !self.is_workday(day) {
            day = day.tomorrow().ok()?;
        }
        Some(day)
    }

    /// The `count`-th date after `start` that is worked and that `skipped` does not take out; the start itself is never
    /// counted. With a count of zero this is the start. `None` past the last date of the calendar system (9999).
    #[must_use]
    pub fn add_workdays(
        &self,
        start: Date,
        count: u32,
        skipped: impl Fn(Date) -> bool,
    ) -> Option<Date> {
        // Five worked days a week leave room for fewer than this many until the year 9999; refusing early keeps an
        // absurd count from walking there day by day.
        const MOST: u32 = 100_000;
        if count > MOST {
            return None;
        }
        let (mut day, mut left) = (start, count);
        while left > 0 {
            day = day.tomorrow().ok()?;
            if self.is_workday(day) && !skipped(day) {
                left -= 1;
            }
        }
        Some(day)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_makeup_day_is_worked_and_a_holiday_is_not() {
        let calendar = WorkCalendar {
            holidays: [date(2030, 10, 1)].into(),
            makeup_workdays: [date(2030, 9, 29)].into(),
        };
        assert!(
            calendar.is_workday(date(2030, 9, 29)),
            "a Sunday that is worked"
        );
        assert!(!calendar.is_workday(date(2030, 9, 28)), "a Saturday");
        assert!(!calendar.is_workday(date(2030, 10, 1)), "a Tuesday off");
        assert_eq!(
            calendar.workday_from(date(2030, 9, 28)),
            Some(date(2030, 9, 29))
        );
    }

    #[test]
    fn the_end_of_time_is_an_answer() {
        let calendar = WorkCalendar::default();
        assert_eq!(calendar.add_workdays(Date::MAX, 1, |_| false), None);
        assert_eq!(
            calendar.add_workdays(date(2026, 1, 1), u32::MAX, |_| false),
            None
        );
        assert_eq!(
            calendar.add_workdays(date(2026, 1, 3), 0, |_| false),
            Some(date(2026, 1, 3))
        );
    }
}
