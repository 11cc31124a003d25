//! The repository as text: every file a commit could hold, read once. Never follows a link, never reads build output.

use std::fs;
use std::path::{Path, PathBuf};

/// One UTF-8 file; `path` is relative to the root, with `/`.
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The files that the rules look at.
pub(crate) struct Repository {
    pub(crate) files: Vec<TextFile>,
}

/// One place that breaks a rule, and what to do about it.
pub(crate) struct Finding {
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) what: String,
    pub(crate) help: String,
}

impl Finding {
    pub(crate) fn new(
        file: &TextFile,
        line: usize,
        what: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            path: file.path.clone(),
            line,
            what: what.into(),
            help: help.into(),
        }
    }

    pub(crate) fn render(&self, rule: &str) -> String {
        format!(
            "{}:{}: {} [{rule}]\n    help: {}",
            self.path, self.line, self.what, self.help
        )
    }
}

impl Repository {
    pub(crate) fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    pub(crate) fn read() -> Self {
        let root = Self::root();
        let mut files = Vec::new();
        walk(&root, "", &mut files);
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Self { files }
    }

    /// A repository of samples, for a rule's own test.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files
            .iter()
            .map(|(path, text)| TextFile {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            })
            .collect();
        Self { files }
    }

    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Rust files that end up in a crate, leaving out those that only tests compile.
    pub(crate) fn shipped_files(&self) -> impl Iterator<Item = &TextFile> {
        self.rust_files()
            .filter(|file| file.path.starts_with("crates/") && !is_test_path(&file.path))
    }
}

fn is_test_path(path: &str) -> bool {
    path.ends_with("tests.rs")
        || path
            .split('/')
            .any(|part| matches!(part, "tests" | "benches"))
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<TextFile>) {
    // Build output carries this tag wherever CARGO_TARGET_DIR points.
    if folder.join("CACHEDIR.TAG").exists() {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if matches!(
            path.as_str(),
            ".git"
                | "target"
                | "clients/typescript/node_modules"
                | "scripts/browser/node_modules"
                | "clients/typescript/dist"
                | "benchmarks/target"
                | "fuzz/target"
                | "fuzz/corpus"
                | "fuzz/artifacts"
        ) {
            continue;
        }
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files);
        } else if kind.is_file()
            && let Ok(text) = fs::read_to_string(entry.path())
        {
            files.push(TextFile { path, text });
        }
    }
}
