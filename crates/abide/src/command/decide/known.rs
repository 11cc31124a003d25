//! Reads from the command line what is known about a person: age, place, facts, events. Looks nothing up but whether
//! the policy or the vocabulary has a name.

use abide_policy::decide::{Held, Known, Matter, Occurrence, Scope, Subject};
use abide_policy::model::Policy;
use abide_policy::suggest::closest;
use abide_policy::vocabulary::Kind;
use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use jiff::civil::Date;

use super::question::names_in;

/// Whether a fact is known to hold, or known not to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Holds,
    /// It was refused or withdrawn, or is known to be false.
    Refused,
}

/// The person in `age=30,residence=NL,people=pupil`. Ages may also be `<16`, `<=15`, `>=18`, `>17`, or a birthday in
/// `born=`.
pub fn subject(texts: &[String]) -> Result<Subject> {
    let mut subject = Subject::default();
    for pair in texts.iter().flat_map(|text| text.split(',')) {
        match pair.split_once('=') {
            Some(("age", value)) => age(&mut subject, value)?,
            Some(("born", value)) => {
                subject.age.born = Some(value.parse().map_err(|_| {
                    anyhow!("`{value}` is no birthday; write it as `born=1990-12-31`")
                })?);
            }
            Some(("residence", value)) => subject.residence = Some(value.to_owned()),
            Some(("people", value)) => subject.people.push(value.to_owned()),
            _ => bail!(
                "`--about` does not know `{pair}`; it takes `age=`, `born=`, `residence=` and `people=`"
            ),
        }
    }
    Ok(subject)
}

fn age(subject: &mut Subject, text: &str) -> Result<()> {
    let digits = text.trim_start_matches(['<', '>', '=']);
    let years: u32 = digits.parse().map_err(|_| {
        anyhow!("`{text}` is no age; write whole years, such as `age=30` or `age=<16`")
    })?;
    let age = &mut subject.age;
    match &text[..text.len() - digits.len()] {
        "" | "=" => (age.at_least, age.below) = (Some(years), years.checked_add(1)),
        "<" => age.below = Some(years),
        "<=" => age.below = years.checked_add(1),
        ">=" => age.at_least = Some(years),
        ">" => age.at_least = years.checked_add(1),
        other => bail!("`{other}` compares nothing; write `<`, `<=`, `>` or `>=` before the years"),
    }
    Ok(())
}

/// A fact or right with its scope, `consent for=newsletter`. It holds, or not, since ever if it does not say `since=`.
pub fn held(policy: &Policy, text: &str, standing: Standing) -> Result<Held> {
    let mut words = text.split_whitespace();
    let matter = matter(policy, words.next().unwrap_or_default())?;
    let mut held = Held {
        matter,
        holds: standing == Standing::Holds,
        scope: Scope::default(),
        since: Timestamp::default(),
        until: None,
    };
    for word in words {
        match word.split_once('=') {
            Some(("of", value)) => held.scope.data.extend(names_in(value)),
            Some(("for", value)) => held.scope.purposes.extend(names_in(value)),
            Some(("with", value)) => held.scope.recipients.extend(names_in(value)),
            Some(("by", value)) => held.scope.actors.extend(names_in(value)),
            Some(("line", value)) => held.scope.lines.extend(names_in(value)),
            Some(("since", value)) => held.since = moment(value)?,
            Some(("until", value)) => held.until = Some(moment(value)?),
            _ => bail!(
                "`{word}` is no part of what is held; after the name stand `of=`, `for=`, `with=`, `by=`, `line=`, `since=` and `until=`"
            ),
        }
    }
    Ok(held)
}

