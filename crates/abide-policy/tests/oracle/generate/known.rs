//! What is known: near what the lines wait for, then moved a little.

use abide_policy::decide::{Held, Known, Matter, Occurrence, Question, Scope, Subject, YearsOfAge};
use abide_policy::model::{Norm, NounUse, Policy, SlotUse};
use abide_policy::vocabulary::{Kind, Mode, Slot};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::question::Near;
use crate::rng::Rng;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Moments that lie where policies change their minds, in seconds before the question.
const AGO: [i64; 16] = [
    0,
    1,
    HOUR,
    2 * HOUR,
    DAY - 1,
    DAY,
    4 * DAY,
    29 * DAY,
    30 * DAY,
    31 * DAY,
    200 * DAY,
    364 * DAY,
    366 * DAY,
    740 * DAY,
    1826 * DAY,
    2600 * DAY,
];

const DATES: [&str; 5] = [
    "2025-03-01",
    "2025-07-01",
    "2026-01-01",
    "2026-03-02",
    "2024-02-29",
];

/// A moment: often at the turn of a date that policies name.
pub fn moment(rng: &mut Rng) -> Timestamp {
    let day: Date = rng.pick(&DATES).parse().unwrap();
    let turn = day
        .at(0, 0, 0, 0)
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp();
    let moved = match rng.below(4) {
        0 => 0,
        1 => -1,
        2 => rng.between(-2 * DAY, 2 * DAY),
        _ => rng.between(-400 * DAY, 400 * DAY),
    };
    turn + SignedDuration::from_secs(moved)
}

fn before(rng: &mut Rng, now: Timestamp) -> Timestamp {
    if rng.percent(6) {
        return now + SignedDuration::from_secs(rng.between(1, 40 * DAY));
    }
    // Exactly a month or a year is where lengths end.
    if rng.percent(15) {
        let months = *rng.pick(&[1_i64, 6, 12, 24]);
        let utc = now.to_zoned(TimeZone::UTC);
        return utc.checked_sub(months.months()).unwrap().timestamp();
    }
    now - SignedDuration::from_secs(*rng.pick(&AGO))
}

/// What is known when `question` is asked near `target`. `kind` of 0 helps the question, higher ones leave more open.
pub fn known(
    rng: &mut Rng,
    near: &Near<'_>,
    target: &Norm,
    question: &Question,
    now: Timestamp,
    help: bool,
) -> Known {
    let mut known = Known {
        subject: subject(rng, near, now),
        ..Known::default()
    };
    facts(rng, near, question, now, help, &mut known);
    rights(rng, near, question, now, help, &mut known);
    events(rng, near, now, help, &mut known);
    if help {
        help_line(rng, near, target, now, &mut known);
    }
    let signals = if help { 4 } else { 25 };
    if rng.percent(signals) {
        for norm in near.policy.norms.iter() {
            let honoured = norm.objects.iter().filter(|used| used.kind == Kind::Signal);
            for used in honoured.filter(|_| rng.percent(60)).collect::<Vec<_>>() {
                known.signals.push(near.near(rng, used.id));
            }
        }
        if rng.percent(20) {
            known.signals.push(near.any(rng, Kind::Signal));
        }
    }
    for actor in &question.actor {
        if rng.percent(45)
            && let Some(id) = near.names.find(Kind::People, actor)
        {
            known.relations.push(near.near(rng, id));
        }
    }
    if rng.percent(3) {
        known.held.push(Held {
            matter: Matter::Fact("no-such-fact".to_owned()),
            holds: true,
            scope: Scope::default(),
            since: now,
            until: None,
        });
    }
    known
}

