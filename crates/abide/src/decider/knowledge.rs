//! What the store knows of a subject, in the names of a policy. Adds nothing that nobody recorded, but for what the
//! configuration says is to be assumed.

use abide_policy::decide::{Held, Known, Matter, Occurrence, Scope, Subject, YearsOfAge};
use abide_store::{
    self as store, Case, Contract, GlobalFact, Holding, PastChoice, Profile, SubjectState,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::subjects::nanoseconds;
use crate::config::Assume;

/// Everything known of a subject.
pub(super) fn of_subject(state: &SubjectState, assume: &Assume, now: Timestamp) -> Known {
    let profile = &state.profile;
    let mut held: Vec<Held> = state.choices.iter().filter_map(of_choice).collect();
    held.extend(restrictions(profile));
    if !profile.holds.is_empty() {
        held.push(always(Matter::Fact("legal-hold".to_owned())));
    }
    let of_past = |past: &abide_store::Occurrence| Occurrence {
        event: past.event.clone(),
        at: past.at,
    };
    Known {
        subject: Subject {
            residence: profile
                .residence
                .clone()
                .or_else(|| assume.residence.clone()),
            age: age(profile, assume, now),
            people: profile.people.clone(),
        },
        held,
        occurrences: state.occurrences.iter().map(of_past).collect(),
        signals: profile.signals.clone(),
        relations: Vec::new(),
    }
}

/// Until when it is so, beyond what facts know of themselves: an age that is known to the year or month only changes with
/// the day. In nanoseconds since 1970.
pub(super) fn until(state: &SubjectState, now: Timestamp) -> Option<i64> {
    let birth = Birth::parse(state.profile.birth.as_deref()?)?;
    if birth.first == birth.last {
        return None;
    }
    let tomorrow = now.to_zoned(TimeZone::UTC).date().tomorrow().ok()?;
    let midnight = tomorrow.to_zoned(TimeZone::UTC).ok()?;
    Some(nanoseconds(midnight.timestamp()))
}

/// Of someone of whom nothing is recorded.
pub(super) fn of_stranger(assume: &Assume) -> Known {
    Known {
        subject: Subject {
            residence: assume.residence.clone(),
            age: assumed_age(assume),
            people: Vec::new(),
        },
        ..Known::default()
    }
}

/// What the register knows: contracts with recipients, and facts that hold for everyone.
pub(super) fn of_register(contracts: &[Contract], facts: &[GlobalFact]) -> Vec<Held> {
    let of_contract = |contract: &Contract| {
        let is_over = contract.until.is_some_and(|until| until <= contract.since);
        Held {
            holds: !is_over,
            scope: Scope {
                recipients: vec![contract.recipient.clone()],
                ..Scope::default()
            },
            since: contract.since,
            until: contract.until.filter(|_| !is_over),
            ..always(Matter::Fact(contract.fact.clone()))
        }
    };
    let of_fact = |fact: &GlobalFact| Held {
        holds: fact.holds == Holding::Holds,
        since: fact.at,
        ..always(Matter::Fact(fact.fact.clone()))
    };
    let contracts = contracts.iter().map(of_contract);
    contracts.chain(facts.iter().map(of_fact)).collect()
}

/// What an open case says.
pub(super) fn of_case(case: &Case) -> impl Iterator<Item = Held> + '_ {
    case.facts.iter().map(|fact| Held {
        since: case.opened_at,
        until: case.closed_at,
        ..always(Matter::Fact(fact.clone()))
    })
}

