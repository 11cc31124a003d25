//! The phrases that follow the first words of an English sentence: one per slot, and how each value is said.

use super::en_grammar::{date, holds, is_thing, length, list, period, with_article};
use super::line::{Line, Slots, is_person};
use crate::length::Length;
use crate::model::{NounUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What stands after the first words, in this order.
const ORDER: &[Slot] = &[
    Slot::Of,
    Slot::About,
    Slot::As,
    Slot::From,
    Slot::With,
    Slot::To,
    Slot::By,
    Slot::For,
    Slot::In,
    Slot::At,
    Slot::Via,
    Slot::Need,
    Slot::When,
    Slot::Within,
    Slot::Until,
    Slot::Before,
    Slot::After,
    Slot::Every,
    Slot::Last,
    Slot::Over,
    Slot::If,
    Slot::Unless,
];

pub(super) fn tail(line: &Line<'_>, mut slots: Slots<'_>) -> String {
    let mut text = String::new();
    // Who checks a measure, and how often, is an aside to the whole sentence.
    let check = if line.action() == Action::Assure && slots.has(Slot::By) {
        phrase(line, Slot::By, &mut slots)
    } else {
        String::new()
    };
    for slot in ORDER {
        let phrase = match slot {
            Slot::If => conditions(line, &slots),
            Slot::Unless => String::new(),
            Slot::When => window(line, &mut slots),
            Slot::Before if line.mode() == Mode::Did => look_back(line, &mut slots),
            _ if slots.has(*slot) => phrase(line, *slot, &mut slots),
            _ => String::new(),
        };
        if !phrase.is_empty() {
            text.push_str(&format!(" {phrase}"));
        }
    }
    if !check.is_empty() {
        text.push_str(&format!(" {check}"));
    }
    text
}

/// `before` with `last` in a claim about the record: `in the 12 months before 19 December 2019`.
fn look_back(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    if !slots.has(Slot::Before) {
        return String::new();
    }
    let before = list(&values(line, Slot::Before, &slots.take(Slot::Before)), "or");
    if !slots.has(Slot::Last) {
        return format!("before {before}");
    }
    let last = list(&values(line, Slot::Last, &slots.take(Slot::Last)), "or");
    format!("in the {last} before {before}")
}

/// One slot after the first words.
pub(super) fn phrase(line: &Line<'_>, slot: Slot, slots: &mut Slots<'_>) -> String {
    use Action::{Collect, Refuse, Right, Sell, Share};
    let found = slots.take(slot);
    let and = list(&values(line, slot, &found), conjunction(line));
    let or = list(&values(line, slot, &found), "or");
    match (slot, line.action()) {
        (Slot::Of, _) => parts(line, &found),
        (Slot::About, Action::Apply) => format!("for {and}"),
        (Slot::About, _) => format!("concerning {or}"),
        (Slot::As, _) => forms(line, &found),
        (Slot::From, action) => origin(line, action, &found),
        (Slot::With, Share) => format!("with {and}"),
        (Slot::With, Sell) => format!("to {and}"),
        (Slot::With, Collect) => format!("together with {or}"),
        (Slot::With, Refuse | Right) => format!("as regards {or}"),
        (Slot::With, _) => format!("with {or}"),
        (Slot::To, Right) => format!("by turning to {or}"),
        (Slot::To, _) => format!("to {and}"),
        (Slot::By, Action::Assure) => check(line, &found, &slots.take(Slot::Every)),
        (Slot::By, Action::Apply) => format!("in the hands of {or}"),
        (Slot::By, Refuse) => format!("made by {or}"),
        (Slot::By, _) => format!("by {or}"),
        (Slot::For, _) => format!("for {and}"),
        (Slot::In, _) => places(line, &found),
        (Slot::At, _) => format!("at {or}"),
        (Slot::Via, _) => via(line, &found),
        (Slot::Need, _) => format!("({or})"),
        (Slot::Within, _) if is_soon(&found) => or,
        (Slot::Within, Action::Keep) => format!("for {or}"),
        (Slot::Within, _) => format!("within {or}"),
        (Slot::Last, _) => format!("over the last {or}"),
        (Slot::Over, Right) => format!("up to {or}"),
        (Slot::Over, Refuse) => format!("if you ask more than {or}"),
        (Slot::Over, _) => format!("at most {or}"),
        (slot, _) => format!("{} {or}", slot.word()),
    }
}

/// The parts that a line is about. What its objects say already is not said again.
fn parts(line: &Line<'_>, found: &[&Value]) -> String {
    let said = line.objects().join(" ");
    let rights = |value: &&Value| matches!(value, Value::Noun(noun) if noun.kind == Kind::Right);
    let labels = values(line, Slot::Of, found);
    let and = list(&labels, conjunction(line));
    let or = list(&labels, "or");
    match line.action() {
        Action::Refuse => format!("as far as it concerns {or}"),
        Action::Ask if found.iter().all(rights) => format!("concerning the right to {or}"),
        Action::Ask => format!("concerning {and}"),
        Action::Assure => format!("for {and}"),
        Action::Apply if found.iter().all(rights) => format!("as regards the right to {or}"),
        _ => {
            let more: Vec<String> = labels
                .into_iter()
                .filter(|label| !said.contains(label.as_str()))
                .collect();
            if more.is_empty() {
                String::new()
            } else {
                format!("({})", list(&more, conjunction(line)))
            }
        }
    }
}

fn forms(line: &Line<'_>, found: &[&Value]) -> String {
    let named: Vec<String> = line.names(found).iter().map(|form| in_form(form)).collect();
    let any = found
        .iter()
        .any(|value| value.is_any())
        .then(|| "in any form".to_owned());
    list(&named.into_iter().chain(any).collect::<Vec<_>>(), "or")
}

/// `(checked by an automatic probe every day)`.
fn check(line: &Line<'_>, by: &[&Value], every: &[&Value]) -> String {
    let by_person = |value: &&Value| !matches!(value, Value::Text(word) if word.value == "probe");
    let verb = if by.iter().any(by_person) {
        "confirmed"
    } else {
        "checked"
    };
    let by = list(
        &by.iter()
            .map(|value| checker(line, value))
            .collect::<Vec<_>>(),
        "or",
    );
    let every = match every {
        [] => String::new(),
        every => format!(" every {}", list(&values(line, Slot::Every, every), "or")),
    };
    format!("({verb} by {by}{every})")
}

/// `when` with `within`: a deadline, the life of kept data, or a time of silence.
pub(super) fn window(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    if !slots.has(Slot::When) {
        return String::new();
    }
    let when = slots.take(Slot::When);
    let starts = list(&values(line, Slot::When, &when), "or");
    if slots.has(Slot::Within) {
        let within = slots.take(Slot::Within);
        let length = list(&values(line, Slot::Within, &within), "or");
        let lasts = line.action() == Action::Keep || line.mode() == Mode::Never;
        return match (lasts, is_soon(&within)) {
            (_, true) => format!("{length} after {starts}"),
            (true, _) => format!("for {length} after {starts}"),
            (false, _) => format!("within {length} of {starts}"),
        };
    }
    if line.action() == Action::Keep {
        format!("from {starts}")
    } else {
        format!("upon {starts}")
    }
}

/// The facts that must hold, then those that lift the line; what is said by "with" and "without" comes first.
pub(super) fn conditions(line: &Line<'_>, slots: &Slots<'_>) -> String {
    let all = |slot: Slot| -> Vec<String> {
        let groups = slots.groups(slot);
        groups
            .map(|group| condition(line, slot == Slot::Unless, group))
            .collect()
    };
    let (ifs, unlesses) = (all(Slot::If), all(Slot::Unless));
    // For any purpose at all, "only if" would say that nothing else is allowed.
    let wide = line
        .slots()
        .values(Slot::For)
        .iter()
        .any(|value| value.is_any());
    let only = line.mode() == Mode::May && line.action().is_about_data() && !wide;
    let ifs = match (ifs.is_empty(), only) {
        (true, _) => String::new(),
        (false, true) => format!("only {}", list(&ifs, "and")),
        (false, false) => list(&ifs, "and"),
    };
    let unlesses = together(&unlesses);
    let first = if unlesses.starts_with("without ") {
        [unlesses, ifs]
    } else {
        [ifs, unlesses]
    };
    first
        .iter()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Several `unless` lift a line only together, which "unless … and unless …" would not say.
fn together(unlesses: &[String]) -> String {
    let Some((first, rest)) = unlesses.split_first() else {
        return String::new();
    };
    let rest = rest
        .iter()
        .map(|text| format!(" and also {}", text.strip_prefix("unless ").unwrap_or(text)));
    first.clone() + &rest.collect::<String>()
}

pub(super) fn condition(line: &Line<'_>, unless: bool, group: &[&Value]) -> String {
    let nouns = &line.policy.nouns;
    let consent = |value: &&Value| matches!(value, Value::Noun(noun) if nouns.is_a(noun.id, Kind::Fact, "consent"));
    let labels = line.names(group);
    let things: Vec<bool> = group
        .iter()
        .zip(&labels)
        .map(|(value, label)| is_thing(label) || (consent(value) && label.contains("consent")))
        .collect();
    let word = if unless { "unless" } else { "if" };
    if labels.is_empty() {
        return format!("{word} anything holds");
    }
    if !things.iter().all(|thing| *thing) {
        let held = labels.iter().zip(&things);
        let held = held.map(|(label, thing)| {
            if *thing {
                format!("there is {label}")
            } else {
                holds(label)
            }
        });
        return format!("{word} {}", list(&held.collect::<Vec<_>>(), "or"));
    }
    let plain = matches!(
        (line.mode(), unless),
        (Mode::May, false) | (Mode::Never, true)
    );
    if plain && line.action().is_about_data() && group.iter().all(consent) {
        return format!(
            "{} {}",
            if unless { "without" } else { "with" },
            list(&labels, "or")
        );
    }
    format!("{word} there is {}", list(&labels, "or"))
}

pub(super) fn origin(line: &Line<'_>, action: Action, found: &[&Value]) -> String {
    let (purposes, others): (Vec<&Value>, Vec<&Value>) = found
        .iter()
        .partition(|value| matches!(value, Value::Noun(noun) if noun.kind == Kind::Purpose));
    let mut phrases = Vec::new();
    if !others.is_empty() {
        let word = if action == Action::Right {
            "collected from"
        } else {
            "from"
        };
        phrases.push(format!(
            "{word} {}",
            list(&values(line, Slot::From, &others), "or")
        ));
    }
    if !purposes.is_empty() {
        phrases.push(format!(
            "first collected for {}",
            list(&values(line, Slot::From, &purposes), "or")
        ));
    }
    phrases.join(" or ")
}

pub(super) fn in_form(label: &str) -> String {
    let has_preposition = ["in ", "for ", "as ", "on "]
        .iter()
        .any(|start| label.starts_with(start));
    if has_preposition {
        label.to_owned()
    } else if label.ends_with("form") || label.ends_with("format") {
        format!("in {label}")
    } else {
        format!("as {label}")
    }
}

pub(super) fn places(line: &Line<'_>, found: &[&Value]) -> String {
    let labels: Vec<String> = values(line, Slot::In, found);
    let (adverbs, places): (Vec<String>, Vec<String>) = labels.into_iter().partition(|label| {
        ["worldwide", "overseas", "abroad", "anywhere"].contains(&label.as_str())
    });
    let mut phrases = if places.is_empty() {
        Vec::new()
    } else {
        vec![format!("in {}", list(&places, "or"))]
    };
    phrases.extend(adverbs);
    phrases.join(" or ")
}

pub(super) fn via(line: &Line<'_>, found: &[&Value]) -> String {
    let (plain, others): (Vec<&Value>, Vec<&Value>) = found.iter().partition(|value| {
        matches!(value, Value::Noun(noun) if noun.kind == Kind::Channel && !line.label(noun).contains(' '))
    });
    let mut phrases = Vec::new();
    if !plain.is_empty() {
        phrases.push(format!(
            "by {}",
            list(&values(line, Slot::Via, &plain), "or")
        ));
    }
    if !others.is_empty() {
        phrases.push(format!(
            "through {}",
            list(&values(line, Slot::Via, &others), "or")
        ));
    }
    phrases.join(" or ")
}

pub(super) fn checker(line: &Line<'_>, value: &Value) -> String {
    match value {
        Value::Noun(noun) => with_article(&line.label(noun)),
        Value::Text(word) if word.value == "probe" => "an automatic probe".to_owned(),
        Value::Text(word) => format!("a {}", word.value),
        other => text(line, Slot::By, other),
    }
}

pub(super) fn is_soon(found: &[&Value]) -> bool {
    found.iter().all(|value| match value {
        Value::Length {
            vague: Some(word), ..
        } => word.starts_with("as-") || word == "immediately" || word == "promptly",
        Value::Length { length, .. } => length.value == 0,
        _ => false,
    })
}

pub(super) fn values(line: &Line<'_>, slot: Slot, found: &[&Value]) -> Vec<String> {
    found.iter().map(|value| text(line, slot, value)).collect()
}

/// One value as it is said in a sentence.
pub(super) fn text(line: &Line<'_>, slot: Slot, value: &Value) -> String {
    match value {
        Value::Any => match slot {
            Slot::For => "any purpose",
            Slot::With | Slot::To | Slot::By | Slot::About | Slot::From => "anyone",
            Slot::In | Slot::At => "anywhere",
            Slot::Via => "any channel",
            _ => "anything",
        }
        .to_owned(),
        Value::Noun(noun) => name(line, slot, noun),
        Value::Length {
            vague: Some(word), ..
        } => vague(word),
        Value::Length { length: zero, .. } if zero.value == 0 && slot == Slot::Within => {
            "at once".to_owned()
        }
        Value::Length { length, .. } if matches!(slot, Slot::Every | Slot::Last) => period(*length),
        Value::Length { length: of, .. } => length(*of),
        Value::Constant { name, .. } => format!("the {} period set by law", name.replace('-', " ")),
        Value::Date(day) => date(day.value),
        Value::Rate { count, per, .. } => rate(*count, *per),
        Value::Age(age) => super::en_nouns::age(age),
        Value::Text(word) if slot == Slot::Need => match word.value.as_str() {
            "must" => "required",
            "one" => "at least one of them is required",
            _ => "optional",
        }
        .to_owned(),
        Value::Text(word) => word.value.clone(),
    }
}

pub(super) fn name(line: &Line<'_>, slot: Slot, noun: &NounUse) -> String {
    let label = line.label(noun);
    match noun.kind {
        Kind::People if is_person(noun) => "you".to_owned(),
        Kind::People | Kind::Recipient => with_article(&label),
        Kind::Place => place(&label),
        Kind::Fact if slot == Slot::When && !is_thing(&label) => label,
        _ => label,
    }
}

/// Countries whose names take an article.
pub(super) fn place(label: &str) -> String {
    let takes_article = label.starts_with("United ")
        || ["Netherlands", "Philippines", "Bahamas", "Maldives"].contains(&label)
        || label.ends_with(" Islands");
    if takes_article {
        format!("the {label}")
    } else {
        label.to_owned()
    }
}

pub(super) fn vague(word: &str) -> String {
    match word {
        "reasonable" => "a reasonable time".to_owned(),
        "certain-period" => "a certain period".to_owned(),
        "as-soon-as-possible" => "as soon as possible".to_owned(),
        other => other.replace('-', " "),
    }
}

pub(super) fn rate(count: u32, per: Length) -> String {
    format!(
        "{count} {} per {}",
        if count == 1 { "time" } else { "times" },
        period(per)
    )
}

/// Lists of what is forbidden are joined by "or": none of them is allowed.
pub(super) fn conjunction(line: &Line<'_>) -> &'static str {
    if line.mode() == Mode::Never {
        "or"
    } else {
        "and"
    }
}
