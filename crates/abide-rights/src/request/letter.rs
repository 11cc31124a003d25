//! The letters that a request sends, in English and Chinese. Never holds anything that the sources know of a person.

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
    let (subject, text) = match standing.lang.starts_with("zh") {
        true => chinese(standing.kind, message),
        false => english(standing.kind, message),
    };
    let number = match standing.lang.starts_with("zh") {
        true => "编号",
        false => "Request",
    };
    Letter {
        channel,
        to,
        subject,
        text: format!("{text}\n\n{number} {request}\n"),
    }
}

fn english(kind: Kind, message: &Message<'_>) -> (String, String) {
    let what = english_name(kind);
    match message {
        Message::Acknowledged {
            due,
            waits_for_proof,
        } => (
            format!("We have your request: {what}"),
            format!(
                "Your request has arrived: {what}. You have our answer by {due}.{}",
                match waits_for_proof {
                    true =>
                        " Before that we have to know that it is you who asks: we send a code, or ask you for something that you already gave us.",
                    false => "",
                }
            ),
        ),
        Message::Code { code, minutes } => (
            "Your code".to_owned(),
            format!(
                "The code is {code}. It counts for {minutes} minutes, once. If you did not ask us for anything, you need not do anything."
            ),
        ),
        Message::Extended { because, until } => (
            format!("Your request takes longer: {what}"),
            format!(
                "We need more time for your request ({what}), until {until}. The reason: {because}."
            ),
        ),
        Message::Ready { until } => (
            format!("Your request: {what}"),
            format!("What you asked for is ready ({what}). It can be fetched once, until {until}."),
        ),
        Message::Ended { outcome, ground } => (
            format!("Your request: {what}"),
            match outcome {
                Outcome::Fulfilled => format!("What you asked for is done: {what}."),
                Outcome::Denied(reason) => format!(
                    "We cannot do what you asked for ({what}). The reason: {}{}. You may ask us to look at it again, complain to the authority, or go to court.",
                    reason.word(),
                    ground.map_or(String::new(), |ground| format!(", {ground}"))
                ),
                Outcome::Revoked => format!("You took your request back: {what}."),
                Outcome::Expired => format!(
                    "We did not learn in time that it is you who asks, so that your request ({what}) is over. You may ask again."
                ),
            },
        ),
    }
}

fn english_name(kind: Kind) -> &'static str {
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

fn chinese(kind: Kind, message: &Message<'_>) -> (String, String) {
    let what = chinese_name(kind);
    match message {
        Message::Acknowledged {
            due,
            waits_for_proof,
        } => (
            format!("我们已收到您的请求：{what}"),
            format!(
                "您的请求已收到：{what}。我们将在{due}前答复。{}",
                match waits_for_proof {
                    true =>
                        "在此之前，我们需要确认是您本人提出请求：我们会发送验证码，或请您提供您已给过我们的信息。",
                    false => "",
                }
            ),
        ),
        Message::Code { code, minutes } => (
            "您的验证码".to_owned(),
            format!(
                "验证码：{code}。{minutes}分钟内有效，仅可使用一次。如非您本人操作，无需理会。"
            ),
        ),
        Message::Extended { because, until } => (
            format!("您的请求需要更多时间：{what}"),
            format!("处理您的请求（{what}）需要延长至{until}。原因：{because}。"),
        ),
        Message::Ready { until } => (
            format!("您的请求：{what}"),
            format!("您所请求的内容已准备好（{what}）。请于{until}前领取，仅可领取一次。"),
        ),
        Message::Ended { outcome, ground } => (
            format!("您的请求：{what}"),
            match outcome {
                Outcome::Fulfilled => format!("您的请求已完成：{what}。"),
                Outcome::Denied(reason) => format!(
                    "我们无法满足您的请求（{what}）。原因：{}{}。您可以要求我们复核，向主管部门投诉，或提起诉讼。",
                    reason.word(),
                    ground.map_or(String::new(), |ground| format!("，{ground}"))
                ),
                Outcome::Revoked => format!("您已撤回请求：{what}。"),
                Outcome::Expired => {
                    format!(
                        "我们未能及时确认是您本人提出请求，您的请求（{what}）已结束。您可以再次提出。"
                    )
                }
            },
        ),
    }
}

fn chinese_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Know => "了解我们持有您的哪些信息",
        Kind::Access => "获取您的信息副本",
        Kind::Portability => "转移您的信息",
        Kind::Correct => "更正您的信息",
        Kind::Erase => "删除您的信息",
        Kind::Restrict => "限制使用您的信息",
        Kind::Object => "您的反对",
        Kind::Anonymise => "匿名化处理您的信息",
        Kind::WithdrawConsent => "撤回同意",
        Kind::OptOutSale => "拒绝出售和共享您的信息",
        Kind::LimitSensitive => "限制使用您的敏感信息",
        Kind::StopMarketing => "停止营销",
        Kind::Disclosures => "谁收到了您的信息",
        Kind::Complaint => "您的投诉",
        Kind::ObjectToChange => "您对政策变更的反对",
    }
}