/// Adds what a caller says. Where both say something of the person, what is recorded counts.
pub(super) fn add(known: &mut Known, said: &Known) {
    let (mine, theirs) = (&mut known.subject, &said.subject);
    if mine.residence.is_none() {
        mine.residence.clone_from(&theirs.residence);
    }
    mine.age.born = mine.age.born.or(theirs.age.born);
    mine.age.at_least = mine.age.at_least.max(theirs.age.at_least);
    mine.age.below = match (mine.age.below, theirs.age.below) {
        (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
        (mine, theirs) => mine.or(theirs),
    };
    mine.people.extend_from_slice(&theirs.people);
    known.held.extend_from_slice(&said.held);
    known.occurrences.extend_from_slice(&said.occurrences);
    known.signals.extend_from_slice(&said.signals);
    known.relations.extend_from_slice(&said.relations);
}

/// A choice that says yes or no. One that only says that something was asked tells a decision nothing.
fn of_choice(choice: &PastChoice) -> Option<Held> {
    Some(Held {
        holds: choice.state.holds()?,
        matter: match &choice.matter {
            store::Matter::Fact(name) => Matter::Fact(name.clone()),
            store::Matter::Right(name) => Matter::Right(name.clone()),
        },
        scope: Scope {
            data: choice.scope.data.clone(),
            purposes: choice.scope.purposes.clone(),
            recipients: choice.scope.recipients.clone(),
            actors: Vec::new(),
            lines: choice.scope.lines.clone(),
        },
        since: choice.at,
        until: choice.until,
    })
}

fn restrictions(profile: &Profile) -> Option<Held> {
    let matter = Matter::Right("restrict".to_owned());
    if profile.restricted_all {
        return Some(always(matter));
    }
    (!profile.restricted.is_empty()).then(|| Held {
        scope: Scope {
            purposes: profile.restricted.clone(),
            ..Scope::default()
        },
        ..always(matter)
    })
}

fn always(matter: Matter) -> Held {
    Held {
        matter,
        holds: true,
        scope: Scope::default(),
        since: Timestamp::UNIX_EPOCH,
        until: None,
    }
}

/// How old, from the birth as precisely as it is known, else the band, else what is assumed.
fn age(profile: &Profile, assume: &Assume, now: Timestamp) -> YearsOfAge {
    if let Some(birth) = profile.birth.as_deref().and_then(Birth::parse) {
        return birth.age(now);
    }
    let band = profile.age_band.as_deref().and_then(parse_band);
    band.unwrap_or_else(|| assumed_age(assume))
}

fn assumed_age(assume: &Assume) -> YearsOfAge {
    YearsOfAge {
        at_least: assume.age_at_least,
        ..YearsOfAge::default()
    }
}

/// The first and the last day on which someone may have been born.
struct Birth {
    first: Date,
    last: Date,
}

impl Birth {
    /// Reads `2012`, `2012-05` or `2012-05-03`.
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('-');
        let year = numbers.next()?.parse().ok()?;
        let month = numbers.next().map(str::parse).transpose().ok()?;
        let day = numbers.next().map(str::parse).transpose().ok()?;
        if numbers.next().is_some() {
            return None;
        }
        let first = Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        let last = match (month, day) {
            (_, Some(_)) => first,
            (Some(_), None) => first.last_of_month(),
            (None, None) => first.last_of_year(),
        };
        Some(Self { first, last })
    }

    fn age(&self, now: Timestamp) -> YearsOfAge {
        if self.first == self.last {
            return YearsOfAge {
                born: Some(self.first),
                ..YearsOfAge::default()
            };
        }
        let today = now.to_zoned(TimeZone::UTC).date();
        let years = |born: Date| {
            let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
            let years = i32::from(today.year()) - i32::from(born.year());
            u32::try_from(years - i32::from(!had_birthday)).unwrap_or(0)
        };
        YearsOfAge {
            born: None,
            at_least: Some(years(self.last)),
            below: Some(years(self.first) + 1),
        }
    }
}

/// Whether a birth can be read.
pub(crate) fn is_birth(text: &str) -> bool {
    Birth::parse(text).is_some()
}

/// Whether an age band can be read.
pub(crate) fn is_age_band(text: &str) -> bool {
    parse_band(text).is_some()
}

/// Reads `13-15` (both included), `18+` or `<13`.
fn parse_band(text: &str) -> Option<YearsOfAge> {
    let (at_least, below) = if let Some(years) = text.strip_suffix('+') {
        (Some(years.parse().ok()?), None)
    } else if let Some(years) = text.strip_prefix('<') {
        (None, Some(years.parse().ok()?))
    } else {
        let (from, to) = text.split_once('-')?;
        let (from, to): (u32, u32) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to).then_some((Some(from), to.checked_add(1)))?
    };
    Some(YearsOfAge {
        born: None,
        at_least,
        below,
    })
}
