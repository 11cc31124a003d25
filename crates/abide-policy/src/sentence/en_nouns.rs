//! English sentences for names that carry a promise, and for what stands above the lines. Never says a normal line.

use super::en_grammar::{capital, date, holds, is_plural, length, list, with_article};
use super::en_phrases::place;
use super::line::is_person;
use super::{Heading, Language};
use crate::model::{Age, NounUse, Policy, SlotUse, Value};
use crate::nouns::NounId;
use crate::vocabulary::{Kind, Slot};

const TAG: &str = "en";

/// What one declaration of a noun says.
pub(super) fn noun(policy: &Policy, id: NounId, line: usize) -> String {
    let noun = policy.nouns.get(id);
    let label = noun.label(TAG);
    let Some(declared) = noun.declarations.get(line) else {
        return String::new();
    };
    let (is, of) = super::noun_parts::of_declaration(noun, line);
    let slots = &declared.slots;
    let text = match noun.kind {
        Kind::Contact => return contact(policy, &label, slots),
        Kind::People => people(policy, &label, &is, &of, slots),
        Kind::Recipient => recipient(policy, &label, &is, &of, slots),
        Kind::Fact => fact(policy, &label, &is, slots),
        _ => format!(
            "{}{}",
            definition(policy, &label, &is, &of),
            others(policy, slots, &[])
        ),
    };
    format!("{}.", capital(text.trim()))
}

fn definition(policy: &Policy, label: &str, is: &[NounUse], of: &[NounUse]) -> String {
    match (is.is_empty(), of.is_empty()) {
        (_, false) => format!("by “{label}” we mean {}", list(&labels(policy, of), "and")),
        (false, true) => format!("we count {label} as {}", list(&labels(policy, is), "and")),
        (true, true) => format!("in this notice we speak of {label}"),
    }
}

fn people(
    policy: &Policy,
    label: &str,
    is: &[NounUse],
    of: &[NounUse],
    slots: &[SlotUse],
) -> String {
    let ages = texts(policy, slots, Slot::Age);
    let acts_for = texts(policy, slots, Slot::ActsFor);
    let mut text = if of.is_empty() {
        format!("by “{label}” we mean a person")
    } else {
        definition(policy, label, is, of)
    };
    if of.is_empty() && !is.is_empty() && !is.iter().all(is_person) {
        text = format!(
            "by “{label}” we mean {}",
            list(
                &labels(policy, is)
                    .iter()
                    .map(|label| with_article(label))
                    .collect::<Vec<_>>(),
                "or"
            )
        );
    }
    if !ages.is_empty() {
        text.push_str(&format!(" {}", ages.join(" or ")));
    }
    if !acts_for.is_empty() {
        text.push_str(&format!(
            " who acts for {}",
            list(
                &acts_for
                    .iter()
                    .map(|label| with_article(label))
                    .collect::<Vec<_>>(),
                "or"
            )
        ));
    }
    text + &others(policy, slots, &[Slot::Age, Slot::ActsFor])
}

fn recipient(
    policy: &Policy,
    label: &str,
    is: &[NounUse],
    of: &[NounUse],
    slots: &[SlotUse],
) -> String {
    let many = is_plural(label);
    let verb = |one: &'static str, more: &'static str| if many { more } else { one };
    let role = texts(policy, slots, Slot::Role)
        .first()
        .map(|role| match role.as_str() {
            "processor" => format!(
                "{} as a processor",
                verb("works for us", "work for us, each")
            ),
            "controller" => format!(
                "{} how data is used, as a controller",
                verb("itself decides", "themselves decide, each")
            ),
            "joint" => format!(
                "{} together with us, as a joint controller",
                verb("decides", "decide, each")
            ),
            "successor" => "may take over the business as our successor".to_owned(),
            other => format!("{} as {other}", verb("acts", "act")),
        });
    let mut says = Vec::new();
    if !of.is_empty() {
        says.push(format!(
            "{} {}",
            verb("includes", "include"),
            list(&labels(policy, of), "and")
        ));
    }
    if !is.is_empty() {
        says.push(format!(
            "{} to {}",
            verb("belongs", "belong"),
            list(&labels(policy, is), "and")
        ));
    }
    says.extend(role);
    if says.is_empty() {
        says.push(format!("{} named in this notice", verb("is", "are")));
    }
    format!(
        "{label} {}{}",
        list(&says, "and"),
        others(policy, slots, &[Slot::Role])
    )
}

fn fact(policy: &Policy, label: &str, is: &[NounUse], slots: &[SlotUse]) -> String {
    let when = texts(policy, slots, Slot::When);
    let mut text = if is.is_empty() {
        String::new()
    } else {
        format!("we count {label} as {}", list(&labels(policy, is), "and"))
    };
    if !when.is_empty() {
        text = if text.is_empty() {
            format!(
                "upon {} we take it that {}",
                list(&when, "or"),
                holds(label)
            )
        } else {
            format!("{text}, upon {}", list(&when, "or"))
        };
    } else if text.is_empty() {
        text = format!("this notice depends in places on whether {}", holds(label));
    }
    text + &others(policy, slots, &[Slot::When, Slot::From])
}

