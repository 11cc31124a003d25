//! A full check of policies against a bare parse of the same text, and against itself on a hundred times the text.

use std::hint::black_box;

use abide_policy::Library;
use abide_policy::source::SourceFile;

use crate::policies::{self, File};
use crate::ratio;

const COPIES: usize = 100;

/// How many copies the compiler is given at once: more would reach the limits on the size of a unit (P0107), and a text
/// that is cut off is checked in no time.
const COPIES_AT_ONCE: usize = 10;

/// The files of one policy, or of its copies: what the compiler is given at once.
type Unit = Vec<SourceFile>;

/// Print `compile-vs-kdl` and `compile-100x`.
pub fn run() -> Result<(), String> {
    let policies = policies::read()?;
    let once: Vec<Unit> = policies.iter().map(|files| unit(files)).collect();
    let many: Vec<Unit> = policies
        .iter()
        .flat_map(|files| {
            let at_once = unit(&policies::copies(files, COPIES_AT_ONCE));
            std::iter::repeat_n(at_once, COPIES / COPIES_AT_ONCE)
        })
        .collect();
    whole(&many)?;
    // A renamed copy is a little longer, so the sizes differ by more than the factor.
    let growth = size_bytes(&many) / size_bytes(&once);

    let against_kdl = ratio::take_turns(|| check(&once), || parse(&once));
    ratio::at_most(
        "compile-vs-kdl",
        against_kdl.ours.as_secs_f64() / against_kdl.theirs.as_secs_f64(),
        1.5,
    );

    let against_self = ratio::take_turns(|| check(&many), || check(&once));
    ratio::at_most(
        "compile-100x",
        against_self.ours.as_secs_f64() / against_self.theirs.as_secs_f64() / growth,
        1.2,
    );
    Ok(())
}

/// Refuses to measure a text that the compiler cuts off.
fn whole(units: &[Unit]) -> Result<(), String> {
    let cut = |unit: &Unit| {
        let compiled = abide_policy::compile(Library::standard(), unit, None);
        compiled
            .findings
            .iter()
            .any(|finding| finding.code == "P0107")
    };
    if units.iter().any(cut) {
        return Err("the text is over the limits of a unit: lower `COPIES_AT_ONCE`".to_owned());
    }
    Ok(())
}

fn parse(units: &[Unit]) {
    for file in units.iter().flatten() {
        black_box(kdl::KdlDocument::parse_v2(black_box(&file.text)).is_ok());
    }
}

/// The one place that knows how the compiler is called.
fn check(units: &[Unit]) {
    for unit in units {
        black_box(abide_policy::compile(
            Library::standard(),
            black_box(unit),
            None,
        ));
    }
}

fn unit(files: &[File]) -> Unit {
    files
        .iter()
        .map(|file| SourceFile::new(file.path.clone(), file.text.clone()))
        .collect()
}

fn size_bytes(units: &[Unit]) -> f64 {
    units
        .iter()
        .flatten()
        .map(|file| file.text.len())
        .sum::<usize>() as f64
}
