//! When a line applies: its events, dates and windows. Reads no clock; the moment comes with each decision.

use super::decision::Needed;
use super::expression::{Expression, Note, Test};
use super::line::{Place, Reader};
use super::window::{Choice, Window, Written, beginning, over};
use crate::model::{Norm, NounUse, SlotUse, Value};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// The windows of a line and of its exceptions, each with the slot that starts it.
pub(super) fn windows(norm: &Norm) -> Vec<(&SlotUse, Window)> {
    let mut found = Vec::new();
    let (own, cut) = if norm.mode == Mode::May {
        (Choice::First, Choice::Last)
    } else {
        (Choice::Last, Choice::First)
    };
    let cuts = norm.excepts.iter().map(|except| (&except.slots, cut));
    for (slots, choice) in std::iter::once((&norm.slots, own)).chain(cuts) {
        if let (Some(when), Some(window)) = (of(slots, Slot::When), window(slots, choice)) {
            found.push((when, window));
        }
    }
    found
}

fn of(slots: &[SlotUse], slot: Slot) -> Option<&SlotUse> {
    slots.iter().find(|used| used.slot == slot)
}

fn window(slots: &[SlotUse], choice: Choice) -> Option<Window> {
    let length = of(slots, Slot::Within)?
        .values
        .iter()
        .find_map(|value| match value {
            Value::Length { length, .. } => Some(Written::firm(*length)),
            Value::Constant { name, .. } => Some(Written::Constant(name.clone())),
            _ => None,
        })?;
    Some(Window { length, choice })
}

impl<'a> Reader<'a> {
    /// Whether the time of a line has come and is not over.
    pub(super) fn time(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        Expression::and([
            self.ended(slots, Slot::Before, place),
            self.begun_and_not_ended(slots, place),
        ])
    }

    /// The same for a duty that must be done before something, which that something does not end.
    pub(super) fn begun_and_not_ended(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        Expression::and([
            self.ended(slots, Slot::Until, place),
            self.started(slots, place),
            self.after(slots, place),
        ])
    }

    /// The time apart from the event that starts it.
    pub(super) fn open_ended(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        Expression::and([
            self.ended(slots, Slot::Until, place),
            self.after(slots, place),
        ])
    }

    fn ended(&self, slots: &[SlotUse], slot: Slot, place: Place<'a>) -> Expression {
        let Some(used) = of(slots, slot) else {
            return Expression::TRUE;
        };
        Expression::or(used.values.iter().map(|value| match value {
            Value::Date(date) if slot == Slot::Until => from(over(date.value)),
            Value::Date(date) => from(beginning(date.value)),
            Value::Noun(name) => self.happened(name, place),
            _ => Expression::FALSE,
        }))
        .negated()
    }

    fn after(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        let Some(used) = of(slots, Slot::After) else {
            return Expression::TRUE;
        };
        Expression::or(used.values.iter().map(|value| match value {
            Value::Date(date) => from(over(date.value)),
            Value::Noun(name) => self.waiting(self.happened(name, place), awaited(name), place),
            _ => Expression::FALSE,
        }))
    }

    fn started(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        let Some(used) = of(slots, Slot::When) else {
            return Expression::TRUE;
        };
        let choice = if place.bearing.is_open() {
            Choice::First
        } else {
            Choice::Last
        };
        // The window of a duty is its deadline, which ends nothing; only a duty to keep lasts as long as it says.
        let lasts = place.norm.is_none_or(|norm| {
            place.bearing.is_open() || norm.mode != Mode::Must || norm.action == Action::Keep
        });
        let Some(window) = window(slots, choice).filter(|_| lasts) else {
            return Expression::or(
                used.names()
                    .map(|name| self.waiting(self.happened(name, place), awaited(name), place)),
            );
        };
        let running = Expression::or(used.names().map(|name| self.running(name, &window, place)));
        if !place.bearing.is_open() {
            return running;
        }
        // A window that is over is over; one that never began may still begin.
        let happened = Expression::or(used.names().map(|name| self.happened(name, place)));
        let never = used
            .names()
            .map(|name| Expression::FALSE.awaited(Note::Needed(awaited(name))));
        Expression::or([
            running,
            Expression::and([happened.negated(), Expression::or(never)]),
        ])
    }

    /// What has not come is unknown for what is read as a permission, and false otherwise.
    fn waiting(&self, come: Expression, needed: Needed, place: Place<'a>) -> Expression {
        if place.bearing.is_open() {
            come.awaited(Note::Needed(needed))
        } else {
            come
        }
    }

    /// Whether an event has happened, or is what is asked about; whether a fact is true.
    fn happened(&self, name: &NounUse, place: Place<'a>) -> Expression {
        if name.kind == Kind::Fact {
            return self.fact(name, place).certain();
        }
        if self.is_asked(name) {
            return Expression::TRUE;
        }
        let bit = self.tables.layout.happened.get(&name.id);
        bit.map_or(Expression::FALSE, |bit| Expression::bit(*bit))
    }

    /// Whether an event is one of the question.
    pub(super) fn is_asked(&self, name: &NounUse) -> bool {
        let set = self.tables.policy.nouns.set(name.id);
        name.kind == Kind::Event
            && self
                .asked
                .events
                .iter()
                .any(|event| event.id == name.id || set.contains(&event.set))
    }

    fn running(&self, name: &NounUse, window: &Window, place: Place<'a>) -> Expression {
        let layout = &self.tables.layout;
        if name.kind == Kind::Fact {
            let at = layout.fact_windows.iter().position(|known| known == window);
            let Some(at) = at.and_then(|at| u32::try_from(at).ok()) else {
                return Expression::FALSE;
            };
            let test = self.fact_test(name.id, place.norm);
            return Expression::Test(Test::Running(test, at), Note::Silent);
        }
        if self.is_asked(name) {
            return Expression::of(window.opens(&self.tables.numbers));
        }
        let bit = layout.running.get(&(name.id, window.clone()));
        bit.map_or(Expression::FALSE, |bit| Expression::bit(*bit))
    }
}

fn from(moment: i64) -> Expression {
    Expression::Test(Test::From(moment), Note::Silent)
}

fn awaited(name: &NounUse) -> Needed {
    let text = name.name.to_string();
    if name.kind == Kind::Fact {
        Needed::Fact(text)
    } else {
        Needed::Event(text)
    }
}

/// Whether a slot names the moment at which or before which a duty is done.
pub(super) fn is_moment(slot: Slot) -> bool {
    matches!(slot, Slot::When | Slot::Before)
}
