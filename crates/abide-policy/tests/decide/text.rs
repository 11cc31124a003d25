//! Reads questions and what is known from one line each, and writes an answer as one. The one way in and out for tests.

use abide_policy::decide::{
    Decision, Deed, Effect, Held, Known, Line, Matter, Missing, Needed, Occurrence, Question,
    Scope, Tables, YearsOfAge,
};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use jiff::Timestamp;

/// The moment at which tests decide, unless they say otherwise.
pub const NOW: &str = "2026-06-15T12:00:00Z";

/// The policy of a text, which must have no errors of reading.
pub fn policy(source: &str) -> Policy {
    let source = if source.contains("policy ") {
        source.to_owned()
    } else {
        format!("policy example version=\"2026-03-01\" {{\n{source}\n}}\n")
    };
    let files = [SourceFile::new("policy.kdl", source)];
    let mut compiled = compile(Library::standard(), &files, None);
    let unread: Vec<String> = compiled
        .findings
        .iter()
        .filter(|finding| finding.code < "P0300")
        .map(|finding| format!("{} {}", finding.code, finding.message))
        .collect();
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    compiled.policies.remove(0)
}

/// `message email for=newsletter via=email when=merger,release`.
pub fn question(line: &str) -> Question {
    let mut words = line.split_whitespace();
    let action: Deed =
        serde_json::from_value(serde_json::Value::from(words.next().unwrap())).unwrap();
    let mut question = Question {
        action,
        data: Vec::new(),
        purpose: None,
        recipient: None,
        place: None,
        origin: Vec::new(),
        form: None,
        actor: Vec::new(),
        point: Vec::new(),
        channel: Vec::new(),
        events: Vec::new(),
    };
    for word in words {
        let Some((slot, value)) = word.split_once('=') else {
            question.data.push(word.to_owned());
            continue;
        };
        let many = || value.split(',').map(str::to_owned).collect();
        let one = Some(value.to_owned());
        match slot {
            "for" => question.purpose = one,
            "with" => question.recipient = one,
            "in" => question.place = one,
            "as" => question.form = one,
            "from" => question.origin = many(),
            "by" => question.actor = many(),
            "at" => question.point = many(),
            "via" => question.channel = many(),
            "when" => question.events = many(),
            other => panic!("no slot {other}"),
        }
    }
    question
}

/// `in=NL age=30 +consent(for=newsletter)@2026-01-01..2026-02-01 -consent right:object event:visit@2026-01-01 signal:gpc`.
pub fn known(line: &str) -> Known {
    let mut known = Known::default();
    for word in line.split_whitespace() {
        let (text, since, until) = dated(word);
        if let Some(value) = text.strip_prefix("in=") {
            known.subject.residence = Some(value.to_owned());
        } else if let Some(value) = text.strip_prefix("people=") {
            known.subject.people = value.split(',').map(str::to_owned).collect();
        } else if let Some(years) = text.strip_prefix("age") {
            known.subject.age = age(years, known.subject.age);
        } else if let Some(born) = text.strip_prefix("born=") {
            known.subject.age.born = Some(born.parse().unwrap());
        } else if let Some(event) = text.strip_prefix("event:") {
            known.occurrences.push(Occurrence {
                event: event.to_owned(),
                at: since,
            });
        } else if let Some(signal) = text.strip_prefix("signal:") {
            known.signals.push(signal.to_owned());
        } else if let Some(relation) = text.strip_prefix("relation:") {
            known.relations.push(relation.to_owned());
        } else {
            known.held.push(held(text, since, until));
        }
    }
    known
}

fn moment(text: &str) -> Timestamp {
    let full = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    full.parse().unwrap()
}

fn dated(word: &str) -> (&str, Timestamp, Option<Timestamp>) {
    let (text, when) = word.split_once('@').unwrap_or((word, "2026-01-01"));
    match when.split_once("..") {
        Some((since, until)) => (text, moment(since), Some(moment(until))),
        None => (text, moment(when), None),
    }
}

