//! The words of the pages about requests: one struct, one file per language, so that a text that one language lacks does not
//! compile. Never says by when something is answered: the clocks do.

mod en;
mod zh;

use abide_policy::sentence::Language;
use abide_rights::request::{Kind, Reason};

use super::words::Said;

/// The words of one language.
#[derive(Debug)]
pub struct RequestWords {
    pub ask: AskWords,
    pub follow: FollowWords,
    pub request: StandingWords,
    kind: fn(Kind) -> Said,
    reason: fn(Reason) -> &'static str,
    /// What happened, by the word of the event.
    events: &'static [Said],
}

/// The form that asks.
#[derive(Debug)]
pub struct AskWords {
    pub title: &'static str,
    pub about: &'static str,
    pub lead: &'static str,
    pub sooner: &'static str,
    pub what: &'static str,
    pub text: &'static str,
    pub text_hint: &'static str,
    pub whom: &'static str,
    pub whom_hint: &'static str,
    pub signed_in: &'static str,
    pub acting: &'static str,
    pub myself: &'static str,
    pub parent: &'static str,
    pub agent: &'static str,
    pub name: &'static str,
    pub name_hint: &'static str,
    pub reply: &'static str,
    pub reply_hint: &'static str,
    pub send: &'static str,
    pub wrong_kind: &'static str,
    pub wrong_text: &'static str,
    pub wrong_whom: &'static str,
    pub wrong_both: &'static str,
    pub wrong_name: &'static str,
    pub received_title: &'static str,
    pub received: &'static str,
    pub next: &'static str,
    pub steps: &'static [&'static str],
    pub follow: &'static str,
}

/// The way to a request by number and code.
#[derive(Debug)]
pub struct FollowWords {
    pub title: &'static str,
    pub about: &'static str,
    pub lead: &'static str,
    pub number: &'static str,
    pub number_hint: &'static str,
    pub code: &'static str,
    pub code_hint: &'static str,
    pub send: &'static str,
    pub wrong: &'static str,
    pub again: &'static str,
    pub again_lead: &'static str,
    pub again_send: &'static str,
    pub sent_title: &'static str,
    pub sent: &'static str,
    /// A letter with a code: its subject, and its text, in which `{}` is the code, the minutes and the number.
    pub letter: Said,
}

/// Where a request stands.
#[derive(Debug)]
pub struct StandingWords {
    pub waits_for_proof: &'static str,
    pub waits_for_authority: &'static str,
    pub in_progress: &'static str,
    pub fulfilled: &'static str,
    pub denied: &'static str,
    pub appealed: &'static str,
    pub appeal: &'static str,
    pub appeal_lead: &'static str,
    pub revoked: &'static str,
    pub expired: &'static str,
    pub next: &'static str,
    pub next_proof: &'static str,
    pub next_authority: &'static str,
    pub next_approval: &'static str,
    pub next_held: &'static str,
    pub next_stuck: &'static str,
    pub next_us: &'static str,
    pub nothing: &'static str,
    pub ready: &'static str,
    pub ready_elsewhere: &'static str,
    pub fetch: &'static str,
    pub delivered: &'static str,
    pub dropped: &'static str,
    pub revoke: &'static str,
    pub late: &'static str,
    /// `{}` is the day.
    pub due: &'static str,
    pub due_house: &'static str,
    /// `{}` is the law and the article.
    pub due_law: &'static str,
    pub due_notice: &'static str,
    pub happened: &'static str,
    /// `{}` is the moment and what happened.
    pub at: &'static str,
    pub unhappy: &'static str,
    pub unhappy_lead: &'static str,
}

impl RequestWords {
    /// What a kind of request is, and what comes of it.
    pub fn kind(&self, kind: Kind) -> Said {
        (self.kind)(kind)
    }

    /// Why a request was refused.
    pub fn reason(&self, reason: Reason) -> &'static str {
        (self.reason)(reason)
    }

    /// What happened, if it says anything to the person.
    pub fn event(&self, word: &str) -> Option<&'static str> {
        let found = self.events.iter().find(|(event, _)| *event == word);
        found.map(|(_, said)| *said)
    }
}

/// The words of a language.
pub fn of(lang: Language) -> &'static RequestWords {
    match lang {
        Language::English => &en::WORDS,
        Language::Chinese => &zh::WORDS,
    }
}

/// The words of a language tag; English if it is none of ours.
pub fn in_tag(tag: &str) -> &'static RequestWords {
    of(Language::of(tag).unwrap_or(Language::English))
}
