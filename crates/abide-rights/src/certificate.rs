//! What is certified of an erasure: where it looked, what went, what stays and why, and how far somebody looked again.
//! Never says of whom.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use crate::step::{StepCount, StepEffect};

/// What a certificate says it is.
const FORMAT: &str = "abide-certificate/v1";

/// How far somebody looked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A fresh plan found nothing left to do.
    Erased,
    /// And a scan of every column that can hold text found none of the identifiers where none may be.
    Scanned,
}

impl Grade {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Erased => "erased",
            Self::Scanned => "scanned",
        }
    }
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// [`FORMAT`].
    format: String,
    /// The request, by its id.
    pub request: String,
    /// How far somebody looked again.
    pub grade: Grade,
    /// When.
    pub at: Timestamp,
    /// Each source that was erased from.
    pub sources: Vec<SourcePart>,
    /// Kinds of identifiers that a scan did not look for, because they are too short to tell people apart.
    pub not_sought: Vec<String>,
}

/// What happened in a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SourcePart {
    /// Its name.
    pub source: String,
    /// Each table in which something happened or stays.
    pub tables: Vec<TablePart>,
    /// What a scan found, by table and column.
    pub residues: Vec<ResiduePart>,
}

/// What happened in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TablePart {
    /// Its name.
    pub table: String,
    /// How many rows were deleted.
    pub deleted: u64,
    /// How many rows were overwritten.
    pub overwritten: u64,
    /// Rows that stay.
    pub kept: Vec<KeptPart>,
    /// Columns that name files: what they name is kept elsewhere and has to be erased there.
    pub files: Vec<String>,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
}

/// Rows that stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptPart {
    /// How many.
    pub rows: u64,
    /// Why.
    pub because: String,
    /// Until when.
    pub until: Option<String>,
}

/// Identifiers that stand where a scan looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResiduePart {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many rows.
    pub rows: u64,
    /// Why they may stand there, where they may.
    pub because: Option<String>,
}

impl SourcePart {
    /// What steps came to: those that ran, and what the last plan leaves where it is.
    pub(crate) fn of(source: &str, ran: &[StepCount], left: &[StepCount]) -> Self {
        let mut tables: BTreeMap<&str, TablePart> = BTreeMap::new();
        for step in ran.iter().chain(left).filter(|step| step.rows > 0) {
            let part = tables.entry(&step.table).or_default();
            match step.effect {
                StepEffect::Delete => part.deleted += step.rows,
                StepEffect::Overwrite => part.overwritten += step.rows,
                StepEffect::Keep => part.keep(step),
                StepEffect::Read => {}
            }
            for (list, more) in [
                (&mut part.clauses, &step.clauses),
                (&mut part.files, &step.files),
            ] {
                list.extend(more.iter().cloned());
                list.sort();
                list.dedup();
            }
        }
        let tables = tables.into_iter().map(|(table, part)| TablePart {
            table: table.to_owned(),
            ..part
        });
        Self {
            source: source.to_owned(),
            tables: tables.collect(),
            residues: Vec::new(),
        }
    }
}

impl Certificate {
    /// A certificate of these parts.
    pub(crate) fn new(
        request: String,
        grade: Grade,
        at: Timestamp,
        sources: Vec<SourcePart>,
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            request,
            grade,
            at,
            sources,
            not_sought: Vec::new(),
        }
    }

    /// How many of what, for the public part of the log.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let tables = || self.sources.iter().flat_map(|source| &source.tables);
        let kept = |table: &TablePart| table.kept.iter().map(|kept| kept.rows).sum::<u64>();
        let residues = self.sources.iter().flat_map(|source| &source.residues);
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        BTreeMap::from(
            [
                ("sources", number(self.sources.len())),
                ("tables", number(tables().count())),
                ("deleted", tables().map(|table| table.deleted).sum()),
                ("overwritten", tables().map(|table| table.overwritten).sum()),
                ("kept", tables().map(kept).sum()),
                ("residues", residues.map(|residue| residue.rows).sum()),
            ]
            .map(|(name, count)| (name.to_owned(), count)),
        )
    }

    /// The clauses that it answers to.
    pub fn clauses(&self) -> Vec<String> {
        let tables = self.sources.iter().flat_map(|source| &source.tables);
        let mut clauses: Vec<String> = tables.flat_map(|table| table.clauses.clone()).collect();
        clauses.sort();
        clauses.dedup();
        clauses
    }

    /// The certificate as a page of text.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Certificate of erasure\n\nRequest   {}\nDate      {}\nGrade     {}: {}\n",
            self.request,
            self.at.strftime("%Y-%m-%d %H:%M UTC"),
            self.grade.word(),
            match self.grade {
                Grade::Erased => "a fresh plan finds nothing left to do",
                Grade::Scanned =>
                    "a fresh plan finds nothing left to do, and a scan of every column that can hold text finds nothing that may not stay",
            },
        );
        for source in &self.sources {
            let _ = write!(out, "\nSource {}\n", source.source);
            if source.tables.is_empty() {
                out.push_str("  nothing was held\n");
            }
            for table in &source.tables {
                table.write(&mut out);
            }
            for residue in &source.residues {
                let why = residue.because.as_deref().unwrap_or("nobody said why");
                let _ = writeln!(
                    out,
                    "  found in {}.{}: {} rows ({why})",
                    residue.table, residue.column, residue.rows
                );
            }
        }
        if !self.not_sought.is_empty() {
            let _ = write!(
                out,
                "\nNot looked for, being too short to tell people apart: {}\n",
                self.not_sought.join(", ")
            );
        }
        out
    }
}

impl TablePart {
    /// Rows that stay are counted by each plan that leaves them.
    fn keep(&mut self, step: &StepCount) {
        let because = step.because.clone().unwrap_or_default();
        let same = self.kept.iter_mut();
        let mut same = same.filter(|kept| kept.because == because && kept.until == step.until);
        if let Some(kept) = same.next() {
            kept.rows = kept.rows.max(step.rows);
            return;
        }
        self.kept.push(KeptPart {
            rows: step.rows,
            because,
            until: step.until.clone(),
        });
    }

    fn write(&self, out: &mut String) {
        let _ = write!(
            out,
            "  {}: {} rows deleted, {} overwritten",
            self.table, self.deleted, self.overwritten
        );
        if !self.clauses.is_empty() {
            let _ = write!(out, " ({})", self.clauses.join(", "));
        }
        out.push('\n');
        for kept in &self.kept {
            let until = kept.until.as_deref().map(|until| format!(", {until}"));
            let _ = writeln!(
                out,
                "    {} rows stay because of {}{}",
                kept.rows,
                kept.because,
                until.unwrap_or_default()
            );
        }
        for column in &self.files {
            let _ = writeln!(
                out,
                "    files that `{column}` named are kept elsewhere and are not erased by this"
            );
        }
    }
}
