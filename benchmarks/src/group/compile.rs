//! A full check of policies against a bare parse of the same text, and against itself on a hundred times the text.

use std::hint::black_box;

use abide_policy::Library;
use abide_policy::source::SourceFile;

use crate::policies::{self, File};
use crate::ratio;

const COPIES: usize = 100;

/// Print `compile-vs-kdl` and `compile-100x`.
pub fn run() -> Result<(), String> {
    let files = policies::read()?;
    let once = sources(&files);
    let many = sources(&policies::copies(&files, COPIES));
    // A renamed copy is a little longer, so the sizes differ by more than the factor.
    let growth = size_bytes(&many) as f64 / size_bytes(&once) as f64;

    let against_kdl = ratio::take_turns(15, || check(&once), || parse(&once));
    ratio::print(
        "compile-vs-kdl",
        against_kdl.ours.as_secs_f64() / against_kdl.theirs.as_secs_f64(),
        1.5,
    );

    let against_self = ratio::take_turns(3, || check(&many), || check(&once));
    ratio::print(
        "compile-100x",
        against_self.ours.as_secs_f64() / against_self.theirs.as_secs_f64() / growth,
        1.2,
    );
    Ok(())
}

fn parse(sources: &[SourceFile]) {
    for source in sources {
        black_box(kdl::KdlDocument::parse_v2(black_box(&source.text)).is_ok());
    }
}

/// The one place that knows how the compiler is called.
fn check(sources: &[SourceFile]) {
    black_box(abide_policy::compile(
        Library::standard(),
        black_box(sources),
        None,
    ));
}

fn sources(files: &[File]) -> Vec<SourceFile> {
    files
        .iter()
        .map(|file| SourceFile::new(file.path.clone(), file.text.clone()))
        .collect()
}

fn size_bytes(sources: &[SourceFile]) -> usize {
    sources.iter().map(|source| source.text.len()).sum()
}
