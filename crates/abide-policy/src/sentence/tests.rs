//! Every slot, value, object, exception and condition of a line is in its sentence, in every language.

use super::{Inherited, Language, sentence, sentence_in};
use crate::library::Library;
use crate::model::{Norm, NounUse, Policy, SlotUse, Value};
use crate::source::SourceFile;
use crate::vocabulary::{Action, Kind, Mode, Slot, Takes};

/// The policies in the repository, each compiled from its folder.
pub(crate) fn shipped_policies() -> Vec<Policy> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
    let mut folders: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
        .iter()
        .flat_map(|folder| compile_folder(folder))
        .collect()
}

fn compile_folder(folder: &std::path::Path) -> Vec<Policy> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "kdl"));
    paths.sort();
    let files: Vec<SourceFile> = paths
        .iter()
        .map(|path| {
            SourceFile::new(
                path.display().to_string(),
                std::fs::read_to_string(path).unwrap(),
            )
        })
        .collect();
    crate::compile(Library::standard(), &files, None).policies
}

/// The texts any one of which must be in the sentence for a value.
fn wanted(policy: &Policy, lang: Language, slot: Slot, value: &Value) -> Vec<String> {
    match value {
        Value::Noun(noun) => name(policy, lang, noun),
        Value::Length {
            vague: Some(word), ..
        } => vec![
            word.replace('-', " "),
            "合理期限".into(),
            "一定期限".into(),
            "尽快".into(),
        ],
        Value::Length { length, .. } if length.value == 0 => {
            vec!["at once".into(), "立即".into(), lang.length(*length)]
        }
        Value::Length { length, .. } => vec![
            lang.length(*length),
            lang.length(*length)
                .trim_start_matches('1')
                .trim_start()
                .into(),
        ],
        Value::Constant { name, .. } => vec![name.replace('-', " "), "法律规定".into()],
        Value::Date(date) => vec![lang.date(date.value)],
        Value::Rate { count, .. } => vec![format!("{count} time"), format!("{count}次")],
        Value::Age(_) => vec![],
        Value::Any => vec!["any".into(), "任何".into()],
        Value::Text(_) if slot == Slot::Need => vec![
            "optional".into(),
            "required".into(),
            "填".into(),
            "至少".into(),
        ],
        Value::Text(text) if slot == Slot::By => vec![
            format!("a {}", text.value),
            "automatic probe".into(),
            "专人".into(),
            "自动".into(),
        ],
        Value::Text(text) => vec![
            text.value.clone(),
            super::zh_phrases::hedge(&text.value).into(),
        ],
    }
}

fn name(policy: &Policy, lang: Language, noun: &NounUse) -> Vec<String> {
    let label = policy.nouns.get(noun.id).label(lang.tag());
    let bare = ["a ", "an ", "the "]
        .iter()
        .find_map(|article| label.strip_prefix(article))
        .unwrap_or(&label)
        .to_owned();
    if noun.kind == Kind::People && noun.name.as_ref() == "person" {
        vec![label, "you".into(), "您".into()]
    } else {
        vec![label, bare]
    }
}

fn assert_complete(norm: &Norm, policy: &Policy, lang: Language) {
    if norm.action == Action::Say || super::said(&norm.says, policy, lang).is_some() {
        return;
    }
    let text = sentence(norm, policy, lang);
    let low = text.to_lowercase();
    let has = |texts: Vec<String>, what: &str| {
        assert!(
            texts
                .iter()
                .any(|wanted| low.contains(&wanted.to_lowercase())),
            "{} {:?} {what}: {texts:?} not in: {text}",
            norm.id,
            lang
        );
    };
    assert!(
        text.ends_with(['.', '。']) && !text.contains("  ") && !text.contains("，，"),
        "{text}"
    );
    let objects = norm.objects.iter().chain(
        norm.excepts
            .iter()
            .filter(|except| !except.implied)
            .flat_map(|except| &except.objects),
    );
    for object in objects {
        has(name(policy, lang, object), "object");
    }
    if norm.any_object && norm.objects.is_empty() && !matches!(norm.action, Action::Extend) {
        has(
            ["any", "every", "no change", "任何", "所有", "各项", "一切"]
                .map(Into::into)
                .to_vec(),
            "any",
        );
    }
    for used in norm.all_slots() {
        for value in &used.values {
            has(wanted(policy, lang, used.slot, value), used.slot.word());
        }
    }
}

#[test]
fn the_sentence_of_every_line_of_the_policies_is_complete() {
    let policies = shipped_policies();
    assert!(policies.len() >= 5);
    for policy in &policies {
        for norm in &policy.norms {
            for lang in Language::all() {
                assert_complete(norm, policy, lang);
            }
        }
    }
}

