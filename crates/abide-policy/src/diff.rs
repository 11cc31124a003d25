//! Compares two versions of a policy: what is weaker or stronger for people, and what follows by the policy's own rules
//! for changes and by its laws. Takes values and gives a value; it never reads a clock or decides for anybody.
//!
//! What a line covers is a region, so whether people lose or gain is computed by set difference: a line that was added
//! counts only for what no line covered before, and one that was removed only for what no line covers after. Which way
//! that points comes from mode and action.

mod area;
mod extent;
mod favour;
mod follows;
mod header;
mod lines;
mod measure;
mod names;
mod pairing;
mod reason;
mod space;
mod text;
mod words;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

pub use area::Area;
pub use favour::Judgement;
pub use follows::{LawReference, Step, StepKind};
pub use names::NewName;
pub use reason::Reason;
pub use text::render;

use crate::guard;
use crate::library::Library;
use crate::model::Policy;
use crate::source::{Position, SourceFile, Span};
use space::{Side, Space};

/// A compiled policy with the files that it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The policy, which must have no errors.
    pub policy: &'a Policy,
    /// Its files, in the order given to the compiler.
    pub files: &'a [SourceFile],
}

/// What changed between two versions of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyDiff {
    /// Name of the later policy.
    pub policy: String,
    /// The dates of the two versions.
    pub version: VersionChange,
    /// Every change, in the order of the later policy's lines; what is beside the lines first.
    pub changes: Vec<Change>,
    /// Purposes, recipients, places and data that only the later policy uses.
    pub new_names: Vec<NewName>,
    /// Those that only the earlier policy uses.
    pub gone_names: Vec<NewName>,
    /// What must follow, in the order in which to do it.
    pub follows: Vec<Step>,
}

/// The version dates of two policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VersionChange {
    /// Date of the earlier version, `2026-03-01`.
    pub old: Option<String>,
    /// Date of the later version.
    pub new: Option<String>,
    /// How the two stand to each other.
    pub state: VersionState,
}

/// How two version dates stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// The later policy has a later date, as it should.
    Later,
    /// Both have the same date, and nothing else changed either.
    Same,
    /// The policy changed and its date did not.
    NotRaised,
    /// The later policy's date is the earlier one.
    Backwards,
    /// The later policy has no date.
    Missing,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What it means for people.
    pub judgement: Judgement,
    /// What happened.
    pub kind: ChangeKind,
    /// To what.
    pub subject: Subject,
    /// The promise's id, the name, or the kind of statement.
    pub id: String,
    /// The clauses concerned.
    pub clauses: Vec<String>,
    /// What it is about.
    pub areas: Vec<Area>,
    /// The statement before.
    pub old: Option<Written>,
    /// The statement after.
    pub new: Option<Written>,
    /// Why it is judged so.
    pub reasons: Vec<Reason>,
    /// For a name: the promises whose meaning changes with it.
    pub felt_in: Vec<String>,
}

/// What happened to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Only the later policy has it.
    Added,
    /// Only the earlier policy has it.
    Removed,
    /// Both have it, with another meaning.
    Changed,
}

/// What kind of statement changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A promise.
    Line,
    /// A name.
    Name,
    /// What stands beside the lines: the party that answers, laws, languages, parts, readings.
    Policy,
}

/// A statement as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Written {
    /// Its text on one line.
    pub text: String,
    /// The part that it stands in.
    pub part: Option<String>,
    /// The file.
    pub path: String,
    /// Where it starts.
    pub start: Position,
}

impl PolicyDiff {
    /// Whether both policies mean the same and carry the same date.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.version.old == self.version.new
    }

    /// What all changes together mean for people.
    pub fn judgement(&self) -> Judgement {
        let all = self.changes.iter().map(|change| change.judgement);
        all.fold(Judgement::Neutral, Judgement::and)
    }
}

impl Source<'_> {
    /// The statement that a span opens.
    fn written(&self, span: Span, part: Option<usize>) -> Written {
        let nowhere = SourceFile::new("", "");
        let file = self.files.get(span.file as usize).unwrap_or(&nowhere);
        let whole = guard::statement_at(&file.text, span.start as usize);
        let part = part.and_then(|part| self.policy.parts.get(part));
        Written {
            text: words::on_one_line(file.text.get(whole).unwrap_or_default()),
            part: part.map(|part| part.name.clone()),
            path: file.path.clone(),
            start: file.position(span.start),
        }
    }
}

/// Compares two versions of a policy, both without errors. The laws are those of `library` that either is under.
pub fn compare(library: &Library, old: &Source<'_>, new: &Source<'_>) -> PolicyDiff {
    let space = Space::new(&old.policy.nouns, &new.policy.nouns);
    let mut changes = header::changes(old, new);
    let lines = lines::compare(&space, *old, *new);
    changes.extend(lines.changes);
    let version = versions(old.policy, new.policy, changes.is_empty());
    let policies = [old.policy, new.policy];
    let new_names = names::only_in(&space, Side::New, [policies[1], policies[0]]);
    let follows = if changes.is_empty() {
        Vec::new()
    } else {
        follows::steps(&follows::Facts {
            library,
            old: old.policy,
            new: new.policy,
            version: &version,
            changes: &changes,
            moved: &lines.moved,
            new_names: &new_names,
        })
    };
    PolicyDiff {
        policy: new.policy.name.clone(),
        version,
        changes,
        gone_names: names::only_in(&space, Side::Old, policies),
        new_names,
        follows,
    }
}

fn versions(old: &Policy, new: &Policy, same: bool) -> VersionChange {
    let date = |policy: &Policy| -> Option<Date> { Some(policy.version.as_ref()?.value) };
    let (before, after) = (date(old), date(new));
    let state = match (before, after) {
        (_, None) if same && before.is_none() => VersionState::Same,
        (_, None) => VersionState::Missing,
        (Some(before), Some(after)) if after < before => VersionState::Backwards,
        (Some(before), Some(after)) if after == before && same => VersionState::Same,
        (Some(before), Some(after)) if after == before => VersionState::NotRaised,
        _ => VersionState::Later,
    };
    VersionChange {
        old: before.map(|date| date.to_string()),
        new: after.map(|date| date.to_string()),
        state,
    }
}
