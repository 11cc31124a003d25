//! What a person is given: a zip with everything as JSON, a CSV for each table, a page to read, and a manifest with the
//! hash of each file. Rows go through one at a time, so that memory stays flat. Never reads a source.

mod archive;
mod json;
mod page;

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use abide_map::plan::Row;
use abide_map::schema::TableName;
use abide_map::statement::ReadColumn;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::RightsError;
use archive::{Archive, private_file};
use page::Section;

/// What a manifest says it is.
const FORMAT: &str = "abide-package/v1";

/// What the policy says of a category that is in the package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Handling {
    /// The category, by its name in the policy.
    pub category: String,
    /// The columns that hold it, as `source.table.column`.
    pub columns: Vec<String>,
    /// What it is used for.
    pub purposes: Vec<String>,
    /// Whom it is disclosed to.
    pub recipients: Vec<String>,
    /// Where it comes from.
    pub origins: Vec<String>,
    /// How long it is kept.
    pub retention: Vec<String>,
    /// The clauses that say so.
    pub clauses: Vec<String>,
}

/// A table of the package, before its rows.
#[derive(Debug, Clone)]
pub struct Contents<'a> {
    /// The source, as the configuration names it.
    pub source: &'a str,
    /// The table.
    pub table: &'a TableName,
    /// Its columns, in the order of a row's values.
    pub columns: &'a [ReadColumn],
    /// Columns that are left out, each with the reason in its place.
    pub withheld: &'a [(String, String)],
    /// Whose the rows are.
    pub rows_of: RowsOf,
    /// Why these rows are here.
    pub reason: &'a str,
}

/// Whose rows are shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsOf {
    /// The person's own.
    Own,
    /// Somebody else's, that the person may see.
    Seen,
}

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackedFile {
    /// Its path in the package.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
}

/// What a finished package holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// [`FORMAT`].
    format: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Rows of all tables.
    pub rows: u64,
    /// Its files but the manifest itself, in order.
    pub files: Vec<PackedFile>,
}

/// A package that is being written.
pub struct Package {
    path: PathBuf,
    zip_path: PathBuf,
    archive: Archive,
    json: BufWriter<File>,
    json_path: PathBuf,
    sections: Vec<Section>,
    now: Timestamp,
    rows: u64,
}

/// A package that is whole, and that nobody has been given yet.
pub struct Finished {
    path: PathBuf,
    zip_path: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
}

impl Package {
    /// Begins a package in a file that must not be there yet, and is not before the package is whole: until then it is
    /// written beside it, where only the file's owner may read. What a process that was killed left there goes.
    pub fn create(path: &Path, now: Timestamp) -> Result<Self, RightsError> {
        if path.exists() {
            return Err(RightsError::file(path, "it is there already"));
        }
        let zip_path = path.with_added_extension("part");
        let json_path = path.with_added_extension("json.part");
        for left in [&zip_path, &json_path] {
            drop(std::fs::remove_file(left));
        }
        let archive = Archive::create(&zip_path)?;
        let mut json = BufWriter::new(private_file(&json_path)?);
        json::begin(&mut json, now).map_err(|error| RightsError::file(&json_path, error))?;
        Ok(Self {
            path: path.to_owned(),
            zip_path,
            archive,
            json,
            json_path,
            sections: Vec::new(),
            now,
            rows: 0,
        })
    }

    /// Begins a table; every row after it is one of its rows.
    pub fn begin_table(&mut self, contents: &Contents<'_>) -> Result<(), RightsError> {
        self.end_table()?;
        let path = self.csv_path(contents);
        self.archive.begin(&path)?;
        let names: Vec<&str> = contents
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        self.archive.line(&names)?;
        let is_first = self.sections.is_empty();
        json::begin_table(&mut self.json, contents, &path, is_first)
            .map_err(|error| RightsError::file(&self.json_path, error))?;
        self.sections.push(Section::of(contents, path));
        Ok(())
    }

