//! `abide serve`: runs the server until it is told to stop, and says at the start where it is and how to ask it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Outcome;
use crate::clock::{self, Clock};
use crate::config::{Config, FILE_NAME};
use crate::decider::{InForce, example};
use crate::output::print;
use crate::server::Server;
use crate::{log, samples};

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
    let is_trial = arguments.config.is_none() && !Path::new(FILE_NAME).exists();
    runtime.block_on(serve(config, is_trial.then_some(Trial)))
}

/// Nothing was set up, so that a policy is put in force which ships with the program: there is something to ask.
struct Trial;

async fn serve(config: Config, trial: Option<Trial>) -> Result<Outcome> {
    let signals = Signals::listen()?;
    let server = Server::start(config, Clock::system()).await?;
    let mut sample = None;
    if server.app().decider.state().policies().next().is_none() && trial.is_some() {
        sample = samples::names().next();
    }
    if let Some(name) = sample {
        server.app().put_in_force(Path::new(name)).await?;
    }
    let key = server.app().first_key().await?;
    print(&greeting(
        &server,
        key.as_ref().map(|key| key.as_str()),
        sample,
    ))?;
    signals.wait(&server).await;
    server.stop().await;
    Ok(Outcome::Clean)
}

fn greeting(server: &Server, key: Option<&str>, sample: Option<&str>) -> String {
    let scheme = match server.app().config.tls {
        Some(_) => "https",
        None => "http",
    };
    let internal = format!("{scheme}://{}", server.internal());
    let mut text = format!(
        "people and browsers      {scheme}://{}\napplications and staff   {internal}   (its API: {internal}/docs)",
        server.public(),
    );
    if let Some(name) = sample {
        let names: Vec<_> = samples::names().collect();
        text.push_str(&format!(
            "\n\nNo policy was named, so `{name}`, which ships with the program, is in force for a trial.\nYour own: abide serve --policy PATH   (or one of: {})",
            names.join(", ")
        ));
    }
    if let Some(key) = key {
        text.push_str(&format!(
            "\n\nThe first API key, which may do everything. It is shown this once:\n    {key}"
        ));
    }
    let state = server.app().decider.state();
    if let Some(policy) = state.policies().next() {
        text.push_str(&format!(
            "\n\n{}:\n    {}",
            match key {
                Some(_) => "A first decision",
                None => "A first decision, with an API key in `ABIDE_KEY`",
            },
            curl(&internal, key, policy, state.policies().count())
        ));
    }
    text
}

/// A line for the shell that asks the policy something which it answers.
fn curl(internal: &str, key: Option<&str>, policy: &InForce, policies: usize) -> String {
    let mut body = serde_json::json!({ "question": example(policy, clock::now()) });
    if policies > 1 {
        body["policy"] = policy.name().into();
    }
    let key = key.unwrap_or("$ABIDE_KEY");
    format!(
        "curl {internal}/v1/decide -H \"Authorization: Bearer {key}\" \\\n        -H 'Content-Type: application/json' -d '{body}'"
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

    /// Waits for the end; certificates and keys are read again each time the terminal or the supervisor hangs up.
    async fn wait(mut self, server: &Server) {
        loop {
            tokio::select! {
                _ = self.end.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => match server.reload().await {
                    Ok(()) => tracing::info!("certificates and keys were read again"),
                    Err(error) => tracing::error!(error = format!("{error:#}"), "certificates or keys stay as they were"),
                },
            }
        }
    }
}
