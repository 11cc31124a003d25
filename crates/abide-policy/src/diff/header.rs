//! What changed beside the lines: who answers, which laws, languages, parts and readings. Never looks at lines.

use super::area::Area;
use super::favour::{Favour, Judgement};
use super::{Change, ChangeKind, Source, Subject, words};
use crate::model::{Norm, Part, Policy, Reading};
use crate::source::{Span, Spanned};

/// Every change of the policy itself, in the order of its lines. The version is not among them.
pub(super) fn changes(old: &Source<'_>, new: &Source<'_>) -> Vec<Change> {
    let mut found = Vec::new();
    if old.policy.name != new.policy.name {
        let names = (&old.policy.name, &new.policy.name);
        let text = format!("name: `{}` → `{}`", names.0, names.1);
        found.push(change(
            (old, old.policy.span),
            (new, new.policy.span),
            "policy",
            (Area::Wording, Judgement::Neutral, text),
        ));
    }
    controllers(old, new, &mut found);
    listed(
        (old, &old.policy.laws),
        (new, &new.policy.laws),
        "law",
        &mut found,
    );
    listed(
        (old, &old.policy.languages),
        (new, &new.policy.languages),
        "language",
        &mut found,
    );
    parts(old, new, &mut found);
    readings(old, new, &mut found);
    found
}

