//! The phrases of a Chinese sentence: one per slot, times and conditions, and how each value is said.

use jiff::civil::Date;

use super::line::{Line, Slots, is_person, texts};
use crate::length::{Length, Unit};
use crate::model::{NounUse, SlotUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What stands between the one who acts and the verb, in this order.
pub(super) const BEFORE_VERB: &[Slot] = &[
    Slot::Before,
    Slot::After,
    Slot::Last,
    Slot::Every,
    Slot::In,
    Slot::At,
    Slot::From,
    Slot::Via,
    Slot::As,
    Slot::With,
    Slot::To,
    Slot::For,
];

/// What stands at the end.
pub(super) const AFTER_VERB: &[Slot] = &[Slot::Need, Slot::Until, Slot::Within, Slot::Over];

pub(super) fn rest(line: &Line<'_>, slots: &mut Slots<'_>, order: &[Slot]) -> String {
    let mut text = String::new();
    for slot in order
        .iter()
        .filter(|slot| slots.has(**slot))
        .copied()
        .collect::<Vec<_>>()
    {
        let found = slots.take(slot);
        text.push_str(&phrase(line, slot, &found));
    }
    text
}

pub(super) fn phrase(line: &Line<'_>, slot: Slot, found: &[&Value]) -> String {
    let or = list(&values(line, slot, found), "或");
    let and = list(&values(line, slot, found), conjunction(line));
    match (slot, line.action()) {
        (Slot::Before, _) => format!("在{or}前"),
        (Slot::After, _) => format!("在{or}后"),
        (Slot::Last, _) => format!("在过去{or}内"),
        (Slot::Every, _) => each(&or),
        (Slot::In, _) => format!("在{or}"),
        (Slot::At, _) => format!(
            "在{}",
            list(
                &values(line, slot, found)
                    .iter()
                    .map(|at| inside(at))
                    .collect::<Vec<_>>(),
                "或"
            )
        ),
        (Slot::From, Action::Right) => format!("就取自{or}的信息"),
        (Slot::From, Action::Collect) if is_people(found) => format!("向{or}"),
        (Slot::From, _) => format!("从{or}"),
        (Slot::Via, _) => format!("通过{or}"),
        (Slot::As, _) if or.ends_with("形式") || or.ends_with("格式") => format!("以{or}"),
        (Slot::As, _) => format!("以{or}形式"),
        (Slot::With, Action::Share) => format!("与{and}"),
        (Slot::With, Action::Sell) => format!("向{and}"),
        (Slot::With, Action::Collect) => format!("会同{or}"),
        (Slot::With, Action::Keep | Action::Erase) => format!("在{or}处"),
        (Slot::With, Action::Use | Action::Link) => format!("与{or}一同"),
        (Slot::With, _) => format!("就{or}"),
        (Slot::To, _) => format!("向{or}"),
        (Slot::For, _) if and.ends_with("目的") || and.ends_with("用途") => format!("为{and}"),
        (Slot::For, _) => format!("为{and}目的"),
        (Slot::About, _) => format!("就{or}"),
        (Slot::By, _) => format!("由{or}"),
        (Slot::Of, _) => format!("（{or}）"),
        (Slot::Need, _) => format!("（{or}）"),
        (Slot::Until, _) => format!("，直至{or}"),
        (Slot::Within, Action::Keep) => format!("，期限为{or}"),
        (Slot::Within, _) => format!("，于{or}内"),
        (Slot::Over, Action::Right) => format!("，至多{or}"),
        (Slot::Over, Action::Refuse) => format!("，如您的请求超过{or}"),
        (Slot::Over, _) => format!("，至多{or}"),
        (Slot::If, _) => format!("在{or}的情形下"),
        (Slot::Unless, _) => format!("除{or}外"),
        _ => or,
    }
}

/// `每12个月`, `每天`: one is left out.
pub(super) fn each(period: &str) -> String {
    match period.strip_prefix('1') {
        Some(unit) if !unit.starts_with(|c: char| c.is_ascii_digit()) => format!("每{unit}"),
        _ => format!("每{period}"),
    }
}

fn is_people(found: &[&Value]) -> bool {
    found
        .iter()
        .all(|value| matches!(value, Value::Noun(noun) if noun.kind == Kind::People))
}

pub(super) fn inside(label: &str) -> String {
    if label.ends_with(['时', '中', '上', '处', '后', '内', '端', '尾']) {
        label.to_owned()
    } else {
        format!("{label}中")
    }
}

/// What stands before the one who acts, and what stands at the end of the sentence.
pub(super) fn window(line: &Line<'_>, slots: &mut Slots<'_>) -> (String, String) {
    let about = slots.take(Slot::About);
    let about = match (about.is_empty(), line.action()) {
        (true, _) => String::new(),
        // These say it themselves.
        (false, action) if action.is_about_data() || action == Action::Apply => {
            slots.restore(Slot::About, about);
            String::new()
        }
        (false, _) => format!("就{}而言，", list(&values(line, Slot::About, &about), "或")),
    };
    if !slots.has(Slot::When) {
        return (about, String::new());
    }
    let when = list(&values(line, Slot::When, &slots.take(Slot::When)), "或");
    let keeps = line.action() == Action::Keep && line.mode() != Mode::Never;
    if !slots.has(Slot::Within) {
        return if keeps {
            (
                format!("{about}自{}起，", when.trim_end_matches('时')),
                String::new(),
            )
        } else if when.ends_with('时') {
            (format!("{about}在{when}，"), String::new())
        } else {
            (format!("{about}在{when}时，"), String::new())
        };
    }
    let within = slots.take(Slot::Within);
    let length = list(&values(line, Slot::Within, &within), "或");
    let start = when.trim_end_matches('时');
    let soon = within.iter().any(
        |value| matches!(value, Value::Length { vague: Some(word), .. } if word.starts_with("as-")),
    ) || length == "立即";
    if keeps {
        (about, format!("，期限为{start}后{length}"))
    } else if soon {
        (format!("{about}在{start}后{length}，"), String::new())
    } else {
        (format!("{about}在{start}后{length}内，"), String::new())
    }
}

pub(super) fn conditions(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    let mut text = String::new();
    for slot in [Slot::If, Slot::Unless] {
        for group in slots.groups(slot) {
            let facts = list(&line.names(group), "或");
            let consent = |value: &&Value| matches!(value, Value::Noun(noun) if line.policy.nouns.is_a(noun.id, Kind::Fact, "consent"));
            text.push_str(&match (slot, group.iter().all(consent)) {
                (Slot::If, true) => format!("在取得{facts}后，"),
                (Slot::If, false) if facts.ends_with("情形") => format!("在{facts}下，"),
                (Slot::If, false) => format!("在{facts}的情形下，"),
                (_, true) => format!("除非取得{facts}，"),
                (_, false) if facts.ends_with("情形") => format!("除{facts}外，"),
                (_, false) => format!("除{facts}的情形外，"),
            });
        }
        slots.take(slot);
    }
    text
}

pub(super) fn exception(line: &Line<'_>, objects: &[NounUse], slots: &[SlotUse]) -> String {
    let labels: Vec<String> = objects.iter().map(|object| line.label(object)).collect();
    let mut slots = Slots::of(slots.iter());
    let mut text = conditions(line, &mut slots);
    let all = [Slot::About, Slot::By, Slot::When]
        .iter()
        .chain(BEFORE_VERB)
        .copied()
        .collect::<Vec<_>>();
    text.push_str(&rest(line, &mut slots, &all));
    if !labels.is_empty() {
        text.push_str(&format!(
            "{}{}",
            if text.is_empty() { "" } else { "的" },
            list(&labels, "和")
        ));
    }
    text.push_str(&rest(
        line,
        &mut slots,
        &[Slot::Of, Slot::Because, Slot::Costs],
    ));
    text.push_str(
        &texts(&slots.take(Slot::Hedge))
            .iter()
            .map(|text| hedge(text))
            .collect::<String>(),
    );
    text.push_str(&rest(line, &mut slots, AFTER_VERB));
    text
}

pub(super) fn values(line: &Line<'_>, slot: Slot, found: &[&Value]) -> Vec<String> {
    found.iter().map(|value| text(line, slot, value)).collect()
}

pub(super) fn text(line: &Line<'_>, slot: Slot, value: &Value) -> String {
    match value {
        Value::Any => match slot {
            Slot::For => "任何目的",
            Slot::With | Slot::To | Slot::By | Slot::About | Slot::From => "任何人",
            Slot::In | Slot::At => "任何地方",
            Slot::Via => "任何渠道",
            _ => "任何情况",
        }
        .to_owned(),
        Value::Noun(noun) if is_person(noun) => "您".to_owned(),
        Value::Noun(noun) => line.label(noun),
        Value::Length {
            vague: Some(word), ..
        } => vague(word),
        Value::Length { length: zero, .. } if zero.value == 0 && slot == Slot::Within => {
            "立即".to_owned()
        }
        Value::Length { length: of, .. } => length(*of),
        Value::Constant { name, .. } => constant(name),
        Value::Date(day) => date(day.value),
        Value::Rate { count, per, .. } => format!("每{}{count}次", length(*per)),
        Value::Age(found) => age(found),
        Value::Text(word) if slot == Slot::Need => match word.value.as_str() {
            "must" => "必填",
            "one" => "至少提供一项",
            _ => "选填",
        }
        .to_owned(),
        Value::Text(word) if slot == Slot::By && word.value == "probe" => "程序自动".to_owned(),
        Value::Text(_) if slot == Slot::By => "专人".to_owned(),
        Value::Text(word) => word.value.clone(),
    }
}

/// `a、b和c`.
pub(super) fn list(items: &[String], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        // An item that is itself a list would run into the next.
        [first @ .., last] if word == "和" && items.iter().any(|item| item.contains('和')) => {
            format!("{}以及{last}", first.join("、"))
        }
        [first @ .., last] => format!("{}{word}{last}", first.join("、")),
    }
}

