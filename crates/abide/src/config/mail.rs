//! The section `mail`: the server that letters go out by, as whom, and what they are signed with. Never holds a password or a
//! key: it is named by where it is.

use std::path::{Path, PathBuf};

use abide_policy::syntax::Statement;
use lettre::message::Mailbox;

use super::source::PasswordPlace;
use super::value::{self, Reader};

/// The port for submission with STARTTLS: RFC 6409.
const SUBMISSION: u16 = 587;
/// The port for submission over TLS from the first byte: RFC 8314.
const SUBMISSIONS: u16 = 465;

/// A mail server, and how letters look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// A PEM file with the certificates that sign the server's, where those of the public ones do not.
    pub ca: Option<PathBuf>,
    /// Whom letters are from.
    pub from: Mailbox,
    /// The environment variable with the name to sign in with.
    pub user: Option<String>,
    /// Where the password is.
    pub password: Option<PasswordPlace>,
    /// What letters are signed with.
    pub dkim: Option<Dkim>,
    /// The site that the privacy centre is on, without a slash at its end.
    pub centre: Option<String>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// TLS is begun on a plain connection, and nothing is said before.
    Start,
    /// TLS from the first byte.
    Implicit,
    /// None: for a server on the same machine or network. No password goes over it.
    None,
}

/// What letters are signed with: RFC 6376.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dkim {
    /// The name of the key below `_domainkey`.
    pub selector: String,
    /// The domain that signs; that of `from` unless said.
    pub domain: String,
    /// A PEM file with the private key, RSA or Ed25519.
    pub key: PathBuf,
}

impl Mail {
    pub(super) fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Option<Self> {
        let section = value::find(statements, "mail")?;
        let inner = &section.children;
        let (host, from) = (reader.text(inner, "host"), reader.text(inner, "from"));
        let (Some(host), Some(from)) = (host, from) else {
            let wants = "host \"smtp.example\"; from \"Privacy <privacy@shop.example>\"";
            reader.lacking(section, "mail", wants);
            return None;
        };
        let Ok(from) = from.parse::<Mailbox>() else {
            let help = "write `from \"Privacy <privacy@shop.example>\"`";
            reader.refused(section, "`from` is no mail address", help);
            return None;
        };
        let tls = match reader
            .word(inner, "tls", &["start", "implicit", "none"])
            .as_deref()
        {
            Some("implicit") => MailTls::Implicit,
            Some("none") => MailTls::None,
            _ => MailTls::Start,
        };
        let user = reader.text(inner, "user-env");
        let variable = reader
            .text(inner, "password-env")
            .map(PasswordPlace::Variable);
        let file = reader.path(inner, "password-file").map(PasswordPlace::File);
        let password = variable.or(file);
        if user.is_some() != password.is_some() {
            let help = "write `user-env \"…\"` and `password-env \"…\"`, or neither";
            reader.refused(section, "signing in takes a name and a password", help);
            return None;
        }
        if tls == MailTls::None && password.is_some() {
            let help = "write `tls start` or `tls implicit`, or leave the password out";
            reader.refused(section, "a password would go in the clear", help);
            return None;
        }
        let port = match tls {
            MailTls::Implicit => SUBMISSIONS,
            MailTls::Start => SUBMISSION,
            MailTls::None => 25,
        };
        let dkim = Dkim::read(inner, from.email.domain(), reader);
        Some(Self {
            host,
            port: reader.number(inner, "port", port),
            tls,
            ca: reader.path(inner, "ca"),
            from,
            user,
            password,
            dkim,
            centre: Self::centre(section, reader),
        })
    }

    fn centre(section: &Statement, reader: &mut Reader<'_>) -> Option<String> {
        let url = reader.text(&section.children, "privacy-centre")?;
        if !super::sign_in::is_address(&url) {
            let help = "write `privacy-centre \"https://privacy.shop.example\"`";
            reader.refused(section, "`privacy-centre` is no address of a site", help);
            return None;
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    /// Makes the paths of a file in `folder` paths from here.
    pub(super) fn resolve(&mut self, folder: &Path) {
        if let Some(ca) = &mut self.ca {
            *ca = folder.join(&*ca);
        }
        if let Some(PasswordPlace::File(path)) = &mut self.password {
            *path = folder.join(&*path);
        }
        if let Some(dkim) = &mut self.dkim {
            dkim.key = folder.join(&dkim.key);
        }
    }
}

impl Dkim {
    fn read(statements: &[Statement], domain: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let section = value::find(statements, "dkim")?;
        let inner = &section.children;
        let selector = reader.text(inner, "selector");
        let (Some(selector), Some(key)) = (selector, reader.path(inner, "key-file")) else {
            reader.lacking(section, "dkim", "selector \"…\"; key-file \"…\"");
            return None;
        };
        let domain = reader
            .text(inner, "domain")
            .unwrap_or_else(|| domain.to_owned());
        if !is_name(&selector) || !is_name(&domain) {
            let help = "they are names of the DNS: letters, digits, dots and dashes";
            reader.refused(section, "selector or domain cannot be used", help);
            return None;
        }
        Some(Self {
            selector,
            domain,
            key,
        })
    }
}

/// Whether it can stand in a signature as it is.
fn is_name(text: &str) -> bool {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().all(is_in_name)
}
