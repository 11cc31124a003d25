//! Files of our own beside the database: whole or not at all, for their owner alone, and on disk when we say so.
//! Never does file work where it would hold up other tasks.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::error::StoreError;

/// Writes a file beside its place and moves it there once it is on disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = path.with_file_name(name);
    let mut file = private()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    sync_folder_of(path)
}

/// Adds whole lines to an open file, on disk with the file's name when it returns. The file was opened to read and append,
/// and is locked where others may write to it.
pub(crate) fn append(mut file: File, lines: &str, path: &Path) -> std::io::Result<()> {
    // A line that a crash cut short has no end yet: what follows must not become part of it.
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    file.write_all(lines.as_bytes())?;
    file.sync_all()?;
    // Each time, because whoever made the file may have been killed before doing so.
    sync_folder_of(path)
}

/// Puts the names in a file's folder on disk, which syncing the file need not do.
pub(crate) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Options that keep what is created to its owner.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Runs file work on a thread made for waiting.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(StoreError::Closed))
}

/// A failure of a file, for people.
pub(crate) fn failed(doing: &'static str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable {
        doing,
        cause: format!("`{}`: {error}", path.display()),
    }
}
