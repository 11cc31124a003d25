//! What a request for a right sets running: by when it is acknowledged and answered, how far that can be put off, how often
//! it may be made, on what grounds it may be refused, what it may cost. From the lines of the policy and of the laws that it
//! names; the stricter wins. Never reads the time, and never lets a fact of law that nobody has read refuse or delay.
//!
//! Whatever binds is taken where it may concern the person, so that an unknown residence is the strictest of all; whatever
//! loosens only where it certainly does.

mod people;
mod read;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::calendar::WorkCalendar;
use crate::deadline::{CountingRule, Pause, due_date};
use crate::decide::Subject;
use crate::length::{Length, Unit};
use crate::library::Library;
use crate::model::Policy;

/// What is asked, by whom, about whom. Names that the policy does not have say nothing.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The rights that are used, by name.
    pub rights: &'a [&'a str],
    /// What asking for them is, besides a `request`: such as `withdrawal` or `complaint`.
    pub events: &'a [&'a str],
    /// The class of people that whoever asks is in: `person`, `parent`, `agent`.
    pub by: &'a str,
    /// The person whose data it is, as far as is known.
    pub subject: &'a Subject,
    /// Facts that are known to hold, or not to.
    pub facts: &'a [(&'a str, bool)],
    /// The moment as of which lines are in force.
    pub now: Timestamp,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The clauses of the policy, or the ids of the law's facts.
    pub clauses: Vec<String>,
    /// The law and where it says so; nothing for a promise of the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<Citation>,
}

/// Where a law says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Citation {
    /// Name of the pack.
    pub law: String,
    /// Article or section.
    pub cite: String,
    /// Whether somebody read it in the text or a named secondary source.
    pub is_read: bool,
}

/// How far an answer may be put off, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// By how long, from when the answer was due.
    pub length: Length,
    /// Who says so.
    pub source: Source,
}

/// One line that sets a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// How long.
    pub length: Length,
    /// How it is counted.
    pub counting: CountingRule,
    /// Laws by whose calendars working days are counted. The earliest date counts; Monday to Friday where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendars: Vec<String>,
    /// How far it may be put off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// Who says so.
    pub source: Source,
}

/// More often than this is too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// How often it may be asked,
    pub count: u32,
    /// in how long.
    pub per: Length,
    /// Who says so.
    pub source: Source,
}

/// Why a request may be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The fact, by name.
    pub fact: String,
    /// Who says so.
    pub sources: Vec<Source>,
}

/// Everything that a request sets running. It is kept with the request: what counts is what held when it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    /// By when its arrival is confirmed.
    pub acknowledge: Vec<Clock>,
    /// By when it is answered.
    pub answer: Vec<Clock>,
    /// How often it may be asked.
    pub counters: Vec<Counter>,
    /// On what grounds it may be refused.
    pub grounds: Vec<Ground>,
    /// Who says that it costs nothing,
    pub free: Vec<Source>,
    /// and which facts let it cost something all the same.
    pub fee_if: Vec<String>,
}

/// A date, and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last day on which it is in time.
    pub date: Date,
    /// Everyone who says this date; the others leave more time.
    pub sources: Vec<Source>,
}

/// What a request sets running.
pub fn clocks(policy: &Policy, library: &Library, asking: &Asking<'_>) -> Clocks {
    read::read(policy, library, asking)
}

impl Clocks {
    /// By when its arrival is confirmed; nothing if nobody says.
    pub fn acknowledge_by(&self, library: &Library, received: Date) -> Option<Due> {
        let dates = self.acknowledge.iter();
        earliest(dates.filter_map(|clock| Some((clock.due(library, received, &[])?, clock))))
    }

    /// By when it is answered, unless it is put off; nothing if nobody says.
    pub fn answer_by(&self, library: &Library, received: Date, pauses: &[Pause]) -> Option<Due> {
        let dates = self.answer.iter();
        earliest(dates.filter_map(|clock| Some((clock.due(library, received, pauses)?, clock))))
    }

