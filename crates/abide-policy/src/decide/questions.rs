//! Questions that were made ready, kept for the next time they are asked. Never more of them than its bound.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::evaluate::{Stale, Verdict, decide};
use super::facts::Facts;
use super::prepare::Prepared;
use super::question::Question;
use super::refusal::Refusal;
use super::tables::Tables;

/// Questions made ready, by what they ask. May be shared between threads; finding one that is there allocates nothing.
#[derive(Debug)]
pub struct Questions {
    limit: usize,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    ready: HashMap<Question, Arc<Prepared>, BuildHasherDefault<Fold>>,
    /// In the order in which they came.
    order: VecDeque<Question>,
}

impl Questions {
    /// Room for `limit` questions; beyond that the one that has been there longest goes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            kept: RwLock::default(),
        }
    }

    /// How many questions are kept.
    pub fn len(&self) -> usize {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.ready.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The question made ready under these tables, from what is kept if it is there.
    ///
    /// # Errors
    /// Those of [`Tables::prepare`].
    pub fn get(&self, tables: &Tables, question: &Question) -> Result<Arc<Prepared>, Refusal> {
        let found = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            kept.ready.get(question).cloned()
        };
        match found {
            Some(ready) if ready.tables == tables.number => Ok(ready),
            _ => self.renew(tables, question),
        }
    }

    /// What may happen to a person, from what is kept if it is there.
    ///
    /// # Errors
    /// Those of [`Tables::prepare`]; inside, [`Stale::Facts`] or [`Stale::Tables`] if the facts must be made again.
    pub fn decide(
        &self,
        tables: &Tables,
        question: &Question,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Result<Verdict, Stale>, Refusal> {
        let decided = {
            let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
            let ready = kept.ready.get(question);
            let ready = ready.filter(|ready| ready.tables == tables.number);
            ready.map(|ready| decide(ready, facts, now))
        };
        match decided {
            None | Some(Err(Stale::Question)) => {
                let ready = self.renew(tables, question)?;
                Ok(decide(&ready, facts, now))
            }
            Some(decided) => Ok(decided),
        }
    }

    /// Makes a question ready anew, because the one that is kept is of other tables or knows too little.
    ///
    /// # Errors
    /// Those of [`Tables::prepare`].
    pub fn renew(&self, tables: &Tables, question: &Question) -> Result<Arc<Prepared>, Refusal> {
        let ready = Arc::new(tables.prepare(question)?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.ready.insert(question.clone(), ready.clone()).is_none() {
            kept.order.push_back(question.clone());
        }
        while kept.ready.len() > self.limit {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            kept.ready.remove(&oldest);
        }
        Ok(ready)
    }
}

/// Folds eight bytes at a time with one multiplication each. Questions come from applications that were let in, and the
/// bound on their number bounds what a bad spread can cost.
#[derive(Debug, Default)]
struct Fold(u64);

impl Fold {
    fn fold(&mut self, word: u64) {
        let wide =
            u128::from(self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let bytes = wide.to_le_bytes();
        let (low, high) = bytes.split_at(8);
        let half = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
        self.0 = half(low) ^ half(high);
    }
}

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let (whole, rest) = bytes.as_chunks::<8>();
        for chunk in whole {
            self.fold(u64::from_le_bytes(*chunk));
        }
        let mut last = [0; 8];
        for (room, byte) in last.iter_mut().zip(rest) {
            *room = *byte;
        }
        if !rest.is_empty() {
            self.fold(u64::from_le_bytes(last) ^ (rest.len() as u64) << 56);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.fold(u64::from(byte));
    }

    fn write_usize(&mut self, word: usize) {
        self.fold(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.fold(word.cast_unsigned() as u64);
    }
}
