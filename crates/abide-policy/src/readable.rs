//! What can be read from a resolved line: its numbers, times, ages, dates, places and parties, those of the names it
//! mentions included. Never looks at source text.

use crate::length::{Length, Unit};
use crate::library::Library;
use crate::model::{Controller, Norm, NounUse, Part, Policy, SlotUse, Value};
use crate::nouns::{Declaration, Noun, NounId};
use crate::source::Spanned;
use crate::vocabulary::{Kind, Mode, Slot};

/// A statement that may carry a clause id.
#[derive(Clone, Copy)]
pub enum Statement<'a> {
    /// A sentence.
    Norm(&'a Norm),
    /// A noun line.
    Noun(NounId, &'a Noun, &'a Declaration),
    /// A part.
    Part(&'a Part),
    /// The policy line.
    Policy(&'a Policy),
    /// A controller line.
    Controller(&'a Controller),
    /// The law lines.
    Law(&'a Policy),
}

/// Every statement of the policy that carries a clause id, with the id; one with several ids comes several times.
pub fn statements(policy: &Policy) -> Vec<(&str, Statement<'_>)> {
    let mut all = Vec::new();
    fn with<'a>(
        ids: &'a [Spanned<String>],
        statement: Statement<'a>,
    ) -> impl Iterator<Item = (&'a str, Statement<'a>)> {
        ids.iter().map(move |id| (id.value.as_str(), statement))
    }
    all.extend(with(&policy.clauses, Statement::Policy(policy)));
    all.extend(with(&policy.law_clauses, Statement::Law(policy)));
    for controller in &policy.controllers {
        all.extend(with(&controller.clauses, Statement::Controller(controller)));
    }
    for part in &policy.parts {
        all.extend(with(&part.clauses, Statement::Part(part)));
    }
    for (id, noun) in policy.nouns.iter() {
        for line in noun
            .declarations
            .iter()
            .filter(|line| !line.span.is_library())
        {
            all.extend(with(&line.clauses, Statement::Noun(id, noun, line)));
        }
    }
    for norm in &policy.norms {
        all.extend(with(&norm.clauses, Statement::Norm(norm)));
    }
    all
}

impl Statement<'_> {
    /// Its first word, modes aside: the action or the kind of noun.
    pub fn head(&self) -> &'static str {
        match self {
            Self::Norm(norm) => norm.action.word(),
            Self::Noun(_, noun, _) => noun.kind.word(),
            Self::Part(_) => "part",
            Self::Policy(_) => "policy",
            Self::Controller(_) => "controller",
            Self::Law(_) => "law",
        }
    }

    /// Its first words as written.
    pub fn words(&self) -> String {
        match self {
            Self::Norm(norm) if norm.mode != Mode::May => {
                format!("{} {}", norm.mode.word(), norm.action.word())
            }
            other => other.head().to_owned(),
        }
    }

    /// Whether it is a prohibition.
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Norm(norm) if norm.mode == Mode::Never)
    }

    /// Whether it is a sentence with a condition: consent in one of its forms, or another fact that stands for it.
    pub fn depends_on_consent(&self) -> bool {
        matches!(self, Self::Norm(norm) if !norm.conditions.is_empty())
    }
}

/// What has been read so far.
#[derive(Debug, Default)]
pub struct Readable {
    /// Labels and names, in lower case, one a line.
    text: String,
    lengths: Vec<Length>,
    rates: Vec<(u32, Length)>,
    ages: Vec<String>,
    dates: Vec<String>,
    vague: Vec<String>,
    /// Whether a place is named.
    placed: bool,
    /// Whether a time is named.
    timed: bool,
    seen: Vec<NounId>,
}

