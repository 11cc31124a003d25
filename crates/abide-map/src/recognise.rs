//! Says what a column holds, from its name, its type and some of its values. Never repeats a value.

mod account;
mod address;
mod bank;
mod birth;
mod card;
mod coordinates;
mod device;
mod email;
mod file;
mod json;
mod language;
mod name;
mod name_words;
mod network;
mod phone;
mod secret;
mod text;
mod web;
mod work;

use crate::map::{Confidence, Holds};
use crate::sample::ColumnSample;
use crate::schema::{Column, TypeClass};
use crate::words;
use abide_policy::source::{Span, Spanned};
use name_words::NameWords;

/// Each of the things that can be recognised, one line a kind; what stands first wins where two are as sure.
const RECOGNISERS: &[&[Recogniser]] = &[
    email::ALL,
    phone::ALL,
    secret::ALL,
    card::ALL,
    bank::ALL,
    network::ALL,
    name::ALL,
    account::ALL,
    address::ALL,
    coordinates::ALL,
    birth::ALL,
    device::ALL,
    language::ALL,
    work::ALL,
    web::ALL,
    file::ALL,
    text::ALL,
];

/// The least confidence at which a proposal says what a column holds.
pub const LEAST: f64 = 0.5;

/// How one kind of thing is recognised.
struct Recogniser {
    /// What it is: a noun of the standard vocabulary, or nothing for a file.
    noun: &'static str,
    /// What it is called in a reason.
    label: &'static str,
    /// Names, as words without spaces: `emailaddress`.
    names: &'static [&'static str],
    /// Words that make a name mean something else.
    unless: &'static [&'static str],
    /// The sorts of value it can be kept in.
    classes: &'static [TypeClass],
    /// What a value looks like.
    looks: Option<fn(&str) -> bool>,
    /// How far values alone say what they are.
    proof: Proof,
}

/// How far values alone say what a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// The look of the values is enough, and says more than any name.
    Look,
    /// The look of the values is enough.
    Value,
    /// The name must say so too.
    Name,
}

/// Text of any sort, bytes that may be text included.
const TEXT: &[TypeClass] = &[TypeClass::Text, TypeClass::Binary, TypeClass::Other];

/// Text, or numbers that stand for it.
const TEXT_OR_NUMBER: &[TypeClass] = &[
    TypeClass::Text,
    TypeClass::Binary,
    TypeClass::Other,
    TypeClass::Integer,
    TypeClass::Decimal,
    TypeClass::Enum,
];

/// Words at the end or the beginning of a name that make it a fact about the thing rather than the thing.
const ABOUT: &[&str] = &[
    "id",
    "ids",
    "type",
    "types",
    "count",
    "counter",
    "status",
    "state",
    "verified",
    "confirmed",
    "at",
    "on",
    "date",
    "time",
    "enabled",
    "disabled",
    "template",
    "templates",
    "format",
    "valid",
    "flag",
    "sent",
    "limit",
    "size",
    "length",
    "visibility",
    "public",
    "preference",
    "preferences",
    "notification",
    "notifications",
    "subject",
    "body",
    "order",
    "num",
    "number",
    "no",
    "is",
    "has",
    "use",
    "uses",
    "used",
    "show",
    "allow",
    "can",
    "max",
    "min",
    "required",
    "expires",
    "expiry",
    "expired",
    "changed",
    "updated",
    "version",
    "domain",
    "provider",
    "server",
    "host",
    "port",
    "module",
    "class",
    "kind",
    "level",
    "score",
    "digits",
    "attempts",
    "frequency",
    "mask",
    "mode",
    "rule",
    "rules",
    "method",
    "hook",
    "position",
    "default",
    "zip",
    "lookup",
];

/// What a column holds, as a proposal.
#[derive(Debug, Clone, PartialEq)]
pub struct Recognised {
    /// Nouns of the standard vocabulary; none is a file.
    pub nouns: Vec<&'static str>,
    /// How sure, 0 to 1.
    pub value: f64,
    /// Why, without values.
    pub reason: String,
}

impl Recognised {
    /// As a map says it.
    pub fn holds(&self) -> Holds {
        let here = Span::new(0, 0, 0);
        match self.nouns.is_empty() {
            true => Holds::File,
            false => Holds::Data(
                self.nouns
                    .iter()
                    .map(|noun| Spanned {
                        value: (*noun).to_owned(),
                        span: here,
                    })
                    .collect(),
            ),
        }
    }

    /// Its confidence, as a map says it.
    pub fn confidence(&self) -> Confidence {
        Confidence {
            value: self.value,
            reason: self.reason.clone(),
        }
    }
}

/// What is known of the table that a column is in.
pub struct Surroundings<'a> {
    /// The words of the table's name.
    pub table: &'a [String],
    /// Whether its rows look like people, so that `name` is a person's.
    pub is_people: bool,
    /// Whether other columns of it are parts of an address, so that `state` is one too.
    pub has_address: bool,
}

