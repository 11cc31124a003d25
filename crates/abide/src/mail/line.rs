//! A connection to the mail server: opened, protected and signed in before anything is said of anybody; then one message after
//! another. Never repeats what the server says of a recipient.

use std::error::Error as _;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use zeroize::Zeroizing;

use crate::config::{Mail, MailTls};

/// How long the server may take to be there.
const CONNECT: Duration = Duration::from_secs(20);
/// How long it may take over one message.
pub const MESSAGE: Duration = Duration::from_secs(60);

/// Where the mail server is, and how it is spoken to.
pub struct Exchange {
    host: String,
    port: u16,
    tls: MailTls,
    parameters: Option<TlsParameters>,
    credentials: Option<(Zeroizing<String>, Zeroizing<String>)>,
    hello: ClientId,
}

/// Hides the password.
impl std::fmt::Debug for Exchange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Exchange({}:{} …)", self.host, self.port)
    }
}

/// An open connection.
pub struct Line {
    connection: AsyncSmtpConnection,
}

/// What the server said of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It has it.
    Taken,
    /// It will never take it: a code.
    Refused(String),
    /// It does not take it at this time: a code or a word.
    Later(String),
    /// It takes nothing from us: its words.
    Closed(String),
}

impl Exchange {
    /// Reads password and certificates. An error says what to mend.
    pub fn open(mail: &Mail) -> Result<Self> {
        let parameters = match mail.tls {
            MailTls::None => None,
            MailTls::Start | MailTls::Implicit => Some(parameters(mail)?),
        };
        let credentials = match (&mail.user, &mail.password) {
            (Some(variable), Some(place)) => {
                let user = std::env::var(variable).with_context(|| {
                    format!("mail: environment variable `{variable}` is not set")
                })?;
                Some((Zeroizing::new(user), place.read("mail")?))
            }
            _ => None,
        };
        Ok(Self {
            host: mail.host.clone(),
            port: mail.port,
            tls: mail.tls,
            parameters,
            credentials,
            hello: ClientId::Domain(mail.from.email.domain().to_owned()),
        })
    }

    /// Opens a connection. An error says what the server is not or does not let us do.
    pub async fn connect(&self) -> Result<Line> {
        match tokio::time::timeout(CONNECT, self.try_connect()).await {
            Ok(line) => line,
            Err(_) => bail!("mail server `{}` does not answer in time", self.host),
        }
    }

    async fn try_connect(&self) -> Result<Line> {
        let implicit = match self.tls {
            MailTls::Implicit => self.parameters.clone(),
            _ => None,
        };
        let place = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(place, None, &self.hello, implicit, None);
        let mut connection = connecting
            .await
            .with_context(|| format!("cannot reach mail server `{}:{}`", self.host, self.port))?;
        if let (MailTls::Start, Some(parameters)) = (self.tls, &self.parameters) {
            let starting = connection.starttls(parameters.clone(), &self.hello);
            starting.await.with_context(|| {
                format!("mail server `{}` does not begin TLS as asked", self.host)
            })?;
        }
        if let Some((user, password)) = &self.credentials {
            let credentials = Credentials::new(user.to_string(), password.to_string());
            let signing_in = connection.auth(DEFAULT_MECHANISMS, &credentials);
            signing_in
                .await
                .with_context(|| format!("mail server `{}` does not let us sign in", self.host))?;
        }
        Ok(Line { connection })
    }
}

fn parameters(mail: &Mail) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(mail.host.clone());
    if let Some(path) = &mail.ca {
        let wants = || format!("`{}` holds no certificate in PEM", path.display());
        let pem =
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        // Those that are named count alone.
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(&pem).with_context(wants)?);
    }
    builder
        .build_rustls()
        .with_context(|| format!("`{}` is no name that a certificate could bear", mail.host))
}

impl Line {
    /// Hands one message over.
    pub async fn send(&mut self, from: &Address, to: &Address, message: &[u8]) -> Said {
        match tokio::time::timeout(MESSAGE, self.try_send(from, to, message)).await {
            Ok(said) => said,
            // Nobody knows where the conversation stands.
            Err(_) => Said::Closed("the mail server does not answer in time".to_owned()),
        }
    }

    async fn try_send(&mut self, from: &Address, to: &Address, message: &[u8]) -> Said {
        let mut parameters = Vec::new();
        if !AsRef::<str>::as_ref(to).is_ascii() {
            let info = self.connection.server_info();
            if !info.supports_feature(Extension::SmtpUtfEight) {
                return Said::Refused("no-smtputf8".to_owned());
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let begun = self
            .connection
            .command(MailFrom::new(Some(from.clone()), parameters));
        if let Err(error) = begun.await {
            // Not about the recipient: the server does not take our letters.
            return Said::Closed(format!("the mail server takes nothing from us: {error}"));
        }
        let named = self.connection.command(Rcpt::new(to.clone(), Vec::new()));
        if let Err(error) = named.await {
            return self.turned_down(&error).await;
        }
        if let Err(error) = self.connection.command(Data).await {
            return self.turned_down(&error).await;
        }
        // The end of the last line belongs to the end of the message in SMTP.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        match self.connection.message(message).await {
            Ok(_) => Said::Taken,
            Err(error) => self.turned_down(&error).await,
        }
    }

    /// What an error says of a message; the conversation begins again behind it.
    async fn turned_down(&mut self, error: &Error) -> Said {
        let code = code(error);
        if error.status().is_none() || code.starts_with("421") {
            return Said::Closed("the mail server ended the conversation".to_owned());
        }
        if self.connection.command(Rset).await.is_err() {
            self.connection.abort().await;
        }
        match error.is_permanent() {
            true => Said::Refused(code),
            false => Said::Later(code),
        }
    }

    /// Whether another message can be handed over.
    pub fn is_open(&self) -> bool {
        !self.connection.has_broken()
    }

    /// Ends the conversation.
    pub async fn close(mut self) {
        // Everything was said; a server that does not answer is left alone.
        drop(tokio::time::timeout(CONNECT, self.connection.quit()).await);
    }
}

/// The code of an answer, with the enhanced one of RFC 3463 where there is one. Nothing else of the server's words.
fn code(error: &Error) -> String {
    let Some(code) = error.status() else {
        return "connection".to_owned();
    };
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let first = words.split_whitespace().next().unwrap_or_default();
    match is_enhanced(first) {
        true => format!("{code} {first}"),
        false => code.to_string(),
    }
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let is_number =
        |part: &&str| (1..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::is_enhanced;

    #[test]
    fn only_codes_are_kept_of_what_a_server_says() {
        assert!(is_enhanced("5.1.1") && is_enhanced("4.7.28"));
        for other in [
            "ann@example.org",
            "5.1",
            "5.1.1.1",
            "<5.1.1>",
            "",
            "5..1",
            "5.1.1234",
        ] {
            assert!(!is_enhanced(other), "{other}");
        }
    }
}
