//! `abide serve`: runs the server until it is told to stop, and says at the start where it is and how to ask it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Outcome;
use crate::clock::Clock;
use crate::config::Config;
use crate::log;
use crate::output::print;
use crate::server::Server;

/// Arguments of `abide serve`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The configuration; `abide.kdl` here if it is there, else the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Publish and activate this policy: a path, or the name of one that ships with the program
    #[arg(long, value_name = "PATH|NAME")]
    policy: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let mut config = Config::load(arguments.config.as_deref())?;
    config.policies.extend(arguments.policy.iter().cloned());
    log::install(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the server")?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<Outcome> {
    let signals = Signals::listen()?;
    let server = Server::start(config, Clock::system()).await?;
    print(&greeting(&server))?;
    signals.wait(&server).await;
    server.stop().await;
    Ok(Outcome::Clean)
}

fn greeting(server: &Server) -> String {
    let scheme = match server.app().config.tls {
        Some(_) => "https",
        None => "http",
    };
    format!(
        "people and browsers    {scheme}://{}\napplications and staff {scheme}://{}",
        server.public(),
        server.internal()
    )
}

/// What the system may tell a server.
struct Signals {
    end: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        let of = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            end: of(SignalKind::terminate())?,
            interrupt: of(SignalKind::interrupt())?,
            hang_up: of(SignalKind::hangup())?,
        })
    }

    /// Waits for the end; certificates are read again each time the terminal or the supervisor hangs up.
    async fn wait(mut self, server: &Server) {
        loop {
            tokio::select! {
                _ = self.end.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => match server.reload() {
                    Ok(()) => tracing::info!("certificates were read again"),
                    Err(error) => tracing::error!(error = format!("{error:#}"), "certificates stay as they were"),
                },
            }
        }
    }
}
