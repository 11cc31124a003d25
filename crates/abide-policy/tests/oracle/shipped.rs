//! The policies and the vocabulary of this repository: the same comparison over what people write.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::model::Policy;
use abide_policy::nouns::Nouns;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};

use crate::names::Names;

/// Every policy in a folder of `policies/`.
pub fn policies() -> Vec<Policy> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let read = |folder: &PathBuf| {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "kdl"))
            .collect();
        paths.sort();
        let files: Vec<SourceFile> = paths
            .iter()
            .map(|path| SourceFile::new("policy.kdl", fs::read_to_string(path).unwrap()))
            .collect();
        compile(Library::standard(), &files, None).policies
    };
    let found: Vec<Policy> = folders.iter().flat_map(read).collect();
    assert!(!found.is_empty(), "no policy is shipped");
    found
}

/// Holds what belongs to each name, walked slowly, beside the sets that the program keeps.
pub fn compare_sets(nouns: &Nouns) {
    let names = Names::new(nouns);
    for (id, noun) in nouns.iter() {
        let fast: BTreeSet<u32> = nouns.set(id).leaves().unwrap().into_iter().collect();
        let slow = names.belongs(id);
        assert_eq!(
            slow, &fast,
            "what belongs to {:?} `{}`",
            noun.kind, noun.name
        );
    }
}