impl Readable {
    /// Reads one statement of `policy`.
    pub fn add(&mut self, statement: Statement<'_>, policy: &Policy, library: &Library) {
        for controller in &policy.controllers {
            self.word(&controller.label);
            controller
                .slots
                .iter()
                .for_each(|slot| self.slot(slot, policy, 1));
        }
        match statement {
            Statement::Norm(norm) => {
                norm.all_slots().for_each(|slot| self.slot(slot, policy, 2));
                norm.all_names().for_each(|name| self.noun(name, policy, 2));
                norm.says.iter().for_each(|say| self.word(&say.text.value));
                if let Some(part) = norm.part.and_then(|part| policy.parts.get(part)) {
                    part.defaults
                        .iter()
                        .for_each(|slot| self.slot(slot, policy, 2));
                }
            }
            Statement::Noun(id, noun, line) => {
                self.noun_by_id(id, noun, policy, 2);
                line.slots
                    .iter()
                    .for_each(|slot| self.slot(slot, policy, 2));
            }
            Statement::Part(part) => {
                self.word(&part.name);
                part.defaults
                    .iter()
                    .for_each(|slot| self.slot(slot, policy, 2));
                for date in part.version.iter().chain(&part.reviewed) {
                    self.dates.push(date.value.to_string());
                }
            }
            Statement::Policy(policy) => self
                .dates
                .extend(policy.version.iter().map(|date| date.value.to_string())),
            Statement::Controller(controller) => self.word(&controller.label),
            Statement::Law(policy) => {
                for law in policy.laws.iter().filter_map(|law| library.law(&law.value)) {
                    self.word(&law.label);
                    law.place.into_iter().for_each(|place| {
                        self.noun_by_id(place, policy.nouns.get(place), policy, 1)
                    });
                }
            }
        }
    }

    fn word(&mut self, text: &str) {
        self.text.push_str(&text.to_lowercase());
        self.text.push('\n');
    }

    /// Reads a name and, for `depth` steps, what its own lines say.
    fn noun(&mut self, used: &NounUse, policy: &Policy, depth: usize) {
        self.noun_by_id(used.id, policy.nouns.get(used.id), policy, depth);
    }

    fn noun_by_id(&mut self, id: NounId, noun: &Noun, policy: &Policy, depth: usize) {
        if self.seen.contains(&id) {
            return;
        }
        self.seen.push(id);
        self.word(&noun.name);
        noun.labels.values().for_each(|label| self.word(label));
        self.placed |= noun.kind == Kind::Place;
        if noun.kind == Kind::Place {
            noun.is
                .iter()
                .for_each(|parent| self.noun(parent, policy, depth));
        }
        if depth == 0 {
            return;
        }
        noun.of
            .iter()
            .for_each(|member| self.noun(member, policy, depth - 1));
        for line in &noun.declarations {
            line.slots
                .iter()
                .for_each(|slot| self.slot(slot, policy, depth - 1));
        }
    }

    fn slot(&mut self, used: &SlotUse, policy: &Policy, depth: usize) {
        self.timed |= matches!(
            used.slot,
            Slot::When
                | Slot::Within
                | Slot::Until
                | Slot::Before
                | Slot::After
                | Slot::Every
                | Slot::Last
        );
        for value in &used.values {
            match value {
                Value::Any => self.word("any"),
                Value::Noun(noun) => self.noun(noun, policy, depth),
                Value::Length { length, vague, .. } => {
                    self.lengths.push(*length);
                    self.vague.extend(vague.clone());
                }
                Value::Constant { name, .. } => self.word(name),
                Value::Date(date) => self.dates.push(date.value.to_string()),
                Value::Rate { count, per, .. } => self.rates.push((*count, *per)),
                Value::Age(age) => self.ages.push(match &age.bound {
                    Ok(years) => years.to_string(),
                    Err(name) => name.clone(),
                }),
                Value::Text(text) => self.word(&text.value),
            }
        }
    }

    /// What the fact `name` with this text says that cannot be read here.
    pub fn lacks(&self, name: &str, text: &str) -> Vec<String> {
        let mut lacks = Vec::new();
        match name {
            "places" => lacks.extend((!self.has_place(text)).then(|| text.to_owned())),
            "recipients" | "actor" => lacks.extend(self.lacking_party(text)),
            "deadline" if !self.has_deadline(text) => lacks.push(text.to_owned()),
            _ => {}
        }
        if matches!(name, "deadline" | "trigger" | "exception" | "actor") {
            lacks.extend(self.lacking_numbers(text));
        }
        lacks
    }

