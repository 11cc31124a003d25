//! Chinese sentences for lines. Conditions and times come first, as the language wants it; a slot that no phrase takes is
//! said at the end, so that nothing can be left out.

use super::line::{Line, Slots, texts};
use super::zh_phrases::{
    AFTER_VERB, BEFORE_VERB, conditions, conjunction, each, exception, hedge, list, phrase, rest,
    text, values, window,
};
use crate::model::NounUse;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// The sentence of a line.
pub(super) fn norm(line: &Line<'_>) -> String {
    let mut slots = line.slots();
    let opener = opener(line, &mut slots);
    let hedge = texts(&slots.take(Slot::Hedge))
        .iter()
        .map(|text| hedge(text))
        .collect::<Vec<_>>()
        .join("、");
    let costs = line.names(&slots.take(Slot::Costs));
    let because = line.names(&slots.take(Slot::Because));
    let conditions = conditions(line, &mut slots);
    let window = window(line, &mut slots);
    // A hedge of one word stands by the verb, one of several words opens the sentence.
    let by_verb = hedge.chars().count() <= 2 || hedge.contains("明知");
    let (first, hedge) = match hedge.as_str() {
        "" => (String::new(), ""),
        word if by_verb => (String::new(), word),
        words => (format!("{words}，"), ""),
    };
    let mut text = format!("{opener}{first}{conditions}{}", window.0);
    text.push_str(&core(line, &mut slots, hedge));
    text.push_str(&window.1);
    text.push_str(&rest(line, &mut slots, AFTER_VERB));
    let left = slots.left();
    for slot in left {
        text.push_str(&format!(
            "（{}）",
            phrase(line, slot, &slots.take(slot)).trim_matches(['（', '）', '，'])
        ));
    }
    let excepts: Vec<String> = line
        .excepts()
        .map(|except| exception(line, &except.objects, &except.slots))
        .collect();
    if !excepts.is_empty() {
        text.push_str(&format!("，但{}除外", list(&excepts, "或")));
    }
    if !because.is_empty() {
        text.push_str(&format!("（法律依据：{}）", list(&because, "或")));
    }
    text.push('。');
    if !costs.is_empty() {
        text.push_str(&format!("这样做可能使您无法使用{}。", list(&costs, "或")));
    }
    text
}

fn opener(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    if !line.is_about_part() || !slots.has(Slot::About) {
        return String::new();
    }
    format!(
        "对于{}，",
        list(&values(line, Slot::About, &slots.take(Slot::About)), "和")
    )
}

fn core(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    match line.action() {
        Action::Tell | Action::Ask => message(line, slots, hedge),
        Action::Answer => {
            let who = actor(line, slots, hedge);
            format!("{who}{}答复{}", before(line, slots), requests(line))
        }
        Action::Extend => extend(line, slots, hedge),
        Action::Change => change(line, slots, hedge),
        Action::Honour => {
            let objects = list(&objects(line, "所有信号"), "和");
            let who = actor(line, slots, hedge);
            format!(
                "{who}{}遵从{objects}信号{}",
                before(line, slots),
                of(line, slots)
            )
        }
        Action::Apply => apply(line, slots, hedge),
        Action::Right => right(line, slots, hedge),
        Action::Refuse => refuse(line, slots, hedge),
        Action::Assure => assure(line, slots, hedge),
        Action::Say => String::new(),
        _ => data(line, slots, hedge),
    }
}

fn extend(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let by = list(&values(line, Slot::Within, &slots.take(Slot::Within)), "或");
    let topics = of(line, slots);
    let who = actor(line, slots, hedge);
    format!("{who}{}将答复期限延长{by}{topics}", before(line, slots))
}

fn change(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let verb = match line.mode() {
        Mode::Never => "不会对您适用",
        Mode::Did => "已对您适用",
        Mode::Must => "必须对您适用",
        Mode::May => "对您适用",
    };
    let objects = list(&objects(line, "任何变更"), "或");
    let topics = of(line, slots);
    let by = slots.take(Slot::By);
    let by = if by.is_empty() {
        String::new()
    } else {
        format!("由{}作出的", list(&values(line, Slot::By, &by), "或"))
    };
    format!(
        "{hedge}{}{by}本政策的{objects}{topics}{verb}",
        before(line, slots)
    )
}