fn change(
    (old, before): (&Source<'_>, Option<Span>),
    (new, after): (&Source<'_>, Option<Span>),
    id: &str,
    (area, judgement, text): (Area, Judgement, String),
) -> Change {
    let kind = match (before, after) {
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    Change {
        judgement,
        kind,
        subject: Subject::Policy,
        id: id.to_owned(),
        clauses: Vec::new(),
        areas: vec![area],
        old: before.map(|span| old.written(span, None)),
        new: after.map(|span| new.written(span, None)),
        reasons: vec![super::reason::Reason {
            area,
            judgement,
            text,
        }],
        felt_in: Vec::new(),
    }
}

fn controllers(old: &Source<'_>, new: &Source<'_>, found: &mut Vec<Change>) {
    let words = |policy: &Policy| -> Vec<(String, Span)> {
        let lines = policy.controllers.iter().map(|controller| {
            let mut slots: Vec<String> = controller
                .slots
                .iter()
                .filter_map(|used| {
                    Some(format!(
                        "{} {}",
                        used.slot.word(),
                        words::quoted(Some(used))?
                    ))
                })
                .collect();
            slots.insert(0, format!("`{}`", controller.label));
            (slots.join(", "), controller.span)
        });
        lines.collect()
    };
    let (a, b) = (words(old.policy), words(new.policy));
    let only = |one: &[(String, Span)], other: &[(String, Span)]| {
        let alone = one
            .iter()
            .find(|(words, _)| !other.iter().any(|(known, _)| known == words));
        alone.cloned()
    };
    let (before, after) = (only(&a, &b), only(&b, &a));
    if before.is_none() && after.is_none() {
        return;
    }
    let text = |one: &Option<(String, Span)>| {
        one.as_ref()
            .map_or_else(|| "nobody".to_owned(), |(words, _)| words.clone())
    };
    let text = format!("who answers: {} → {}", text(&before), text(&after));
    found.push(change(
        (old, before.map(|(_, span)| span)),
        (new, after.map(|(_, span)| span)),
        "controller",
        (Area::Scope, Judgement::Mixed, text),
    ));
}

/// Laws and languages: one more is a gain for people, one fewer a loss.
fn listed(
    (old, before): (&Source<'_>, &[Spanned<String>]),
    (new, after): (&Source<'_>, &[Spanned<String>]),
    what: &str,
    found: &mut Vec<Change>,
) {
    let missing = |one: &Spanned<String>, from: &[Spanned<String>]| {
        !from.iter().any(|known| known.value == one.value)
    };
    for gone in before.iter().filter(|one| missing(one, after)) {
        let text = format!("{what} `{}` is dropped", gone.value);
        found.push(change(
            (old, Some(gone.span)),
            (new, None),
            what,
            (Area::Law, Judgement::Weaker, text),
        ));
    }
    for come in after.iter().filter(|one| missing(one, before)) {
        let text = format!("{what} `{}` is added", come.value);
        found.push(change(
            (old, None),
            (new, Some(come.span)),
            what,
            (Area::Law, Judgement::Stronger, text),
        ));
    }
}

/// Parts by their names. What their slots mean is judged line by line; here is what the part itself says.
fn parts(old: &Source<'_>, new: &Source<'_>, found: &mut Vec<Change>) {
    let find =
        |policy: &'_ Policy, name: &str| policy.parts.iter().position(|part| part.name == name);
    let wording = |text: String| (Area::Wording, Judgement::Neutral, text);
    for part in &old.policy.parts {
        if find(new.policy, &part.name).is_none() {
            let text = format!("part `{}` is gone", part.name);
            found.push(change(
                (old, Some(part.span)),
                (new, None),
                &part.name,
                wording(text),
            ));
        }
    }
    for part in &new.policy.parts {
        let known = find(old.policy, &part.name).and_then(|at| old.policy.parts.get(at));
        let Some(known) = known else {
            let text = format!("part `{}` is added", part.name);
            found.push(change(
                (old, None),
                (new, Some(part.span)),
                &part.name,
                wording(text),
            ));
            continue;
        };
        for (judgement, text) in part_reasons(known, part) {
            found.push(change(
                (old, Some(known.span)),
                (new, Some(part.span)),
                &part.name,
                (Area::Scope, judgement, text),
            ));
        }
    }
}

fn part_reasons(old: &Part, new: &Part) -> Vec<(Judgement, String)> {
    let mut found = Vec::new();
    let dates = [
        ("version", &old.version, &new.version),
        ("reviewed", &old.reviewed, &new.reviewed),
    ];
    for (what, a, b) in dates {
        let date = |date: &Option<Spanned<jiff::civil::Date>>| {
            date.as_ref()
                .map_or_else(|| "none".to_owned(), |date| date.value.to_string())
        };
        if date(a) != date(b) {
            let text = format!("{what}: {} → {}", date(a), date(b));
            found.push((Judgement::Neutral, text));
        }
    }
    let controller = |part: &Part| part.role.clone().unwrap_or_else(|| "controller".to_owned());
    if old.role != new.role {
        let text = format!("role: `{}` → `{}`", controller(old), controller(new));
        found.push((Judgement::Mixed, text));
    }
    if old.instead != new.instead {
        let text = if new.instead {
            "stands instead of the base for its people"
        } else {
            "adds to the base for its people"
        };
        found.push((Judgement::Mixed, text.to_owned()));
    }
    found
}

/// Readings by the clauses that they settle.
fn readings(old: &Source<'_>, new: &Source<'_>, found: &mut Vec<Change>) {
    let key = |reading: &Reading| {
        let mut ids: Vec<String> = reading.clauses.iter().map(|id| id.value.clone()).collect();
        ids.sort();
        ids.join(" ")
    };
    let win = |reading: &Reading| reading.win.as_ref().map(|id| id.value.clone());
    let texts = |reading: &Reading| -> Vec<String> {
        reading
            .texts
            .iter()
            .map(|say| say.text.value.clone())
            .collect()
    };
    for reading in &old.policy.readings {
        let same = |known: &&Reading| key(known) == key(reading);
        let Some(after) = new.policy.readings.iter().find(same) else {
            let judgement = won_by(old.policy, reading).map_or(Judgement::Mixed, opposite);
            let text = format!("the reading of {} is gone", key(reading));
            found.push(change(
                (old, Some(reading.span)),
                (new, None),
                &key(reading),
                (Area::Wording, judgement, text),
            ));
            continue;
        };
        let spans = ((old, Some(reading.span)), (new, Some(after.span)));
        if win(reading) != win(after) {
            let gains = (won_by(old.policy, reading), won_by(new.policy, after));
            let judgement = match gains {
                (Some(before), Some(after)) if before != after => after,
                _ => Judgement::Mixed,
            };
            let name = |id: Option<String>| id.unwrap_or_else(|| "nobody".to_owned());
            let text = format!("wins: {} → {}", name(win(reading)), name(win(after)));
            found.push(change(
                spans.0,
                spans.1,
                &key(reading),
                (Area::Wording, judgement, text),
            ));
        } else if texts(reading) != texts(after) {
            let text = "the text of the reading".to_owned();
            found.push(change(
                spans.0,
                spans.1,
                &key(reading),
                (Area::Wording, Judgement::Neutral, text),
            ));
        }
    }
    let known = |reading: &&Reading| {
        old.policy
            .readings
            .iter()
            .any(|old| key(old) == key(reading))
    };
    for reading in new.policy.readings.iter().filter(|reading| !known(reading)) {
        let judgement = won_by(new.policy, reading).unwrap_or(Judgement::Mixed);
        let text = format!("a reading of {}", key(reading));
        found.push(change(
            (old, None),
            (new, Some(reading.span)),
            &key(reading),
            (Area::Wording, judgement, text),
        ));
    }
}

fn opposite(judgement: Judgement) -> Judgement {
    match judgement {
        Judgement::Weaker => Judgement::Stronger,
        Judgement::Stronger => Judgement::Weaker,
        other => other,
    }
}

/// What a reading means for people: `Stronger` when the line that wins is theirs. `None` when it cannot be said.
fn won_by(policy: &Policy, reading: &Reading) -> Option<Judgement> {
    let win = reading.win.as_ref()?;
    let mut favours = policy
        .norms_of(&win.value)
        .map(|norm: &Norm| Favour::of(norm.mode, norm.action));
    let first = favours.next()?;
    let same = favours.all(|favour| favour == first);
    match first {
        Favour::People if same => Some(Judgement::Stronger),
        Favour::Company if same => Some(Judgement::Weaker),
        _ => None,
    }
}
