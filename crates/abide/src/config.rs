//! `abide.kdl`: how this server is set up, a struct per section. Never guesses what an unknown key might mean.

mod key;
mod mail;
mod requests;
mod sign_in;
mod source;
mod value;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use abide_policy::diagnostic::{self, Findings};
use abide_policy::source::SourceFile;
use abide_policy::syntax::{self, Statement};
use anyhow::{Context, Result, bail};

use crate::installation::sqlite_path;
pub use key::{KEYS, Key};
pub use mail::{Dkim, Mail, MailTls};
pub use requests::Requests;
pub use sign_in::{KeyPlace, SignIn};
pub use source::{PasswordPlace, SourceSection};
use value::Reader;

/// The name of the file that is read when none is named.
pub const FILE_NAME: &str = "abide.kdl";

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file that it was read from; nothing where there was none.
    pub path: Option<PathBuf>,
    /// Where our own records are.
    pub store: StoreAddress,
    /// The key file.
    pub keys: PathBuf,
    /// The erasure journal.
    pub journal: PathBuf,
    /// For how many days at least an erasure in the journal is known again; without end if nothing is said. No backup may
    /// get older.
    pub journal_days: Option<u32>,
    /// Where to listen.
    pub listen: Listen,
    /// Certificate and key for both listeners; plain HTTP without.
    pub tls: Option<Tls>,
    /// What a caller may ask of the server.
    pub limits: Limits,
    /// Policies to publish and activate at start: paths, or names of policies that ship with the program.
    pub policies: Vec<PathBuf>,
    /// Databases that requests are carried out in.
    pub sources: Vec<SourceSection>,
    /// How the company's own login says who somebody is; without, nobody signs in to the privacy centre.
    pub sign_in: Option<SignIn>,
    /// What is taken to be so of a subject of whom it is not known.
    pub assume: Assume,
    /// For what the server observes until told otherwise.
    pub observe: Vec<Observe>,
    /// Controls that are not used here, by name.
    pub switched_off: Vec<String>,
    /// How requests of people are handled.
    pub requests: Requests,
    /// The mail server that letters go out by; without, they wait to be sent by hand.
    pub mail: Option<Mail>,
    /// What is logged, and how.
    pub log: Log,
}

/// The address of the store: `sqlite:PATH` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreAddress(pub String);

impl fmt::Debug for StoreAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may hold a password.
        out.write_str(self.0.split(':').next().unwrap_or_default())?;
        out.write_str(":…")
    }
}

/// The two listeners. Internal routes do not exist on the public one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// For people and browsers.
    pub public: SocketAddr,
    /// For applications and staff.
    pub internal: SocketAddr,
}

/// TLS from PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The certificate and those that signed it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Limits on requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest body of a request.
    pub body_bytes: usize,
    /// The largest body of a request that streams, which is an audience.
    pub stream_bytes: usize,
    /// How deep JSON may nest.
    pub depth: usize,
    /// How many questions or consents one request may hold.
    pub batch: usize,
    /// How long a client may take to send the head of a request.
    pub header: Duration,
    /// How long a request may take altogether.
    pub request: Duration,
    /// How many connections are open at once, on each listener.
    pub connections: usize,
    /// How many requests are worked on at once, on each listener.
    pub concurrency: usize,
    /// Requests a second that one API key may make.
    pub per_key: u32,
    /// Requests a second that one address may make of the public listener.
    pub per_address: u32,
    /// How long recent decisions are kept for previews.
    pub recent: Duration,
}

/// What is taken to be so of a subject of whom it is not known. Nothing unless set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assume {
    /// The place of residence.
    pub residence: Option<String>,
    /// At least this many whole years of age.
    pub age_at_least: Option<u32>,
}

/// Something that is observed rather than enforced. What is not named is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observe {
    /// The property, such as a site.
    pub property: Option<String>,
    /// The purpose.
    pub purpose: Option<String>,
}

/// How to log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// The least severe level that is written: `error warn info debug trace`.
    pub level: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: None,
            store: StoreAddress("sqlite:abide.db".to_owned()),
            keys: PathBuf::from("abide.keys"),
            journal: PathBuf::from("abide.journal"),
            journal_days: None,
            listen: Listen {
                public: SocketAddr::from((Ipv4Addr::LOCALHOST, 8400)),
                internal: SocketAddr::from((Ipv4Addr::LOCALHOST, 8401)),
            },
            tls: None,
            limits: Limits::default(),
            policies: Vec::new(),
            sources: Vec::new(),
            sign_in: None,
            assume: Assume::default(),
            observe: Vec::new(),
            switched_off: Vec::new(),
            requests: Requests::default(),
            mail: None,
            log: Log {
                format: LogFormat::Text,
                level: "info".to_owned(),
            },
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            stream_bytes: 1 << 30,
            depth: 32,
            batch: 1000,
            header: Duration::from_secs(10),
            request: Duration::from_secs(30),
            connections: 4096,
            concurrency: 512,
            per_key: 100_000,
            per_address: 50,
            recent: Duration::from_hours(72),
        }
    }
}

impl Config {
    /// Reads the file at `path`; without a path, `abide.kdl` here, or the defaults if there is none. An error holds the
    /// report with its arrows. Paths in the file are relative to its folder.
    pub fn load(path: Option<&Path>) -> Result<Self> {
        let path = match path {
            Some(path) => path,
            None if Path::new(FILE_NAME).exists() => Path::new(FILE_NAME),
            None => return Ok(Self::default()),
        };
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let file = SourceFile::from_bytes(path.display().to_string(), &bytes);
        let (mut config, findings) = Self::parse(&file);
        if !findings.is_empty() {
            let report = diagnostic::render_all(&findings, &[file]);
            bail!("`{}` cannot be used\n\n{report}", path.display());
        }
        if let Some(folder) = path.parent() {
            config.resolve(folder);
        }
        config.path = Some(path.to_owned());
        Ok(config)
    }

