//! Writes a board with everything that it follows from into one sealed file. Writes over no file, and leaves none behind
//! that is not whole.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use abide_promise::{Board, Head, Seal, seal_text};
use abide_store::Store;
use anyhow::{Context, Result, bail};

/// How many entries are read at a time.
const AT_ONCE: u32 = 4096;

/// Writes the proof of a board that was computed from the first entries of a log: its bundle's header, and how many.
pub(in crate::command) async fn write(
    store: &Store,
    path: &Path,
    log: (&str, u64),
    files: &[(String, String)],
    board: &Board,
) -> Result<()> {
    let cannot_write = || format!("cannot write `{}`", path.display());
    if path.exists() {
        bail!(
            "`{}` exists and is left as it is; name another file",
            path.display()
        );
    }
    let text = text(store, log, files, board).await?;
    let mut file = File::create_new(path).with_context(cannot_write)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if written.is_err() {
        // What is half of a proof would be taken for a forged one.
        let _ = fs::remove_file(path);
    }
    written.with_context(cannot_write)
}

async fn text(
    store: &Store,
    (header, size): (&str, u64),
    files: &[(String, String)],
    board: &Board,
) -> Result<String> {
    let head = Head::new(files.to_vec(), board.clone());
    let mut text = format!("{}\n{header}\n", serde_json::to_string(&head)?);
    let mut first = 0;
    while first < size {
        let lines = store.bundle_lines(first, AT_ONCE, size).await?;
        for line in &lines {
            text.push_str(line);
            text.push('\n');
        }
        first += lines.len().max(1) as u64;
    }
    let note = store.sign(&seal_text(text.as_bytes())).await?;
    let seal = Seal {
        seal: note.to_string(),
    };
    Ok(text + &serde_json::to_string(&seal)? + "\n")
}
