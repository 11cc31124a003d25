//! The text of the shipped policies, and copies of it under other names. Never a policy made for measuring.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of a policy.
#[derive(Clone)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// The files of each policy below `policies/`, in order of path: what `abide check` reads as one unit.
///
/// # Errors
/// Says which folder or file could not be read, or that there is no policy.
pub fn read() -> Result<Vec<Vec<File>>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let folders: Vec<PathBuf> = entries(&folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    let units: Vec<Vec<File>> = folders
        .iter()
        .map(|folder| read_unit(folder))
        .collect::<Result<_, _>>()?;
    if units.is_empty() {
        Err(format!("no policy below `{}`", folder.display()))
    } else {
        Ok(units)
    }
}

fn read_unit(folder: &Path) -> Result<Vec<File>, String> {
    let paths = entries(folder)?
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "kdl"));
    let read = |path: PathBuf| {
        let path = path.display().to_string();
        fs::read_to_string(&path)
            .map(|text| File {
                path: path.clone(),
                text,
            })
            .map_err(|error| format!("reading `{path}`: {error}"))
    };
    paths.map(read).collect()
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries =
        fs::read_dir(folder).map_err(|error| format!("reading `{}`: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

/// `count` copies of the files, each copy's policies under names of their own.
pub fn copies(files: &[File], count: usize) -> Vec<File> {
    (0..count)
        .flat_map(|copy| files.iter().map(move |file| renamed(file, copy)))
        .collect()
}

fn renamed(file: &File, copy: usize) -> File {
    let lines: Vec<String> = file
        .text
        .lines()
        .map(|line| rename_line(line, copy))
        .collect();
    File {
        path: format!("{}#{copy}", file.path),
        text: lines.join("\n") + "\n",
    }
}

/// `policy NAME …`, with or without a clause in front, gets `NAME-copy`; other lines stay.
fn rename_line(line: &str, copy: usize) -> String {
    let start = if line.starts_with('(') {
        line.find(')').map_or(0, |end| end + 1)
    } else {
        0
    };
    let Some(rest) = line[start..].trim_start().strip_prefix("policy ") else {
        return line.to_owned();
    };
    let name_end = rest.find([' ', '{']).unwrap_or(rest.len());
    let (name, tail) = rest.split_at(name_end);
    format!("{}policy {name}-{copy}{tail}", &line[..start])
}
