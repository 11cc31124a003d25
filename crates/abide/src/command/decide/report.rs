//! A decision as text for people: the answer, its lines as sentences, what is missing, the duties it brings. Decides
//! nothing.

use std::fmt::Write as _;

use abide_policy::decide::{Decision, Effect, Line, Missing, Needed};
use abide_policy::model::Policy;
use abide_policy::sentence::{Language, sentence};

/// The report, each part on lines of its own.
pub fn render(decision: &Decision, policy: &Policy) -> String {
    let mut report = format!("{}\n", answer(decision));
    for line in &decision.lines {
        part(&mut report, &said(line, policy));
    }
    for missing in &decision.missing {
        part(&mut report, &wanted(missing, policy));
    }
    if !decision.obligations.is_empty() {
        report.push_str("\nDoing it brings these duties:\n");
        for line in &decision.obligations {
            part(&mut report, &said(line, policy));
        }
    }
    if !decision.grounds.is_empty() {
        let grounds: Vec<String> = decision.grounds.iter().map(|name| quoted(name)).collect();
        part(
            &mut report,
            &format!("legal ground: {}", grounds.join(", ")),
        );
    }
    report
}

fn answer(decision: &Decision) -> &'static str {
    match decision.effect {
        Effect::Permit => "permit: it may be done",
        Effect::Ask => "ask: it may not be done before what is missing is there",
        Effect::Deny => "deny: it may not be done",
    }
}

fn part(report: &mut String, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(report, "  {text}");
}

/// A line by its id and its sentence.
fn said(line: &Line, policy: &Policy) -> String {
    match policy.norms.iter().find(|norm| norm.id == line.id) {
        Some(norm) => format!("{}: {}", line.id, sentence(norm, policy, Language::English)),
        None => line.id.clone(),
    }
}

fn wanted(missing: &Missing, policy: &Policy) -> String {
    let what = match &missing.needed {
        Needed::Fact(name) => format!("missing: the fact {}", quoted(name)),
        Needed::Event(name) => format!("missing: the event {}", quoted(name)),
        Needed::Duty(duty) => format!("to be done first: {}", quoted(duty)),
        Needed::Slot(slot) => format!("missing in the question: {}", quoted(&format!("{slot}="))),
        Needed::Subject(what) => format!("missing about the person: {}", quoted(what)),
        Needed::Relation(name) => format!("missing: that the one who acts is {}", quoted(name)),
        Needed::Line(line) => format!("the policy would need the line: {line}"),
    };
    match &missing.line {
        Some(line) if policy.norms.iter().any(|norm| norm.id == line.id) => {
            format!("{what}, for {}", line.id)
        }
        _ => what,
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}
