//! What is certified of an erasure: where it looked, what went, what stays and why, and how far somebody looked again.
//! Never says of whom.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use abide_policy::length::{Length, Unit};
use abide_store::UNDONE;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Serialize;

use crate::explain::{count_of, rows};
use crate::files::FileStep;
use crate::mapped::Mapped;
use crate::step::{StepCount, StepEffect};

/// What a certificate says it is.
const FORMAT: &str = "abide-certificate/v1";

/// How far somebody looked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A fresh plan found nothing left to do.
    Erased,
    /// And a scan of every column that can hold an identifier found none of the identifiers where none may be.
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
    /// Until when what went can still be put back: it is kept, encrypted, and its key is destroyed then.
    pub recoverable_until: Option<Timestamp>,
    /// Each source that was erased from.
    pub sources: Vec<SourcePart>,
    /// Kinds of identifiers that a scan did not look for, because they are too short to tell people apart.
    pub not_sought: Vec<String>,
    /// Kinds of identifiers that a source had and that a scan did not look for, because it knows somebody else by them too.
    pub shared: Vec<String>,
    /// Where a scan looked.
    pub looked: Vec<LookedPart>,
}

/// A source that a scan read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookedPart {
    /// Its name.
    pub source: String,
    /// How many tables.
    pub tables: u64,
    /// How many columns.
    pub columns: u64,
    /// What was not read, since no identifier can stand there: types of columns, with how many there are.
    pub not_read: BTreeMap<String, u64>,
}

impl LookedPart {
    fn write(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "Looked through source {}: {} of {}",
            self.source,
            count_of(self.columns, "column"),
            count_of(self.tables, "table"),
        );
        let kinds = self.not_read.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, count)| format!("{count} {kind}"))
            .collect();
        if !kinds.is_empty() {
            let _ = writeln!(out, "  not read there: {}", kinds.join(", "));
        }
    }
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
    /// Rows that came after nothing had been left, of somebody who goes by the same identifiers. They are not erased: nobody
    /// has asked for it since.
    pub came_back: u64,
    /// Keys of rows that went which somebody else had been given before anybody looked again. What is theirs was left.
    pub given_out: u64,
    /// The last day on which a backup may bring back what went, as the map says how long backups live.
    pub in_backups_until: Option<Date>,
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
    /// Whether an attempt that failed may have changed rows besides, which nobody counted: the table knows no transactions.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_uncounted: bool,
    /// Rows that stay.
    pub kept: Vec<KeptPart>,
    /// Files that its rows named: they are kept elsewhere and have to be erased there.
    pub files: Vec<FilePart>,
    /// The clauses that it answers to.
    pub clauses: Vec<String>,
}

/// Files that one column named. They never count as erased with the row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FilePart {
    /// The column.
    pub column: String,
    /// How many.
    pub files: u64,
    /// How many of them somebody said to have erased where they were kept.
    pub said_erased: u64,
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
            part.clauses.extend(step.clauses.iter().cloned());
            part.clauses.sort();
            part.clauses.dedup();
        }
        let tables = tables.into_iter().map(|(table, part)| TablePart {
            table: table.to_owned(),
            ..part
        });
        Self {
            source: source.to_owned(),
            tables: tables.collect(),
            residues: Vec::new(),
            came_back: 0,
            given_out: 0,
            in_backups_until: None,
        }
    }
}

impl SourcePart {
    /// Names the files of these steps at their tables.
    pub(crate) fn name_files(&mut self, steps: &[FileStep]) {
        for step in steps {
            for named in &step.named {
                let part = self.table(named.table.to_string());
                part.name_files(&named.column, named.names.len() as u64, step.is_erased);
            }
        }
    }

    /// Names the tables in which rows may have gone that nobody counted.
    pub(crate) fn name_uncounted(&mut self, tables: &[String]) {
        for table in tables {
            self.table(table.clone()).is_uncounted = true;
        }
    }

