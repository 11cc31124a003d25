//! The policies that ship inside the binary for the demo, put there by the build script.

use abide_policy::source::SourceFile;

include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// Every shipped policy: its folder's name and its files.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<SourceFile>)> {
    POLICIES.iter().map(|(name, files)| {
        let files = files
            .iter()
            .map(|(file, text)| SourceFile::new(format!("policies/{name}/{file}"), *text));
        (*name, files.collect())
    })
}