fn subject(rng: &mut Rng, near: &Near<'_>, now: Timestamp) -> Subject {
    let residence = match rng.below(10) {
        0..=2 => None,
        3 => Some("XX".to_owned()),
        4..=7 => Some((*rng.pick(&["NL", "DE", "FR", "NO", "US-CA", "US-NY", "CN"])).to_owned()),
        _ => Some(near.any(rng, Kind::Place)),
    };
    let mut age = YearsOfAge::default();
    let turning = *rng.pick(&[12_i64, 13, 14, 16, 18, 20]);
    if rng.percent(35) {
        let today = now.to_zoned(TimeZone::UTC).date();
        let born = today
            .checked_sub(turning.years())
            .unwrap()
            .checked_add(rng.between(-1, 1).days())
            .unwrap();
        age.born = Some(match rng.below(12) {
            0 => "2012-02-29".parse().unwrap(),
            1 => "2008-02-29".parse().unwrap(),
            2 => today.checked_add(5.days()).unwrap(),
            _ => born,
        });
    }
    if rng.percent(25) {
        age.at_least = Some(u32::try_from(*rng.pick(&[0_i64, 13, 14, 16, 18, 30])).unwrap());
    }
    if rng.percent(20) {
        age.below = Some(u32::try_from(*rng.pick(&[0_i64, 13, 14, 16, 18, 30])).unwrap());
    }
    let mut people = Vec::new();
    while rng.percent(25) {
        people.push(near.any(rng, Kind::People));
    }
    Subject {
        residence,
        age,
        people,
    }
}

fn scope(rng: &mut Rng, near: &Near<'_>, question: &Question) -> Scope {
    let mut scope = Scope::default();
    if rng.percent(45) {
        return scope;
    }
    let mut list = |given: &[String], kinds: &[Kind], chance: u64| {
        if !rng.percent(chance) {
            return Vec::new();
        }
        let found = given
            .first()
            .and_then(|name| near.names.find_first(kinds, name));
        let mut names = vec![match found {
            Some(id) if rng.percent(85) => {
                if rng.percent(50) {
                    let wider = near.names.wider(id);
                    near.names.name(*rng.pick(wider)).to_owned()
                } else {
                    near.near(rng, id)
                }
            }
            _ => near.any(rng, kinds[0]),
        }];
        if rng.percent(15) {
            names.push(near.any(rng, kinds[0]));
        }
        if rng.percent(2) {
            names = vec!["no-such-name".to_owned()];
        }
        names
    };
    let purpose: Vec<String> = question.purpose.iter().cloned().collect();
    let recipient: Vec<String> = question.recipient.iter().cloned().collect();
    scope.data = list(&question.data, &[Kind::Data], 45);
    scope.purposes = list(&purpose, &[Kind::Purpose], 45);
    scope.recipients = list(&recipient, &[Kind::Recipient, Kind::People], 30);
    scope.actors = list(&question.actor, &[Kind::People, Kind::Recipient], 12);
    if rng.percent(12) && !near.policy.norms.is_empty() {
        let norm = rng.pick(&near.policy.norms);
        scope.lines.push(norm.id.clone());
    }
    scope
}

fn held(
    rng: &mut Rng,
    near: &Near<'_>,
    question: &Question,
    now: Timestamp,
    matter: Matter,
    holds: bool,
) -> Held {
    let since = before(rng, now);
    let until = match rng.below(20) {
        0 => Some(now),
        1 => Some(now - SignedDuration::from_secs(DAY)),
        2 | 3 => Some(now + SignedDuration::from_secs(DAY)),
        _ => None,
    };
    Held {
        matter,
        holds,
        scope: scope(rng, near, question),
        since,
        until,
    }
}

/// Every fact that the policy waits for somewhere.
fn wanted(policy: &Policy) -> Vec<&NounUse> {
    let mut all: Vec<&NounUse> = Vec::new();
    for norm in &policy.norms {
        all.extend(norm.conditions.iter().flat_map(|one| &one.facts));
        let excepted = norm.excepts.iter().flat_map(|except| &except.slots);
        all.extend(
            excepted
                .filter(|used| matches!(used.slot, Slot::If | Slot::Unless))
                .flat_map(SlotUse::names),
        );
        all.extend(norm.objects.iter().filter(|used| used.kind == Kind::Fact));
        for slot in [Slot::When, Slot::Until, Slot::After] {
            all.extend(norm.names(slot).filter(|used| used.kind == Kind::Fact));
        }
    }
    for (_, noun) in policy.nouns.iter() {
        all.extend(noun.slots(Slot::If).flat_map(SlotUse::names));
    }
    all
}

