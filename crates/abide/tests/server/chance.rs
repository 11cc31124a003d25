//! Seeded chance, so that whatever trouble a run invents can be invented again. Never used for secrets.

use std::hash::{BuildHasher as _, RandomState};

/// A stream of numbers that its seed decides (splitmix64, public domain, Sebastiano Vigna).
pub struct Chance {
    state: u64,
}

impl Chance {
    /// A stream for one test: `ABIDE_SEED` repeats a run, otherwise the seed is fresh. The seed is printed, which the test
    /// runner shows when the test fails.
    pub fn fresh(test: &str) -> Self {
        let state = match std::env::var("ABIDE_SEED") {
            Ok(text) => text.parse().expect("ABIDE_SEED is a number"),
            Err(_) => RandomState::new().hash_one(test) >> 32,
        };
        println!("{test}: repeat with ABIDE_SEED={state}");
        Self { state }
    }

    /// Another stream that this one decides.
    pub fn branch(&mut self) -> Self {
        Self { state: self.next() }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
