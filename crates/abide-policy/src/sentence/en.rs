//! English sentences for lines. Every slot that the first words of a sentence do not take is said after them, so that
//! nothing can be left out.

use super::en_grammar::{capital, first_word, list, with_article, without_article};
use super::en_phrases::{conjunction, tail, values};
use super::line::{Line, Slots, texts};
use crate::model::{NounUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// The sentence of a line.
pub(super) fn norm(line: &Line<'_>) -> String {
    let mut slots = line.slots();
    let opener = opener(line, &mut slots);
    let hedge = texts(&slots.take(Slot::Hedge)).join(", ");
    let costs = line.names(&slots.take(Slot::Costs));
    let because = line.names(&slots.take(Slot::Because));
    let mut text = head(line, &mut slots);
    text.push_str(&tail(line, slots));
    let excepts: Vec<String> = line
        .excepts()
        .map(|except| exception(line, &except.objects, &except.slots))
        .collect();
    if !excepts.is_empty() {
        // A condition would otherwise seem to go on.
        let comma = if [" if ", " unless ", " without "]
            .iter()
            .any(|word| text.contains(word))
        {
            ","
        } else {
            ""
        };
        text.push_str(&format!("{comma} except {}", list(&excepts, "and except")));
    }
    if !because.is_empty() {
        text.push_str(&format!(" (legal basis: {})", list(&because, "or")));
    }
    text = hedged(text, &hedge);
    if !opener.is_empty() {
        text = format!("{opener}, {}", lower(&text));
    }
    let mut sentence = format!("{}.", capital(&text));
    if !costs.is_empty() {
        let what = if line.action() == Action::Right {
            "Doing so"
        } else {
            "Refusing"
        };
        sentence.push_str(&format!(" {what} may cost you {}.", list(&costs, "or")));
    }
    sentence
}

/// The people of the part that a line stands in come first: `For California residents, …`.
fn opener(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    if !line.is_about_part() || !slots.has(Slot::About) {
        return String::new();
    }
    format!(
        "For {}",
        list(&values(line, Slot::About, &slots.take(Slot::About)), "or")
    )
}

/// Hedges about what one knows or means stand by the verb, in a prohibition too.
const MENTAL: &[&str] = &["knowingly", "intentionally", "deliberately", "willingly"];

fn hedged(text: String, hedge: &str) -> String {
    if hedge.is_empty() {
        return text;
    }
    let by_verb = |start: &str| {
        let denies = start.contains("never") || start.contains("not");
        MENTAL.contains(&hedge) || (!denies && hedge.ends_with("ly") && !hedge.contains(' '))
    };
    let starts = ["We never ", "We do not ", "We ", "This notice "];
    let start = starts.iter().find(|start| text.starts_with(**start));
    match start.and_then(|start| Some((start, text.strip_prefix(start)?))) {
        Some((start, rest)) if by_verb(start) => format!("{start}{hedge} {rest}"),
        _ => format!("{hedge}, {}", lower(&text)),
    }
}

/// The sentence for use after an opener.
fn lower(text: &str) -> String {
    let starts = ["We ", "You ", "This ", "Any ", "No ", "A ", "An ", "The "];
    match starts.iter().find(|start| text.starts_with(*start)) {
        Some(_) => text
            .chars()
            .take(1)
            .flat_map(char::to_lowercase)
            .chain(text.chars().skip(1))
            .collect(),
        None => text.to_owned(),
    }
}

fn head(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    match line.action() {
        Action::Tell | Action::Ask => message(line, slots),
        Action::Answer => format!(
            "{} {}",
            subject(line, slots, "answer", "answered", Plain::Must),
            requests(line, "every request")
        ),
        Action::Extend => {
            let within = slots.take(Slot::Within);
            let by = if within.is_empty() {
                String::new()
            } else {
                format!(" by {}", list(&values(line, Slot::Within, &within), "or"))
            };
            format!(
                "{} the time to answer{by}",
                subject(line, slots, "extend", "extended", Plain::None)
            )
        }
        Action::Change => change(line),
        Action::Honour => {
            let objects = objects(line, "every signal");
            let verb = if line.mode() == Mode::Never {
                "We do not honour".to_owned()
            } else {
                subject(line, slots, "honour", "honoured", Plain::Must)
            };
            format!("{verb} {}", list(&objects, conjunction(line)))
        }
        Action::Apply => {
            let verb = match line.mode() {
                Mode::May => "covers",
                Mode::Never => "does not cover",
                Mode::Must => "must cover",
                Mode::Did => "covered",
            };
            let mut covered = objects(line, "everything");
            if line
                .norm
                .objects
                .iter()
                .all(|object| object.kind == Kind::People)
            {
                covered = covered.iter().map(|label| with_article(label)).collect();
            }
            format!("This notice {verb} {}", list(&covered, conjunction(line)))
        }
        Action::Right => {
            let who = actors(line, slots).unwrap_or_else(|| "You".to_owned());
            format!(
                "{} can {}",
                capital(&who),
                list(&objects(line, "use every right"), "or")
            )
        }
        Action::Refuse => format!("We may turn down {}", requests(line, "any request")),
        Action::Assure => format!("We ensure {}", list(&objects(line, "every measure"), "and")),
        Action::Say => String::new(),
        _ => data(line, slots),
    }
}

/// Which mode is said by the plain verb, as in "we answer".
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    May,
    Must,
    None,
}

