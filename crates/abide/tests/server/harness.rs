//! A server of one's own for a test, in a folder of its own, and a client that speaks to it. Judges nothing.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use abide::clock::Clock;
use abide::config::{Config, StoreAddress};
use abide::server::Server;
use abide_store::ApiScope;
use serde_json::Value;

/// A running server; stopped and its folder removed when the test ends.
pub struct Running {
    runtime: tokio::runtime::Runtime,
    server: Option<Server>,
    config: Config,
    pub folder: PathBuf,
    pub public: SocketAddr,
    pub internal: SocketAddr,
    pub key: String,
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

/// Puts the sample policy of these tests in force.
pub fn shop(config: &mut Config) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/shop.kdl");
    config.policies.push(PathBuf::from(path));
}

impl Running {
    /// A server with the defaults on free ports.
    pub fn start(name: &str) -> Self {
        Self::with(name, |_| ())
    }

    /// A server whose configuration the test changes.
    pub fn with(name: &str, change: impl FnOnce(&mut Config)) -> Self {
        Self::under(name, Clock::system(), change)
    }

    /// The same under a clock of the test's own.
    pub fn under(name: &str, clock: Clock, change: impl FnOnce(&mut Config)) -> Self {
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
            .block_on(Server::start(config.clone(), clock))
            .unwrap();
        let key = runtime.block_on(server.app().first_key()).unwrap();
        Self {
            key: key.map(|key| key.to_string()).unwrap_or_default(),
            public: server.public(),
            internal: server.internal(),
            runtime,
            server: Some(server),
            config,
            folder,
        }
    }

    /// The server itself.
    pub fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    /// The server's configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Asks until the answer is as wanted, for at most twenty seconds.
    pub fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let start = abide::clock::mark();
        while !is_so() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        }
    }

    /// Waits for something of the server's own.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Another API key with these scopes.
    pub fn key_with(&self, scopes: &[&str]) -> String {
        let scopes: BTreeSet<_> = scopes
            .iter()
            .map(|word| ApiScope::from_word(word).unwrap())
            .collect();
        let app = self.server().app();
        self.wait(async {
            let made = app
                .store
                .create_api_key("test", &scopes, "test", app.clock.now());
            let (text, _) = made.await.unwrap();
            app.access.reload(&app.store).await.unwrap();
            text.to_string()
        })
    }

    /// Asks the internal listener with the first key.
    pub fn get(&self, path: &str) -> Reply {
        let request = agent().get(self.url(path));
        let request = request.header("authorization", format!("Bearer {}", self.key));
        reply(request.call().unwrap())
    }

    /// The same with another key.
    pub fn get_as(&self, key: &str, path: &str) -> Reply {
        let request = agent().get(self.url(path));
        let request = request.header("authorization", format!("Bearer {key}"));
        reply(request.call().unwrap())
    }

    /// Asks again until the status is that, for at most ten seconds.
    pub fn await_status(&self, path: &str, status: u16) -> Reply {
        await_until(|| Some(self.get(path)).filter(|reply| reply.status == status))
    }

    /// Asks the public listener.
    pub fn get_public(&self, path: &str) -> Reply {
        fetch(&format!("http://{}{path}", self.public))
    }

    /// Sends JSON to the internal listener with the first key.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(agent().post(self.url(path)), body)
    }

    /// The same with another key.
    pub fn post_as(&self, key: &str, path: &str, body: &Value) -> Reply {
        let request = agent().post(self.url(path));
        let request = request.header("authorization", format!("Bearer {key}"));
        reply(request.send_json(body).unwrap())
    }

    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(agent().put(self.url(path)), body)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.internal)
    }

    pub fn send(
        &self,
        request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        body: &Value,
    ) -> Reply {
        let request = request.header("authorization", format!("Bearer {}", self.key));
        reply(request.send_json(body).unwrap())
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }

    /// Stops the server and starts another on the same store.
    pub fn restart(&mut self) {
        self.stop();
        let starting = Server::start(self.config.clone(), Clock::system());
        let server = self.runtime.block_on(starting).unwrap();
        (self.public, self.internal) = (server.public(), server.internal());
        self.server = Some(server);
    }
}

/// Keeps the store in a PostgreSQL database of the test's own, on the server of the run.
pub fn postgres(name: &str) -> impl Fn(&mut Config) + use<> {
    let server = std::env::var("ABIDE_TEST_POSTGRES").unwrap_or_else(|_| own_postgres());
    let database = format!("server_{}_{}", name.replace('-', "_"), std::process::id());
    let made = Command::new("psql")
        .args([&server, "-qc", &format!("CREATE DATABASE {database}")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let (start, _) = server.rsplit_once('/').unwrap();
    let url = format!("{start}/{database}");
    move |config| config.store = StoreAddress(url.clone())
}

fn own_postgres() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let runner = std::os::unix::process::parent_id().to_string();
    let folder = std::env::temp_dir().join(format!("abide-postgres-{runner}"));
    let started = Command::new(script)
        .arg("start")
        .arg(folder)
        .arg(runner)
        .output()
        .unwrap();
    assert!(started.status.success(), "{started:?}");
    String::from_utf8(started.stdout).unwrap().trim().to_owned()
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Asks again until there is an answer, for at most ten seconds.
pub fn await_until<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = abide::clock::mark();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::yield_now();
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
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut response.body_mut().as_reader(), &mut bytes).unwrap();
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}
