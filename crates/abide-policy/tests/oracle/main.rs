//! Decisions held beside a slow, obvious evaluator that is written from `docs/language/16-decisions.md` alone. Never
//! looks at how the fast one works.
//!
//! The seed is fresh and printed; `ABIDE_SEED=…` runs the same cases again, and `ABIDE_ORACLE_TIMES=10` ten times as many.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it covered"
)]

mod asked;
mod case;
mod compare;
mod coverage;
mod facts;
mod fast;
mod gates;
mod generate;
mod lines;
mod names;
mod people;
mod rights;
mod rng;
mod run;
mod shipped;
mod shrink;
mod slots;
mod time;
mod together;
mod truth;

use abide_policy::Library;
use run::Size;

/// A share of the generated decisions: 1,000,000 of them over 5,000 policies in four shares, so that they run beside each
/// other.
fn generated(share: u64) {
    let library = run::small_library();
    let seed = run::seed().wrapping_add(share << 40);
    let size = Size {
        policies: 300,
        decisions: 200,
    };
    let covered = run::generated(&library, seed, size.times(run::times()));
    coverage::print(&covered);
    coverage::check(&covered);
}

#[test]
fn the_tables_decide_as_the_chapter_says_first_share() {
    generated(0);
}

#[test]
fn the_tables_decide_as_the_chapter_says_second_share() {
    generated(1);
}

#[test]
fn the_tables_decide_as_the_chapter_says_third_share() {
    generated(2);
}

#[test]
fn the_tables_decide_as_the_chapter_says_fourth_share() {
    generated(3);
}

#[test]
fn the_tables_decide_as_the_chapter_says_over_the_shipped_vocabulary() {
    let size = Size {
        policies: 40,
        decisions: 200,
    };
    let library = Library::standard();
    let covered = run::generated(library, run::seed(), size.times(run::times()));
    coverage::print(&covered);
}

#[test]
fn the_tables_decide_as_the_chapter_says_for_the_shipped_policies() {
    let decisions = 2_000 * run::times();
    for policy in shipped::policies() {
        let covered = run::one_policy(&policy, Library::standard(), run::seed(), decisions);
        println!("{}: {:?}", policy.name, covered.effects);
    }
}

#[test]
fn names_hold_what_the_noun_lines_say() {
    let library = Library::standard();
    shipped::compare_sets(&library.nouns);
    for policy in shipped::policies() {
        shipped::compare_sets(&policy.nouns);
    }
}
