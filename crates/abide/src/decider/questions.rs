//! Questions made ready, kept for the next time they are asked. Keeps a bounded number.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use abide_policy::decide::{Prepared, Question, Refusal, Tables};

/// Applications ask few questions of many people; beyond this they are made ready again.
const LIMIT: usize = 4096;

/// Questions of one policy.
#[derive(Debug, Default)]
pub(super) struct Questions {
    ready: RwLock<HashMap<Question, Arc<Prepared>>>,
}

impl Questions {
    /// The question made ready.
    pub(super) fn find(
        &self,
        tables: &Tables,
        question: &Question,
    ) -> Result<Arc<Prepared>, Refusal> {
        let ready = self.ready.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = ready.get(question) {
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
        if ready.len() >= LIMIT {
            ready.clear();
        }
        ready.insert(question.clone(), Arc::clone(&fresh));
        Ok(fresh)
    }
}
