//! What the notice of a policy holds, in order and in one language: sections of items, each with its anchors. Draws
//! nothing.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::grounds::{self, Grounded};
use super::scope::Scope;
use super::section::{self, SECTIONS, Section};
use crate::model::{Norm, Policy};
use crate::nouns::NounId;
use crate::sentence::{self, Inherited, Language};
use crate::source::{Span, Spanned};
use crate::vocabulary::{Action, Kind, Slot};

/// The base of the policy or one of its parts.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) part: Option<usize>,
    pub(crate) sections: Vec<(Section, Vec<Item>)>,
    /// What stands in the section of uses beside its items; no purpose that an earlier body has.
    pub(crate) grounds: Vec<Grounded>,
}

/// One clause, or one line without a clause.
#[derive(Debug)]
pub(crate) struct Item {
    /// Clause ids; empty for a line without one.
    pub(crate) clauses: Vec<String>,
    /// Unique ids on the page, the first for the whole item.
    pub(crate) anchors: Vec<String>,
    /// What it says.
    pub(crate) sentences: Vec<Said>,
}

/// A sentence, and its language where that is not the page's.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) lang: Option<Language>,
}

/// Everything on the page.
#[derive(Debug)]
pub(crate) struct Content {
    /// The base first, then the parts that are shown.
    pub(crate) bodies: Vec<Body>,
    pub(crate) scope: Scope,
    /// Which of the things above the lines holds the anchor of a clause that no item holds.
    pub(crate) heads: HashMap<String, Head>,
    /// Every anchor of a clause.
    pub(crate) anchors: HashSet<String>,
}

/// Something above the lines that may carry clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Head {
    Policy,
    Controller(usize),
    Laws,
    Part(usize),
    Contact(NounId),
}

/// Reads what people of a place, or everyone, are to be told.
pub(crate) fn read(policy: &Policy, lang: Language, for_place: Option<NounId>) -> Content {
    let scope = Scope::of(policy, for_place);
    let mut given = Anchors::default();
    let mut norms: HashMap<Option<usize>, Vec<&Norm>> = HashMap::new();
    for norm in &policy.norms {
        norms.entry(norm.part).or_default().push(norm);
    }
    let mut nouns = definitions(policy, lang);
    let mut bodies = Vec::new();
    let mut told = HashSet::new();
    for part in scope.shown() {
        let definitions = nouns.remove(&part).unwrap_or_default();
        let norms = norms.remove(&part).unwrap_or_default();
        let grounds = grounds::of(policy, &norms, &mut told);
        let mut sections = sections(policy, lang, definitions, &norms, &mut given);
        if !grounds.is_empty() {
            sections.entry(Section::Use).or_default();
        }
        bodies.push(Body {
            part,
            sections: in_order(sections),
            grounds,
        });
    }
    let mut anchors = given.taken;
    let mut heads = HashMap::new();
    for (clause, head) in heads_of(policy, &scope) {
        if anchors.insert(clause.to_owned()) {
            heads.insert(clause.to_owned(), head);
        }
    }
    Content {
        bodies,
        scope,
        heads,
        anchors,
    }
}

fn heads_of<'a>(policy: &'a Policy, scope: &Scope) -> Vec<(&'a str, Head)> {
    let mut found: Vec<(&[Spanned<String>], Head)> = vec![(&policy.clauses, Head::Policy)];
    if scope.shows(None) {
        found.push((&policy.law_clauses, Head::Laws));
    }
    for (index, controller) in policy
        .controllers
        .iter()
        .enumerate()
        .filter(|(_, controller)| scope.shows(controller.part))
    {
        found.push((&controller.clauses, Head::Controller(index)));
    }
    for (index, part) in policy
        .parts
        .iter()
        .enumerate()
        .filter(|(index, _)| scope.shows(Some(*index)))
    {
        found.push((&part.clauses, Head::Part(index)));
    }
    for (id, noun) in policy
        .nouns
        .iter()
        .filter(|(_, noun)| noun.kind == Kind::Contact)
    {
        let lines = noun
            .declarations
            .iter()
            .filter(|line| !line.span.is_library() && scope.shows(line.part));
        found.extend(lines.map(|line| (line.clauses.as_slice(), Head::Contact(id))));
    }
    found
        .iter()
        .flat_map(|(clauses, head)| clauses.iter().map(|clause| (clause.value.as_str(), *head)))
        .collect()
}

fn sections(
    policy: &Policy,
    lang: Language,
    definitions: Vec<Definition>,
    norms: &[&Norm],
    given: &mut Anchors,
) -> HashMap<Section, Vec<Item>> {
    let mut sections: HashMap<Section, Vec<Item>> = HashMap::new();
    for definition in definitions {
        let items = sections.entry(definition.section).or_default();
        add(
            items,
            definition.clauses,
            Said {
                text: definition.text,
                lang: None,
            },
            given,
        );
    }
    for (norm, section) in norms.iter().zip(placed(norms, policy)) {
        let ids = norm.clauses.iter().map(|id| id.value.clone()).collect();
        add(
            sections.entry(section).or_default(),
            ids,
            say(norm, policy, lang),
            given,
        );
    }
    sections
}

fn in_order(mut sections: HashMap<Section, Vec<Item>>) -> Vec<(Section, Vec<Item>)> {
    SECTIONS
        .iter()
        .filter_map(|section| sections.remove_entry(section))
        .collect()
}

