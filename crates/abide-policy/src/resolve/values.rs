//! Reads the value of a slot: names, times, dates, rates, ages. One function per form.

use jiff::civil::Date;

use super::Resolver;
use crate::check::{bad_value, unknown_name};
use crate::length::Length;
use crate::model::{Age, NounUse, SlotUse, Value};
use crate::source::{Span, Spanned};
use crate::suggest::closest;
use crate::syntax::{Argument, Statement};
use crate::vocabulary::{ANY, Kind, Slot, Takes};

impl Resolver<'_> {
    /// The slot of a property or child, every value of it read.
    fn slot_use(
        &mut self,
        (slot, takes): (Slot, Takes),
        values: &[Argument],
        span: Span,
    ) -> SlotUse {
        let values = values
            .iter()
            .filter_map(|value| self.value(slot, takes, value))
            .collect();
        SlotUse {
            slot,
            values,
            inherited: false,
            span,
        }
    }

    /// The slots among a statement's properties and children for which `takes` says what they take. Others are left to
    /// the caller.
    pub(super) fn slots_of(
        &mut self,
        statement: &Statement,
        takes: &dyn Fn(Slot) -> Option<Takes>,
    ) -> Vec<SlotUse> {
        let known = |word: &str| Slot::of(word).and_then(|slot| Some((slot, takes(slot)?)));
        let mut slots: Vec<SlotUse> = Vec::new();
        for prop in &statement.props {
            if let Some(slot) = known(&prop.name.value) {
                slots.push(self.slot_use(
                    slot,
                    std::slice::from_ref(&prop.value),
                    prop.name.span.to(prop.value.span),
                ));
            }
        }
        for child in &statement.children {
            let Some((slot, takes)) = known(&child.name.value) else {
                continue;
            };
            let read = self.slot_use((slot, takes), &child.args, child.span);
            match slots
                .iter_mut()
                .find(|known| known.slot == slot && !matches!(slot, Slot::If | Slot::Unless))
            {
                Some(known) => known.values.extend(read.values),
                None => slots.push(read),
            }
        }
        slots
    }

    fn value(&mut self, slot: Slot, takes: Takes, arg: &Argument) -> Option<Value> {
        let wanted = |this: &mut Self, form: &str| {
            this.findings
                .push(bad_value::at(arg.span, slot.word(), &arg.text, form));
            None
        };
        match takes {
            Takes::Names(_) if arg.text == ANY => Some(Value::Any),
            Takes::Names(kinds) => self.name(kinds, arg).map(Value::Noun),
            Takes::NamesOrDate(kinds) => match date(&arg.text) {
                Some(date) => Some(Value::Date(Spanned {
                    value: date,
                    span: arg.span,
                })),
                None if arg.text.starts_with(|c: char| c.is_ascii_digit()) => wanted(
                    self,
                    "a date as in `\"2026-03-01\"`, or the name of an event or fact",
                ),
                None => self.name(kinds, arg).map(Value::Noun),
            },
            Takes::Length => self.length(slot, arg),
            Takes::Rate => rate(arg).or_else(|| wanted(self, "a rate as in `\"2 per 12 months\"`")),
            Takes::Age => age(arg)
                .map(Value::Age)
                .or_else(|| wanted(self, "an age as in `<13`, `\">=16\"` or `\"<consent-age\"`")),
            Takes::Date => date(&arg.text)
                .map(|date| {
                    Value::Date(Spanned {
                        value: date,
                        span: arg.span,
                    })
                })
                .or_else(|| wanted(self, "a date as in `\"2026-03-01\"`")),
            Takes::WordOrName(words, kinds) if !words.contains(&arg.text.as_str()) => {
                self.name(kinds, arg).map(Value::Noun)
            }
            Takes::Word(words) if !words.contains(&arg.text.as_str()) => {
                let list = words
                    .iter()
                    .map(|word| format!("`{word}`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                wanted(self, &format!("one of {list}"))
            }
            Takes::Word(_) | Takes::WordOrName(..) | Takes::Text => Some(Value::Text(Spanned {
                value: arg.text.clone(),
                span: arg.span,
            })),
        }
    }

    /// A name of one of the kinds, in their order; an unknown one is a finding.
    pub(super) fn name(&mut self, kinds: &[Kind], arg: &Argument) -> Option<NounUse> {
        for kind in kinds {
            if let Some(id) = self.policy.nouns.find(*kind, &arg.text) {
                let name = self.policy.nouns.get(id).name.clone();
                return Some(NounUse {
                    kind: *kind,
                    id,
                    name,
                    span: arg.span,
                });
            }
        }
        let advice = if self.suggestions_left > 0 {
            self.suggestions_left -= 1;
            let nouns = &self.policy.nouns;
            let known = nouns
                .iter()
                .filter(|(_, noun)| kinds.contains(&noun.kind))
                .map(|(_, noun)| noun.name.as_ref());
            unknown_name::advice(&arg.text, kinds, nouns, closest(&arg.text, known))
        } else {
            unknown_name::declare(kinds, &arg.text)
        };
        self.findings
            .push(unknown_name::at(arg.span, &arg.text, kinds, advice));
        None
    }

    fn length(&mut self, slot: Slot, arg: &Argument) -> Option<Value> {
        if let Some(length) = Length::parse(&arg.text) {
            let vague = arg.note.as_ref().map(|note| note.value.clone());
            return Some(Value::Length {
                length,
                vague,
                span: arg.span,
            });
        }
        if is_name(&arg.text) {
            return Some(Value::Constant {
                name: arg.text.clone(),
                span: arg.span,
            });
        }
        let form = "a length of time as in `\"45 days\"`, `\"10 business-days\"` or `(reasonable)\"14 days\"`";
        self.findings
            .push(bad_value::at(arg.span, slot.word(), &arg.text, form));
        None
    }
}

/// Reads `2026-03-01`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let digits = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let shaped = text.len() == 10
        && (0..10).all(|at| {
            if at == 4 || at == 7 {
                text.as_bytes()[at] == b'-'
            } else {
                digits(at)
            }
        });
    shaped.then(|| text.parse().ok()).flatten()
}

fn rate(arg: &Argument) -> Option<Value> {
    let (count, per) = arg.text.split_once(" per ")?;
    let per = per.trim();
    let length = Length::parse(per).or_else(|| Length::parse(&format!("1 {per}")))?;
    Some(Value::Rate {
        count: count.trim().parse().ok()?,
        per: length,
        span: arg.span,
    })
}

fn age(arg: &Argument) -> Option<Age> {
    let comparison = ["<=", ">=", "<", ">"]
        .into_iter()
        .find(|sign| arg.text.starts_with(sign))?;
    let bound = arg.text.get(comparison.len()..)?.trim();
    let bound = match bound.parse::<u32>() {
        Ok(years) if years <= 150 => Ok(years),
        Ok(_) => return None,
        Err(_) if is_name(bound) => Err(bound.to_owned()),
        Err(_) => return None,
    };
    Some(Age {
        comparison,
        bound,
        span: arg.span,
    })
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || c == '-')
}
