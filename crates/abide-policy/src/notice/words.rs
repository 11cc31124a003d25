//! The words of the page itself, every language in one place. Never says what a policy promises: see `sentence`.

use super::section::Section;
use crate::sentence::Language;

/// The words of one language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) skip: &'static str,
    pub(super) contents: &'static str,
    pub(super) version: &'static str,
    pub(super) by: &'static str,
    pub(super) contact: &'static str,
    pub(super) email: &'static str,
    pub(super) phone: &'static str,
    pub(super) address: &'static str,
    pub(super) web: &'static str,
    pub(super) clause: &'static str,
    pub(super) recipients: &'static str,
    pub(super) recipient: &'static str,
    pub(super) role: &'static str,
    pub(super) place: &'static str,
    pub(super) bound: &'static str,
    pub(super) grounds: &'static str,
    pub(super) purpose: &'static str,
    pub(super) ground: &'static str,
    pub(super) processor: &'static str,
    pub(super) controller: &'static str,
    pub(super) joint: &'static str,
    pub(super) successor: &'static str,
    pub(super) wins_before: &'static str,
    pub(super) wins_after: &'static str,
    pub(super) and: &'static str,
    pub(super) list: &'static str,
    pub(super) colon: &'static str,
    /// Between two sentences.
    pub(super) gap: &'static str,
    pub(super) people_of: &'static str,
    pub(super) about_ids: &'static str,
}

/// The words of a language.
pub(super) fn of(lang: Language) -> &'static Words {
    match lang {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    }
}

const ENGLISH: Words = Words {
    title: "Privacy notice",
    skip: "Skip to the notice",
    contents: "Contents",
    version: "Version of",
    by: "of",
    contact: "How to reach us",
    email: "Email",
    phone: "Phone",
    address: "Post",
    web: "Web",
    clause: "Clause",
    recipients: "Companies that this notice names",
    recipient: "Name",
    role: "Role",
    place: "Place",
    bound: "Bound by",
    grounds: "On what ground",
    purpose: "Purpose",
    ground: "Legal basis",
    processor: "works for us (processor)",
    controller: "decides for itself (controller)",
    joint: "decides with us (joint controller)",
    successor: "successor of the business",
    wins_before: "Where they differ, ",
    wins_after: " counts.",
    and: " and ",
    list: ", ",
    colon: ":",
    gap: " ",
    people_of: "For people in",
    about_ids: "The number beside a paragraph names the promise, so that you can refer to it.",
};

const CHINESE: Words = Words {
    title: "隐私政策",
    skip: "跳到正文",
    contents: "目录",
    version: "版本日期",
    by: "·",
    contact: "联系我们",
    email: "电子邮件",
    phone: "电话",
    address: "地址",
    web: "网址",
    clause: "条款",
    recipients: "本政策提及的公司",
    recipient: "名称",
    role: "角色",
    place: "所在地",
    bound: "合同约束",
    grounds: "使用信息的法律依据",
    purpose: "目的",
    ground: "法律依据",
    processor: "受我们委托处理信息",
    controller: "自行决定如何处理信息",
    joint: "与我们共同决定如何处理信息",
    successor: "业务承继方",
    wins_before: "两者不一致时，以",
    wins_after: "为准。",
    and: "与",
    list: "、",
    colon: "：",
    gap: "",
    people_of: "适用地区：",
    about_ids: "段落旁的编号是该项承诺的名称，便于您引用。",
};

/// The heading of a section.
pub(super) fn heading(section: Section, lang: Language) -> &'static str {
    let (english, chinese) = match section {
        Section::Who => ("Who we are and how to reach us", "我们是谁，如何联系我们"),
        Section::Covers => ("What this notice covers", "本政策的适用范围"),
        Section::Collect => ("What we collect", "我们收集哪些信息"),
        Section::Use => ("What we use it for", "我们如何使用信息"),
        Section::Recipients => ("Who gets it", "谁会获得信息"),
        Section::Where => ("Where it is kept", "信息存放在哪里"),
        Section::Keep => ("How long we keep it", "我们保存多久"),
        Section::Cookies => ("Cookies and signals", "Cookie 与浏览器信号"),
        Section::Rights => ("Your rights and how to use them", "您的权利及行使方式"),
        Section::Refusals => ("When we may say no", "我们可以拒绝的情形"),
        Section::Children => ("Children, parents and schools", "儿童、父母与学校"),
        Section::Messages => ("Messages we send", "我们发送的消息"),
        Section::Security => ("Security and incidents", "安全与安全事件"),
        Section::Told => ("What we tell you and ask you", "我们会告知和询问您的事项"),
        Section::Changes => ("Changes to this notice", "本政策的变更"),
        Section::Readings => ("Where two clauses meet", "条款不一致时如何理解"),
        Section::Definitions => ("What our words mean", "用语的含义"),
    };
    match lang {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// The last part of a section's anchor.
pub(super) fn slug(section: Section) -> &'static str {
    match section {
        Section::Who => "who",
        Section::Covers => "covers",
        Section::Collect => "collect",
        Section::Use => "use",
        Section::Recipients => "recipients",
        Section::Where => "where",
        Section::Keep => "keep",
        Section::Cookies => "cookies",
        Section::Rights => "rights",
        Section::Refusals => "refusals",
        Section::Children => "children",
        Section::Messages => "messages",
        Section::Security => "security",
        Section::Told => "told",
        Section::Changes => "changes",
        Section::Readings => "readings",
        Section::Definitions => "definitions",
    }
}

/// The heading of a part, given whom it is for.
pub(super) fn part_heading(people: &str, lang: Language) -> String {
    match lang {
        Language::English => format!("For {people}"),
        Language::Chinese => format!("适用于{people}"),
    }
}