fn say(norm: &Norm, policy: &Policy, lang: Language) -> Said {
    let text = sentence::sentence_in(norm, policy, lang, Inherited::InHeading);
    let foreign = norm.action == Action::Say && sentence::said(&norm.says, policy, lang).is_none();
    Said {
        text,
        lang: foreign.then(|| Language::of_policy(policy)),
    }
}

/// The section of each line. A line that only says something goes with the line that follows it at once, else with the
/// one before.
fn placed(norms: &[&Norm], policy: &Policy) -> Vec<Section> {
    let own: Vec<Option<Section>> = norms.iter().map(|norm| section::of(norm, policy)).collect();
    let mut sections: Vec<Section> = Vec::with_capacity(norms.len());
    for (at, (norm, section)) in norms.iter().zip(&own).enumerate() {
        let next = norms.get(at + 1).filter(|next| follows(norm, next));
        let next = next.and_then(|_| own.get(at + 1).copied().flatten());
        sections.push(
            section
                .or(next)
                .or(sections.last().copied())
                .unwrap_or(Section::Covers),
        );
    }
    sections
}

/// Whether nothing stands between two lines: no empty line and no comment.
fn follows(line: &Norm, next: &Norm) -> bool {
    const INDENT: u32 = 12;
    let gap = next.span.start.checked_sub(line.span.end);
    line.span.file == next.span.file && gap.is_some_and(|gap| gap <= INDENT)
}

/// Lines of one clause that follow each other are one item.
fn add(items: &mut Vec<Item>, clauses: Vec<String>, said: Said, taken: &mut Anchors) {
    if let Some(last) = items.last_mut()
        && !clauses.is_empty()
        && last.clauses.first() == clauses.first()
    {
        last.sentences.push(said);
        for clause in clauses {
            if !last.clauses.contains(&clause) {
                last.anchors.push(taken.give(&clause));
                last.clauses.push(clause);
            }
        }
        return;
    }
    let anchors = clauses.iter().map(|clause| taken.give(clause)).collect();
    items.push(Item {
        clauses,
        anchors,
        sentences: vec![said],
    });
}

/// The anchors given out, and how often each clause asked for one.
#[derive(Debug, Default)]
struct Anchors {
    taken: HashSet<String>,
    asked: HashMap<String, usize>,
}

impl Anchors {
    /// The clause id, with a number behind it where the page has it already.
    fn give(&mut self, clause: &str) -> String {
        let count = self.asked.entry(clause.to_owned()).or_default();
        loop {
            *count += 1;
            let anchor = if *count == 1 {
                clause.to_owned()
            } else {
                format!("{clause}-{count}")
            };
            if self.taken.insert(anchor.clone()) {
                return anchor;
            }
        }
    }
}

/// A noun line that the notice shows.
struct Definition {
    span: Span,
    section: Section,
    clauses: Vec<String>,
    text: String,
}

/// Noun lines that carry a clause, and the groups of the policy's own that its lines mention, by part and in the order
/// written. Contacts are drawn apart.
fn definitions(policy: &Policy, lang: Language) -> HashMap<Option<usize>, Vec<Definition>> {
    let mentioned = printed_names(policy);
    let mut found: HashMap<Option<usize>, Vec<Definition>> = HashMap::new();
    for (id, noun) in policy
        .nouns
        .iter()
        .filter(|(_, noun)| noun.kind != Kind::Contact)
    {
        let groups = matches!(noun.kind, Kind::Data | Kind::Purpose | Kind::Recipient)
            && mentioned.contains(&id);
        for (line, declared) in noun.declarations.iter().enumerate() {
            let promised = !declared.clauses.is_empty();
            if declared.span.is_library()
                || !(promised || (groups && sentence::names_members(noun, line)))
            {
                continue;
            }
            let has_age = declared.slots.iter().any(|slot| slot.slot == Slot::Age);
            let section = if promised {
                section::of_noun(noun.kind, has_age)
            } else {
                Section::Definitions
            };
            let clauses = declared.clauses.iter().map(|id| id.value.clone()).collect();
            let text = sentence::noun_sentence(policy, id, line, lang);
            found.entry(declared.part).or_default().push(Definition {
                span: declared.span,
                section,
                clauses,
                text,
            });
        }
    }
    for lines in found.values_mut() {
        lines.sort_by_key(|definition| definition.span);
    }
    found
}

/// Every name that a sentence of the notice prints.
pub(crate) fn printed_names(policy: &Policy) -> BTreeSet<NounId> {
    let mut names: BTreeSet<NounId> = policy
        .norms
        .iter()
        .flat_map(|norm| norm.all_names())
        .map(|used| used.id)
        .collect();
    names.extend(
        policy
            .controllers
            .iter()
            .filter_map(|controller| controller.country())
            .map(|used| used.id),
    );
    for (id, noun) in policy.nouns.iter() {
        let own = noun
            .declarations
            .iter()
            .filter(|line| !line.span.is_library());
        let promised = own.clone().any(|line| !line.clauses.is_empty());
        if promised || (names.contains(&id) && own.clone().count() > 0) {
            names.insert(id);
            let slots = own
                .flat_map(|line| &line.slots)
                .filter(|slot| slot.slot != Slot::From);
            let inside: Vec<NounId> = slots
                .flat_map(|slot| slot.names())
                .chain(&noun.of)
                .map(|used| used.id)
                .collect();
            names.extend(inside);
            if promised {
                names.extend(noun.is.iter().map(|used| used.id));
            }
        }
    }
    names
}
