//! The server as a value: starts on two listeners, tells its addresses, stops without losing a request. Never reads the
//! command line and never prints.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use abide_store::Sequencer;
use anyhow::Result;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::Clock;
use crate::config::Config;
use crate::housekeeping;
use crate::http::app::App;
use crate::http::guard::Side;
use crate::http::listener::Listener;
use crate::http::tls::Certificates;
use crate::http::{metric, router};

/// A running server.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    public: SocketAddr,
    internal: SocketAddr,
    certificates: Option<Arc<Certificates>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    sequencer: Sequencing,
}

impl Server {
    /// Starts the server in the runtime that this is called in. An error says what stands in the way.
    pub async fn start(config: Config, clock: Clock) -> Result<Self> {
        metric::install();
        let certificates = config
            .tls
            .as_ref()
            .map(Certificates::load)
            .transpose()?
            .map(Arc::new);
        let bind = |address| Listener::bind(address, certificates.clone(), &config.limits);
        let (public, internal) = (
            bind(config.listen.public).await?,
            bind(config.listen.internal).await?,
        );
        let app = Arc::new(App::open(config, clock).await?);
        let (stop, stopped) = watch::channel(false);
        let mut server = Self {
            public: public.address()?,
            internal: internal.address()?,
            sequencer: Sequencing::start(&app)?,
            app: Arc::clone(&app),
            certificates,
            stop,
            tasks: JoinSet::new(),
        };
        for (listener, side) in [(public, Side::Public), (internal, Side::Internal)] {
            let router = router::build(&app, side);
            server.tasks.spawn(listener.serve(router, stopped.clone()));
        }
        server.tasks.spawn(settle_metrics(stopped.clone()));
        server
            .tasks
            .spawn(follow(Arc::clone(&app), stopped.clone()));
        server
            .tasks
            .spawn(keep_filled(Arc::clone(&app), stopped.clone()));
        server
            .tasks
            .spawn(keep_recent(Arc::clone(&app), stopped.clone()));
        server
            .tasks
            .spawn(report(Arc::clone(&app), stopped.clone()));
        server
            .tasks
            .spawn(async move { housekeeping::keep_house(&app, stopped).await });
        Ok(server)
    }

    /// The address for people and browsers.
    pub fn public(&self) -> SocketAddr {
        self.public
    }

    /// The address for applications and staff.
    pub fn internal(&self) -> SocketAddr {
        self.internal
    }

    /// What the endpoints share.
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Reads the certificates again.
    pub fn reload(&self) -> Result<()> {
        match &self.certificates {
            Some(certificates) => certificates.reload(),
            None => Ok(()),
        }
    }

    /// Takes no more connections, finishes the requests at hand, and writes what is still to be written.
    pub async fn stop(self) {
        let Self {
            app,
            stop,
            mut tasks,
            sequencer,
            ..
        } = self;
        stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
        sequencer.stop().await;
        app.store.close().await;
    }
}

/// The task that numbers what is written. It outlives the listeners, so that their last writes get numbers too.
#[derive(Debug)]
struct Sequencing {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Sequencing {
    fn start(app: &Arc<App>) -> Result<Self> {
        let (stop, mut stopped) = watch::channel(false);
        let sequencer = Sequencer::new(&app.store)?;
        let clock = app.clock.clone();
        let until = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        Ok(Self {
            stop,
            task: tokio::spawn(sequencer.run(move || clock.now(), until)),
        })
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.task.await;
    }
}

async fn follow(app: Arc<App>, stop: watch::Receiver<bool>) {
    app.decider
        .follow(&app.store, &app.access, app.followed_from, stop)
        .await;
}

async fn keep_filled(app: Arc<App>, stop: watch::Receiver<bool>) {
    app.decider.keep_filled(&app.store, &app.clock, stop).await;
}

async fn report(app: Arc<App>, stop: watch::Receiver<bool>) {
    app.decider.report(&app.store, &app.clock, stop).await;
}

async fn keep_recent(app: Arc<App>, stop: watch::Receiver<bool>) {
    app.decider.keep_recent(&app.store, &app.clock, stop).await;
}

async fn settle_metrics(mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            _ = tick.tick() => metric::settle(),
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