/// A policy per action: one line for every mode that it takes with every slot, every pair of slots, and all of them.
fn synthetic(action: Action) -> Policy {
    let mut lines = String::new();
    {
        let modes = if action.takes_mode() {
            Mode::ALL
        } else {
            &Mode::ALL[..1]
        };
        for mode in modes {
            for slot in Slot::SENTENCE {
                lines.push_str(&format!(
                    "{} {} {} {{ {} }}\n",
                    mode.word(),
                    action.word(),
                    object(action),
                    slot_child(*slot)
                ));
                lines.push_str(&format!(
                    "{} {} {} {{ except {} {{ {} }} }}\n",
                    mode.word(),
                    action.word(),
                    object(action),
                    if action == Action::Extend {
                        ""
                    } else {
                        object(action)
                    },
                    slot_child(*slot)
                ));
                for other in Slot::SENTENCE.iter().filter(|other| *other > slot) {
                    let (one, two) = (slot_child(*slot), slot_child(*other));
                    lines.push_str(&format!(
                        "{} {} {} {{ {one}; {two} }}\n",
                        mode.word(),
                        action.word(),
                        object(action)
                    ));
                }
            }
            let all: Vec<String> = Slot::SENTENCE
                .iter()
                .map(|slot| slot_child(*slot))
                .collect();
            lines.push_str(&format!(
                "{} {} {} {{ {} }}\n",
                mode.word(),
                action.word(),
                object(action),
                all.join("; ")
            ));
            lines.push_str(&format!(
                "{} {} any {{ if consent; if law; unless told court-order; unless consent }}\n",
                mode.word(),
                action.word()
            ));
        }
    }
    let text = format!(
        "policy sample {{\n{lines}\npart there about=child in=DE {{\n collect email\n right erase\n }}\n}}\n"
    );
    // Not `compile`: the checks compare every line with every other.
    let mut findings = crate::diagnostic::Findings::new();
    let statements = crate::syntax::parse(&SourceFile::new("sample.kdl", text), 0, &mut findings);
    let policies = crate::resolve::resolve(&statements, Library::standard(), &mut findings);
    assert!(findings.is_empty(), "{:?}", findings.first());
    policies.into_iter().next().unwrap()
}

fn object(action: Action) -> &'static str {
    match action.objects().first() {
        None => "answer",
        Some(Kind::Data) => "email phone",
        Some(Kind::Topic) => "change sources",
        Some(Kind::Fact) => "consent identity",
        Some(Kind::Right) => "access erase",
        Some(Kind::Event) => "material",
        Some(Kind::Signal) => "dnt gpc",
        Some(Kind::Control) => "tls backups",
        Some(_) => "child email",
    }
}

fn slot_child(slot: Slot) -> String {
    let values = match slot.takes() {
        Takes::Names(kinds) => match kinds.first() {
            Some(Kind::People) => "child person",
            Some(Kind::Recipient) => "processor court",
            Some(Kind::Purpose) => "payment marketing",
            Some(Kind::Form) => "hash machine-readable",
            Some(Kind::Data) => "password cookie",
            Some(Kind::Place) => "DE overseas",
            Some(Kind::Point) => "registration checkout",
            Some(Kind::Channel) => "email unsubscribe-link",
            Some(Kind::Fact) => "consent law",
            Some(Kind::Event) => "request purchase",
            Some(Kind::Ground) => "contract tax-law",
            _ => "grades identity",
        },
        Takes::NamesOrDate(_) => "purchase \"2026-03-01\"",
        Takes::Length => "\"45 days\"",
        Takes::Rate => "\"2 per 12 months\"",
        Takes::Word(_) => "must",
        _ => "\"where possible\"",
    };
    format!("{} {values}", slot.word())
}

#[test]
fn the_sentence_of_every_combination_of_mode_action_and_slots_is_complete() {
    let pairs = Slot::SENTENCE.len() * (Slot::SENTENCE.len() - 1) / 2;
    for action in Action::ALL
        .iter()
        .copied()
        .filter(|action| *action != Action::Say)
    {
        let policy = synthetic(action);
        let modes = if action.takes_mode() {
            Mode::ALL.len()
        } else {
            1
        };
        assert!(policy.norms.len() > modes * pairs);
        for norm in &policy.norms {
            for lang in Language::all() {
                assert_complete(norm, &policy, lang);
            }
        }
    }
}

#[test]
fn a_heading_may_say_what_a_part_gives_its_lines() {
    let policy = synthetic(Action::Collect);
    let norm = policy
        .norms
        .iter()
        .find(|norm| norm.part.is_some())
        .unwrap();
    let under = sentence_in(norm, &policy, Language::English, Inherited::InHeading);
    assert_eq!(under, "We collect email address.");
    let alone = sentence(norm, &policy, Language::English);
    assert_eq!(alone, "For a child, we collect email address in Germany.");
    let inherited = |used: &&SlotUse| used.inherited;
    assert_eq!(norm.slots.iter().filter(inherited).count(), 2);
}