    fn has_place(&self, text: &str) -> bool {
        let words = proper_words(text);
        if words.is_empty() {
            self.placed
        } else {
            words.iter().all(|word| self.has_word(word))
        }
    }

    fn has_word(&self, word: &str) -> bool {
        let aliases: &[&str] = match word {
            "us" | "usa" => &["united states"],
            "eu" => &["european union"],
            _ => &[],
        };
        std::iter::once(&word)
            .chain(aliases)
            .any(|word| contains_word(&self.text, word))
    }

    /// Named parties, mail addresses and phones of the text that are not here.
    fn lacking_party(&self, text: &str) -> Option<String> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 7 && !text.contains('@') {
            let here: String = self.text.chars().filter(char::is_ascii_digit).collect();
            return (!here.contains(&digits)).then(|| text.to_owned());
        }
        let lacking = proper_words(text)
            .into_iter()
            .any(|word| !self.has_word(&word));
        lacking.then(|| text.to_owned())
    }

    /// A deadline of words needs some time on the line; a vague one needs its vague word or a time.
    fn has_deadline(&self, text: &str) -> bool {
        let vague = ["reasonable", "certain period", "as soon as possible"]
            .iter()
            .any(|vague| text.contains(vague));
        if vague {
            !self.vague.is_empty()
        } else {
            self.timed || !self.rates.is_empty() || !self.lengths.is_empty()
        }
    }

    /// Numbers of the text that are not here, each with its unit where it has one.
    fn lacking_numbers(&self, text: &str) -> Vec<String> {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';'))
            .filter(|word| !word.is_empty())
            .collect();
        let mut lacks = Vec::new();
        for (at, word) in words.iter().enumerate() {
            if is_date(word) {
                lacks.extend(
                    (!self.dates.iter().any(|date| date == word)).then(|| (*word).to_owned()),
                );
                continue;
            }
            let Ok(number) = word.parse::<u32>() else {
                continue;
            };
            let next = words.get(at + 1).copied().unwrap_or_default();
            if !self.has_number(number, next, words.get(at + 2).copied().unwrap_or_default()) {
                lacks.push(format!("{number} {next}").trim().to_owned());
            }
        }
        if text.contains("calendar year") && !self.has_calendar_year() {
            lacks.push("calendar year".to_owned());
        }
        lacks
    }

    fn has_number(&self, number: u32, next: &str, after: &str) -> bool {
        let unit = if next == "business" {
            format!("business-{after}")
        } else {
            next.to_owned()
        };
        if let Some(length) = Length::parse(&format!("{number} {unit}")) {
            return self.lengths.contains(&length)
                || self.rates.iter().any(|(_, per)| *per == length);
        }
        if next == "per" {
            return self.rates.iter().any(|(count, _)| *count == number);
        }
        self.ages.contains(&number.to_string())
            || self.lengths.iter().any(|length| length.value == number)
    }

    fn has_calendar_year(&self) -> bool {
        let lengths = self
            .lengths
            .iter()
            .chain(self.rates.iter().map(|(_, per)| per));
        lengths
            .into_iter()
            .any(|length| length.unit == Unit::CalendarYear)
    }
}

fn is_date(word: &str) -> bool {
    word.len() == 10 && word.parse::<jiff::civil::Date>().is_ok()
}

fn contains_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric();
    text.match_indices(word).any(|(at, found)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text
            .get(at + found.len()..)
            .and_then(|text| text.chars().next());
        !word.is_ascii() || (!before.is_some_and(part) && !after.is_some_and(part))
    })
}

/// The words of a text that name something: capitalised, not ASCII, or a mail or web address. In lower case.
fn proper_words(text: &str) -> Vec<String> {
    let plain = text.replace("(as written)", "");
    plain
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '/'))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| {
            word.chars().any(|c| c.is_uppercase() || !c.is_ascii()) || word.contains('@')
        })
        .filter(|word| word.chars().count() > 1)
        .map(str::to_lowercase)
        .collect()
}
