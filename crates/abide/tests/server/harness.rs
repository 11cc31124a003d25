//! A server of one's own for a test, in a folder of its own, and a client that speaks to it. Judges nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use abide::clock::Clock;
use abide::config::{Config, StoreAddress};
use abide::server::Server;
use serde_json::Value;

/// A running server; stopped and its folder removed when the test ends.
pub struct Running {
    runtime: tokio::runtime::Runtime,
    server: Option<Server>,
    pub folder: PathBuf,
    pub public: SocketAddr,
    pub internal: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Running {
    /// A server with the defaults on free ports.
    pub fn start(name: &str) -> Self {
        Self::with(name, |_| ())
    }

    /// A server whose configuration the test changes.
    pub fn with(name: &str, change: impl FnOnce(&mut Config)) -> Self {
        let folder = std::env::temp_dir().join(format!("abide-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut config = Config {
            store: StoreAddress(format!("sqlite:{}", folder.join("abide.db").display())),
            keys: folder.join("abide.keys"),
            journal: folder.join("abide.journal"),
            ..Config::default()
        };
        config.listen.public.set_port(0);
        config.listen.internal.set_port(0);
        change(&mut config);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let server = runtime
            .block_on(Server::start(config, Clock::system()))
            .unwrap();
        Self {
            public: server.public(),
            internal: server.internal(),
            runtime,
            server: Some(server),
            folder,
        }
    }

    pub fn get(&self, path: &str) -> Reply {
        fetch(&format!("http://{}{path}", self.internal))
    }

    pub fn get_public(&self, path: &str) -> Reply {
        fetch(&format!("http://{}{path}", self.public))
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A client that takes every status as an answer.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

pub fn fetch(url: &str) -> Reply {
    reply(agent().get(url).call().unwrap())
}

pub fn reply(mut response: ureq::http::Response<ureq::Body>) -> Reply {
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}