/// `45天`.
pub(super) fn length(length: Length) -> String {
    let unit = match length.unit {
        Unit::Hours => "小时",
        Unit::Days => "天",
        Unit::BusinessDays => "个工作日",
        Unit::Months => "个月",
        Unit::Years => "年",
        Unit::CalendarYear => "个日历年",
    };
    format!("{}{unit}", length.value)
}

/// `2021年6月30日`.
pub(super) fn date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// `未满18岁`.
pub(super) fn age(age: &crate::model::Age) -> String {
    let bound = match &age.bound {
        Ok(years) => format!("{years}岁"),
        Err(_) => "法定同意年龄".to_owned(),
    };
    match age.comparison {
        "<" => format!("未满{bound}"),
        "<=" => format!("不超过{bound}"),
        ">" => format!("超过{bound}"),
        _ => format!("年满{bound}"),
    }
}

pub(super) fn vague(word: &str) -> String {
    match word {
        "reasonable" => "合理期限",
        "certain-period" => "一定期限",
        "as-soon-as-possible" => "尽快",
        "immediately" | "promptly" => "立即",
        other => return other.replace('-', " "),
    }
    .to_owned()
}

/// Law constants have no labels of their own.
pub(super) fn constant(name: &str) -> String {
    match name {
        "tax-limitation" => "法律规定的税务保存期限".to_owned(),
        "consent-age" => "法定同意年龄".to_owned(),
        other => format!("法律规定的期限（{}）", other.replace('-', " ")),
    }
}

/// Lists of what is forbidden are joined by "或": none of them is allowed.
pub(super) fn conjunction(line: &Line<'_>) -> &'static str {
    if line.mode() == Mode::Never {
        "或"
    } else {
        "和"
    }
}

/// Hedges that policies commonly write, in Chinese; others stay as they are.
pub(super) fn hedge(text: &str) -> &str {
    match text {
        "normally" => "通常",
        "generally" => "一般",
        "chiefly" | "mainly" => "主要",
        "knowingly" => "在明知的情况下",
        "where possible" => "在可能的情况下",
        "where noted" => "在注明之处",
        "as a general rule" => "原则上",
        "as far as we can" | "as far as possible" => "在力所能及的范围内",
        "as far as technology allows" => "在技术允许的范围内",
        other => other,
    }
}