/// Who acts, and the verb in its mode. Takes `by`.
fn subject(line: &Line<'_>, slots: &mut Slots<'_>, verb: &str, past: &str, plain: Plain) -> String {
    let actors = actors(line, slots);
    let who = actors.as_deref().unwrap_or("We");
    let verb = match (line.mode(), actors.is_some()) {
        (Mode::May, false) if plain == Plain::May => verb.to_owned(),
        (Mode::Must, false) if plain == Plain::Must => verb.to_owned(),
        (Mode::May, _) => format!("may {verb}"),
        (Mode::Must, _) => format!("must {verb}"),
        (Mode::Never, false) => format!("never {verb}"),
        (Mode::Never, true) => format!("may never {verb}"),
        (Mode::Did, _) => past.to_owned(),
    };
    format!("{who} {verb}")
}

fn actors(line: &Line<'_>, slots: &mut Slots<'_>) -> Option<String> {
    let by = slots.take(Slot::By);
    (!by.is_empty()).then(|| list(&values(line, Slot::By, &by), "or"))
}

fn data(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    let (verb, past, plain) = match line.action() {
        Action::Collect => ("collect", "collected", Plain::May),
        Action::Use => ("use", "used", Plain::May),
        Action::Share => ("share", "shared", Plain::May),
        Action::Sell => ("sell", "sold", Plain::May),
        Action::Keep => ("keep", "kept", Plain::May),
        Action::Link => ("link", "linked", Plain::May),
        _ => ("erase", "erased", Plain::Must),
    };
    // People who act in a collection give the data; a party that acts collects them itself.
    let given = line.action() == Action::Collect && slots.all_of(Slot::By, Kind::People);
    let by = if given {
        slots.take(Slot::By)
    } else {
        Vec::new()
    };
    let mut text = format!(
        "{} {}",
        subject(line, slots, verb, past, plain),
        data_objects(line, &line.norm.objects, line.norm.any_object)
    );
    let about = slots.take(Slot::About);
    if !about.is_empty() {
        text.push_str(&format!(
            " about {}",
            list(&values(line, Slot::About, &about), "or")
        ));
    }
    if given {
        text.push_str(&format!(
            " given by {}",
            list(&values(line, Slot::By, &by), "or")
        ));
    }
    text
}

/// First words of labels that "your" cannot stand before.
const NOT_OWNED: &[&str] = &[
    "the",
    "a",
    "an",
    "your",
    "categories",
    "data",
    "what",
    "how",
    "which",
    "number",
    "any",
];

fn data_objects(line: &Line<'_>, objects: &[NounUse], any: bool) -> String {
    let mut labels: Vec<String> = if any {
        vec!["any data".to_owned()]
    } else {
        Vec::new()
    };
    labels.extend(objects.iter().map(|object| line.label(object)));
    if let Some(first) = labels.first_mut()
        && line.is_own_data(objects)
        && !any
        && !NOT_OWNED.contains(&first_word(first))
    {
        *first = format!("your {first}");
    }
    let word = if line.action() == Action::Link {
        "and"
    } else {
        conjunction(line)
    };
    list(&labels, word)
}

/// Sentences to or from people: `We tell you about …`, `We ask a parent for …`.
fn message(line: &Line<'_>, slots: &mut Slots<'_>) -> String {
    let asks = line.action() == Action::Ask;
    let (verb, past, about) = if asks {
        ("ask", "asked", "for")
    } else {
        ("tell", "told", "about")
    };
    let to = slots.take(Slot::To);
    let addressee = if to.is_empty() {
        "you".to_owned()
    } else {
        list(&values(line, Slot::To, &to), "and")
    };
    let objects = list(&objects(line, "anything"), conjunction(line));
    format!(
        "{} {addressee} {about} {objects}",
        subject(line, slots, verb, past, Plain::Must)
    )
}

fn requests(line: &Line<'_>, any: &str) -> String {
    if line.norm.objects.is_empty() {
        return any.to_owned();
    }
    format!(
        "{}a request to {}",
        if line.norm.any_object {
            format!("{any} and ")
        } else {
            String::new()
        },
        list(&line.objects(), "or")
    )
}

fn change(line: &Line<'_>) -> String {
    let mut labels: Vec<String> = line.objects();
    if line.norm.any_object {
        labels.insert(
            0,
            if line.mode() == Mode::Never {
                "change of this notice"
            } else {
                "any change of this notice"
            }
            .to_owned(),
        );
    }
    let verb = match line.mode() {
        Mode::Never | Mode::May => "applies",
        Mode::Must => "must apply",
        Mode::Did => "applied",
    };
    let what = match line.mode() {
        Mode::Never => format!(
            "No {}",
            list(
                &labels
                    .iter()
                    .map(|label| without_article(label).to_owned())
                    .collect::<Vec<_>>(),
                "or"
            )
        ),
        _ => capital(&list(
            &labels
                .iter()
                .map(|label| with_article(label))
                .collect::<Vec<_>>(),
            "or",
        )),
    };
    format!("{what} {verb} to you")
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

fn exception(line: &Line<'_>, objects: &[NounUse], slots: &[crate::model::SlotUse]) -> String {
    let labels: Vec<String> = objects.iter().map(|object| line.label(object)).collect();
    let mut slots = Slots::of(slots.iter());
    let rest: Vec<&Value> = [Slot::Because, Slot::Costs]
        .into_iter()
        .flat_map(|slot| slots.take(slot))
        .collect();
    let hedge = texts(&slots.take(Slot::Hedge)).join(", ");
    let mut text = format!("{}{}", list(&labels, "and"), tail(line, slots));
    for more in line
        .names(&rest)
        .into_iter()
        .chain((!hedge.is_empty()).then_some(hedge))
    {
        text.push_str(&format!(" ({more})"));
    }
    text.trim_start().to_owned()
}
