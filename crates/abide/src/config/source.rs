//! `source NAME { … }`: other people's databases. Never holds a password: it is named by where it is.

use std::path::{Path, PathBuf};
use std::time::Duration;

use abide_policy::syntax::Statement;
use abide_sources::{Access, Address, Secret, SourceOptions};
use anyhow::{Context, Result, bail};
use zeroize::Zeroizing;

use super::value::{self, Reader};

/// A database that requests are carried out in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSection {
    /// What it is called.
    pub name: String,
    /// Where it is, without a password.
    pub url: Address,
    /// Where its password is.
    pub password: Option<PasswordPlace>,
    /// The map of it.
    pub map: Option<PathBuf>,
    /// What may be done there.
    pub access: Access,
    /// The most connections at once.
    pub connections: u32,
    /// How long to wait for a lock.
    pub lock: Duration,
    /// How long one statement may take.
    pub statement: Duration,
    /// A PEM file with the certificates that sign the server's.
    pub ca: Option<PathBuf>,
}

/// Where a password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordPlace {
    /// An environment variable.
    Variable(String),
    /// A file, of which the first line counts.
    File(PathBuf),
}

impl SourceSection {
    /// Every section; one that lacks something is a finding and left out.
    pub(super) fn read_all(statements: &[Statement], reader: &mut Reader<'_>) -> Vec<Self> {
        let sections = statements
            .iter()
            .filter(|statement| statement.name.value == "source");
        sections
            .filter_map(|section| Self::read(section, reader))
            .collect()
    }

    fn read(section: &Statement, reader: &mut Reader<'_>) -> Option<Self> {
        let inner = &section.children;
        let name = section.args.first()?.text.clone();
        let Some(text) = reader.text(inner, "url") else {
            reader.lacking(section, "source", "url \"postgres://abide@db/shop\"");
            return None;
        };
        let url = match Address::parse(&text) {
            Ok(url) if url.password.is_none() => url,
            // The address itself is not repeated: it may hold a password.
            Ok(_) => {
                reader.refused(
                    section,
                    "the url holds a password",
                    "name where the password is: `password-env \"SHOP_PASSWORD\"` or `password-file \"…\"`",
                );
                return None;
            }
            Err(forms) => {
                reader.refused(section, "the url is no address of a source", &forms);
                return None;
            }
        };
        let default = SourceOptions::new(&name);
        let variable = reader.text(inner, "password-env");
        let file = reader.path(inner, "password-file");
        let is_read_only = value::find(inner, "read-only").is_some();
        Some(Self {
            name,
            url,
            password: variable
                .map(PasswordPlace::Variable)
                .or(file.map(PasswordPlace::File)),
            map: reader.path(inner, "map"),
            access: if is_read_only {
                Access::Read
            } else {
                Access::Change
            },
            connections: reader.number(inner, "connections", default.connections),
            lock: reader.seconds(inner, "lock-seconds", default.lock_timeout),
            statement: reader.seconds(inner, "statement-seconds", default.statement_timeout),
            ca: reader.path(inner, "ca"),
        })
    }

    /// Makes the paths of a file in `folder` paths from here.
    pub(super) fn resolve(&mut self, folder: &Path) {
        for path in [&mut self.map, &mut self.ca].into_iter().flatten() {
            *path = folder.join(&*path);
        }
        if let Some(PasswordPlace::File(path)) = &mut self.password {
            *path = folder.join(&*path);
        }
        if let Some(path) = self.url.text.strip_prefix("sqlite:") {
            self.url.text = format!("sqlite:{}", folder.join(path).display());
        }
    }

    /// How it is opened, with its password read.
    pub fn options(&self) -> Result<SourceOptions> {
        let mut options = SourceOptions::new(&self.name);
        options.password = self.password()?;
        options.access = self.access;
        options.connections = self.connections;
        options.lock_timeout = self.lock;
        options.statement_timeout = self.statement;
        options.ca = self.ca.clone();
        Ok(options)
    }

    fn password(&self) -> Result<Option<Secret>> {
        let read = |place: &PasswordPlace| place.read(&format!("source `{}`", self.name));
        let text = self.password.as_ref().map(read).transpose()?;
        Ok(text.map(|text| Secret::new(text.as_str())))
    }
}

impl PasswordPlace {
    /// Reads the password of what is called that in errors.
    pub fn read(&self, of: &str) -> Result<Zeroizing<String>> {
        let text = match self {
            Self::Variable(name) => std::env::var(name)
                .with_context(|| format!("{of}: environment variable `{name}` is not set"))?,
            Self::File(path) => std::fs::read_to_string(path)
                .with_context(|| format!("{of}: cannot read `{}`", path.display()))?,
        };
        let text = Zeroizing::new(text);
        match text.lines().next() {
            Some(line) if !line.is_empty() => Ok(Zeroizing::new(line.to_owned())),
            _ => bail!("{of}: its password is empty"),
        }
    }
}
