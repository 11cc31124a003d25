//! Many writes in one transaction, so that they share one wait for the disk. Never lets one write's failure touch
//! another, and never acknowledges before the commit.

use std::collections::HashMap;

use tokio::sync::oneshot;

use crate::engine::{Engine, Transaction};
use crate::error::{Refusal, StoreError};
use crate::statement::{Expect, Statement, Value};

/// How often a batch is tried again when other transactions were in its way.
const ATTEMPTS: usize = 5;

/// One write: its statements, the data keys that must still exist, and who waits for the answer.
pub(crate) struct Job {
    statements: Vec<Statement>,
    holds: Vec<(Value, Value)>,
    answer: oneshot::Sender<Result<i64, StoreError>>,
    first: i64,
}

impl Job {
    pub(crate) fn new(
        statements: Vec<Statement>,
        holds: Vec<(Value, Value)>,
        answer: oneshot::Sender<Result<i64, StoreError>>,
    ) -> Self {
        Self {
            statements,
            holds,
            answer,
            first: 0,
        }
    }

    /// How many places in the order of arrival the write takes.
    pub(crate) fn arrivals(&self) -> i64 {
        let places = self.statements.iter().map(|statement| {
            let place = |value: &&Value| matches!(value, Value::Arrival(_));
            statement.params.iter().filter(place).count() as i64
        });
        places.sum()
    }

    /// Gives the write its places, from `next` on.
    fn number(&mut self, next: &mut i64) {
        self.first = *next;
        for value in self
            .statements
            .iter_mut()
            .flat_map(|statement| &mut statement.params)
        {
            if let Value::Arrival(place) = value {
                *place = Some(*next);
                *next += 1;
            }
        }
    }

    fn answer(self, result: Result<(), StoreError>) {
        let first = self.first;
        // Whoever asked may have gone away; what is written stays written.
        drop(self.answer.send(result.map(|()| first)));
    }
}

/// Runs all writes and answers each. First together; if one of them fails, each on its own within one transaction.
pub(crate) async fn run(engine: &Engine, mut jobs: Vec<Job>) {
    for _ in 0..ATTEMPTS {
        match together(engine, &mut jobs).await {
            Ok(()) => return answer_all(jobs, &Ok(())),
            Err(StoreError::Contention) => {}
            Err(error) if error.is_outage() || jobs.len() == 1 => {
                return answer_all(jobs, &Err(error));
            }
            Err(_) => return apart(engine, jobs).await,
        }
    }
    answer_all(jobs, &Err(StoreError::Contention));
}

fn answer_all(jobs: Vec<Job>, result: &Result<(), StoreError>) {
    for job in jobs {
        job.answer(match result {
            Ok(()) => Ok(()),
            Err(error) => Err(error.copy()),
        });
    }
}

async fn together(engine: &Engine, jobs: &mut [Job]) -> Result<(), StoreError> {
    let mut transaction = engine.begin("writing").await?;
    number(&mut transaction, jobs).await?;
    // All writes of a batch wait at the same time, so none of them can rely on another: inserts of all go first.
    let (inserts, others) = plan(jobs);
    for insert in &inserts {
        let written = transaction
            .insert(insert.head, insert.tail, &insert.rows)
            .await?;
        if let Some(refusal) = insert.refusal
            && written != insert.rows.len() as u64
        {
            return Err(refusal.into());
        }
    }
    for statement in others {
        transaction.run(statement).await?;
    }
    // Keys after rows of subjects: the order in which an erasure takes them.
    let holds = jobs.iter().flat_map(|job| &job.holds).cloned().collect();
    hold(&mut transaction, holds).await?;
    transaction.commit().await
}

/// Each write between savepoints: what fails is undone alone, and one commit serves the rest.
async fn apart(engine: &Engine, mut jobs: Vec<Job>) {
    match try_apart(engine, &mut jobs).await {
        Ok(results) => {
            for (job, result) in jobs.into_iter().zip(results) {
                match result {
                    // Only this one was in somebody's way: it gets a transaction of its own.
                    Err(StoreError::Contention) => Box::pin(run(engine, vec![job])).await,
                    result => job.answer(result),
                }
            }
        }
        Err(error) => answer_all(jobs, &Err(error)),
    }
}

async fn try_apart(
    engine: &Engine,
    jobs: &mut [Job],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    let mut transaction = engine.begin("writing").await?;
    number(&mut transaction, jobs).await?;
    let mut results = Vec::with_capacity(jobs.len());
    for job in jobs {
        transaction.execute("SAVEPOINT one", &[]).await?;
        let result = one(&mut transaction, job).await;
        match &result {
            Err(error) if error.is_outage() => return Err(error.copy()),
            Err(_) => transaction
                .execute("ROLLBACK TO SAVEPOINT one", &[])
                .await
                .map(drop)?,
            Ok(()) => {}
        }
        transaction.execute("RELEASE SAVEPOINT one", &[]).await?;
        results.push(result);
    }
    transaction.commit().await?;
    Ok(results)
}

async fn one(transaction: &mut Transaction, job: &Job) -> Result<(), StoreError> {
    for statement in &job.statements {
        transaction.run(statement).await?;
    }
    hold(transaction, job.holds.clone()).await
}

async fn number(transaction: &mut Transaction, jobs: &mut [Job]) -> Result<(), StoreError> {
    if jobs.iter().any(|job| job.arrivals() > 0) {
        let mut next = transaction.arrivals().await?;
        jobs.iter_mut().for_each(|job| job.number(&mut next));
    }
    Ok(())
}

/// Makes sure that every data key used is still there, and stays until the commit: an erasure comes before or after.
async fn hold(
    transaction: &mut Transaction,
    mut keys: Vec<(Value, Value)>,
) -> Result<(), StoreError> {
    keys.sort_unstable();
    keys.dedup();
    if transaction.hold_keys(&keys).await? == keys.len() {
        Ok(())
    } else {
        Err(Refusal::KeyGone.into())
    }
}

/// Inserts of one shape, of however many writes.
struct Insert<'a> {
    head: &'static str,
    tail: &'static str,
    rows: Vec<&'a [Value]>,
    /// Said if fewer rows than these were written.
    refusal: Option<Refusal>,
}

/// Sorts statements into inserts that can be joined and everything else, which keeps its order. A write of which not
/// everything can be joined keeps the order of all its statements.
fn plan(jobs: &[Job]) -> (Vec<Insert<'_>>, Vec<&Statement>) {
    let mut inserts: Vec<Insert<'_>> = Vec::new();
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    let mut others = Vec::new();
    for job in jobs {
        let shapes: Option<Vec<_>> = job.statements.iter().map(Statement::as_insert).collect();
        let Some(shapes) = shapes else {
            others.extend(&job.statements);
            continue;
        };
        for (statement, (head, tail)) in job.statements.iter().zip(shapes) {
            let refusal = match statement.expect {
                Expect::Any => None,
                Expect::Rows(_, refusal) => Some(refusal),
            };
            let place = *places
                .entry((statement.sql, refusal.is_some()))
                .or_insert_with(|| {
                    inserts.push(Insert {
                        head,
                        tail,
                        rows: Vec::new(),
                        refusal,
                    });
                    inserts.len() - 1
                });
            inserts[place].rows.push(&statement.params);
        }
    }
    // Two writers that insert the same rows in different orders would wait for each other.
    for insert in inserts.iter_mut().filter(|insert| !insert.tail.is_empty()) {
        insert.rows.sort_unstable();
    }
    (inserts, others)
}
