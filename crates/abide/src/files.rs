//! Reads policies from disk. A unit is a file, or a folder with all its `.kdl` files.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use abide_policy::guard::SIZE_LIMIT_BYTES;
use abide_policy::source::SourceFile;
use anyhow::{Context, Result, bail};

use crate::samples;

/// The units among the paths that a shell's `policies/*` names: folders and `.kdl` files, each read with `read`, which is
/// [`read_unit`] or [`read_named`]. Other files beside them are passed over and named on standard error; if nothing is
/// left, that is an error.
pub fn read_units(
    paths: &[PathBuf],
    read: fn(&Path) -> Result<Vec<SourceFile>>,
) -> Result<Vec<Vec<SourceFile>>> {
    let (units, others): (Vec<&PathBuf>, Vec<&PathBuf>) = paths
        .iter()
        .partition(|path| !path.is_file() || is_policy_file(path));
    for other in &others {
        eprintln!(
            "note: `{}` is passed over; a policy is a `.kdl` file or a folder of them",
            other.display()
        );
    }
    if units.is_empty() {
        bail!("no path names a policy; a policy is a `.kdl` file or a folder of them");
    }
    units.into_iter().map(|path| read(path)).collect()
}

fn is_policy_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "kdl")
}

/// The files of one unit, sorted by name. An error says which path could not be read and why.
pub fn read_unit(path: &Path) -> Result<Vec<SourceFile>> {
    let found = fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if !found.is_dir() {
        return Ok(vec![read_file(path)?]);
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(path)
        .with_context(|| format!("cannot read the folder `{}`", path.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| is_policy_file(path))
        .collect();
    paths.sort();
    if paths.is_empty() {
        bail!(
            "`{}` holds no `.kdl` file; a policy is a file or a folder of them",
            path.display()
        );
    }
    paths.iter().map(|path| read_file(path)).collect()
}

/// The files at a path; if nothing is there, those of the shipped policy of that name.
pub fn read_named(path: &Path) -> Result<Vec<SourceFile>> {
    if path.exists() {
        return read_unit(path);
    }
    match path.to_str().and_then(samples::find) {
        Some(files) => Ok(files),
        None => bail!(
            "there is no `{}`, and no shipped policy of that name; these ship: {}",
            path.display(),
            samples::names().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Reads a file up to just over the size limit, so that a huge one is refused by the compiler without being held.
fn read_file(path: &Path) -> Result<SourceFile> {
    let file = fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(SourceFile::from_bytes(path.display().to_string(), &bytes))
}