    fn table(&mut self, table: String) -> &mut TablePart {
        let at = self.tables.iter().position(|part| part.table == table);
        let at = at.unwrap_or_else(|| {
            self.tables.push(TablePart {
                table,
                ..TablePart::default()
            });
            self.tables.len() - 1
        });
        &mut self.tables[at]
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
            recoverable_until: None,
            sources,
            not_sought: Vec::new(),
            shared: Vec::new(),
            looked: Vec::new(),
        }
    }

    /// Says of each source until when its backups may bring back what went.
    pub(crate) fn name_backups(&mut self, sources: &[Mapped]) {
        for part in &mut self.sources {
            let mut same = sources.iter().filter(|mapped| mapped.name() == part.source);
            let length = same.find_map(|mapped| mapped.map.backups.as_ref());
            let length = length.and_then(|length| Length::parse(&length.value));
            part.in_backups_until = length.and_then(|length| day_after(self.at, length));
        }
    }

    /// How many of what, for the public part of the log.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let tables = || self.sources.iter().flat_map(|source| &source.tables);
        let kept = |table: &TablePart| table.kept.iter().map(|kept| kept.rows).sum::<u64>();
        let named = |table: &TablePart| table.files.iter().map(|part| part.files).sum::<u64>();
        let residues = self.sources.iter().flat_map(|source| &source.residues);
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        BTreeMap::from(
            [
                ("sources", number(self.sources.len())),
                ("tables", number(tables().count())),
                ("deleted", tables().map(|table| table.deleted).sum()),
                ("overwritten", tables().map(|table| table.overwritten).sum()),
                ("kept", tables().map(kept).sum()),
                ("files", tables().map(named).sum()),
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

    /// What its grade says, and of which sources.
    fn meaning(&self) -> String {
        let names = |names: Vec<&str>| names.join(", ");
        let erased = names(
            self.sources
                .iter()
                .map(|part| part.source.as_str())
                .collect(),
        );
        let looked = names(
            self.looked
                .iter()
                .map(|part| part.source.as_str())
                .collect(),
        );
        let erased = format!("a fresh plan finds nothing left to do in {erased}");
        match self.grade {
            Grade::Erased => erased,
            Grade::Scanned => format!(
                "{erased}, and a scan of every column of {looked} that can hold an identifier finds nothing that may not stay"
            ),
        }
    }

    /// The certificate as a page of text.
    pub fn text(&self) -> String {
        let mut out = format!(
            "Certificate of erasure\n\nRequest   {}\nDate      {}\nGrade     {}: {}\n",
            self.request,
            self.at.strftime("%Y-%m-%d %H:%M UTC"),
            self.grade.word(),
            self.meaning(),
        );
        if let Some(until) = self.recoverable_until {
            let _ = writeln!(
                out,
                "Undo      recoverable until {}: until then what went is kept, encrypted, to be put back if this was a mistake",
                until.strftime("%Y-%m-%d %H:%M UTC")
            );
        }
        for source in &self.sources {
            let _ = write!(out, "\nSource {}\n", source.source);
            if source.tables.is_empty() {
                out.push_str("  nothing was held\n");
            }
            for table in &source.tables {
                table.write(&mut out);
            }
            if let Some(until) = source.in_backups_until {
                let _ = writeln!(out, "  a backup may bring back what went until {until}");
            }
            for residue in &source.residues {
                let why = residue.because.as_deref().unwrap_or("nobody said why");
                let _ = writeln!(
                    out,
                    "  found in {}.{}: {} ({why})",
                    residue.table,
                    residue.column,
                    rows(residue.rows)
                );
            }
            if source.given_out > 0 {
                let _ = writeln!(
                    out,
                    "  given to somebody else before anybody looked again: {} of rows that went; what is theirs was left",
                    count_of(source.given_out, "key")
                );
            }
            if source.came_back > 0 {
                let _ = writeln!(
                    out,
                    "  since nothing was left, somebody who goes by the same identifiers has come to own {}: not erased by this",
                    rows(source.came_back)
                );
            }
        }
        if !self.looked.is_empty() {
            out.push('\n');
        }
        for looked in &self.looked {
            looked.write(&mut out);
        }
        for (why, kinds) in [
            ("being too short to tell people apart", &self.not_sought),
            ("being somebody else's too", &self.shared),
        ] {
            if !kinds.is_empty() {
                let _ = write!(out, "\nNot looked for, {why}: {}\n", kinds.join(", "));
            }
        }
        out
    }
}

/// What is handed out as a certificate once an erasure is taken back: none before it holds.
pub(crate) fn undone(request: &str, sources: &[&str], at: Timestamp) -> String {
    format!(
        "Certificate of erasure, taken back\n\nRequest   {request}\nDate      {}\nGrade     {UNDONE}: what went for this request in {} is put back from this moment on, and no certificate of it before this one holds\n",
        at.strftime("%Y-%m-%d %H:%M UTC"),
        sources.join(", "),
    )
}

/// The day on which so long is over, never too early: working days count with the days between.
fn day_after(at: Timestamp, length: Length) -> Option<Date> {
    let value = i64::from(length.value);
    let span = match length.unit {
        Unit::Hours => Span::new().try_hours(value),
        Unit::Days => Span::new().try_days(value),
        Unit::BusinessDays => Span::new().try_days(value.saturating_mul(2).saturating_add(7)),
        Unit::Months => Span::new().try_months(value),
        Unit::Years | Unit::CalendarYear => Span::new().try_years(value),
    };
    let end = at
        .to_zoned(TimeZone::UTC)
        .datetime()
        .checked_add(span.ok()?)
        .ok()?
        .date();
    match length.unit {
        Unit::CalendarYear => Some(end.last_of_year()),
        _ => Some(end),
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

    fn name_files(&mut self, column: &str, files: u64, is_erased: bool) {
        let said_erased = if is_erased { files } else { 0 };
        let mut same = self.files.iter_mut();
        match same.find(|part| part.column == column) {
            Some(part) => {
                part.files += files;
                part.said_erased += said_erased;
            }
            None => self.files.push(FilePart {
                column: column.to_owned(),
                files,
                said_erased,
            }),
        }
    }

    fn write(&self, out: &mut String) {
        let _ = write!(
            out,
            "  {}: {} deleted, {} overwritten",
            self.table,
            rows(self.deleted),
            self.overwritten
        );
        if !self.clauses.is_empty() {
            let _ = write!(out, " ({})", self.clauses.join(", "));
        }
        out.push('\n');
        if self.is_uncounted {
            out.push_str("    and what an attempt that failed did before, which nobody counted: this table knows no transactions\n");
        }
        for kept in &self.kept {
            let until = kept.until.as_deref().map(|until| format!(", {until}"));
            let _ = writeln!(
                out,
                "    {} {}: {}{}",
                rows(kept.rows),
                if kept.rows == 1 { "stays" } else { "stay" },
                kept.because,
                until.unwrap_or_default()
            );
        }
        for part in &self.files {
            let _ = writeln!(
                out,
                "    {} that `{}` named, kept elsewhere, not erased by this; said to be erased there: {}",
                count_of(part.files, "file"),
                part.column,
                part.said_erased
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_lives_to_the_end_of_its_time() {
        let at: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        for (length, until) in [
            ("35 days", "2026-12-27"),
            ("1 month", "2026-12-22"),
            ("2 hours", "2026-11-23"),
        ] {
            let length = Length::parse(length).unwrap();
            assert_eq!(day_after(at, length).unwrap().to_string(), until);
        }
    }
}