    /// In words: that the configuration does not name such a thing, or that there is none that could.
    pub fn names_none(&self, thing: &str) -> String {
        match &self.path {
            Some(path) => format!("`{}` names no {thing}", path.display()),
            None => format!(
                "there is no `{FILE_NAME}` in this folder, and so no {thing}; write one, or name another with `--config`"
            ),
        }
    }

    /// Reads the text of a file. What cannot be understood is a finding and keeps its default.
    pub fn parse(file: &SourceFile) -> (Self, Findings) {
        let mut findings = Findings::new();
        let statements = syntax::parse(file, 0, &mut findings);
        key::check(&statements, KEYS, &mut findings);
        let mut reader = Reader::new(&mut findings);
        let config = Self::read(&statements, &mut reader);
        diagnostic::settle(&mut findings);
        (config, findings)
    }

    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            path: None,
            store: reader
                .text(statements, "store")
                .map_or(default.store, StoreAddress),
            keys: reader.path(statements, "keys").unwrap_or(default.keys),
            journal: reader
                .path(statements, "journal")
                .unwrap_or(default.journal),
            journal_days: reader.days(statements, "journal-days"),
            listen: Listen::read(value::block(statements, "listen"), reader),
            tls: Tls::read(statements, reader),
            limits: Limits::read(value::block(statements, "limits"), reader),
            policies: value::all(statements, "policy")
                .map(PathBuf::from)
                .collect(),
            sources: SourceSection::read_all(statements, reader),
            sign_in: SignIn::read(statements, reader),
            assume: Assume::read(value::block(statements, "assume"), reader),
            observe: Observe::read(statements),
            switched_off: reader.controls(statements),
            requests: Requests::read(value::block(statements, "requests"), reader),
            mail: Mail::read(statements, reader),
            log: Log::read(value::block(statements, "log"), reader),
        }
    }

    /// Makes the paths of a file in `folder` paths from here.
    fn resolve(&mut self, folder: &Path) {
        let here = |path: &mut PathBuf| *path = folder.join(&*path);
        here(&mut self.keys);
        here(&mut self.journal);
        if let Some(tls) = &mut self.tls {
            here(&mut tls.certificate);
            here(&mut tls.key);
        }
        for source in &mut self.sources {
            source.resolve(folder);
        }
        if let Some(sign_in) = &mut self.sign_in {
            sign_in.resolve(folder);
        }
        if let Some(mail) = &mut self.mail {
            mail.resolve(folder);
        }
        for policy in &mut self.policies {
            if folder.join(&policy).exists() {
                *policy = folder.join(&policy);
            }
        }
        if let Some(path) = sqlite_path(self) {
            let path = folder.join(path);
            self.store = StoreAddress(format!("sqlite:{}", path.display()));
        }
    }
}

impl Listen {
    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        let default = Config::default().listen;
        Self {
            public: reader
                .address(statements, "public")
                .unwrap_or(default.public),
            internal: reader
                .address(statements, "internal")
                .unwrap_or(default.internal),
        }
    }
}

impl Tls {
    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Option<Self> {
        let section = value::find(statements, "tls")?;
        let certificate = reader.path(&section.children, "certificate");
        let key = reader.path(&section.children, "key");
        if let (Some(certificate), Some(key)) = (certificate, key) {
            return Some(Self { certificate, key });
        }
        reader.lacking(section, "tls", "certificate \"…\"; key \"…\"");
        None
    }
}

impl Limits {
    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        Self {
            body_bytes: reader.number(statements, "body-bytes", default.body_bytes),
            stream_bytes: reader.number(statements, "stream-bytes", default.stream_bytes),
            depth: reader.number(statements, "depth", default.depth),
            batch: reader.number(statements, "batch", default.batch),
            header: reader.seconds(statements, "header-seconds", default.header),
            request: reader.seconds(statements, "request-seconds", default.request),
            connections: reader.number(statements, "connections", default.connections),
            concurrency: reader.number(statements, "concurrency", default.concurrency),
            per_key: reader.number(statements, "per-key", default.per_key),
            per_address: reader.number(statements, "per-address", default.per_address),
            recent: reader
                .hours(statements, "recent-hours")
                .unwrap_or(default.recent),
        }
    }
}

impl Assume {
    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        Self {
            residence: reader.text(statements, "residence"),
            age_at_least: value::find(statements, "age-at-least")
                .map(|_| reader.number(statements, "age-at-least", 0)),
        }
    }
}

impl Observe {
    fn read(statements: &[Statement]) -> Vec<Self> {
        statements
            .iter()
            .filter(|statement| statement.name.value == "observe")
            .map(|statement| Self {
                property: value::property(statement, "property"),
                purpose: value::property(statement, "for"),
            })
            .collect()
    }
}

impl Log {
    fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        let format = reader.word(statements, "format", &["text", "json"]);
        let level = reader.word(
            statements,
            "level",
            &["error", "warn", "info", "debug", "trace"],
        );
        Self {
            format: match format.as_deref() {
                Some("json") => LogFormat::Json,
                _ => LogFormat::Text,
            },
            level: level.unwrap_or_else(|| "info".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
