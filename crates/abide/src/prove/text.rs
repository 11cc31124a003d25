//! The board for people who read it in a terminal: what is broken first, then counts, then what is lacking. Adds nothing
//! to what the board says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use abide_policy::model::Policy;
use abide_policy::sentence::{Language, sentence};
use abide_promise::{Board, ClauseStatus, Status};

use super::Standing;

/// How long a sentence may be on a line of its own.
const SENTENCE_CHARS: usize = 100;

/// The board as text.
pub fn text(board: &Board, policy: &Policy, standing: Standing) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "`{}`: {} of {} promises bound on {}",
        board.policy,
        board.bound,
        board.clauses.len(),
        board.day
    );
    let note = match standing {
        Standing::InForce => None,
        Standing::NotInForce => Some(
            "this version is not in force here; `abide policy publish PATH --activate` changes that",
        ),
        Standing::Imagined => Some(
            "there are no records here, so this is how it would stand once `abide serve` has put it in force",
        ),
    };
    if let Some(note) = note {
        let _ = writeln!(out, "  {note}");
    }
    for status in Status::ALL {
        if let Some(count) = board.counts.get(&status) {
            let _ = writeln!(out, "  {count:>5}  {}", status.word());
        }
    }
    let of = |status: Status| {
        board
            .clauses
            .iter()
            .filter(move |clause| clause.status == status)
    };
    for clause in of(Status::Broken) {
        broken(clause, policy, &mut out);
    }
    let rest = [
        Status::Observing,
        Status::Stale,
        Status::Unknown,
        Status::Unmet,
    ];
    for status in rest {
        by_reason(status, of(status), &mut out);
    }
    out
}

fn broken(clause: &ClauseStatus, policy: &Policy, out: &mut String) {
    let since = clause
        .since
        .map_or(String::new(), |day| format!(" since {day}"));
    let _ = writeln!(out, "\nbroken: {}{since}", clause.id);
    if let Some(said) = said(policy, &clause.id) {
        let _ = writeln!(out, "  {said}");
    }
    for breach in &clause.broken {
        let _ = writeln!(
            out,
            "  {} at {}: {}",
            breach.what, breach.place, breach.count
        );
    }
}

/// What the notice says of a clause, as far as it fits on a line.
fn said(policy: &Policy, clause: &str) -> Option<String> {
    let norm = policy.norms_of(clause).next()?;
    let text = sentence(norm, policy, Language::of_policy(policy));
    let short: String = text.chars().take(SENTENCE_CHARS).collect();
    let cut = text.chars().count() > SENTENCE_CHARS;
    Some(if cut { short + " …" } else { short })
}

/// Clauses by what keeps them from being bound, the most frequent first.
fn by_reason<'a>(
    status: Status,
    clauses: impl Iterator<Item = &'a ClauseStatus>,
    out: &mut String,
) {
    let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for clause in clauses {
        let lacks = clause
            .lacks
            .iter()
            .map(|lack| format!("no control for {lack}"));
        let mut why: Vec<String> = lacks.collect();
        if why.is_empty() {
            let worst = clause.controls.iter().filter(|it| it.status == status);
            why.extend(worst.map(|control| {
                let why = control.why.as_deref().unwrap_or_default();
                format!("{}: {why}", control.name)
            }));
        }
        if why.is_empty() {
            why.push("it asks for nothing that is known".to_owned());
        }
        for reason in why {
            reasons.entry(reason).or_default().push(&clause.id);
        }
    }
    if reasons.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", status.word());
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, clauses)| (usize::MAX - clauses.len(), reason.clone()));
    for (reason, clauses) in reasons {
        let _ = writeln!(out, "  {reason}: {}", clauses.join(" "));
    }
}
