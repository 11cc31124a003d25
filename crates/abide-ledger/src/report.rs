//! What a verification found, for people and programs. Never leaves out what could not be checked.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::day::Day;

/// The most problems that are spelled out; the rest is counted.
const MAX_PROBLEMS: usize = 100;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// One entry and its place in a log, perhaps with what opens it.
    Receipt,
    /// Every entry of a log.
    Bundle,
    /// A signed state of a log.
    Checkpoint,
    /// A place in a log.
    Proof,
    /// How the promises of a policy stand, with the log that it follows from.
    Board,
    /// A key's word for its successor.
    Rotation,
    /// Nothing that is known here.
    Unknown,
}

/// What a verification comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that was checked holds, and a key that the reader trusts vouches for it.
    Proven,
    /// Nothing contradicts it, but no trusted key vouches for all of it.
    Unproven,
    /// Something contradicts it.
    Refuted,
}

/// Something that contradicts what a file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a line, a checkpoint.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What the file is.
    pub file: FileKind,
    /// Whether a trusted key vouches for everything in it.
    pub vouched: Vouched,
    /// What was checked and holds.
    pub checked: Vec<String>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
    /// What contradicts the file, the first hundred.
    pub problems: Vec<Problem>,
    /// How many problems there are beyond those.
    pub more_problems: u64,
    /// Entries that were read.
    pub entries: u64,
    /// Entries by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Checkpoints that were read.
    pub checkpoints: u64,
    /// Earliest day of an entry.
    pub first_day: Option<Day>,
    /// Latest day of an entry.
    pub last_day: Option<Day>,
}

/// Whether a key that the reader trusts vouches for everything in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vouched {
    /// It does.
    Yes,
    /// Some of it has no trusted signature.
    No,
}

impl Report {
    /// A report on a file that nothing is known of yet.
    pub fn new(file: FileKind) -> Self {
        Self {
            file,
            vouched: Vouched::No,
            checked: Vec::new(),
            unchecked: Vec::new(),
            problems: Vec::new(),
            more_problems: 0,
            entries: 0,
            kinds: BTreeMap::new(),
            checkpoints: 0,
            first_day: None,
            last_day: None,
        }
    }

    /// What it comes to.
    pub fn verdict(&self) -> Verdict {
        match self.vouched {
            _ if !self.problems.is_empty() => Verdict::Refuted,
            Vouched::Yes => Verdict::Proven,
            Vouched::No => Verdict::Unproven,
        }
    }

    /// Says what was checked and holds.
    pub fn check(&mut self, what: impl Into<String>) {
        self.checked.push(what.into());
    }

    /// Says what could not be checked, and why.
    pub fn leave(&mut self, what: impl Into<String>) {
        self.unchecked.push(what.into());
    }

    /// Says what contradicts the file, and where.
    pub fn problem(&mut self, place: impl Into<String>, what: impl fmt::Display) {
        if self.problems.len() == MAX_PROBLEMS {
            self.more_problems += 1;
            return;
        }
        self.problems.push(Problem {
            place: place.into(),
            what: what.to_string(),
        });
    }

    pub(crate) fn count_entry(&mut self, kind: &str, day: Day) {
        self.entries += 1;
        match self.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => {
                self.kinds.insert(kind.to_owned(), 1);
            }
        }
        self.first_day = Some(self.first_day.map_or(day, |first| first.min(day)));
        self.last_day = Some(self.last_day.map_or(day, |last| last.max(day)));
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Receipt => "receipt",
            Self::Bundle => "bundle",
            Self::Checkpoint => "checkpoint",
            Self::Proof => "proof",
            Self::Board => "board",
            Self::Rotation => "rotation statement",
            Self::Unknown => "unknown file",
        })
    }
}

/// The report as text: the verdict, then a line for each thing found.
impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict() {
            Verdict::Proven => "proven",
            Verdict::Unproven => "not proven",
            Verdict::Refuted => "refuted",
        };
        writeln!(out, "{}: {verdict}", self.file)?;
        for Problem { place, what } in &self.problems {
            writeln!(out, "  problem: {place}: {what}")?;
        }
        if self.more_problems > 0 {
            writeln!(out, "  problem: and {} more", self.more_problems)?;
        }
        self.checked
            .iter()
            .try_for_each(|what| writeln!(out, "  checked: {what}"))?;
        self.unchecked
            .iter()
            .try_for_each(|what| writeln!(out, "  not checked: {what}"))?;
        if let (Some(first), Some(last)) = (self.first_day, self.last_day) {
            writeln!(out, "  entries: {}, from {first} to {last}", self.entries)?;
        }
        self.kinds
            .iter()
            .try_for_each(|(kind, count)| writeln!(out, "    {count:>8}  {kind}"))
    }
}
