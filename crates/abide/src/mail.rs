//! Letters go out by mail: written, signed, handed to the server, and recorded with what became of them. Never says in a log
//! or an error whom a letter goes to.
//!
//! Invariant: whoever sends a letter holds it; one that is not known to be sent is sent again under the same Message-ID.

mod class;
mod compose;
mod dkim;
mod line;
mod sending;
pub mod unsubscribe;
mod words;

use anyhow::{Context, Result};
use jiff::Timestamp;
use lettre::message::Mailbox;

pub use class::Class;
pub use compose::{Composed, Cover, Stream, Unwritable, compose};
pub use dkim::Signer;
pub use sending::{Tally, keep_sending, send_due};

use crate::config::Mail;
use line::Exchange;

/// What letters are sent with.
#[derive(Debug)]
pub struct Post {
    exchange: Exchange,
    from: Mailbox,
    signer: Option<Signer>,
    centre: Option<String>,
}

impl Post {
    /// Reads password, certificates and keys. An error says what to mend; nothing is connected.
    pub fn open(mail: &Mail) -> Result<Self> {
        let signer = mail.dkim.as_ref().map(Signer::load).transpose();
        Ok(Self {
            exchange: Exchange::open(mail)?,
            from: mail.from.clone(),
            signer: signer.context("mail: the key of `dkim` cannot be used")?,
            centre: mail.centre.clone(),
        })
    }

    /// Signs in at the server and sends nothing. An error says what is wrong with it.
    pub async fn try_out(&self) -> Result<()> {
        self.exchange.connect().await?.close().await;
        Ok(())
    }

    /// What letters are signed with.
    pub fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    /// The message as it goes out.
    fn signed(&self, composed: &Composed, now: Timestamp) -> Result<Vec<u8>> {
        match &self.signer {
            Some(signer) => signer.sign(&composed.bytes, now),
            None => Ok(composed.bytes.clone()),
        }
    }
}