fn facts(
    rng: &mut Rng,
    near: &Near<'_>,
    question: &Question,
    now: Timestamp,
    help: bool,
    known: &mut Known,
) {
    for used in wanted(near.policy) {
        let (holds, refused) = if help { (25, 4) } else { (22, 18) };
        let roll = rng.below(100);
        let roll = u64::try_from(roll).unwrap();
        if roll >= holds + refused {
            continue;
        }
        let matter = Matter::Fact(near.near(rng, used.id));
        let fact = held(rng, near, question, now, matter, roll < holds);
        known.held.push(fact);
    }
    for (name, chance) in [
        ("consent", 15),
        ("explicit-consent", 10),
        ("told", 15),
        ("legal-hold", 5),
        ("linked", 20),
    ] {
        if rng.percent(chance) {
            let holds = rng.percent(if help { 90 } else { 50 });
            let matter = Matter::Fact(name.to_owned());
            let fact = held(rng, near, question, now, matter, holds);
            known.held.push(fact);
        }
    }
}

fn rights(
    rng: &mut Rng,
    near: &Near<'_>,
    question: &Question,
    now: Timestamp,
    help: bool,
    known: &mut Known,
) {
    let chance = if help { 7 } else { 35 };
    while rng.percent(chance) {
        let name = match rng.below(8) {
            0 => "restrict".to_owned(),
            1 => "object".to_owned(),
            2 => "optin-sale".to_owned(),
            3 => "optout-sale".to_owned(),
            _ => near.any(rng, Kind::Right),
        };
        let holds = rng.percent(80);
        let right = held(rng, near, question, now, Matter::Right(name.clone()), holds);
        known.held.push(right);
        if rng.percent(20) {
            let wider = near.names.find(Kind::Right, &name).unwrap();
            let matter = Matter::Right(near.near(rng, wider));
            let given_up = held(rng, near, question, now, matter, false);
            known.held.push(given_up);
        }
    }
}

fn events(rng: &mut Rng, near: &Near<'_>, now: Timestamp, help: bool, known: &mut Known) {
    for norm in &near.policy.norms {
        for slot in [Slot::When, Slot::After, Slot::Until, Slot::Before] {
            let chance = match slot {
                Slot::When | Slot::After => 25,
                _ if help => 4,
                _ => 12,
            };
            for used in norm.names(slot).filter(|used| used.kind == Kind::Event) {
                if rng.percent(chance) {
                    known.occurrences.push(Occurrence {
                        event: near.near(rng, used.id),
                        at: before(rng, now),
                    });
                }
            }
        }
    }
}

/// What the target line waits for is made so.
fn help_line(rng: &mut Rng, near: &Near<'_>, target: &Norm, now: Timestamp, known: &mut Known) {
    let ago = now - SignedDuration::from_secs(*rng.pick(&[0, 1, HOUR]));
    let hold = |known: &mut Known, name: String| {
        known.held.push(Held {
            matter: Matter::Fact(name),
            holds: true,
            scope: Scope::default(),
            since: ago,
            until: None,
        });
    };
    for condition in &target.conditions {
        if condition.polarity == abide_policy::model::Polarity::If
            && let Some(fact) = condition.facts.first()
        {
            hold(known, fact.name.to_string());
        }
    }
    for slot in [Slot::When, Slot::After] {
        if let Some(used) = target.names(slot).next() {
            if used.kind == Kind::Event {
                known.occurrences.push(Occurrence {
                    event: used.name.to_string(),
                    at: ago,
                });
            } else {
                hold(known, used.name.to_string());
            }
        }
    }
    known
        .subject
        .people
        .extend(target.names(Slot::About).map(|used| used.name.to_string()));
    if let Some(part) = target.part {
        let about = near.policy.parts[part]
            .defaults
            .iter()
            .filter(|used| used.slot == Slot::About);
        known.subject.people.extend(
            about
                .flat_map(SlotUse::names)
                .map(|used| used.name.to_string()),
        );
    }
    for name in [
        "told",
        "dpa",
        "contract",
        "verified",
        "explicit-consent",
        "consent",
    ] {
        if rng.percent(70) {
            hold(known, name.to_owned());
        }
    }
    for norm in near
        .policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::Never)
    {
        for condition in &norm.conditions {
            if condition.polarity == abide_policy::model::Polarity::Unless
                && rng.percent(50)
                && let Some(fact) = condition.facts.first()
            {
                hold(known, fact.name.to_string());
            }
        }
    }
}
