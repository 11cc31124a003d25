//! Questions made ready, kept for the next time they are asked. Keeps a bounded number.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use abide_policy::decide::{Prepared, Question, Refusal, Tables};

/// Applications ask few questions of many people; beyond these they are made ready again.
const LIMIT: usize = 4096;
/// How much room all of them may take, as questions count it.
const SIZE_LIMIT: usize = 1 << 20;

/// Questions of one policy.
#[derive(Debug, Default)]
pub(super) struct Questions {
    ready: RwLock<Ready>,
}

#[derive(Debug, Default)]
struct Ready {
    by_question: HashMap<Question, Arc<Prepared>>,
    size: usize,
}

impl Questions {
    /// The question made ready.
    pub(super) fn find(
        &self,
        tables: &Tables,
        question: &Question,
    ) -> Result<Arc<Prepared>, Refusal> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = ready.by_question.get(question) {
            return Ok(Arc::clone(found));
        }
        drop(ready);
        self.renew(tables, question)
    }

    /// Makes the question ready again: people hold something that it did not know of.
    pub(super) fn renew(
        &self,
        tables: &Tables,
        question: &Question,
    ) -> Result<Arc<Prepared>, Refusal> {
        let fresh = Arc::new(tables.prepare(question)?);
        let mut ready = self.ready.write().unwrap_or_else(PoisonError::into_inner);
        let size = ready.size + fresh.size();
        if ready.by_question.len() >= LIMIT || size > SIZE_LIMIT {
            *ready = Ready::default();
        }
        ready.size += fresh.size();
        let replaced = ready
            .by_question
            .insert(question.clone(), Arc::clone(&fresh));
        ready.size -= replaced.map_or(0, |replaced| replaced.size());
        Ok(fresh)
    }
}
