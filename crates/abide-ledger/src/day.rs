//! A civil date, as entries state it. Never a moment: the public part says on which day, and no more.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::LedgerError;

/// A day of the Gregorian calendar, written `2026-11-22`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day with this year (0 to 9999), month (1 to 12) and day of the month.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, LedgerError> {
        if year > 9999 || day == 0 || day > days_in(year, month) {
            return Err(LedgerError::malformed(
                "day",
                "the calendar has no such date",
            ));
        }
        Ok(Self { year, month, day })
    }

    /// How many days later `other` is; negative if it is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.number() - self.number()
    }

    /// Days since the first of March of the year 0, so that a leap day ends its year.
    fn number(self) -> i64 {
        let (month, year) = match self.month {
            1 | 2 => (i64::from(self.month) + 9, i64::from(self.year) - 1),
            month => (i64::from(month) - 3, i64::from(self.year)),
        };
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leap_days + (month * 153 + 2) / 5 + i64::from(self.day)
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

impl FromStr for Day {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let wrong = || LedgerError::malformed("day", "expected a date such as `2026-11-22`");
        let number = |range: std::ops::Range<usize>| {
            let digits = text.get(range)?;
            let all = digits.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| digits.parse::<u16>().ok())?
        };
        let dashes = [4, 7].map(|at| text.as_bytes().get(at));
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(year), Some(month), Some(day))
                if text.len() == 10 && dashes == [Some(&b'-'); 2] =>
            {
                Self::new(year, month as u8, day as u8)
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days_are_counted_over_months_leap_years_and_centuries() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        for (from, to, days) in [
            ("2026-11-22", "2026-11-22", 0),
            ("2026-02-28", "2026-03-01", 1),
            ("2024-02-28", "2024-03-01", 2),
            ("2026-12-31", "2027-01-01", 1),
            ("2027-01-01", "2026-01-01", -365),
            ("1900-01-01", "2000-01-01", 36_524),
        ] {
            assert_eq!(day(from).days_until(day(to)), days, "{from} {to}");
        }
    }
}