/// What a column holds, if a recogniser is sure enough: its words, its type, and some values where there are any.
pub fn recognise(
    column: &Column,
    column_words: &[String],
    around: &Surroundings<'_>,
    sample: Option<&ColumnSample>,
) -> Option<Recognised> {
    let values = sample.map_or(&[][..], |sample| sample.values.as_slice());
    if let Some(found) = json::look_inside(column, values) {
        return Some(found);
    }
    if is_truth(column) {
        return None;
    }
    let scores = NameWords::new(column_words, around).scores();
    let mut best: Option<Recognised> = None;
    for (recogniser, named) in recognisers().zip(scores) {
        let Some(found) = recogniser.judge(column, named, around, values) else {
            continue;
        };
        if best.as_ref().is_none_or(|best| found.value > best.value) {
            best = Some(found);
        }
    }
    best.filter(|best| best.value >= LEAST)
        .or_else(|| from_surroundings(column, column_words, around))
}

/// What a name that says nothing alone means in such a table: `name` of people, `state` beside `city`.
fn from_surroundings(
    column: &Column,
    column_words: &[String],
    around: &Surroundings<'_>,
) -> Option<Recognised> {
    let last = column_words.last().map(String::as_str);
    let whole = column_words.len() == 1
        || around
            .table
            .iter()
            .any(|word| column_words.first() == Some(word));
    let (noun, label) = match last {
        Some("name") if around.is_people && whole => ("full-name", "people have names"),
        Some("state") if around.has_address => {
            ("state", "it stands beside other parts of an address")
        }
        _ => return None,
    };
    TEXT.contains(&column.class).then(|| Recognised {
        nouns: vec![noun],
        value: 0.75,
        reason: format!("`{}`, and {label}", column.name),
    })
}

impl Recogniser {
    fn judge(
        &self,
        column: &Column,
        named: f64,
        around: &Surroundings<'_>,
        values: &[String],
    ) -> Option<Recognised> {
        let may_be = named > 0.0 || self.proof != Proof::Name;
        if !may_be || !self.classes.contains(&column.class) {
            return None;
        }
        let seen = self.share(values);
        let sure = combine(named, seen, self.proof);
        (sure > 0.0).then(|| Recognised {
            nouns: if self.noun.is_empty() {
                Vec::new()
            } else {
                vec![text::refine(self.noun, around.table)]
            },
            value: sure,
            reason: self.reason(column, named, seen),
        })
    }

    /// The share of the values that look right, where there are any to look at.
    fn share(&self, values: &[String]) -> Option<(usize, usize)> {
        let looks = self.looks?;
        let filled: Vec<&str> = values
            .iter()
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .collect();
        let right = filled.iter().filter(|value| looks(value)).count();
        (!filled.is_empty()).then_some((right, filled.len()))
    }

    fn reason(&self, column: &Column, named: f64, seen: Option<(usize, usize)>) -> String {
        let name = (named > 0.0).then(|| format!("`{}` is a name for {}", column.name, self.label));
        let values = seen
            .filter(|(right, all)| right * 2 >= *all)
            .map(|(right, all)| {
                let of = if right == all {
                    format!("all {all}")
                } else {
                    format!("{right} of {all}")
                };
                format!("{of} values seen look like {}", self.label)
            });
        match (name, values) {
            (Some(name), Some(values)) => format!("{name}, and {values}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => String::new(),
        }
    }
}

/// Every recogniser, in order.
fn recognisers() -> impl Iterator<Item = &'static Recogniser> {
    RECOGNISERS.iter().copied().flatten()
}

/// Whether a column can only say yes or no.
fn is_truth(column: &Column) -> bool {
    column.class == TypeClass::Boolean
        || column
            .type_name
            .to_ascii_lowercase()
            .starts_with("tinyint(1)")
}

/// Name and values together.
fn combine(named: f64, seen: Option<(usize, usize)>, proof: Proof) -> f64 {
    let Some((right, all)) = seen else {
        return named;
    };
    #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
    let share = right as f64 / all as f64;
    if share >= 0.9 {
        return match proof {
            _ if named > 0.0 => named + (1.0 - named) * 0.75,
            Proof::Look if all >= 3 => 0.96,
            Proof::Look => 0.93,
            Proof::Value if all >= 3 => 0.9,
            Proof::Value => 0.6,
            Proof::Name => 0.0,
        };
    }
    if share < 0.5 && all >= 5 {
        named * 0.5
    } else {
        named * 0.95
    }
}

/// What a value looks like to the recogniser of this noun; for looking inside values.
fn nouns_of(name: &str, value: &str) -> Option<&'static str> {
    let words = words::split(name);
    let around = Surroundings {
        table: &[],
        is_people: true,
        has_address: true,
    };
    let scores = NameWords::new(&words, &around).scores();
    recognisers()
        .zip(scores)
        .filter(|(one, _)| !one.noun.is_empty() && one.classes.contains(&TypeClass::Text))
        .map(|(one, named)| {
            let seen = one.share(&[value.to_owned()]);
            (one, combine(named, seen, one.proof))
        })
        .filter(|(_, sure)| *sure >= LEAST)
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .map(|(one, _)| one.noun)
}

#[cfg(test)]
mod tests;
