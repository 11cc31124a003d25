//! Laws as data: what a pack demands, grants and measures. Gives no advice and knows no policy.

use jiff::civil::Date;

use crate::check::misplaced_statement;
use crate::diagnostic::Findings;
use crate::length::Length;
use crate::model::{Norm, Verified};
use crate::nouns::{NounId, Nouns};
use crate::resolve;
use crate::syntax::{Argument, Statement};
use crate::vocabulary::{Kind, Slot};

/// One law pack.
#[derive(Debug, Clone)]
pub struct Law {
    /// Its name, `eu-gdpr`.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Where it holds.
    pub place: Option<NounId>,
    /// In force since.
    pub since: Option<Date>,
    /// The counting rule of its deadlines, by id.
    pub counting: Option<String>,
    /// Its lines, each with its authority. Regions are those of the shipped names: see [`resolve::region_of`] for a
    /// policy's own.
    pub norms: Vec<Norm>,
    /// Numbers that differ by place.
    pub constants: Vec<Constant>,
    /// The grounds it knows.
    pub grounds: Vec<NounId>,
}

/// A number of the law that may differ by place, such as the age of consent.
#[derive(Debug, Clone)]
pub struct Constant {
    /// Its name, `consent-age`.
    pub name: String,
    /// The value where no place has its own; `None` when the law leaves it to the places.
    pub value: Option<ConstantValue>,
    /// Values of single places.
    pub by_place: Vec<(NounId, ConstantValue)>,
    /// Citation.
    pub cite: String,
    /// How it was checked.
    pub verified: Verified,
}

/// What a constant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstantValue {
    /// Whole years of age.
    Years(u32),
    /// A length of time.
    Length(Length),
}

impl Constant {
    /// The value for a place: its own, else the general one.
    pub fn value_in(&self, place: NounId) -> Option<ConstantValue> {
        self.by_place
            .iter()
            .find(|(known, _)| *known == place)
            .map(|(_, value)| *value)
            .or(self.value)
    }

    /// Every value it has.
    pub fn values(&self) -> impl Iterator<Item = ConstantValue> {
        self.value
            .into_iter()
            .chain(self.by_place.iter().map(|(_, value)| *value))
    }
}

impl Law {
    /// The constant of that name.
    pub fn constant(&self, name: &str) -> Option<&Constant> {
        self.constants.iter().find(|constant| constant.name == name)
    }
}

/// The noun lines inside the packs of a file, which become part of the vocabulary.
pub fn noun_lines(file: &[Statement]) -> Vec<Statement> {
    packs(file)
        .flat_map(|pack| &pack.children)
        .filter(|line| is_noun(line))
        .cloned()
        .collect()
}

/// Reads the packs of a file over the shipped names.
pub fn read(file: &[Statement], nouns: &Nouns, findings: &mut Findings) -> Vec<Law> {
    for other in file
        .iter()
        .filter(|statement| statement.name.value != "law")
    {
        let help = "put it inside `law NAME { … }`";
        findings.push(misplaced_statement::at(
            other.span_of_head(),
            &other.name.value,
            help,
        ));
    }
    packs(file)
        .map(|pack| read_pack(pack, nouns, findings))
        .collect()
}

fn packs(file: &[Statement]) -> impl Iterator<Item = &Statement> {
    file.iter()
        .filter(|statement| statement.name.value == "law")
}

fn is_noun(line: &Statement) -> bool {
    Kind::of(&line.name.value).is_some_and(|kind| {
        kind != Kind::Right
            || line.text_of(Slot::Is).is_some()
            || line.text_of(Slot::Label).is_some()
    })
}

fn read_pack(pack: &Statement, nouns: &Nouns, findings: &mut Findings) -> Law {
    let name = pack
        .args
        .first()
        .map(|arg| arg.text.clone())
        .unwrap_or_default();
    let text = |slot: Slot| pack.text_of(slot).map(|arg| arg.text.clone());
    let is_constant = |line: &&Statement| line.name.value == "constant";
    let sentences: Vec<Statement> = pack
        .children
        .iter()
        .filter(|line| !is_constant(line) && !is_noun(line))
        .cloned()
        .collect();
    let resolved = resolve::resolve_law(&name, &sentences, nouns.clone(), findings);
    let grounds = pack
        .children
        .iter()
        .filter(|line| line.name.value == Kind::Ground.word())
        .flat_map(|line| &line.args);
    Law {
        label: text(Slot::Label).unwrap_or_else(|| name.clone()),
        place: text(Slot::In).and_then(|place| nouns.find(Kind::Place, &place)),
        since: text(Slot::Since).and_then(|date| resolve::date(&date)),
        counting: text(Slot::Counting),
        norms: resolved.norms,
        constants: pack
            .children
            .iter()
            .filter(is_constant)
            .map(|line| read_constant(line, nouns, findings))
            .collect(),
        grounds: grounds
            .filter_map(|arg| nouns.find(Kind::Ground, &arg.text))
            .collect(),
        name,
    }
}

fn read_constant(line: &Statement, nouns: &Nouns, findings: &mut Findings) -> Constant {
    let text = |slot: Slot| {
        line.text_of(slot)
            .map(|arg| arg.text.clone())
            .unwrap_or_default()
    };
    let value = line.args.get(1).and_then(|arg| constant_value(&arg.text));
    // `constant tax-limitation "7 years" in=NL` holds in that place only.
    let here = places(line).next().is_some();
    let mut by_place = Vec::new();
    if here {
        by_place.extend(values_by_place(line, value, nouns, findings));
    }
    for row in line
        .children
        .iter()
        .filter(|child| child.name.value == "value")
    {
        let value = row.args.first().and_then(|arg| constant_value(&arg.text));
        by_place.extend(values_by_place(row, value, nouns, findings));
    }
    Constant {
        name: line
            .args
            .first()
            .map(|arg| arg.text.clone())
            .unwrap_or_default(),
        value: value.filter(|_| !here),
        by_place,
        cite: text(Slot::Cite),
        verified: resolve::verified(&text(Slot::Verified)),
    }
}

/// The places that `in` names, as a property or as a child.
fn places(row: &Statement) -> impl Iterator<Item = &Argument> {
    let word = Slot::In.word();
    let props = row.props.iter().filter(move |prop| prop.name.value == word);
    let children = row
        .children
        .iter()
        .filter(move |child| child.name.value == word);
    props
        .map(|prop| &prop.value)
        .chain(children.flat_map(|child| &child.args))
}

fn values_by_place(
    row: &Statement,
    value: Option<ConstantValue>,
    nouns: &Nouns,
    findings: &mut Findings,
) -> Vec<(NounId, ConstantValue)> {
    let mut found = Vec::new();
    for place in places(row) {
        match (value, nouns.find(Kind::Place, &place.text)) {
            (Some(value), Some(place)) => found.push((place, value)),
            _ => findings.push(misplaced_statement::at(
                row.span,
                &row.name.value,
                "write `value 14 in=AT`",
            )),
        }
    }
    found
}

fn constant_value(text: &str) -> Option<ConstantValue> {
    text.parse()
        .ok()
        .map(ConstantValue::Years)
        .or_else(|| Length::parse(text).map(ConstantValue::Length))
}