/// Who receives a request is said behind what may be asked, since both may be a turning to somebody.
fn right(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let objects = list(&objects(line, "行使各项权利"), "或");
    let topics = of(line, slots);
    let to = slots.take(Slot::To);
    let to = if to.is_empty() {
        String::new()
    } else {
        format!("（受理方：{}）", list(&values(line, Slot::To, &to), "或"))
    };
    let who = by(line, slots, "您");
    format!(
        "{who}{hedge}可以{}{objects}{topics}{to}",
        before(line, slots)
    )
}

fn refuse(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let part = slots.take(Slot::Of);
    let part = if part.is_empty() {
        String::new()
    } else {
        format!("中涉及{}的部分", list(&values(line, Slot::Of, &part), "或"))
    };
    let who = slots.take(Slot::By);
    let who = if who.is_empty() {
        String::new()
    } else {
        format!("{}提出的", list(&values(line, Slot::By, &who), "或"))
    };
    format!(
        "我们{hedge}可以{}拒绝{who}{}{part}",
        before(line, slots),
        requests(line)
    )
}

fn data(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let about = list(&values(line, Slot::About, &slots.take(Slot::About)), "或");
    let objects = data_objects(line, &line.norm.objects, &about);
    let from = origin(line, slots);
    let objects = format!("{from}{objects}");
    let of = of(line, slots);
    let given = line.action() == Action::Collect && slots.all_of(Slot::By, Kind::People);
    let given = if given {
        format!(
            "由{}提供的",
            list(&values(line, Slot::By, &slots.take(Slot::By)), "或")
        )
    } else {
        String::new()
    };
    let who = actor(line, slots, hedge);
    if line.action() == Action::Use && slots.has(Slot::For) {
        let purposes = list(
            &values(line, Slot::For, &slots.take(Slot::For)),
            conjunction(line),
        );
        return format!(
            "{who}{}将{given}{objects}{of}用于{purposes}",
            before(line, slots)
        );
    }
    let verb = match line.action() {
        Action::Collect => "收集",
        Action::Use => "使用",
        Action::Share => "共享",
        Action::Sell => "出售",
        Action::Keep => "保存",
        Action::Link => "关联",
        _ => "删除",
    };
    format!("{who}{}{verb}{given}{objects}{of}", before(line, slots))
}

/// Where data came from, said of the data; collecting says it of the act.
fn origin(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    if line.action() == Action::Collect || !slots.has(Slot::From) {
        return String::new();
    }
    let purposes = slots.all_of(Slot::From, Kind::Purpose);
    let from = list(&values(line, Slot::From, &slots.take(Slot::From)), "或");
    if purposes {
        format!("最初为{from}收集的")
    } else {
        format!("来自{from}的")
    }
}

fn data_objects(line: &Line<'_>, objects: &[NounUse], about: &str) -> String {
    let mut labels: Vec<String> = if line.norm.any_object {
        vec!["任何信息".to_owned()]
    } else {
        Vec::new()
    };
    labels.extend(objects.iter().map(|object| line.label(object)));
    let owner = match about {
        "" if line.is_own_data(objects) && !line.norm.any_object => "您的".to_owned(),
        "" => String::new(),
        "您" => "您的".to_owned(),
        about => format!("{about}的"),
    };
    let word = if line.action() == Action::Link {
        "与"
    } else {
        conjunction(line)
    };
    format!("{owner}{}", list(&labels, word))
}

fn message(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let to = slots.take(Slot::To);
    let to = if to.is_empty() {
        "您".to_owned()
    } else {
        list(&values(line, Slot::To, &to), "和")
    };
    let topics = of(line, slots);
    let who = actor(line, slots, hedge);
    let before = before(line, slots);
    if line.action() == Action::Tell {
        let objects = list(&objects(line, "任何事项"), conjunction(line));
        return format!("{who}{before}向{to}告知{objects}{topics}");
    }
    let nouns = &line.policy.nouns;
    let is = |object: &&NounUse, name: &str| {
        object.kind == Kind::Fact && nouns.is_a(object.id, Kind::Fact, name)
    };
    let (consents, others): (Vec<&NounUse>, Vec<&NounUse>) = line
        .norm
        .objects
        .iter()
        .partition(|object| is(object, "consent"));
    let (facts, things): (Vec<&NounUse>, Vec<&NounUse>) = others
        .into_iter()
        .partition(|object| object.kind == Kind::Fact);
    let labels = |names: &[&NounUse]| {
        list(
            &names
                .iter()
                .map(|name| line.label(name))
                .collect::<Vec<_>>(),
            "和",
        )
    };
    let mut phrases = Vec::new();
    if line.norm.any_object {
        phrases.push(format!("要求{to}提供任何信息"));
    }
    if !consents.is_empty() {
        phrases.push(format!("向{to}征得{}", labels(&consents)));
    }
    if !facts.is_empty() {
        phrases.push(format!("请{to}确认：{}", labels(&facts)));
    }
    if !things.is_empty() {
        phrases.push(format!("请{to}提供{}", labels(&things)));
    }
    format!("{who}{before}{}{topics}", phrases.join("，并"))
}

