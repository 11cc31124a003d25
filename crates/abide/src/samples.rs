//! The policies and scenarios that ship inside the binary, so that a first try needs no file. Names no company.

use abide_policy::source::SourceFile;

include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// The made-up company of the first language chapter.
const EXAMPLE: &str = "harbour-bikes";
const EXAMPLE_TEXT: &str = include_str!("../../../docs/guide/harbour-bikes.kdl");

/// Folders with their files, each a name and a text.
type Shipped = [(&'static str, &'static [(&'static str, &'static str)])];

/// Every real policy that ships: its folder's name and its files.
pub fn all() -> impl Iterator<Item = (&'static str, Vec<SourceFile>)> {
    files_in("policies", POLICIES)
}

/// Every scenario that ships: its folder's name and its files.
pub fn scenarios() -> impl Iterator<Item = (&'static str, Vec<SourceFile>)> {
    files_in("scenarios", SCENARIOS)
}

fn files_in(
    folder: &'static str,
    shipped: &'static Shipped,
) -> impl Iterator<Item = (&'static str, Vec<SourceFile>)> {
    shipped.iter().map(move |(name, files)| {
        let files = files
            .iter()
            .map(|(file, text)| SourceFile::new(format!("{folder}/{name}/{file}"), *text));
        (*name, files.collect())
    })
}

/// The files of the shipped policy of that name: a real one, or the example of the language chapters.
pub fn find(name: &str) -> Option<Vec<SourceFile>> {
    if name == EXAMPLE {
        let path = format!("{EXAMPLE}/policy.kdl");
        return Some(vec![SourceFile::new(path, EXAMPLE_TEXT)]);
    }
    all()
        .find(|(known, _)| *known == name)
        .map(|(_, files)| files)
}

/// The names that [`find`] knows, the example first.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(EXAMPLE).chain(POLICIES.iter().map(|(name, _)| *name))
}
