//! What the endpoints share: configuration, clock, policies. Holds no request.

use anyhow::Result;

use crate::clock::Clock;
use crate::config::Config;

/// Everything an endpoint may reach.
#[derive(Debug)]
pub struct App {
    /// How the server is set up.
    pub config: Config,
    /// What gives the time.
    pub clock: Clock,
}

impl App {
    /// Opens what the server needs.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        Ok(Self { config, clock })
    }
}