fn matter(policy: &Policy, name: &str) -> Result<Matter> {
    if policy.nouns.find(Kind::Fact, name).is_some() {
        return Ok(Matter::Fact(name.to_owned()));
    }
    if policy.nouns.find(Kind::Right, name).is_some() {
        return Ok(Matter::Right(name.to_owned()));
    }
    let nouns = policy.nouns.iter().map(|(_, noun)| noun);
    let known = nouns
        .filter(|noun| matches!(noun.kind, Kind::Fact | Kind::Right))
        .map(|noun| noun.name.as_ref());
    match closest(name, known) {
        Some(near) => bail!("no fact or right is called `{name}`; did you mean `{near}`?"),
        None => {
            bail!("no fact or right is called `{name}`; `fact {name}` in the policy declares one")
        }
    }
}

/// Refuses a name in what is known that neither the policy nor the vocabulary has: it would be passed over, and the
/// answer would be one to something else.
pub fn names(policy: &Policy, known: &Known) -> Result<()> {
    let events = known.occurrences.iter().map(|happened| &happened.event);
    for event in events {
        declared(policy, Kind::Event, event)?;
    }
    for signal in &known.signals {
        declared(policy, Kind::Signal, signal)?;
    }
    for class in known.relations.iter().chain(&known.subject.people) {
        declared(policy, Kind::People, class)?;
    }
    if let Some(place) = &known.subject.residence {
        declared(policy, Kind::Place, place)?;
    }
    Ok(())
}

fn declared(policy: &Policy, kind: Kind, name: &str) -> Result<()> {
    if policy.nouns.find(kind, name).is_some() {
        return Ok(());
    }
    let what = match kind {
        Kind::People => "class of people",
        kind => kind.word(),
    };
    let nouns = policy.nouns.iter().map(|(_, noun)| noun);
    let alike = nouns
        .filter(|noun| noun.kind == kind)
        .map(|noun| noun.name.as_ref());
    match closest(name, alike) {
        Some(near) => bail!("no {what} is called `{name}`; did you mean `{near}`?"),
        None => bail!(
            "no {what} is called `{name}`; use a name of the policy or of the standard vocabulary"
        ),
    }
}

/// Something that happened, `account-deletion` or `account-deletion=2026-03-01`; at `now` if it does not say when.
pub fn occurrence(text: &str, now: Timestamp) -> Result<Occurrence> {
    let (event, at) = match text.split_once('=') {
        Some((event, at)) => (event, moment(at)?),
        None => (text, now),
    };
    let event = event.to_owned();
    Ok(Occurrence { event, at })
}

/// A moment: RFC 3339 with its zone, or a date, which begins at midnight of UTC.
pub fn moment(text: &str) -> Result<Timestamp> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == 10
    {
        let midnight = date.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
        return Ok(midnight.map(|zoned| zoned.timestamp())?);
    }
    text.parse()
        .map_err(|_| anyhow!("`{text}` is no moment; write `2026-03-01` or `2026-03-01T12:00:00Z`"))
}

#[cfg(test)]
mod tests {
    use super::{moment, subject};

    fn check(about: &str, expected: &str) {
        let read = match subject(&[about.to_owned()]) {
            Ok(subject) => serde_json::to_string(&subject).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{about}");
    }

    #[test]
    fn a_person_is_an_age_a_place_and_classes() {
        check(
            "age=30,residence=NL",
            r#"{"residence":"NL","age":{"born":null,"at-least":30,"below":31},"people":[]}"#,
        );
        check(
            "age=<=15,people=pupil",
            r#"{"residence":null,"age":{"born":null,"at-least":null,"below":16},"people":["pupil"]}"#,
        );
        check(
            "age=old",
            "`old` is no age; write whole years, such as `age=30` or `age=<16`",
        );
        check(
            "hair=red",
            "`--about` does not know `hair=red`; it takes `age=`, `born=`, `residence=` and `people=`",
        );
    }

    #[test]
    fn a_date_is_midnight_of_utc() {
        assert_eq!(
            moment("2026-03-01").unwrap(),
            "2026-03-01T00:00:00Z".parse().unwrap()
        );
        assert!(moment("soon").is_err());
    }
}