fn apply(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let verb = match line.mode() {
        Mode::May => "适用于",
        Mode::Never => "不适用于",
        Mode::Must => "必须适用于",
        Mode::Did => "曾适用于",
    };
    let holder = slots.take(Slot::By);
    let holder = if holder.is_empty() {
        String::new()
    } else {
        format!("由{}处理的", list(&values(line, Slot::By, &holder), "或"))
    };
    let about = slots.take(Slot::About);
    let about = if about.is_empty() {
        String::new()
    } else {
        format!("，对象为{}", list(&values(line, Slot::About, &about), "和"))
    };
    let objects = list(&objects(line, "一切信息"), conjunction(line));
    let topics = of(line, slots);
    let given = [Slot::From, Slot::At, Slot::As, Slot::In, Slot::Via];
    let given = rest(line, slots, &given);
    let holder = if given.is_empty() {
        holder
    } else {
        format!("{given}的{holder}")
    };
    format!(
        "{}本政策{hedge}{verb}{holder}{objects}{topics}{about}",
        before(line, slots)
    )
}

fn assure(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let objects = list(&objects(line, "各项措施"), "和");
    let of = slots.take(Slot::Of);
    let of = if of.is_empty() {
        String::new()
    } else {
        format!("，涵盖{}", list(&values(line, Slot::Of, &of), "和"))
    };
    let by = slots.take(Slot::By);
    let every = slots.take(Slot::Every);
    let every = if every.is_empty() {
        String::new()
    } else {
        each(&list(&values(line, Slot::Every, &every), "或"))
    };
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(
            "由{}",
            list(
                &by.iter()
                    .map(|value| text(line, Slot::By, value))
                    .collect::<Vec<_>>(),
                "或"
            )
        )
    };
    let check = if by.is_empty() && every.is_empty() {
        String::new()
    } else {
        format!("（{by}{every}核查一次）")
    };
    format!("我们{hedge}{}落实{objects}{of}{check}", before(line, slots))
}

fn requests(line: &Line<'_>) -> String {
    let labels = line.objects();
    match (labels.is_empty(), line.norm.any_object) {
        (true, _) => "任何请求".to_owned(),
        (false, false) => format!("关于{}的请求", list(&labels, "或")),
        (false, true) => format!("任何请求及关于{}的请求", list(&labels, "或")),
    }
}

/// Who acts, the hedge and the word of the mode. Takes `by`.
fn actor(line: &Line<'_>, slots: &mut Slots<'_>, hedge: &str) -> String {
    let permits = matches!(
        line.action(),
        Action::Extend
            | Action::Tell
            | Action::Ask
            | Action::Answer
            | Action::Honour
            | Action::Erase
    );
    let company = !slots.has(Slot::By);
    let who = by(line, slots, "我们");
    let mode = match (line.mode(), company) {
        (Mode::May, true) if permits => "可以",
        (Mode::May, true) => "会",
        (Mode::May, false) => "可以",
        (Mode::Never, true) => "不会",
        (Mode::Never, false) => "不得",
        (Mode::Must, true) if line.action() != Action::Keep => "会",
        (Mode::Must, _) => "必须",
        (Mode::Did, _) => "曾",
    };
    if hedge.contains("明知") {
        return format!("{who}{mode}{hedge}");
    }
    format!("{who}{hedge}{mode}")
}

fn by(line: &Line<'_>, slots: &mut Slots<'_>, otherwise: &str) -> String {
    let by = slots.take(Slot::By);
    if by.is_empty() {
        otherwise.to_owned()
    } else {
        list(&values(line, Slot::By, &by), "或")
    }
}

fn of(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    let found = slots.take(Slot::Of);
    if found.is_empty() {
        String::new()
    } else {
        format!("（{}）", list(&values(line, Slot::Of, &found), "、"))
    }
}

fn objects(line: &Line<'_>, any: &str) -> Vec<String> {
    let mut labels = if line.norm.any_object {
        vec![any.to_owned()]
    } else {
        Vec::new()
    };
    labels.extend(line.objects());
    labels
}

fn before(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    rest(line, slots, BEFORE_VERB)
}
