//! Decisions held beside a slow, obvious evaluator that is written from `docs/language/16-decisions.md` alone. Never
//! looks at how the fast one works.
//!
//! The gate compares the same decisions each time. `./test --deep` compares ten times as many under a fresh
//! seed, which it prints; `ABIDE_SEED=…` runs those again.

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
use run::{Covered, Size};

/// A quarter of the generated decisions: a million of them over 5,000 policies in all, so that the shares run beside each
/// other.
const SHARE: Size = Size {
    policies: 1_250,
    decisions: 200,
};

/// The share whose coverage is counted, which stays the same in a deep run.
const COUNTED_SEED: u64 = 3;

fn generated(seed: u64) -> Covered {
    let covered = run::generated(&run::small_library(), seed, SHARE.times(run::times()));
    coverage::print(&covered);
    coverage::check_effects(&covered);
    covered
}

fn share(share: u64) {
    generated(run::seed().wrapping_add(share << 40));
}

#[test]
fn the_tables_decide_as_the_chapter_says_first_share() {
    share(0);
}

#[test]
fn the_tables_decide_as_the_chapter_says_second_share() {
    share(1);
}

#[test]
fn the_tables_decide_as_the_chapter_says_third_share() {
    share(2);
}

#[test]
fn the_tables_decide_as_the_chapter_says_and_every_rule_comes_up() {
    coverage::check_rules(&generated(COUNTED_SEED));
}

/// Policies that a deep run found: of the counted share, the numbers 1531 (a residence that holds places with numbers of
/// their own), 2092 (a right that opts out, and so makes a signal honoured), 2098 (working days after two events) and 7149
/// (a fact that speaks against, in the `never apply` of a part).
#[test]
fn the_tables_decide_as_the_chapter_says_where_they_once_did_not() {
    let one = Size {
        policies: 1,
        decisions: SHARE.decisions,
    };
    for number in [1531, 2092, 2098, 7149] {
        let seed = COUNTED_SEED.wrapping_add(run::STEP.wrapping_mul(number));
        run::generated(&run::small_library(), seed, one);
    }
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
    let decisions = 100 * run::times();
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
