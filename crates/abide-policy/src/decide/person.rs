//! The ages and places that are possible for a person. Never guesses: a gap in what is known stays a gap.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::known::YearsOfAge;
use super::number::{Numbers, Residence};
use super::truth::Truth;
use super::window::beginning;
use crate::law::ConstantValue;
use crate::leaf_set::LeafSet;
use crate::model::Age;

/// The ages that are possible: from the first up to the second, that one excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ages {
    from: u32,
    below: Option<u32>,
}

impl Ages {
    /// What is known at a moment. What contradicts itself says nothing.
    pub(crate) fn of(known: YearsOfAge, now: Timestamp) -> Self {
        let exact = known.born.map(|born| whole_years(born, now));
        let from = known.at_least.into_iter().chain(exact).max().unwrap_or(0);
        let below = known
            .below
            .into_iter()
            .chain(exact.map(|years| years.saturating_add(1)))
            .min();
        if below.is_some_and(|below| below <= from) {
            return Self {
                from: 0,
                below: None,
            };
        }
        Self { from, below }
    }

    fn is_one(self) -> bool {
        self.below == self.from.checked_add(1)
    }

    /// Whether an age is below a bound.
    fn below(self, bound: u32) -> Truth {
        if self.from >= bound {
            Truth::False
        } else if self.below.is_some_and(|below| below <= bound) {
            Truth::True
        } else {
            Truth::Unknown
        }
    }
}

/// Age at a moment, in whole years, by UTC days.
fn whole_years(born: Date, now: Timestamp) -> u32 {
    let today = now.to_zoned(TimeZone::UTC).date();
    let years = i32::from(today.year()) - i32::from(born.year());
    let before_birthday = (today.month(), today.day()) < (born.month(), born.day());
    u32::try_from(years - i32::from(before_birthday)).unwrap_or(0)
}

/// The next moment at which somebody born on that day is a year older, in nanoseconds.
pub(super) fn next_birthday(born: Date, now: Timestamp) -> i64 {
    let today = now.to_zoned(TimeZone::UTC).date();
    let passed = (today.month(), today.day()) >= (born.month(), born.day());
    let year = today
        .year()
        .saturating_add(i16::from(passed))
        .max(born.year());
    // Somebody born on 29 February is a year older on 1 March where there is no such day.
    Date::new(year, born.month(), born.day())
        .or_else(|_| Date::new(year, 3, 1))
        .map_or(i64::MAX, beginning)
}

/// A person as classes of people see one.
pub(crate) struct Person<'a> {
    /// Possible ages.
    pub ages: Ages,
    /// Where the person lives, if that is known.
    pub residence: Option<Residence>,
    /// Numbers of the laws.
    pub numbers: &'a Numbers,
}

/// How sure something about a person is, and what would settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finding {
    /// How sure.
    pub truth: Truth,
    /// The age would settle it.
    pub wants_age: bool,
    /// The residence would settle it.
    pub wants_residence: bool,
}

impl Finding {
    /// Settled or not, with nothing to want.
    pub(super) fn of(truth: Truth) -> Self {
        Self {
            truth,
            wants_age: false,
            wants_residence: false,
        }
    }

    fn join(self, other: Self, truth: Truth) -> Self {
        let unknown = |finding: Self, wanted: bool| finding.truth == Truth::Unknown && wanted;
        Self {
            truth,
            wants_age: unknown(self, self.wants_age) || unknown(other, other.wants_age),
            wants_residence: unknown(self, self.wants_residence)
                || unknown(other, other.wants_residence),
        }
    }

    /// Both.
    pub(super) fn and(self, other: Self) -> Self {
        self.join(other, self.truth.and(other.truth))
    }

    /// Either.
    pub(super) fn or(self, other: Self) -> Self {
        self.join(other, self.truth.or(other.truth))
    }
}

impl Person<'_> {
    /// Whether the person lives in one of the places.
    pub(crate) fn lives_in(&self, places: &LeafSet) -> Finding {
        let truth = match &self.residence {
            None => Truth::Unknown,
            Some(residence) if places.contains(&residence.set) => Truth::True,
            Some(residence) if places.overlaps(&residence.set) => Truth::Unknown,
            Some(_) => Truth::False,
        };
        Finding {
            wants_residence: true,
            ..Finding::of(truth)
        }
    }

    /// Whether the person's age is one of these.
    pub(crate) fn is_aged(&self, age: &Age) -> Finding {
        let bounds: Vec<u32> = match &age.bound {
            Ok(years) => vec![*years],
            Err(constant) => self
                .numbers
                .possible(constant, self.residence.as_ref())
                .into_iter()
                .filter_map(|value| match value {
                    ConstantValue::Years(years) => Some(years),
                    ConstantValue::Length(_) => None,
                })
                .collect(),
        };
        let one = |bound: &u32| match age.comparison {
            "<" => self.ages.below(*bound),
            "<=" => self.ages.below(bound.saturating_add(1)),
            ">" => self.ages.below(bound.saturating_add(1)).not(),
            _ => self.ages.below(*bound).not(),
        };
        let mut truths = bounds.iter().map(one);
        let first = truths.next().unwrap_or(Truth::False);
        let truth = if truths.all(|truth| truth == first) {
            first
        } else {
            Truth::Unknown
        };
        Finding {
            truth,
            wants_age: !self.ages.is_one(),
            wants_residence: bounds.len() > 1,
        }
    }
}
