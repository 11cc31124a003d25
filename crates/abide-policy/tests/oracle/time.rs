//! *Time*: what has happened, and whether a line's moment is there.

use abide_policy::decide::{Matter, Needed};
use abide_policy::law::ConstantValue;
use abide_policy::length::{Length, Unit};
use abide_policy::model::{NounUse, SlotUse, Value as Written};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Kind, Slot};
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::case::{At, Case};
use crate::facts::ReadAs;
use crate::names::uses;
use crate::truth::Value;

/// Whether `within` ends something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    Ends,
    /// *The `within` of a duty is a deadline and ends nothing, but that of `must keep`.*
    IsDeadline,
}

impl Case<'_> {
    /// `when` with `within`, `until`, `before` and `after`, those of them that are asked for.
    pub fn times(
        &self,
        slots: &[SlotUse],
        which: &[Slot],
        read_as: ReadAs,
        within: Within,
        at: At<'_>,
    ) -> Value {
        Value::and(which.iter().map(|slot| match slot {
            Slot::When => self.since_when(slots, read_as, within, at),
            Slot::After => self.after(slots, read_as, at),
            end => Value::of(!self.is_over(slots, *end, at)),
        }))
    }

    /// *`when`: the line applies once one of them has happened; with `within`, for that long after the last time that it
    /// did, so long as the time of one of them is not over.*
    fn since_when(&self, slots: &[SlotUse], read_as: ReadAs, within: Within, at: At<'_>) -> Value {
        let events: Vec<&NounUse> = uses(slots, Slot::When).flat_map(SlotUse::names).collect();
        if events.is_empty() {
            return Value::yes();
        }
        let starts: Vec<Timestamp> = events
            .iter()
            .flat_map(|event| self.starts_of(event, at))
            .collect();
        if starts.is_empty() {
            return self.not_yet(&events, read_as);
        }
        if within == Within::IsDeadline {
            return Value::yes();
        }
        let is_running = |start: &Timestamp| {
            let end = self.end_of(slots, *start, read_as);
            end.is_none_or(|end| self.now < end)
        };
        // *Once the time of all that happened is over, each is false.*
        let runs = starts.iter().any(is_running);
        if uses(slots, Slot::Within).next().is_some() {
            self.marks.hit(match (runs, read_as) {
                (true, ReadAs::Permission) => "a permission within its window",
                (false, ReadAs::Permission) => "a permission after its window",
                (true, ReadAs::Other) => "a prohibition within its window",
                (false, ReadAs::Other) => "a prohibition after its window",
            });
        }
        Value::of(runs)
    }

    /// From when the time of an event runs: the last time that it happened. *With a fact, from each beginning of what makes
    /// it true.*
    fn starts_of(&self, event: &NounUse, at: At<'_>) -> Vec<Timestamp> {
        let times = self.times_of(event, at);
        if event.kind == Kind::Fact {
            return times;
        }
        times.into_iter().max().into_iter().collect()
    }

    /// *A permission of whose events none has happened is unknown; any other line is false.*
    fn not_yet(&self, events: &[&NounUse], read_as: ReadAs) -> Value {
        if read_as == ReadAs::Other || events.is_empty() {
            return Value::no();
        }
        self.marks.hit("a permission before its event");
        Value::or(events.iter().map(|event| {
            // *An event that has not happened is missing as an event, or as a fact if it is one.*
            let name = event.name.to_string();
            Value::unknown(if event.kind == Kind::Fact {
                Needed::Fact(name)
            } else {
                Needed::Event(name)
            })
        }))
    }

    /// When the window of a line ends that began at `start`; none if it has no end.
    fn end_of(&self, slots: &[SlotUse], start: Timestamp, read_as: ReadAs) -> Option<Timestamp> {
        let written = uses(slots, Slot::Within)
            .flat_map(|used| &used.values)
            .next()?;
        match written {
            Written::Length { length, .. } => end(start, *length),
            Written::Constant { name, .. } => {
                let numbers = self.numbers_of(name);
                let lengths: Vec<Length> = numbers
                    .into_iter()
                    .filter_map(|number| match number {
                        ConstantValue::Length(length) => Some(length),
                        ConstantValue::Years(_) => None,
                    })
                    .collect();
                self.marks.hit("a window that is a constant");
                if lengths.iter().any(|length| *length != lengths[0]) {
                    self.marks.hit("a window with several possible numbers");
                }
                let ends = lengths.iter().map(|length| {
                    // A length past the end of the calendar has no end: later than any moment.
                    end(start, *length).unwrap_or(Timestamp::MAX)
                });
                match read_as {
                    // *Where there is no number at all, a permission is false and any other line has no end.*
                    ReadAs::Permission => Some(ends.min().unwrap_or(self.now)),
                    ReadAs::Other => ends.max(),
                }
            }
            _ => None,
        }
    }

    /// *`after` works in the same way: a permission before it is unknown (before a date: false), any other line false.*
    fn after(&self, slots: &[SlotUse], read_as: ReadAs, at: At<'_>) -> Value {
        let values: Vec<&Written> = uses(slots, Slot::After)
            .flat_map(|used| &used.values)
            .collect();
        if values.is_empty() {
            return Value::yes();
        }
        // *A date: `after` begins when it is over.*
        let reached = |value: &&Written| match value {
            Written::Date(day) => self.now >= start_of(day.value.tomorrow().unwrap()),
            Written::Noun(event) => !self.times_of(event, at).is_empty(),
            _ => false,
        };
        if values.iter().any(reached) {
            self.marks.hit("after its moment");
            return Value::yes();
        }
        self.marks.hit("before its `after`");
        let events: Vec<&NounUse> = values
            .iter()
            .filter_map(|value| match value {
                Written::Noun(event) => Some(event),
                _ => None,
            })
            .collect();
        self.not_yet(&events, read_as)
    }

    /// *Once the moment of `until` or `before` is reached, the line is false.*
    fn is_over(&self, slots: &[SlotUse], slot: Slot, at: At<'_>) -> bool {
        let mut values = uses(slots, slot).flat_map(|used| &used.values);
        let over = values.any(|value| match value {
            // *`until` a date includes that day, `before` ends with its beginning.*
            Written::Date(day) if slot == Slot::Until => {
                self.now >= start_of(day.value.tomorrow().unwrap())
            }
            Written::Date(day) => self.now >= start_of(day.value),
            Written::Noun(event) => !self.times_of(event, at).is_empty(),
            _ => false,
        });
        if over {
            self.marks.hit("a line whose end is reached");
        }
        over
    }

    /// When an event happened, each time; when a fact that is true began.
    pub fn times_of(&self, used: &NounUse, at: At<'_>) -> Vec<Timestamp> {
        if used.kind == Kind::Fact {
            // *A fact as an event has happened if the fact is true.*
            if !self.fact(used, at).is_true() {
                return Vec::new();
            }
            self.marks.hit("a fact as an event");
            let mut times = self.beginnings(used.id, at);
            if times.is_empty() {
                // Brought by an exercised right.
                times.extend(self.opted_out_since(at.leaf));
            }
            return times;
        }
        self.event_times(used.id)
    }

    fn event_times(&self, event: NounId) -> Vec<Timestamp> {
        let names = self.names();
        let counts = |happened: &str| {
            let happened = names.find(Kind::Event, happened);
            happened.is_some_and(|happened| names.is_narrower(happened, event))
        };
        // *It, or a narrower one, is among what happened (up to the moment of the question).*
        let mut times: Vec<Timestamp> = self
            .known
            .occurrences
            .iter()
            .filter(|one| one.at <= self.now && counts(&one.event))
            .map(|one| one.at)
            .collect();
        // *Or among the events of the question.*
        let own = &self.asked.events;
        if own.iter().any(|own| names.is_narrower(*own, event)) {
            times.push(self.now);
        }
        for held in self.known.held.iter().filter(|held| self.has_begun(held)) {
            let brought: Vec<&str> = match &held.matter {
                Matter::Right(right) if held.holds => self.events_by_right(right),
                // *Consent of any kind that begins to be refused or withdrawn is `withdrawal`.*
                Matter::Fact(fact) if !held.holds && self.is_consent(fact) => vec!["withdrawal"],
                _ => Vec::new(),
            };
            if brought.iter().any(|brought| counts(brought)) {
                self.marks.hit("a choice as an event");
                times.push(held.since);
            }
        }
        times
    }

    fn is_consent(&self, fact: &str) -> bool {
        let names = self.names();
        let fact = names.find(Kind::Fact, fact);
        let consent = names.find(Kind::Fact, "consent");
        fact.zip(consent)
            .is_some_and(|(fact, consent)| names.is_narrower(fact, consent))
    }

    /// *Exercising `object` is the event `objection`, `optin-sale` is `opt-in`, and any other right of the table but
    /// `restrict` is `opt-out`.*
    fn events_by_right(&self, right: &str) -> Vec<&'static str> {
        let names = self.names();
        let Some(right) = names.find(Kind::Right, right) else {
            return Vec::new();
        };
        let optin = names.find(Kind::Right, "optin-sale");
        if optin.is_some_and(|optin| names.is_narrower(right, optin)) {
            return vec!["opt-in"];
        }
        let rows = self.rows_of(right);
        rows.iter()
            .filter_map(|row| match *row {
                "object" => Some("objection"),
                "restrict" => None,
                _ => Some("opt-out"),
            })
            .collect()
    }
}

