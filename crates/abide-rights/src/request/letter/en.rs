//! Letters in English. Never says more than the message does.

use abide_policy::sentence::Language::English;

use super::super::event::Reason;
use super::super::kind::Kind;
use super::super::standing::Outcome;
use super::{Message, words};

/// What the letter is about, its text, and the word before the number of the request.
pub(super) fn write(kind: Kind, message: &Message<'_>) -> (String, String, &'static str) {
    let what = name(kind);
    let (subject, text) = match message {
        Message::Acknowledged {
            due,
            waits_for_proof,
        } => (
            format!("We have your request: {what}"),
            format!(
                "Your request has arrived: {what}. You have our answer by {}.{}",
                English.date(*due),
                match waits_for_proof {
                    true =>
                        "\n\nBefore that we have to make sure that it is you who asks: we send a code, or ask you for something that you already gave us.",
                    false => "",
                }
            ),
        ),
        Message::Code { code, minutes } => (
            "Your code".to_owned(),
            format!(
                "The code is {code}. It counts for {minutes} minutes, once.\n\nIf you did not ask us for anything, you need not do anything."
            ),
        ),
        Message::Extended { because, until } => (
            format!("Your request takes longer: {what}"),
            format!(
                "We need more time for your request: {what}. You have our answer by {}.\n\nThe reason: {}.",
                English.date(*until),
                delay(because)
            ),
        ),
        Message::Ready { until } => (
            format!("Your request: {what}"),
            format!(
                "What you asked for is ready: {what}. It can be fetched once, until {}.",
                English.date(*until)
            ),
        ),
        Message::Ended { outcome, ground } => {
            (format!("Your request: {what}"), end(what, outcome, *ground))
        }
    };
    (subject, text, "Request")
}

fn end(what: &str, outcome: &Outcome, ground: Option<&str>) -> String {
    match outcome {
        Outcome::Fulfilled => format!("What you asked for is done: {what}."),
        Outcome::Denied(why) => format!(
            "We cannot do what you asked for: {what}.\n\nThe reason: {}{}.\n\nYou may ask us to look at it again, complain to the authority, or go to court.",
            reason(*why),
            ground.map_or(String::new(), |ground| format!(" ({})", words(ground)))
        ),
        Outcome::Revoked => format!("You took your request back: {what}."),
        Outcome::Expired => format!(
            "We did not learn in time that it is you who asks, so your request is over: {what}. You may ask again."
        ),
    }
}

fn delay(because: &str) -> String {
    match because {
        "complexity" => "your request is complex".to_owned(),
        "number-of-requests" => "the number of requests".to_owned(),
        other => words(other),
    }
}

fn reason(why: Reason) -> &'static str {
    match why {
        Reason::SuspectedFraud => "we have reason to think that somebody else asked in your name",
        Reason::InsufficientVerification => "we could not make sure that it is you",
        Reason::NoMatch => "we found nobody who is known by what you gave",
        Reason::ClaimNotCovered => "our notice or a law says that we need not",
        Reason::OutsideJurisdiction => "the right does not hold where you live",
        Reason::TooManyRequests => "it was asked more often than we have to answer",
        Reason::Other => "another ground of our notice or of a law",
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Know => "what we hold about you",
        Kind::Access => "a copy of your data",
        Kind::Portability => "your data, to take elsewhere",
        Kind::Correct => "a correction of your data",
        Kind::Erase => "erasure of your data",
        Kind::Restrict => "a stop to the use of your data",
        Kind::Object => "your objection",
        Kind::Anonymise => "making your data anonymous",
        Kind::WithdrawConsent => "taking back your consent",
        Kind::OptOutSale => "no sale and no sharing of your data",
        Kind::LimitSensitive => "limiting the use of your sensitive data",
        Kind::StopMarketing => "no more marketing",
        Kind::Disclosures => "who received your data",
        Kind::Complaint => "your complaint",
        Kind::ObjectToChange => "your objection to a change of our notice",
    }
}
