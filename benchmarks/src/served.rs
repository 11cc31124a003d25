//! Our server in this process, with the listeners, limits and log of any other. Stops when dropped.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use abide::clock::Clock;
use abide::config::{Config, StoreAddress};
use abide::server::Server;
use tokio::runtime::Runtime;

use crate::load::{self, Connection};

/// A running server.
pub struct Served {
    pub runtime: Runtime,
    server: Option<Server>,
    key: String,
}

impl Served {
    /// A server with the defaults on free ports, its files in `folder`, its records at `store`.
    ///
    /// # Errors
    /// What kept it from starting.
    pub fn start(folder: &Path, store: &str, policy: &str) -> Result<Self, String> {
        fs::create_dir_all(folder)
            .map_err(|error| format!("making `{}`: {error}", folder.display()))?;
        let source = folder.join("policy.kdl");
        fs::write(&source, policy)
            .map_err(|error| format!("writing `{}`: {error}", source.display()))?;
        let mut config = Config {
            store: StoreAddress(store.to_owned()),
            keys: folder.join("abide.keys"),
            journal: folder.join("abide.journal"),
            policies: vec![source],
            ..Config::default()
        };
        config.listen.public.set_port(0);
        config.listen.internal.set_port(0);
        // A limit on the rate of one caller is what a load generator would measure.
        config.limits.per_key = 1_000_000;
        let runtime = Runtime::new().map_err(|error| format!("starting threads: {error}"))?;
        let started = runtime.block_on(async {
            let server = Server::start(config, Clock::system()).await?;
            let key = server.app().first_key().await?;
            anyhow::Ok((server, key))
        });
        let (server, key) = started.map_err(|error| format!("{error:#}"))?;
        let key = key.ok_or("the server has an API key already")?.to_string();
        Ok(Self {
            runtime,
            server: Some(server),
            key,
        })
    }

    /// Where applications ask.
    ///
    /// # Errors
    /// None before it is dropped.
    pub fn server(&self) -> Result<&Server, String> {
        self.server.as_ref().ok_or_else(|| "stopped".to_owned())
    }

    /// Where applications ask.
    ///
    /// # Errors
    /// None before it is dropped.
    pub fn address(&self) -> Result<SocketAddr, String> {
        Ok(self.server()?.internal())
    }

    /// A request with a JSON body and the first key.
    pub fn post(&self, path: &str, body: &str) -> Vec<u8> {
        let key = format!("authorization: Bearer {}\r\n", self.key);
        load::post(path, &key, body)
    }

    /// Ask once.
    ///
    /// # Errors
    /// What was answered instead of success.
    pub fn ask(&self, path: &str, body: &str) -> Result<Vec<u8>, String> {
        let mut connection = Connection::open(self.address()?)?;
        connection.ask(&self.post(path, body)).map(<[u8]>::to_vec)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}
