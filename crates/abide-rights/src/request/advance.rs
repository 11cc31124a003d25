//! What is next for a request. Pure: the same standing and moment give the same step, and a step that was taken is not
//! asked for again.
//!
//! Invariant: no time passes without an event that says so, and nothing is packed or erased before somebody has shown who
//! they are.

use abide_policy::Library;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::event::Deadline;
use super::kind::{Kind, Work};
use super::standing::{Hindrance, Outcome, Parcel, Standing, day_of};

/// How an installation handles requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// So many days before a time somebody is reminded of it; the most first.
    pub remind_days: Vec<u32>,
    /// How long a package waits to be fetched.
    pub package_days: u32,
    /// How long after its end it is known whom a request was about.
    pub forget_days: u32,
    /// What a second person has to approve.
    pub approve: Vec<Kind>,
    /// How long a code counts.
    pub code_minutes: u32,
    /// How often a code may be tried.
    pub code_tries: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            remind_days: vec![7, 2],
            package_days: 30,
            forget_days: 60,
            approve: Vec::new(),
            code_minutes: 60,
            code_tries: 5,
        }
    }
}

/// What is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Confirm that it arrived.
    Acknowledge,
    /// Send codes to the addresses that it names.
    SendCodes,
    /// Remind whoever has to go on with it.
    Remind(Deadline, u32),
    /// Say that a time was missed.
    Escalate(Deadline),
    /// Do what is asked for.
    CarryOut(Work),
    /// It is over.
    Close(Outcome),
    /// The package goes.
    DropPackage,
    /// Whom it was about is forgotten.
    Forget,
    /// Nothing until then, or until somebody goes on with it.
    Wait(Option<Timestamp>),
}

/// How long after something stood in the way it is tried again.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// How long whoever asks has at least to show who they are.
const PROOF_DAYS: i64 = 14;

/// What is next.
pub fn advance(standing: &Standing, rules: &Rules, library: &Library, now: Timestamp) -> Step {
    match &standing.ended {
        Some((_, at)) => after_the_end(standing, rules, *at, now),
        None => on_the_way(standing, rules, library, now),
    }
}

fn after_the_end(standing: &Standing, rules: &Rules, ended: Timestamp, now: Timestamp) -> Step {
    if standing.is_forgotten {
        return Step::Wait(None);
    }
    let today = day_of(now);
    let after = |day: Date, days: u32| day.saturating_add(i64::from(days).days());
    let next = after(day_of(ended), rules.forget_days);
    match &standing.parcel {
        Parcel::Delivered => return Step::DropPackage,
        Parcel::Ready(_, since) => {
            let over = after(*since, rules.package_days);
            if over <= today {
                return Step::DropPackage;
            }
            // It is known whose the package is for as long as it waits.
            return Step::Wait(beginning(over));
        }
        Parcel::None | Parcel::Fetched | Parcel::Dropped => {}
    }
    match next <= today {
        true => Step::Forget,
        false => Step::Wait(beginning(next)),
    }
}

fn on_the_way(standing: &Standing, rules: &Rules, library: &Library, now: Timestamp) -> Step {
    let today = day_of(now);
    let due = standing.due(library).date;
    let acknowledge_by = standing.acknowledge_by(library).map(|due| due.date);
    let missed = |deadline| standing.overdue.contains(&deadline);
    let is_late = acknowledge_by.is_some_and(|by| by < today);
    if standing.acknowledged_at.is_none() && is_late && !missed(Deadline::Acknowledge) {
        return Step::Escalate(Deadline::Acknowledge);
    }
    let waits_for_proof = standing.waits_for_proof();
    if due < today && !standing.is_done {
        if waits_for_proof && proof_until(standing, due).is_some_and(|until| until < today) {
            return Step::Close(Outcome::Expired);
        }
        if !missed(Deadline::Answer) {
            return Step::Escalate(Deadline::Answer);
        }
    }
    let work = standing.kind.work();
    if work == Work::Choice && !standing.kind.needs_proof() && !standing.is_done {
        return Step::CarryOut(work);
    }
    if standing.acknowledged_at.is_none() {
        return Step::Acknowledge;
    }
    if standing.is_done {
        return Step::Close(Outcome::Fulfilled);
    }
    if waits_for_proof
        && standing.verified.is_empty()
        && standing.codes_sent == 0
        && has_address(standing)
    {
        return Step::SendCodes;
    }
    let can_go_on = !waits_for_proof && !standing.waits_for_approval() && work != Work::Hands;
    let again = standing
        .hindered
        .as_ref()
        .map(|(at, why)| next_try(*at, why));
    if can_go_on && again.is_none_or(|again| again <= now) {
        return Step::CarryOut(work);
    }
    waiting(standing, rules, due, today, again.filter(|_| can_go_on))
}

/// The last day on which it can still be shown who asks: until the answer is due, and for some days at least. Nobody who was
/// not told that something has to be shown runs out of time.
fn proof_until(standing: &Standing, due: Date) -> Option<Date> {
    let asked = standing.proof_asked_on?;
    Some(due.max(asked.saturating_add(PROOF_DAYS.days())))
}

/// Whether it names an address that a code can be sent to.
fn has_address(standing: &Standing) -> bool {
    standing
        .known_by
        .iter()
        .any(|kind| matches!(kind.as_str(), "email" | "phone"))
}

fn next_try(at: Timestamp, why: &Hindrance) -> Timestamp {
    let pause = match why {
        Hindrance::Held(_) => AGAIN * 24,
        Hindrance::Stuck(_) => AGAIN,
    };
    at.checked_add(pause).unwrap_or(Timestamp::MAX)
}

/// Somebody has to go on with it: they are reminded before the time is over, and it is told when it is.
fn waiting(
    standing: &Standing,
    rules: &Rules,
    due: Date,
    today: Date,
    again: Option<Timestamp>,
) -> Step {
    let mut next = (!standing.overdue.contains(&Deadline::Answer))
        .then(|| due.saturating_add(1.day()))
        .and_then(beginning);
    if standing.waits_for_proof() {
        let over = proof_until(standing, due).map(|until| until.saturating_add(1.day()));
        next = earlier(next, over.and_then(beginning));
    }
    let mut days = rules.remind_days.clone();
    days.sort_unstable();
    for left in days {
        let on = due.saturating_sub(i64::from(left).days());
        let is_told = standing
            .reminded
            .range((Deadline::Answer, 0)..=(Deadline::Answer, left));
        if is_told.count() > 0 || today > due {
            break;
        }
        if on <= today {
            return Step::Remind(Deadline::Answer, left);
        }
        next = earlier(next, beginning(on));
    }
    Step::Wait(earlier(next, again))
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// The first moment of a day, in UTC.
fn beginning(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
#[path = "advance_tests.rs"]
mod tests;