    /// By when it is answered once it is put off, of which the person has to be told before [`Clocks::answer_by`]; nothing
    /// if no time is won by it.
    pub fn extended(&self, library: &Library, received: Date, pauses: &[Pause]) -> Option<Due> {
        let dates = self.answer.iter();
        let later =
            earliest(dates.filter_map(|clock| {
                Some((clock.due_extended(library, received, pauses)?, clock))
            }))?;
        let due = self.answer_by(library, received, pauses)?;
        (later.date > due.date).then_some(later)
    }

    /// Whether it is asked more often than anyone lets it be refused for, given the days on which the same was asked before.
    pub fn too_often(&self, received: Date, before: &[Date]) -> Option<&Counter> {
        let exceeds = |counter: &&Counter| {
            let since = counter.since(received);
            let asked = before
                .iter()
                .filter(|day| since.is_some_and(|since| **day > since));
            asked.count() >= counter.count as usize
        };
        let all = !self.counters.is_empty() && self.counters.iter().all(|it| exceeds(&it));
        self.counters.first().filter(|_| all)
    }

    /// The ground with this name.
    pub fn ground(&self, fact: &str) -> Option<&Ground> {
        self.grounds.iter().find(|ground| ground.fact == fact)
    }
}

impl Clock {
    /// The last day of it. A date that cannot be given sets no time.
    fn due(&self, library: &Library, received: Date, pauses: &[Pause]) -> Option<Date> {
        self.ends(library, received, self.length, pauses)
    }

    fn due_extended(&self, library: &Library, received: Date, pauses: &[Pause]) -> Option<Date> {
        let Some(extension) = &self.extension else {
            return self.due(library, received, pauses);
        };
        match self.length.plus(extension.length) {
            Some(whole) => self.ends(library, received, whole, pauses),
            None => {
                let due = self.due(library, received, pauses)?;
                self.ends(library, due, extension.length, &[])
            }
        }
    }

    fn ends(
        &self,
        library: &Library,
        start: Date,
        length: Length,
        pauses: &[Pause],
    ) -> Option<Date> {
        // A day that has begun counts as a whole one would not: the earlier date is the safe one.
        if length.unit == Unit::Hours {
            return start.checked_add(i64::from(length.value / 24).days()).ok();
        }
        let pauses = match self.counting {
            // That the clock may stop under any other rule is not read in its law.
            CountingRule::UkArt12A => pauses,
            _ => &[],
        };
        let of =
            |calendar: &WorkCalendar| due_date(self.counting, calendar, start, length, pauses).ok();
        let calendars = self.calendars.iter().map(|law| library.calendar_of(law));
        let dates = calendars.filter_map(|calendar| of(&calendar));
        match self.calendars.is_empty() {
            true => of(&WorkCalendar::default()),
            false => dates.min(),
        }
    }
}

impl Counter {
    /// The last day that does not count any more for something asked on a day.
    fn since(&self, received: Date) -> Option<Date> {
        let count = i64::from(self.per.value);
        match self.per.unit {
            Unit::CalendarYear => Date::new(received.year() - 1, 12, 31)
                .ok()?
                .checked_sub((count - 1).years())
                .ok(),
            Unit::Years => received.checked_sub(count.years()).ok(),
            Unit::Months => received.checked_sub(count.months()).ok(),
            Unit::Days | Unit::BusinessDays => received.checked_sub(count.days()).ok(),
            Unit::Hours => received.checked_sub((count / 24 + 1).days()).ok(),
        }
    }
}

fn earliest<'a>(dates: impl Iterator<Item = (Date, &'a Clock)>) -> Option<Due> {
    let mut found: Option<Due> = None;
    for (date, clock) in dates {
        match &mut found {
            Some(due) if due.date < date => {}
            Some(due) if due.date == date => due.sources.push(clock.source.clone()),
            _ => {
                found = Some(Due {
                    date,
                    sources: vec![clock.source.clone()],
                });
            }
        }
    }
    found
}
