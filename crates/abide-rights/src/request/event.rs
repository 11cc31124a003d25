//! What can happen to a request: one list. An event says nothing of a person; what does is sealed beside it.

use abide_policy::clocks::Clocks;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::RightsError;

/// A time that is kept or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deadline {
    /// Its arrival is confirmed.
    Acknowledge,
    /// It is answered.
    Answer,
}

impl Deadline {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $word:literal,)*) => {
        /// Why a request is denied, in the words of the Data Rights Protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])* #[serde(rename = $word)] $reason,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason,)*];

            /// The word it is written as.
            pub fn word(self) -> &'static str {
                match self { $(Self::$reason => $word,)* }
            }
        }
    };
}

reasons! {
    /// Somebody else seems to ask.
    SuspectedFraud = "suspected_fraud",
    /// It was not shown who asks.
    InsufficientVerification = "insuf_verification",
    /// Nobody of this description is known.
    NoMatch = "no_match",
    /// What is asked for is not owed: a ground of the policy or the law.
    ClaimNotCovered = "claim_not_covered",
    /// The person lives where the right does not hold.
    OutsideJurisdiction = "outside_jurisdiction",
    /// It is asked more often than the policy and the law give.
    TooManyRequests = "too_many_requests",
    /// Another ground of the policy or the law.
    Other = "other",
}

impl Reason {
    /// The reason with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.word() == word)
    }
}

/// A package that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// Which of the request's packages.
    pub package: String,
    /// In how many pieces.
    pub parts: u32,
    /// How long, in bytes.
    pub bytes: u64,
    /// How many rows it shows.
    pub rows: u64,
    /// SHA-256 of all of it, in hex.
    pub sha256: String,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "detail", rename_all = "kebab-case")]
pub enum Event {
    /// It arrived.
    Asked {
        /// What it sets running: what held on the day.
        clocks: Box<Clocks>,
        /// In which language people are written to.
        lang: String,
        /// The policy in force, by the hash of its version.
        policy: String,
        /// Whether somebody else has to approve it before it is done.
        wants_approval: bool,
        /// Whether it was asked more often than it has to be answered.
        is_too_often: bool,
        /// What it is known by, by kind only.
        known_by: Vec<String>,
    },
    /// Codes went to these of the addresses that it names.
    CodesSent {
        /// By their place.
        addresses: Vec<u32>,
    },
    /// These of what it names were shown to be the person's.
    Verified {
        /// By their place.
        addresses: Vec<u32>,
        /// How: `code`, `account`, `document`, `known`.
        how: String,
    },
    /// Whoever asks for somebody else showed that they may.
    Authorised {
        /// How: `permission`, `power-of-attorney`, `custody`.
        how: String,
    },
    /// Its arrival was confirmed.
    Acknowledged,
    /// A second person approved it.
    Approved,
    /// The answer is put off, and the person told.
    Extended {
        /// Why, in one word.
        because: String,
        /// Until when.
        until: Date,
    },
    /// Somebody was reminded.
    Reminded {
        /// Of what.
        of: Deadline,
        /// So many days before.
        days: u32,
    },
    /// A time was missed.
    Overdue {
        /// Which.
        of: Deadline,
    },
    /// What erases began.
    Started {
        /// The run that carries it out.
        run: String,
    },
    /// What had been erased was put back: somebody decides anew whether it is to be.
    TakenBack,
    /// A legal hold stands in the way.
    Held {
        /// Which.
        holds: Vec<String>,
    },
    /// Something stands in the way.
    Stuck {
        /// What, by source.
        why: Vec<(String, String)>,
    },
    /// What the person said was recorded.
    Recorded {
        /// The rights and facts.
        matters: Vec<String>,
    },
    /// Everything is packed.
    Packed(Packed),
    /// It is done.
    Done {
        /// The entry of its certificate, if there is one.
        certificate: Option<String>,
    },
    /// The package was handed over.
    Delivered,
    /// The package is gone.
    Dropped,
    /// It is answered.
    Fulfilled,
    /// It is refused.
    Denied {
        /// Why.
        reason: Reason,
        /// The ground of the policy or the law, by the name of its fact.
        ground: Option<String>,
    },
    /// The person asked for another look at a refusal: somebody else decides.
    Appealed {
        /// By when.
        until: Date,
    },
    /// The person took it back.
    Revoked,
    /// Nobody showed in time who asks.
    Expired,
    /// Whom it was about is forgotten.
    Forgotten,
}

impl Event {
    /// The event in one word, and its detail.
    pub(crate) fn parts(&self) -> Result<(String, serde_json::Value), RightsError> {
        let mut value = serde_json::to_value(self).map_err(unreadable)?;
        let detail = value.get_mut("detail").map(serde_json::Value::take);
        let word = value.get("event").and_then(|word| word.as_str());
        let word = word.unwrap_or_default().to_owned();
        Ok((word, detail.unwrap_or_default()))
    }

    /// Reads what [`Event::parts`] gave.
    pub(crate) fn read(word: &str, detail: &serde_json::Value) -> Result<Self, RightsError> {
        let value = match detail {
            serde_json::Value::Null => serde_json::json!({ "event": word }),
            detail => serde_json::json!({ "event": word, "detail": detail }),
        };
        serde_json::from_value(value).map_err(unreadable)
    }
}

fn unreadable(error: serde_json::Error) -> RightsError {
    RightsError::Corrupt(format!("an event of a request cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_written() {
        for event in [
            Event::Acknowledged,
            Event::Denied {
                reason: Reason::ClaimNotCovered,
                ground: Some("legal-duty".into()),
            },
            Event::Reminded {
                of: Deadline::Answer,
                days: 7,
            },
            Event::CodesSent { addresses: vec![0] },
        ] {
            let (word, detail) = event.parts().unwrap();
            assert_eq!(Event::read(&word, &detail).unwrap(), event, "{word}");
        }
        assert_eq!(Event::Acknowledged.parts().unwrap().0, "acknowledged");
    }
}
