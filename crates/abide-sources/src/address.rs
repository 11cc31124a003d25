//! Where a source is and how it is to be treated. Never shows a password.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use abide_map::schema::Dialect;
use zeroize::Zeroizing;

/// The address of a source: `postgres://…`, `mysql://…`, `mariadb://…`, `sqlite:PATH`. A password in it is kept apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The language that is spoken there.
    pub dialect: Dialect,
    /// The address without its password.
    pub text: String,
    /// The password that stood in the address.
    pub password: Option<Secret>,
}

/// A password. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// What may be done at a source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Reading only; the server is told so too.
    Read,
    /// Reading and changing.
    #[default]
    Change,
}

/// How a source is to be treated.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// What the configuration calls it.
    pub name: String,
    /// What may be done there.
    pub access: Access,
    /// The password; goes before one in the address.
    pub password: Option<Secret>,
    /// The most connections at once.
    pub connections: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long to wait for a lock.
    pub lock_timeout: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// A PEM file with the certificates that sign the server's; whoever names one wants it verified.
    pub ca: Option<PathBuf>,
}

impl SourceOptions {
    /// The options of a source that the configuration says nothing else of: four connections, 10 seconds to connect, 5 to
    /// wait for a lock, 60 for a statement.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            access: Access::Change,
            password: None,
            connections: 4,
            connect_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(60),
            ca: None,
        }
    }
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// Says what to write instead; never repeats the text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        let dialect = match scheme {
            "postgres" | "postgresql" => Dialect::Postgresql,
            "mysql" | "mariadb" => Dialect::Mariadb,
            "sqlite" if !rest.is_empty() => {
                return Ok(Self {
                    dialect: Dialect::Sqlite,
                    text: text.to_owned(),
                    password: None,
                });
            }
            _ => return Err(FORMS.to_owned()),
        };
        let rest = rest.strip_prefix("//").ok_or(FORMS)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        // An unescaped `@` in a password: the last one ends it.
        let (account, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (name, password) = match account.split_once(':') {
            Some((name, password)) => (name, Some(decode(password))),
            None => (account, None),
        };
        let (path, queried) = without_password(path);
        let at = if name.is_empty() { "" } else { "@" };
        // The driver knows one name for both.
        let scheme = if scheme == "mariadb" { "mysql" } else { scheme };
        Ok(Self {
            dialect,
            text: format!("{scheme}://{name}{at}{host}{path}"),
            password: password.or(queried).map(Secret::new),
        })
    }
}

/// Path and query without `password=…`, which drivers take from there too.
fn without_password(path: &str) -> (String, Option<String>) {
    let Some((path, query)) = path.split_once('?') else {
        return (path.to_owned(), None);
    };
    let (mut kept, mut password) = (Vec::new(), None);
    for part in query.split('&') {
        match part.strip_prefix("password=") {
            Some(text) => password = Some(decode(text)),
            None => kept.push(part),
        }
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    (format!("{path}{mark}{}", kept.join("&")), password)
}

const FORMS: &str = "write `postgres://NAME@HOST/DATABASE`, `mysql://NAME@HOST/DATABASE`, `mariadb://NAME@HOST/DATABASE` or `sqlite:PATH`";

/// `%41` is `A`; what is no such code stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Secret {
    /// Takes a password in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The password itself, for the driver.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

/// Hides the password.
impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Without a password, which is kept apart.
impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Address({})", self.text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