fn start_of(day: Date) -> Timestamp {
    let start = day.at(0, 0, 0, 0).to_zoned(TimeZone::UTC);
    start.map_or(Timestamp::MAX, |start| start.timestamp())
}

/// *A length ends at the same time of day, in UTC …*; none past the end of the calendar.
fn end(start: Timestamp, length: Length) -> Option<Timestamp> {
    let value = i64::from(length.value);
    let at = start.to_zoned(TimeZone::UTC).datetime();
    let moved = match length.unit {
        Unit::Hours => return start.checked_add(Span::new().try_hours(value).ok()?).ok(),
        Unit::Days => at.checked_add(Span::new().try_days(value).ok()?).ok()?,
        Unit::Months => at.checked_add(Span::new().try_months(value).ok()?).ok()?,
        Unit::Years => at.checked_add(Span::new().try_years(value).ok()?).ok()?,
        Unit::BusinessDays => {
            let mut day = at.date();
            for _ in 0..length.value {
                day = day.tomorrow().ok()?;
                while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                    day = day.tomorrow().ok()?;
                }
            }
            day.to_datetime(at.time())
        }
        Unit::CalendarYear => {
            let year = i64::from(at.year()) + value + 1;
            let year = i16::try_from(year).ok().filter(|year| *year <= 9999)?;
            date(year, 1, 1).at(0, 0, 0, 0)
        }
    };
    Some(moved.to_zoned(TimeZone::UTC).ok()?.timestamp())
}
