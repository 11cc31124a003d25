//! What stands around the text of every letter, in each language. Never says what a letter is about.

/// The words of one language.
#[derive(Debug)]
pub struct Words {
    /// Language tag.
    pub tag: &'static str,
    /// Why somebody gets a letter about a request.
    pub request: &'static str,
    /// Why somebody gets a message that belongs to what they asked for.
    pub service: &'static str,
    /// Why somebody gets a message that tells what has to be told.
    pub notice: &'static str,
    /// Why somebody gets a message that they can stop.
    pub marketing: &'static str,
    /// What stops it.
    pub unsubscribe: &'static str,
    /// Where a request is followed.
    pub follow: &'static str,
    /// Where the privacy centre is.
    pub centre: &'static str,
}

const ENGLISH: Words = Words {
    tag: "en",
    request: "You receive this because a request about personal data gave us this address. It is no advertising.",
    service: "You receive this because of something that you asked us for or use.",
    notice: "You receive this because we have to tell you. It is no advertising.",
    marketing: "You receive this because you agreed to it or did not object. You can stop it at any time.",
    unsubscribe: "Unsubscribe",
    follow: "Follow your request",
    centre: "Privacy centre",
};

const CHINESE: Words = Words {
    tag: "zh",
    request: "您收到此邮件，是因为有人就个人信息向我们提出请求并提供了此地址。本邮件并非广告。",
    service: "您收到此邮件，是因为您向我们提出过要求或正在使用我们的服务。",
    notice: "您收到此邮件，是因为我们有义务告知您此内容。本邮件并非广告。",
    marketing: "您收到此邮件，是因为您已同意或未表示反对。您可以随时退订。",
    unsubscribe: "退订此类邮件",
    follow: "查看您的请求",
    centre: "隐私中心",
};

/// The words of the language of a tag; English where there are none.
pub fn of(tag: &str) -> &'static Words {
    match tag.starts_with("zh") {
        true => &CHINESE,
        false => &ENGLISH,
    }
}
