//! Letters in Chinese. Never says more than the message does.

use abide_policy::sentence::Language::Chinese;

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
            format!("我们已收到您的请求：{what}"),
            format!(
                "您的请求已收到：{what}。我们将在{}前答复。{}",
                Chinese.date(*due),
                match waits_for_proof {
                    true =>
                        "\n\n在此之前，我们需要确认是您本人提出请求：我们会发送验证码，或请您提供您已给过我们的信息。",
                    false => "",
                }
            ),
        ),
        Message::Code { code, minutes } => (
            "您的验证码".to_owned(),
            format!(
                "验证码：{code}。{minutes}分钟内有效，仅可使用一次。\n\n如非您本人操作，无需理会。"
            ),
        ),
        Message::Extended { because, until } => (
            format!("您的请求需要更多时间：{what}"),
            format!(
                "处理您的请求（{what}）需要更多时间，我们将在{}前答复。\n\n原因：{}。",
                Chinese.date(*until),
                delay(because)
            ),
        ),
        Message::Ready { until } => (
            format!("您的请求：{what}"),
            format!(
                "您所请求的内容已准备好（{what}）。请于{}前领取，仅可领取一次。",
                Chinese.date(*until)
            ),
        ),
        Message::Ended { outcome, ground } => {
            (format!("您的请求：{what}"), end(what, outcome, *ground))
        }
    };
    (subject, text, "编号")
}

fn end(what: &str, outcome: &Outcome, ground: Option<&str>) -> String {
    match outcome {
        Outcome::Fulfilled => format!("您的请求已完成：{what}。"),
        Outcome::Denied(why) => format!(
            "我们无法满足您的请求（{what}）。\n\n原因：{}{}。\n\n您可以要求我们复核，向主管部门投诉，或提起诉讼。",
            reason(*why),
            ground.map_or(String::new(), |ground| format!("（{}）", words(ground)))
        ),
        Outcome::Revoked => format!("您已撤回请求：{what}。"),
        Outcome::Expired => {
            format!("我们未能及时确认是您本人提出请求，您的请求（{what}）已结束。您可以再次提出。")
        }
    }
}

fn delay(because: &str) -> String {
    match because {
        "complexity" => "您的请求较为复杂".to_owned(),
        "number-of-requests" => "请求数量较多".to_owned(),
        other => words(other),
    }
}

fn reason(why: Reason) -> &'static str {
    match why {
        Reason::SuspectedFraud => "我们有理由认为是别人以您的名义提出的",
        Reason::InsufficientVerification => "我们没能确认是您本人",
        Reason::NoMatch => "按您提供的内容，我们没有找到任何人",
        Reason::ClaimNotCovered => "我们的声明或法律规定我们可以不这样做",
        Reason::OutsideJurisdiction => "这项权利在您居住的地方不适用",
        Reason::TooManyRequests => "提出的次数超过了我们需要答复的次数",
        Reason::Other => "我们的声明或法律中的其他理由",
    }
}

fn name(kind: Kind) -> &'static str {
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