    /// Adds a row to the table that was begun last.
    pub fn row(&mut self, row: &Row) -> Result<(), RightsError> {
        let Some(section) = self.sections.last_mut() else {
            return Ok(());
        };
        let values: Vec<&str> = row
            .iter()
            .map(|value| value.0.as_deref().unwrap_or_default())
            .collect();
        self.archive.line(&values)?;
        json::row(&mut self.json, &section.columns, row, section.rows == 0)
            .map_err(|error| RightsError::file(&self.json_path, error))?;
        section.add(row);
        self.rows += 1;
        Ok(())
    }

    /// Writes the page and the manifest and closes the file, which is on disk when this answers, under a name that only
    /// [`Finished::publish`] changes.
    ///
    /// # Errors
    ///
    /// Nothing that was written is left.
    pub fn finish(self, handling: &[Handling]) -> Result<Finished, RightsError> {
        let written = [self.zip_path.clone(), self.json_path.clone()];
        let finished = self.finish_files(handling);
        if finished.is_err() {
            written
                .iter()
                .for_each(|path| drop(std::fs::remove_file(path)));
        }
        finished
    }

    fn finish_files(mut self, handling: &[Handling]) -> Result<Finished, RightsError> {
        self.end_table()?;
        let failed = |error| RightsError::file(&self.json_path, error);
        json::end(&mut self.json, handling).map_err(failed)?;
        self.json.flush().map_err(failed)?;
        let spooled = self.json.get_mut();
        spooled.seek(SeekFrom::Start(0)).map_err(failed)?;
        self.archive.begin("data.json")?;
        self.archive.copy(spooled)?;
        let page = page::render(&self.sections, handling, self.now);
        self.archive.begin("index.html")?;
        self.archive.text(&page)?;
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            made_at: self.now,
            rows: self.rows,
            files: self.archive.end()?.to_vec(),
        };
        let text = serde_json::to_string_pretty(&manifest)
            .map_err(|error| RightsError::file(&self.path, error))?;
        self.archive.begin("manifest.json")?;
        self.archive.text(&(text + "\n"))?;
        self.archive.close()?;
        std::fs::remove_file(&self.json_path)
            .map_err(|error| RightsError::file(&self.json_path, error))?;
        Ok(Finished {
            path: self.path,
            zip_path: self.zip_path,
            manifest,
        })
    }

    /// Removes what has been written: a package is whole or not there.
    pub fn abandon(self) {
        for path in [&self.zip_path, &self.json_path] {
            drop(std::fs::remove_file(path));
        }
    }

    fn end_table(&mut self) -> Result<(), RightsError> {
        self.archive.end()?;
        match self.sections.is_empty() {
            true => Ok(()),
            false => json::end_table(&mut self.json)
                .map_err(|error| RightsError::file(&self.json_path, error)),
        }
    }

    /// A path that no other table of the package has.
    fn csv_path(&self, contents: &Contents<'_>) -> String {
        let seen = match contents.rows_of {
            RowsOf::Own => "",
            RowsOf::Seen => ".seen",
        };
        let stem = format!(
            "tables/{}/{}{seen}",
            plain_name(contents.source),
            plain_name(&contents.table.to_string())
        );
        let taken = |path: &String| self.sections.iter().any(|section| section.path == *path);
        (1..)
            .map(|number| match number {
                1 => format!("{stem}.csv"),
                _ => format!("{stem}.{number}.csv"),
            })
            .find(|path| !taken(path))
            .unwrap_or_default()
    }
}

impl Finished {
    /// Gives the package its name.
    ///
    /// # Errors
    ///
    /// Somebody took the name meanwhile, or the file system refuses; what was written is gone.
    pub fn publish(self) -> Result<Manifest, RightsError> {
        if let Err(error) = publish(&self.zip_path, &self.path) {
            drop(std::fs::remove_file(&self.zip_path));
            return Err(RightsError::file(&self.path, error));
        }
        Ok(self.manifest)
    }

    /// Removes it.
    pub fn abandon(self) {
        drop(std::fs::remove_file(&self.zip_path));
    }
}

/// Gives a finished file its name, which nobody else may have taken meanwhile.
fn publish(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without a second name for a file.
        Err(_) => std::fs::rename(from, to),
    }
}

/// A name that every file system takes.
fn plain_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    name.chars()
        .map(plain)
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}
