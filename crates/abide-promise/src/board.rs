//! The board: how each promise of a policy stands, from its bindings and from what a log says. Looks at nothing else, so
//! that two readers of one log come to one board.

use std::collections::BTreeMap;

use abide_ledger::Day;
use serde::{Deserialize, Serialize};

use crate::bind::{Binding, Bindings, Text};
use crate::control::{Control, Grade, Ground};
use crate::facts::{Facts, LastLook, Look, Mark};
use crate::status::Status;

/// How every promise of a policy stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// The policy.
    pub policy: String,
    /// Hash of its version, in hex.
    pub version: String,
    /// The day that it is looked at.
    pub day: Day,
    /// How many clauses have which status.
    pub counts: BTreeMap<Status, usize>,
    /// How many are bound: kept, enforced, watched, attested or published.
    pub bound: usize,
    /// Each clause, by id.
    pub clauses: Vec<ClauseStatus>,
}

/// How one promise stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClauseStatus {
    /// Its id.
    pub id: String,
    /// How it stands: as its worst control.
    pub status: Status,
    /// The capabilities that it needs.
    pub needs: Vec<String>,
    /// Those that no control gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// Its controls.
    pub controls: Vec<ControlStatus>,
    /// The last entry that bears on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// Since when it has been broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// What contradicts it, and where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<Breach>,
}

/// How one control stands for a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlStatus {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// Why, where it is not at its best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The last entry that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// Entries of the log, by the last of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its number in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Its day.
    pub day: Day,
    /// How many entries show it.
    pub entries: u64,
}

/// Something that contradicts a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// The code or word of what was found.
    pub what: String,
    /// The place: a table, a column, a page.
    pub place: String,
    /// How much of it.
    pub count: u64,
}

/// The board of the policy of that name and version, on that day.
pub fn board(policy: &str, version: &str, bindings: &Bindings, facts: &Facts, today: Day) -> Board {
    let clauses: Vec<ClauseStatus> = bindings
        .clauses
        .iter()
        .map(|binding| clause(binding, facts, today))
        .collect();
    let mut counts = BTreeMap::new();
    for clause in &clauses {
        *counts.entry(clause.status).or_default() += 1;
    }
    Board {
        policy: policy.to_owned(),
        version: version.to_owned(),
        day: today,
        bound: clauses
            .iter()
            .filter(|clause| clause.status.is_bound())
            .count(),
        counts,
        clauses,
    }
}

fn clause(binding: &Binding, facts: &Facts, today: Day) -> ClauseStatus {
    let controls: Vec<ControlStatus> = binding
        .controls
        .iter()
        .map(|control| control_status(control, binding, facts, today))
        .collect();
    let worst = controls.iter().map(|control| control.status).max();
    let lacking = (!binding.lacks.is_empty() || controls.is_empty()).then_some(Status::Unmet);
    // What contradicts a promise counts, whoever found it.
    let failed: Vec<&LastLook> = facts.failed(&binding.clause).collect();
    let status = match worst.max(lacking) {
        _ if !failed.is_empty() => Status::Broken,
        Some(Status::Watched) if binding.text == Text::Only => Status::Published,
        Some(status) => status,
        None => Status::Unmet,
    };
    let evidence = controls
        .iter()
        .filter_map(|control| control.evidence.clone());
    let since = failed
        .iter()
        .filter_map(|look| look.since.get(&binding.clause));
    ClauseStatus {
        id: binding.clause.clone(),
        status,
        needs: binding.needs.iter().map(ToString::to_string).collect(),
        lacks: binding.lacks.iter().map(ToString::to_string).collect(),
        evidence: evidence.max_by_key(|evidence| (evidence.day, evidence.entry)),
        since: since.min().copied(),
        broken: failed
            .iter()
            .flat_map(|look| breaches(look, &binding.clause))
            .collect(),
        controls,
    }
}

