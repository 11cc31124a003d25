//! The letters that a request sends: one file of words for each language. Never holds anything that the sources know of a person.

mod en;
mod zh;

use abide_policy::sentence::Language;
use abide_store::{Acting, Letter};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::event::Reason;
use super::kind::Kind;
use super::standing::{Details, Outcome, Standing};

/// What a letter says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message<'a> {
    /// That the request arrived, and by when it is answered.
    Acknowledged {
        /// By when.
        due: Date,
        /// Whether something has to be shown first.
        waits_for_proof: bool,
    },
    /// A code that shows whose address it is.
    Code {
        /// The code.
        code: &'a str,
        /// How long it counts.
        minutes: u32,
    },
    /// That the answer is put off.
    Extended {
        /// Why.
        because: &'a str,
        /// Until when.
        until: Date,
    },
    /// That the package is there.
    Ready {
        /// Until when.
        until: Date,
    },
    /// How it ended.
    Ended {
        /// How.
        outcome: Outcome,
        /// On what ground.
        ground: Option<&'a str>,
    },
}

impl Message<'_> {
    /// What the letter is for, in one word.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Acknowledged { .. } => "acknowledged",
            Self::Code { .. } => "code",
            Self::Extended { .. } => "extended",
            Self::Ready { .. } => "ready",
            Self::Ended { outcome, .. } => outcome.word(),
        }
    }
}

/// One letter of each kind about a request for a copy, as people read it in a language: what it is for, and the letter.
pub fn sample_letters(lang: &str, today: Date) -> Vec<(&'static str, Letter)> {
    let mut standing = Standing::new(Kind::Access, Acting::Subject, today);
    lang.clone_into(&mut standing.lang);
    let until = today.saturating_add(30.days());
    let ended = |outcome, ground| Message::Ended { outcome, ground };
    let messages = [
        Message::Acknowledged {
            due: until,
            waits_for_proof: true,
        },
        Message::Code {
            code: "BCDF2345",
            minutes: 60,
        },
        Message::Extended {
            because: "complexity",
            until,
        },
        Message::Ready { until },
        ended(Outcome::Fulfilled, None),
        ended(Outcome::Denied(Reason::NoMatch), None),
        ended(Outcome::Revoked, None),
        ended(Outcome::Expired, None),
    ];
    let letter = |message: &Message<'_>| {
        let to = ("email".to_owned(), "ann@example.org".to_owned());
        let number = "0123456789abcdef0123456789abcdef";
        (message.word(), write(number, &standing, message, to))
    };
    messages.iter().map(letter).collect()
}

/// Where letters about a request go: where the person said; else to an address that was verified; before that, to one that
/// the request names.
pub(super) fn address(details: &Details, standing: &Standing) -> Option<(String, String)> {
    let is_address = |kind: &str| matches!(kind, "email" | "phone" | "post");
    let named = || {
        (0_u32..)
            .zip(&details.people)
            .filter(|(_, (kind, _))| is_address(kind))
    };
    let verified = named().find(|(at, _)| standing.verified.contains_key(at));
    let any = || named().next().filter(|_| standing.verified.is_empty());
    details
        .reply_to
        .clone()
        .or_else(|| verified.or_else(any).map(|(_, known)| known.clone()))
}

/// The letter to an address.
pub(super) fn write(
    request: &str,
    standing: &Standing,
    message: &Message<'_>,
    (channel, to): (String, String),
) -> Letter {
    let (subject, text, number) = match language(standing) {
        Language::English => en::write(standing.kind, message),
        Language::Chinese => zh::write(standing.kind, message),
    };
    Letter {
        channel,
        to,
        subject,
        text: format!("{text}\n\n{number} {request}\n"),
    }
}

/// The language that the person asked in; English where there are no letters in it.
fn language(standing: &Standing) -> Language {
    match standing.lang.starts_with("zh") {
        true => Language::Chinese,
        false => Language::English,
    }
}

/// A ground of the policy as words: `transaction-open` is "transaction open".
fn words(name: &str) -> String {
    name.replace('-', " ")
}
