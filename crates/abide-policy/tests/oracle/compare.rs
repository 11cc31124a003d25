//! Two answers beside each other, and what they differ in. Order and repetition do not count.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use abide_policy::decide::{Decision, Known, Missing, Question};
use jiff::Timestamp;

/// One decision to be made.
#[derive(Debug, Clone)]
pub struct Ask {
    pub question: Question,
    pub known: Known,
    /// When the facts were made ready.
    pub made: Timestamp,
    pub now: Timestamp,
}

/// What two answers differ in; nothing if they are the same.
pub fn difference(
    slow: &Result<Decision, String>,
    fast: &Result<Decision, String>,
) -> Option<&'static str> {
    let (slow, fast) = match (slow, fast) {
        (Err(_), Err(_)) => return None,
        (Ok(slow), Ok(fast)) => (slow, fast),
        _ => return Some("one is refused"),
    };
    let ids = |lines: &[abide_policy::decide::Line]| {
        lines
            .iter()
            .map(|line| line.id.clone())
            .collect::<BTreeSet<String>>()
    };
    if slow.effect != fast.effect {
        return Some("effect");
    }
    if ids(&slow.lines) != ids(&fast.lines) {
        return Some("lines");
    }
    let missing = |decision: &Decision| decision.missing.iter().map(key).collect::<BTreeSet<_>>();
    if missing(slow) != missing(fast) {
        return Some("missing");
    }
    if ids(&slow.obligations) != ids(&fast.obligations) {
        return Some("obligations");
    }
    let grounds = |decision: &Decision| {
        decision
            .grounds
            .iter()
            .cloned()
            .collect::<BTreeSet<String>>()
    };
    (grounds(slow) != grounds(fast)).then_some("grounds")
}

fn key(missing: &Missing) -> (String, Option<String>) {
    let line = missing.line.as_ref().map(|line| line.id.clone());
    (format!("{:?}", missing.needed), line)
}

/// An answer in a few words.
pub fn told(answer: &Result<Decision, String>) -> String {
    let decision = match answer {
        Ok(decision) => decision,
        Err(refusal) => return format!("refused: {refusal}"),
    };
    let mut text = format!("{:?}", decision.effect);
    let ids = |lines: &[abide_policy::decide::Line]| {
        let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
        ids.join(" ")
    };
    write!(text, " lines [{}]", ids(&decision.lines)).unwrap();
    for missing in &decision.missing {
        let (needed, line) = key(missing);
        let line = line.map_or(String::new(), |line| format!(" for {line}"));
        write!(text, "\n    missing {needed}{line}").unwrap();
    }
    if !decision.obligations.is_empty() {
        write!(text, "\n    obligations [{}]", ids(&decision.obligations)).unwrap();
    }
    if !decision.grounds.is_empty() {
        write!(text, "\n    grounds {:?}", decision.grounds).unwrap();
    }
    text
}
