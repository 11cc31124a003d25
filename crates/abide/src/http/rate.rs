//! How often a caller may ask: a bucket for each that fills at a steady rate. Never keeps more callers than its bound.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

const SHARDS: usize = 16;
/// Callers remembered per shard. One that is forgotten begins with a full bucket.
const SHARD_LIMIT: usize = 4096;

/// Buckets by caller.
#[derive(Debug)]
pub struct Rate<K> {
    per_second: f64,
    burst: f64,
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<K, Bucket>>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl<K: Hash + Eq> Rate<K> {
    /// Lets each caller ask `per_second` times a second, and twice that many at once.
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second: f64::from(per_second),
            burst: f64::from(per_second) * 2.0,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Counts one request. An error is the number of whole seconds to wait.
    pub fn take(&self, caller: K, at: Instant) -> Result<(), u64> {
        let hash = usize::try_from(self.hasher.hash_one(&caller) % SHARDS as u64);
        let Some(shard) = self.shards.get(hash.unwrap_or(0)) else {
            return Ok(());
        };
        let mut buckets = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= SHARD_LIMIT && !buckets.contains_key(&caller) {
            self.forget(&mut buckets, at);
        }
        let bucket = buckets.entry(caller).or_insert(Bucket {
            tokens: self.burst,
            at,
        });
        let past = at.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + past * self.per_second).min(self.burst);
        bucket.at = bucket.at.max(at);
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(self.wait_seconds(bucket.tokens))
    }

    /// Forgets callers whose bucket is full again; if none is, all of them.
    fn forget(&self, buckets: &mut HashMap<K, Bucket>, at: Instant) {
        buckets.retain(|_, bucket| {
            let past = at.saturating_duration_since(bucket.at).as_secs_f64();
            bucket.tokens + past * self.per_second < self.burst
        });
        if buckets.len() >= SHARD_LIMIT {
            buckets.clear();
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between one and a hundred thousand"
    )]
    fn wait_seconds(&self, tokens: f64) -> u64 {
        if self.per_second <= 0.0 {
            return 3600;
        }
        ((1.0 - tokens) / self.per_second).ceil().clamp(1.0, 3600.0) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Rate, SHARD_LIMIT, SHARDS};
    use crate::clock;

    #[test]
    fn a_caller_is_held_back_and_another_is_not() {
        let rate = Rate::new(2);
        let start = clock::mark();
        for _ in 0..4 {
            assert_eq!(rate.take("a", start), Ok(()));
        }
        assert_eq!(rate.take("a", start), Err(1));
        assert_eq!(rate.take("b", start), Ok(()));
        assert_eq!(rate.take("a", start + Duration::from_millis(500)), Ok(()));
        assert_eq!(rate.take("a", start + Duration::from_millis(500)), Err(1));
    }

    #[test]
    fn callers_without_number_take_bounded_room() {
        let rate = Rate::new(1);
        let start = clock::mark();
        for caller in 0..SHARD_LIMIT * SHARDS * 2 {
            let _ = rate.take(caller, start);
        }
        let held: usize = rate
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert!(held <= SHARD_LIMIT * SHARDS, "{held}");
    }
}
