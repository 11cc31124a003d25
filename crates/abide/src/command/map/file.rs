//! Map files on disk. A map is one file.

use std::fs;
use std::io::Write;
use std::path::Path;

use abide_map::map::Map;
use abide_map::read;
use abide_policy::diagnostic::{self, Severity};
use abide_policy::source::SourceFile;
use anyhow::{Context, Result, bail};

/// The text of a map file.
pub(super) fn text(path: &Path) -> Result<SourceFile> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(SourceFile::from_bytes(path.display().to_string(), &bytes))
}

/// The map in a file. A file that cannot be read as one is an error that holds the report.
pub(super) fn map(path: &Path) -> Result<Map> {
    let file = text(path)?;
    let (map, findings) = read::read(&file, 0);
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        let report = diagnostic::render_all(&findings, &[file]);
        bail!("`{}` cannot be read as a map\n\n{report}", path.display());
    }
    Ok(map)
}

/// Writes beside the file and then takes its place, so that a crash leaves one whole text or the other.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("kdl.new");
    let write = || {
        let mut file = fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().with_context(|| format!("cannot write `{}`", beside.display()))?;
    if let Ok(known) = fs::metadata(path) {
        fs::set_permissions(&beside, known.permissions()).ok();
    }
    fs::rename(&beside, path).with_context(|| format!("cannot replace `{}`", path.display()))
}