fn breaches<'a>(look: &'a LastLook, clause: &'a str) -> impl Iterator<Item = Breach> + 'a {
    look.counts.iter().filter_map(move |(key, count)| {
        let rest = key.strip_prefix(clause)?.strip_prefix('/')?;
        let (what, place) = rest.split_once('/')?;
        Some(Breach {
            what: what.to_owned(),
            place: place.to_owned(),
            count: *count,
        })
    })
}

fn control_status(
    control: &Control,
    binding: &Binding,
    facts: &Facts,
    today: Day,
) -> ControlStatus {
    let ids = std::iter::once("").chain([binding.clause.as_str()]).chain(
        binding
            .lines
            .iter()
            .map(String::as_str)
            .filter(|line| *line != binding.clause),
    );
    let seen = facts.seen(control.name, ids);
    let (status, why, mark) = match (control.grade, facts.look(control.name)) {
        (_, Some(look)) if has_nothing(look, &binding.clause) => (
            Status::Unmet,
            Some("nothing of it is mapped with a time"),
            Some(look.mark),
        ),
        (_, Some(look)) if look.look != Look::Well && concerns(look, &binding.clause) => {
            let (status, why) = wrong(control, look.look);
            (status, Some(why), Some(look.mark))
        }
        (Grade::Confirms, _) => confirmed(&binding.clause, facts, today),
        (_, None) => (Status::Unknown, Some("nobody has looked"), None),
        (_, Some(look)) if is_old(look.mark, control, today) => (
            Status::Stale,
            Some("the last look is too old"),
            Some(look.mark),
        ),
        (Grade::Watches, Some(look)) => (Status::Watched, None, Some(look.mark)),
        (Grade::Blocks, Some(_)) => match seen {
            Some(seen) if !is_old(seen.mark, control, today) => {
                (Status::Kept, None, Some(seen.mark))
            }
            _ => (Status::Enforced, None, None),
        },
    };
    ControlStatus {
        name: control.name.to_owned(),
        status,
        why: why.map(str::to_owned),
        evidence: mark.map(|mark| Evidence {
            entry: mark.number,
            day: mark.day,
            entries: seen.map_or(1, |seen| seen.entries),
        }),
    }
}

/// Whether a look said of this very clause that there is nothing to look at.
fn has_nothing(look: &LastLook, clause: &str) -> bool {
    let prefix = format!("{clause}/{}/", Look::Groundless.word());
    look.counts.keys().any(|key| key.starts_with(&prefix))
}

/// A look that found something, or that only observes, says so of the clauses that it names; any other says it of all.
fn concerns(look: &LastLook, clause: &str) -> bool {
    match look.look {
        Look::Failed | Look::Observing => look.clauses.contains(clause),
        _ => true,
    }
}

fn wrong(control: &Control, look: Look) -> (Status, &'static str) {
    match (look, control.ground) {
        (Look::Failed, _) => (Status::Broken, "evidence contradicts it"),
        (Look::Observing, _) => (Status::Observing, "it observes and does not block"),
        (Look::Off, _) => (Status::Unmet, "it is switched off"),
        (Look::Groundless, Ground::Sources) => (Status::Unmet, "no source is mapped"),
        (Look::Groundless, _) => (Status::Unmet, "this version is not in force"),
        _ => (Status::Unknown, "looking did not work"),
    }
}

fn confirmed(
    clause: &str,
    facts: &Facts,
    today: Day,
) -> (Status, Option<&'static str>, Option<Mark>) {
    match facts.word(clause) {
        None => (Status::Unknown, Some("nobody has confirmed it"), None),
        Some(word) if word.until.is_some_and(|until| until >= today) => {
            (Status::Attested, None, Some(word.mark))
        }
        Some(word) => (
            Status::Stale,
            Some("the confirmation has expired"),
            Some(word.mark),
        ),
    }
}

fn is_old(mark: Mark, control: &Control, today: Day) -> bool {
    mark.day.days_until(today) > i64::from(control.days)
}
