//! Where writes wait for the writers, bounded so that callers wait too. Never answers a write itself.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::task::JoinHandle;

use super::batch::{self, Job};
use crate::engine::{ARRIVALS, Engine};
use crate::error::StoreError;

/// The most writes that share one transaction.
const MAX_JOBS: usize = 512;

/// Writes on their way to the database.
pub(crate) struct Queue {
    sender: Mutex<Option<mpsc::Sender<Job>>>,
    writers: AsyncMutex<Vec<JoinHandle<()>>>,
}

impl Queue {
    /// Starts as many writers as the engine lets write at once. At most `length` writes wait.
    pub(crate) fn start(engine: &Engine, length: usize) -> Self {
        let (sender, receiver) = mpsc::channel(length.max(1));
        let receiver = Arc::new(AsyncMutex::new(receiver));
        let writers = (0..engine.writers())
            .map(|_| tokio::spawn(write(engine.clone(), Arc::clone(&receiver))))
            .collect();
        Self {
            sender: Mutex::new(Some(sender)),
            writers: AsyncMutex::new(writers),
        }
    }

    /// Puts a write into the queue, once there is room.
    pub(crate) async fn submit(&self, job: Job) -> Result<(), StoreError> {
        let sender = self
            .sender
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let sender = sender.ok_or(StoreError::Closed)?;
        sender.send(job).await.map_err(|_| StoreError::Closed)
    }

    /// Takes no more writes and waits until those in the queue are answered.
    pub(crate) async fn close(&self) {
        drop(
            self.sender
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        for writer in self.writers.lock().await.drain(..) {
            // A writer that panicked has answered nobody wrongly: its callers see a closed store.
            drop(writer.await);
        }
    }
}

async fn write(engine: Engine, receiver: Arc<AsyncMutex<mpsc::Receiver<Job>>>) {
    loop {
        let jobs = {
            let mut receiver = receiver.lock().await;
            let Some(first) = receiver.recv().await else {
                return;
            };
            gather(first, &mut receiver)
        };
        batch::run(&engine, jobs).await;
    }
}

/// The first write and all that wait behind it, as far as one transaction holds them.
fn gather(first: Job, receiver: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut arrivals = first.arrivals();
    let mut jobs = vec![first];
    while jobs.len() < MAX_JOBS && arrivals <= ARRIVALS / 2 {
        let Ok(job) = receiver.try_recv() else { break };
        arrivals += job.arrivals();
        jobs.push(job);
    }
    jobs
}
