//! A comparison as a report for people. Says nothing that the value does not.

use std::fmt::Write;

use super::{
    Change, ChangeKind, Judgement, NewName, PolicyDiff, Step, Subject, VersionState, Written,
};
use crate::vocabulary::Kind;

/// The report.
pub fn render(diff: &PolicyDiff) -> String {
    let mut text = String::new();
    head(diff, &mut text);
    if diff.changes.is_empty() {
        text.push_str("\nBoth mean the same.\n");
        return text;
    }
    let sections = [
        (Judgement::Weaker, "Weaker for people"),
        (Judgement::Mixed, "Some of both, or not to be told"),
        (Judgement::Stronger, "Stronger for people"),
        (Judgement::Neutral, "Other changes"),
    ];
    for (judgement, title) in sections {
        let of = diff
            .changes
            .iter()
            .filter(|change| change.judgement == judgement);
        let changes: Vec<&Change> = of.collect();
        if changes.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{title} ({})\n", changes.len());
        changes
            .into_iter()
            .for_each(|change| one(change, &mut text));
    }
    names("New in this version", &diff.new_names, &mut text);
    names("No longer in it", &diff.gone_names, &mut text);
    follows(&diff.follows, &mut text);
    text
}

fn head(diff: &PolicyDiff, text: &mut String) {
    let date = |date: &Option<String>| date.clone().unwrap_or_else(|| "no date".to_owned());
    let (old, new) = (date(&diff.version.old), date(&diff.version.new));
    let _ = match diff.version.state {
        VersionState::Same | VersionState::NotRaised => {
            writeln!(text, "`{}`, version {new}", diff.policy)
        }
        _ => writeln!(text, "`{}`, version {old} → {new}", diff.policy),
    };
    let warning = match diff.version.state {
        VersionState::NotRaised => "The policy changed, and its version date did not.",
        VersionState::Backwards => "The version date goes back.",
        VersionState::Missing => "The later policy has no version date.",
        VersionState::Later | VersionState::Same => return,
    };
    let _ = writeln!(text, "{warning}");
}

fn one(change: &Change, text: &mut String) {
    let areas: Vec<&str> = change.areas.iter().map(|area| area.word()).collect();
    let verb = match change.kind {
        ChangeKind::Added => "added",
        ChangeKind::Removed => "removed",
        ChangeKind::Changed => "changed",
    };
    let title = match (change.subject, change.clauses.is_empty()) {
        (Subject::Line, true) => "a line without an id".to_owned(),
        (Subject::Line, false) => change.clauses.join(" "),
        (_, true) => change.id.clone(),
        (Subject::Name, false) => format!("{} ({})", change.id, change.clauses.join(" ")),
        (Subject::Policy, false) => change.id.clone(),
    };
    let _ = write!(text, "\n  {title} {verb}: {}\n", areas.join(", "));
    let place = |written: &Written| {
        let part = written
            .part
            .as_ref()
            .map(|part| format!(", in part `{part}`"));
        format!(
            "{}:{}:{}{}",
            written.path,
            written.start.line,
            written.start.column,
            part.unwrap_or_default()
        )
    };
    let same = change.old.as_ref().map(|old| &old.text) == change.new.as_ref().map(|new| &new.text);
    for (sign, written) in [("-", &change.old), ("+", &change.new)] {
        match written {
            Some(_) if same && sign == "-" => {}
            Some(written) => {
                let sign = if same { " " } else { sign };
                let _ = writeln!(
                    text,
                    "    {sign} {}\n        {}",
                    written.text,
                    place(written)
                );
            }
            None => {}
        }
    }
    for reason in &change.reasons {
        let alone = change.reasons.len() == 1 || reason.judgement == Judgement::Neutral;
        let judgement = match reason.judgement {
            _ if alone => "",
            Judgement::Weaker => " (weaker)",
            Judgement::Stronger => " (stronger)",
            Judgement::Mixed => " (mixed)",
            Judgement::Neutral => "",
        };
        let _ = writeln!(text, "      {}{judgement}", reason.text);
    }
    if !change.felt_in.is_empty() {
        let _ = writeln!(
            text,
            "      changes what these mean: {}",
            change.felt_in.join(", ")
        );
    }
}

fn names(title: &str, names: &[NewName], text: &mut String) {
    if names.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n\n");
    for kind in [Kind::Purpose, Kind::Recipient, Kind::Place, Kind::Data] {
        let of: Vec<String> = names
            .iter()
            .filter(|name| name.kind == kind)
            .map(|name| {
                if name.label == name.name.replace('-', " ") {
                    format!("`{}`", name.name)
                } else {
                    format!("`{}` ({})", name.name, name.label)
                }
            })
            .collect();
        if !of.is_empty() {
            let _ = writeln!(text, "  {}: {}", kind.word(), of.join(", "));
        }
    }
}

fn follows(steps: &[Step], text: &mut String) {
    if steps.is_empty() {
        return;
    }
    text.push_str("\nWhat follows\n\n");
    for (number, step) in (1..).zip(steps) {
        let mut by = step.clauses.clone();
        if let Some(law) = &step.law {
            let checked = if law.checked {
                ""
            } else {
                ", unverified: look it up"
            };
            by = vec![format!("{}, {}{checked}", law.law, law.cite)];
        }
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" ({})", by.join(" "))
        };
        let _ = writeln!(text, "  {number}. {}{by}", step.text);
    }
}
