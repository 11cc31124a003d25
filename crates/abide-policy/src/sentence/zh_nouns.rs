//! Chinese sentences for names that carry a promise, and for what stands above the lines. Never says a normal line.

use super::line::is_person;
use super::zh_phrases::{age, constant, date, length, list};
use super::{Heading, noun_parts};
use crate::model::{NounUse, Policy, SlotUse, Value};
use crate::nouns::NounId;
use crate::vocabulary::{Kind, Slot};

const TAG: &str = "zh";

/// What one declaration of a noun says.
pub(super) fn noun(policy: &Policy, id: NounId, line: usize) -> String {
    let noun = policy.nouns.get(id);
    let label = noun.label(TAG);
    let Some(declared) = noun.declarations.get(line) else {
        return String::new();
    };
    let (is, of) = noun_parts::of_declaration(noun, line);
    let slots = &declared.slots;
    let text = match noun.kind {
        Kind::Contact => contact(policy, &label, slots),
        Kind::Recipient => recipient(policy, &label, &is, &of, slots),
        Kind::Fact => fact(policy, &label, &is, slots),
        Kind::People if of.is_empty() => people(policy, &label, &is, slots),
        _ => format!(
            "{}{}",
            definition(policy, &label, &is, &of),
            others(policy, slots, &[])
        ),
    };
    format!("{text}。")
}

fn definition(policy: &Policy, label: &str, is: &[NounUse], of: &[NounUse]) -> String {
    match (is.is_empty(), of.is_empty()) {
        (_, false) => format!("“{label}”是指{}", list(&labels(policy, of), "和")),
        (false, true) => format!("{label}属于{}", list(&labels(policy, is), "和")),
        (true, true) => format!("本政策所称“{label}”按其通常含义理解"),
    }
}

fn people(policy: &Policy, label: &str, is: &[NounUse], slots: &[SlotUse]) -> String {
    let part = |slot: Slot| list(&texts(policy, slots, slot), "或");
    let mut of = String::new();
    for (slot, before, after) in [
        (Slot::In, "在", ""),
        (Slot::ActsFor, "代表", "行事"),
        (Slot::Age, "", ""),
    ] {
        let found = part(slot);
        if !found.is_empty() {
            of.push_str(&format!("{before}{found}{after}的"));
        }
    }
    let is: Vec<NounUse> = is
        .iter()
        .filter(|parent| !is_person(parent))
        .cloned()
        .collect();
    let head = if is.is_empty() {
        "人".to_owned()
    } else {
        list(&labels(policy, &is), "或")
    };
    let rest = others(policy, slots, &[Slot::In, Slot::ActsFor, Slot::Age]);
    format!("“{label}”是指{of}{head}{rest}")
}

fn recipient(
    policy: &Policy,
    label: &str,
    is: &[NounUse],
    of: &[NounUse],
    slots: &[SlotUse],
) -> String {
    let role = texts(policy, slots, Slot::Role)
        .first()
        .map(|role| match role.as_str() {
            "processor" => "受我们委托处理信息".to_owned(),
            "controller" => "自行决定如何处理信息".to_owned(),
            "joint" => "与我们共同决定如何处理信息".to_owned(),
            "successor" => "可能承继我们的业务".to_owned(),
            other => other.to_owned(),
        });
    let mut says = Vec::new();
    if !of.is_empty() {
        says.push(format!("包括{}", list(&labels(policy, of), "和")));
    }
    if !is.is_empty() {
        says.push(format!("属于{}", list(&labels(policy, is), "和")));
    }
    says.extend(role);
    if says.is_empty() {
        says.push("是本政策提及的一方".to_owned());
    }
    format!(
        "“{label}”{}{}",
        says.join("，"),
        others(policy, slots, &[Slot::Role])
    )
}

fn fact(policy: &Policy, label: &str, is: &[NounUse], slots: &[SlotUse]) -> String {
    let when = texts(policy, slots, Slot::When);
    let mut text = match (is.is_empty(), when.is_empty()) {
        (false, _) => format!("“{label}”属于{}", list(&labels(policy, is), "和")),
        (true, false) => format!("“{label}”"),
        (true, true) => format!("本政策的部分内容取决于“{label}”"),
    };
    if !when.is_empty() {
        text.push_str(&format!("自{}时起视为成立", list(&when, "或")));
    }
    text + &others(policy, slots, &[Slot::When, Slot::From])
}

