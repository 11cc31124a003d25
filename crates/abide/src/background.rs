//! What runs beside requests: numbering, following the log, filling memory, reports, housekeeping. Knows no listener, so
//! that a program can hold it without one.

use std::sync::Arc;

use abide_store::Sequencer;
use anyhow::Result;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::http::app::App;
use crate::{housekeeping, mail, requests};

/// The running tasks.
#[derive(Debug)]
pub struct Background {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    last: watch::Sender<bool>,
    sequencer: JoinHandle<()>,
}

impl Background {
    /// Starts everything in the runtime that this is called in.
    pub fn start(app: &Arc<App>) -> Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let (last, mut ended) = watch::channel(false);
        let sequencer = Sequencer::new(&app.store)?;
        let clock = app.clock.clone();
        let until = async move {
            let _ = ended.wait_for(|ended| *ended).await;
        };
        let mut tasks = JoinSet::new();
        let each = || (Arc::clone(app), stopped.clone());
        let (its, stop_it) = each();
        tasks.spawn(async move {
            let from = its.followed_from;
            its.decider
                .follow(&its.store, &its.access, from, stop_it)
                .await;
        });
        let (its, stop_it) = each();
        tasks.spawn(async move {
            its.decider
                .keep_filled(&its.store, &its.clock, stop_it)
                .await
        });
        let (its, stop_it) = each();
        tasks.spawn(async move {
            its.decider
                .keep_recent(&its.store, &its.clock, stop_it)
                .await
        });
        let (its, stop_it) = each();
        tasks.spawn(async move { its.decider.report(&its.store, &its.clock, stop_it).await });
        let (its, stop_it) = each();
        tasks.spawn(async move { housekeeping::keep_house(&its, stop_it).await });
        let (its, stop_it) = each();
        tasks.spawn(async move { requests::keep_going(&its, stop_it).await });
        let (its, stop_it) = each();
        tasks.spawn(async move { mail::keep_sending(&its, stop_it).await });
        Ok(Self {
            stop,
            tasks,
            last,
            sequencer: tokio::spawn(sequencer.run(move || clock.now(), until)),
        })
    }

    /// Lets everything write what is still to be written, and numbers it.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        // What the others wrote at last gets a number too.
        self.last.send_replace(true);
        let _ = self.sequencer.await;
    }
}