fn age(years: &str, mut known: YearsOfAge) -> YearsOfAge {
    if let Some(exact) = years.strip_prefix('=') {
        let exact: u32 = exact.parse().unwrap();
        known.at_least = Some(exact);
        known.below = Some(exact + 1);
    } else if let Some(from) = years.strip_prefix(">=") {
        known.at_least = Some(from.parse().unwrap());
    } else if let Some(below) = years.strip_prefix('<') {
        known.below = Some(below.parse().unwrap());
    }
    known
}

fn held(text: &str, since: Timestamp, until: Option<Timestamp>) -> Held {
    let (holds, text) = match text.strip_prefix('-') {
        Some(rest) => (false, rest),
        None => (true, text.strip_prefix('+').unwrap_or(text)),
    };
    let (name, scope) = match text.split_once('(') {
        Some((name, scope)) => (name, scope.trim_end_matches(')')),
        None => (text, ""),
    };
    let mut held = Held {
        matter: match name.strip_prefix("right:") {
            Some(right) => Matter::Right(right.to_owned()),
            None => Matter::Fact(name.to_owned()),
        },
        holds,
        scope: Scope::default(),
        since,
        until,
    };
    for part in scope.split(';').filter(|part| !part.is_empty()) {
        let (slot, names) = part.split_once('=').unwrap();
        let names = names.split(',').map(str::to_owned).collect();
        match slot {
            "data" => held.scope.data = names,
            "for" => held.scope.purposes = names,
            "with" => held.scope.recipients = names,
            "by" => held.scope.actors = names,
            "line" => held.scope.lines = names,
            other => panic!("no scope {other}"),
        }
    }
    held
}

fn ids(lines: &[Line]) -> String {
    let ids: Vec<&str> = lines
        .iter()
        .map(|line| line.id.as_str())
        .map(|id| if id.starts_with("line-") { "-" } else { id })
        .collect();
    ids.join(" ")
}

fn missing(missing: &Missing) -> String {
    match &missing.needed {
        Needed::Fact(name) => format!("fact {name}"),
        Needed::Event(name) => format!("event {name}"),
        Needed::Duty(name) => format!("duty {name}"),
        Needed::Slot(name) => format!("slot {name}"),
        Needed::Subject(name) => format!("subject {name}"),
        Needed::Relation(name) => format!("relation {name}"),
        Needed::Line(name) => format!("line `{name}`"),
    }
}

/// `permit A-1 then A-9`, `ask A-1: fact consent`, `deny: line `use email``.
pub fn written(decision: &Decision) -> String {
    let effect = match decision.effect {
        Effect::Permit => "permit",
        Effect::Ask => "ask",
        Effect::Deny => "deny",
    };
    let mut text = effect.to_owned();
    if !decision.lines.is_empty() {
        text = format!("{text} {}", ids(&decision.lines));
    }
    let mut wanted: Vec<String> = decision.missing.iter().map(missing).collect();
    wanted.dedup();
    if !wanted.is_empty() {
        text = format!("{text}: {}", wanted.join(", "));
    }
    if !decision.obligations.is_empty() {
        text = format!("{text} then {}", ids(&decision.obligations));
    }
    text
}

/// The answer to one question, as text.
pub fn answer(tables: &Tables, asked: &str, facts: &str, now: &str) -> String {
    match tables.decide(&question(asked), &known(facts), moment(now)) {
        Ok(decision) => written(&decision),
        Err(refusal) => format!("refused: {refusal}"),
    }
}

/// Checks questions on one policy: each row is a question, what is known, and the answer.
#[track_caller]
pub fn check_decisions(source: &str, rows: &[(&str, &str, &str)]) {
    check_decisions_at(source, NOW, rows);
}

/// The same at a moment of the test's own.
#[track_caller]
pub fn check_decisions_at(source: &str, now: &str, rows: &[(&str, &str, &str)]) {
    let tables = Tables::new(&policy(source), Library::standard());
    let mut wrong = Vec::new();
    for (asked, facts, expected) in rows {
        let found = answer(&tables, asked, facts, now);
        if found != *expected {
            wrong.push(format!(
                "{asked} | {facts}\n  expected {expected}\n  found    {found}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
