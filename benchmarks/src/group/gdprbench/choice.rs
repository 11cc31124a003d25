//! Which record an operation is about, as YCSB chooses it (Cooper and others, SoCC 2010): every one as likely, or a few very
//! often, spread over all of them by a hash.

use crate::random::Random;

/// How often the favourites come up.
const THETA: f64 = 0.99;
/// YCSB draws from this many items and folds them onto those that there are; the sum that belongs to it is known.
const ITEMS: f64 = 1e10;
const ZETA: f64 = 26.469_028_201_783_02;

/// How records are chosen.
#[derive(Clone, Copy)]
pub enum Choice {
    Uniform,
    Zipfian,
}

impl Choice {
    /// A number below `bound`.
    pub fn draw(self, random: &mut Random, bound: u64) -> u64 {
        match self {
            Self::Uniform => random.next() % bound,
            Self::Zipfian => fnv(zipf(fraction(random))) % bound,
        }
    }
}

/// From 0 up to 1.
pub fn fraction(random: &mut Random) -> f64 {
    (random.next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Gray and others, "Quickly generating billion-record synthetic databases", SIGMOD 1994.
fn zipf(fraction: f64) -> u64 {
    let second = 1.0 + 0.5_f64.powf(THETA);
    let eta = (1.0 - (2.0 / ITEMS).powf(1.0 - THETA)) / (1.0 - second / ZETA);
    let share = fraction * ZETA;
    if share < 1.0 {
        return 0;
    }
    if share < second {
        return 1;
    }
    (ITEMS * (eta * fraction - eta + 1.0).powf(1.0 / (1.0 - THETA))) as u64
}

/// Fowler, Noll and Vo's hash of eight bytes.
fn fnv(number: u64) -> u64 {
    number
        .to_le_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
