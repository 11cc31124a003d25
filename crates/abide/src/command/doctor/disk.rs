//! Disks: room for the store and the journal, and whether the journal can be written. Writes nothing.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::line::Line;
use crate::config::Config;

const MIB: u64 = 1 << 20;
/// Below this the store stops soon: a group of writes and a checkpoint of the database need room at once.
const NEEDED_MIB: u64 = 128;
/// Below this somebody should look.
const WANTED_MIB: u64 = 2048;

/// Looks at the folder of the store, if it is a file here, and at that of the journal.
pub fn examine(config: &Config) -> Vec<Line> {
    let mut lines = Vec::new();
    let store = config.store.0.strip_prefix("sqlite:").map(Path::new);
    if let Some(path) = store {
        lines.push(room("room for the store", folder(path)));
    }
    lines.push(journal(&config.journal, store));
    lines
}

fn journal(path: &Path, store: Option<&Path>) -> Line {
    const WHAT: &str = "erasure journal";
    let at = if path.exists() { path } else { folder(path) };
    if access(at, Access::WRITE_OK).is_err() {
        return Line::error(
            WHAT,
            format!("`{}` cannot be written", path.display()),
            "give the account that runs `abide serve` the right to write there",
        );
    }
    if store.is_some_and(|store| device(folder(store)) == device(folder(path))) {
        return Line::warning(
            WHAT,
            "it is on the same disk as the store",
            "put `journal` on another disk: erasures must outlive a restored backup of the store",
        );
    }
    room(WHAT, folder(path))
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn device(folder: &Path) -> Option<u64> {
    rustix::fs::stat(folder).ok().map(|found| found.st_dev)
}

fn room(what: &'static str, folder: &Path) -> Line {
    let free_mib = match statvfs(folder) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize) / MIB,
        Err(error) => {
            let seen = format!("`{}`: {error}", folder.display());
            return Line::error(
                what,
                seen,
                "make the folder, or name another in `abide.kdl`",
            );
        }
    };
    let seen = format!("{free_mib} MiB are free at `{}`", folder.display());
    match free_mib {
        ..NEEDED_MIB => Line::error(what, seen, "make room: without it every write is refused"),
        NEEDED_MIB..WANTED_MIB => Line::warning(what, seen, "make room before writes are refused"),
        WANTED_MIB.. => Line::ok(what, seen),
    }
}
