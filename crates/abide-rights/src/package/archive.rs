//! The zip itself: one file after the other, each hashed as it goes in. Never keeps a file in memory.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::PackedFile;
use crate::error::RightsError;

/// A file that only its owner may read, and that was not there before.
pub(super) fn private_file(path: &Path) -> Result<File, RightsError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| RightsError::file(path, error))
}

/// A zip that is being written.
pub(super) struct Archive {
    path: PathBuf,
    zip: ZipWriter<BufWriter<File>>,
    open: Option<(String, Sha256, u64)>,
    files: Vec<PackedFile>,
    line: csv_line::Line,
}

impl Archive {
    pub(super) fn create(path: &Path) -> Result<Self, RightsError> {
        Ok(Self {
            path: path.to_owned(),
            zip: ZipWriter::new(BufWriter::new(private_file(path)?)),
            open: None,
            files: Vec::new(),
            line: csv_line::Line::default(),
        })
    }

    /// Begins a file; whatever is written from here on goes into it. No time is kept with it: the same data gives the
    /// same bytes.
    pub(super) fn begin(&mut self, path: &str) -> Result<(), RightsError> {
        self.end()?;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true)
            .unix_permissions(0o600);
        self.zip
            .start_file(path, options)
            .map_err(|error| RightsError::file(&self.path, error))?;
        self.open = Some((path.to_owned(), Sha256::new(), 0));
        Ok(())
    }

    /// Ends the file that is open; the files so far.
    pub(super) fn end(&mut self) -> Result<&[PackedFile], RightsError> {
        if let Some((path, hash, bytes)) = self.open.take() {
            let sha256 = hash
                .finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            self.files.push(PackedFile {
                path,
                bytes,
                sha256,
            });
        }
        Ok(&self.files)
    }

    /// One line of CSV.
    pub(super) fn line(&mut self, values: &[&str]) -> Result<(), RightsError> {
        let bytes = self.line.of(values);
        write(&mut self.zip, &mut self.open, bytes)
            .map_err(|error| RightsError::file(&self.path, error))
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), RightsError> {
        write(&mut self.zip, &mut self.open, text.as_bytes())
            .map_err(|error| RightsError::file(&self.path, error))
    }

    /// Everything that is left to read.
    pub(super) fn copy(&mut self, from: &mut impl Read) -> Result<(), RightsError> {
        let mut block = vec![0; 64 << 10];
        loop {
            let copied = from.read(&mut block).and_then(|length| {
                let bytes = block.get(..length).unwrap_or_default();
                write(&mut self.zip, &mut self.open, bytes).map(|()| length)
            });
            match copied {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(RightsError::file(&self.path, error)),
            }
        }
    }

    /// Ends the archive; on disk when it answers.
    pub(super) fn close(mut self) -> Result<(), RightsError> {
        self.end()?;
        let path = self.path;
        let finished = self.zip.finish().map_err(io::Error::from);
        finished
            .and_then(|file| file.into_inner().map_err(io::Error::from))
            .and_then(|file| file.sync_all())
            .map_err(|error| RightsError::file(&path, error))
    }
}

fn write(
    zip: &mut ZipWriter<BufWriter<File>>,
    open: &mut Option<(String, Sha256, u64)>,
    bytes: &[u8],
) -> io::Result<()> {
    if let Some((_, hash, length)) = open {
        hash.update(bytes);
        *length += bytes.len() as u64;
    }
    zip.write_all(bytes)
}

mod csv_line {
    //! One record of CSV at a time, in a buffer that is used again.

    /// A buffer for one record.
    #[derive(Default)]
    pub(super) struct Line(Vec<u8>);

    impl Line {
        /// The record with its line end, after RFC 4180.
        pub(super) fn of(&mut self, values: &[&str]) -> &[u8] {
            self.0.clear();
            for (number, value) in values.iter().enumerate() {
                if number > 0 {
                    self.0.push(b',');
                }
                if value.contains([',', '"', '\n', '\r']) {
                    self.0.push(b'"');
                    self.0.extend(value.replace('"', "\"\"").bytes());
                    self.0.push(b'"');
                } else {
                    self.0.extend(value.bytes());
                }
            }
            self.0.extend(b"\r\n");
            &self.0
        }
    }
}
