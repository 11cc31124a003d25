//! Seeded chance, so that whatever trouble a run invents can be invented again. Never used for secrets.

use std::hash::{BuildHasher as _, RandomState};

/// A stream of numbers that its seed decides (splitmix64, public domain, Sebastiano Vigna).
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    /// A stream for one test: `ABIDE_SEED` repeats a run, otherwise the seed is fresh. The seed is printed, which the
    /// test runner shows when the test fails.
    pub(crate) fn fresh(test: &str) -> Self {
        let seed = match std::env::var("ABIDE_SEED") {
            Ok(text) => text.parse().expect("ABIDE_SEED is a number"),
            Err(_) => RandomState::new().hash_one(test) >> 32,
        };
        println!("{test}: repeat with ABIDE_SEED={seed}");
        // Tests that share a seed still take different ways.
        let name = test.bytes().fold(0_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        Self { state: seed ^ name }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// How often a trouble is repeated: `gate` in `./test`, `deep` in `./test --deep`.
pub(crate) fn rounds(gate: usize, deep: usize) -> usize {
    if std::env::var_os("ABIDE_DEEP").is_some() {
        deep
    } else {
        gate
    }
}