fn contact(policy: &Policy, label: &str, slots: &[SlotUse]) -> String {
    let ways = [
        (Slot::Email, "电子邮件"),
        (Slot::Phone, "电话"),
        (Slot::Address, "地址"),
        (Slot::Url, "网址"),
    ];
    let ways: Vec<String> = ways
        .iter()
        .filter_map(|(slot, word)| {
            let found = texts(policy, slots, *slot);
            (!found.is_empty()).then(|| format!("{word}：{}", list(&found, "或")))
        })
        .collect();
    let rest = others(
        policy,
        slots,
        &[Slot::Email, Slot::Phone, Slot::Address, Slot::Url],
    );
    format!("您可以联系{label}（{}）{rest}", ways.join("；"))
}

fn others(policy: &Policy, slots: &[SlotUse], said: &[Slot]) -> String {
    let mut text = String::new();
    for used in slots
        .iter()
        .filter(|used| !said.contains(&used.slot) && !used.values.is_empty())
    {
        let or = list(&texts(policy, std::slice::from_ref(used), used.slot), "或");
        text.push_str(&match used.slot {
            Slot::In => format!("，位于{or}"),
            Slot::If => format!("（在{or}的情形下）"),
            Slot::At => format!("，在{or}"),
            Slot::For => format!("，用于{or}"),
            Slot::Because => format!("（法律依据：{or}）"),
            Slot::Age => format!("，{or}"),
            Slot::ActsFor => format!("，代表{or}行事"),
            Slot::Url => format!("（{or}）"),
            Slot::Note => continue,
            _ => format!("（{or}）"),
        });
    }
    text
}

/// The version line, a part, a controller, the laws.
pub(super) fn heading(policy: &Policy, heading: Heading<'_>) -> String {
    match heading {
        Heading::Part(index) => policy
            .parts
            .get(index)
            .map(|_| part(policy, index))
            .unwrap_or_default(),
        Heading::Controller(index) => {
            let Some(controller) = policy.controllers.get(index) else {
                return String::new();
            };
            let country = controller
                .country()
                .map(|country| policy.nouns.get(country.id).label(TAG));
            let country = country
                .map(|country| format!("（{country}）"))
                .unwrap_or_default();
            format!("{}{country}对本政策所述的信息负责。", controller.label)
        }
        Heading::Laws(laws) => {
            let labels: Vec<String> = laws
                .iter()
                .map(|law| law_name(&law.name, &law.label))
                .collect();
            format!("本政策遵循{}。", list(&labels, "和"))
        }
    }
}

/// Law packs are labelled in English only.
fn law_name(name: &str, label: &str) -> String {
    match name {
        "eu-gdpr" => "欧盟《通用数据保护条例》",
        "nl" => "荷兰数据保护法律",
        "us-coppa" => "美国《儿童在线隐私保护规则》",
        "us-ferpa" => "美国《家庭教育权利与隐私法》",
        "us-ca" => "加利福尼亚州隐私法律",
        "cn" => "《中华人民共和国个人信息保护法》",
        _ => label,
    }
    .to_owned()
}

fn part(policy: &Policy, index: usize) -> String {
    let part = &policy.parts[index];
    let mut text = String::new();
    for slot in &part.defaults {
        let found = list(&texts(policy, std::slice::from_ref(slot), slot.slot), "和");
        text.push_str(&match slot.slot {
            Slot::About => format!("本部分适用于{found}。"),
            _ => format!("本部分各条均涉及{found}。"),
        });
    }
    if part.instead {
        text.push_str("对上述人士，本部分取代本政策的其他内容。");
    }
    match part.role.as_deref() {
        Some("processor") => text.push_str("在此我们作为受托方，按客户的指示处理信息。"),
        Some(role) => text.push_str(&format!("在此我们的角色为{role}。")),
        None => {}
    }
    if let Some(version) = &part.version {
        text.push_str(&format!("本部分为{}版本。", date(version.value)));
    }
    if let Some(reviewed) = &part.reviewed {
        text.push_str(&format!("最近审阅日期为{}。", date(reviewed.value)));
    }
    text
}

fn labels(policy: &Policy, names: &[NounUse]) -> Vec<String> {
    names
        .iter()
        .map(|name| policy.nouns.get(name.id).label(TAG))
        .collect()
}

fn texts(policy: &Policy, slots: &[SlotUse], slot: Slot) -> Vec<String> {
    let values = slots
        .iter()
        .filter(|used| used.slot == slot)
        .flat_map(|used| &used.values);
    values
        .map(|value| match value {
            Value::Noun(noun) if is_person(noun) => "您".to_owned(),
            Value::Noun(noun) => policy.nouns.get(noun.id).label(TAG),
            Value::Age(found) => age(found),
            Value::Text(text) => text.value.clone(),
            Value::Date(day) => date(day.value),
            Value::Length { length: of, .. } => length(*of),
            Value::Constant { name, .. } => constant(name),
            Value::Any => "任何".to_owned(),
            Value::Rate { count, per, .. } => format!("每{}{count}次", length(*per)),
        })
        .collect()
}