fn contact(policy: &Policy, label: &str, slots: &[SlotUse]) -> String {
    let ways = [
        (Slot::Email, "by email at"),
        (Slot::Phone, "by phone at"),
        (Slot::Address, "by post at"),
        (Slot::Url, "on the web at"),
    ];
    let ways: Vec<String> = ways
        .iter()
        .filter_map(|(slot, word)| {
            let found = texts(policy, slots, *slot);
            (!found.is_empty()).then(|| format!("{word} {}", list(&found, "or")))
        })
        .collect();
    let rest = others(
        policy,
        slots,
        &[Slot::Email, Slot::Phone, Slot::Address, Slot::Url],
    );
    format!("You can reach {label} {}{rest}.", list(&ways, "or"))
}

/// Slots that have no words of their own in the sentence of this kind of noun.
fn others(policy: &Policy, slots: &[SlotUse], said: &[Slot]) -> String {
    let mut text = String::new();
    for used in slots
        .iter()
        .filter(|used| !said.contains(&used.slot) && !used.values.is_empty())
    {
        let found = texts(policy, std::slice::from_ref(used), used.slot);
        let or = list(&found, "or");
        let phrase = match used.slot {
            Slot::In => format!("in {or}"),
            Slot::If => format!(
                "if {}",
                list(
                    &found.iter().map(|label| holds(label)).collect::<Vec<_>>(),
                    "or"
                )
            ),
            Slot::At => format!("at {or}"),
            Slot::For => format!("for {or}"),
            Slot::Because => format!("on the legal basis of {or}"),
            Slot::Url => format!("({or})"),
            Slot::Note => continue,
            slot => format!("{} {or}", slot.word()),
        };
        text.push_str(&format!(" {phrase}"));
    }
    text
}

/// `under 13`.
pub(super) fn age(age: &Age) -> String {
    let bound = match &age.bound {
        Ok(years) => years.to_string(),
        Err(_) => "the age of consent set by law".to_owned(),
    };
    match age.comparison {
        "<" => format!("under {bound}"),
        "<=" => format!("of {bound} or younger"),
        ">" => format!("over {bound}"),
        _ => format!("of {bound} or older"),
    }
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
                .map(|country| place(&policy.nouns.get(country.id).label(TAG)));
            let country = country
                .map(|country| format!(" in {country}"))
                .unwrap_or_default();
            format!(
                "{}{country} is responsible for the data that this notice speaks of.",
                controller.label
            )
        }
        Heading::Laws(laws) => {
            let labels: Vec<String> = laws.iter().map(|law| law_name(&law.label)).collect();
            format!("This notice follows {}.", list(&labels, "and"))
        }
    }
}

/// Acts, rules and regulations take an article.
fn law_name(label: &str) -> String {
    let titled = ["Act", "Rule", "Regulation", "Code"]
        .iter()
        .any(|word| label.ends_with(word))
        || label.contains(" Law of ");
    if titled {
        format!("the {label}")
    } else {
        label.to_owned()
    }
}

fn part(policy: &Policy, index: usize) -> String {
    let part = &policy.parts[index];
    let mut sentences = Vec::new();
    for slot in &part.defaults {
        let found = texts(policy, std::slice::from_ref(slot), slot.slot);
        sentences.push(match slot.slot {
            Slot::About => {
                let people: Vec<String> = found.iter().map(|label| with_article(label)).collect();
                format!("This section is for {}.", list(&people, "and"))
            }
            slot => format!(
                "It speaks throughout of data {} {}.",
                slot.word(),
                list(&found, "or")
            ),
        });
    }
    if part.instead {
        sentences.push("For them it stands in place of the rest of this notice.".to_owned());
    }
    match part.role.as_deref() {
        Some("processor") => sentences
            .push("Here we work as a processor, on the instructions of our customers.".to_owned()),
        Some(role) => sentences.push(format!("Here we act as {role}.")),
        None => {}
    }
    if let Some(version) = &part.version {
        sentences.push(format!("It is the version of {}.", date(version.value)));
    }
    if let Some(reviewed) = &part.reviewed {
        sentences.push(format!("It was last reviewed on {}.", date(reviewed.value)));
    }
    sentences.join(" ")
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
            Value::Noun(noun) if noun.kind == Kind::Place => {
                place(&policy.nouns.get(noun.id).label(TAG))
            }
            Value::Noun(noun) if is_person(noun) => "you".to_owned(),
            Value::Noun(noun) => policy.nouns.get(noun.id).label(TAG),
            Value::Age(found) => age(found),
            Value::Text(text) => text.value.clone(),
            Value::Date(day) => date(day.value),
            Value::Length { length: of, .. } => length(*of),
            Value::Constant { name, .. } => name.replace('-', " "),
            Value::Any => "any".to_owned(),
            Value::Rate { count, per, .. } => {
                format!("{count} per {}", Language::English.length(*per))
            }
        })
        .collect()
}
