//! The server as a value: starts on two listeners, tells its addresses, stops without losing a request. Never reads the
//! command line and never prints.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::background::Background;
use crate::clock::Clock;
use crate::config::Config;
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
    background: Background,
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
            background: Background::start(&app)?,
            app: Arc::clone(&app),
            certificates,
            stop,
            tasks: JoinSet::new(),
        };
        for (listener, side) in [(public, Side::Public), (internal, Side::Internal)] {
            let router = router::build(&app, side);
            server.tasks.spawn(listener.serve(router, stopped.clone()));
        }
        server.tasks.spawn(settle_metrics(stopped));
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

    /// Reads the certificates and the key file again. What was in use stays in use if it cannot be read.
    pub async fn reload(&self) -> Result<()> {
        if let Some(certificates) = &self.certificates {
            certificates.reload()?;
        }
        self.app.reload_keys().await
    }

    /// Takes no more connections, finishes the requests at hand, and writes what is still to be written.
    pub async fn stop(self) {
        let Self {
            app,
            stop,
            mut tasks,
            background,
            ..
        } = self;
        stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
        background.stop().await;
        app.store.close().await;
    }
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
