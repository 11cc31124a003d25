//! Duties around a question: what must be told or asked first, which contract must be there, what doing it brings.

use super::decision::Needed;
use super::exercised::outer_slots;
use super::expression::Expression;
use super::line::{Bearing, Place, Reader};
use super::time::is_moment;
use crate::model::{Norm, NounUse};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// A duty that must be done first.
pub(super) struct Gate {
    /// The line.
    pub line: u32,
    /// Whether it concerns the question.
    pub applies: Expression,
    /// Whether it is done.
    pub done: Expression,
    /// Whether it asks for something that was refused.
    pub refused: Expression,
    /// The duty in words.
    pub duty: Needed,
}

/// A contract that must be there.
pub(super) struct Contract {
    /// Whether it is there.
    pub there: Expression,
    /// The facts, any of which will do.
    pub facts: Vec<Needed>,
}

impl<'a> Reader<'a> {
    /// The duties that hold the question back.
    pub(super) fn gates(&self) -> Vec<Gate> {
        if self.asked.action == Action::Ask {
            return Vec::new();
        }
        let tell = self.tables.lines(Mode::Must, Action::Tell);
        let ask = self.tables.lines(Mode::Must, Action::Ask);
        let mut lines: Vec<(u32, &Norm)> = tell.chain(ask).collect();
        lines.sort_by_key(|(at, _)| *at);
        lines
            .into_iter()
            .filter(|(_, norm)| norm.names(Slot::Before).any(|name| self.is_asked(name)))
            .map(|(at, norm)| self.gate(at, norm))
            .filter(|gate| !gate.applies.is_false())
            .collect()
    }

    fn gate(&self, line: u32, norm: &'a Norm) -> Gate {
        let place = Place {
            norm: Some(norm),
            bearing: Bearing::Binds,
        };
        let slots = outer_slots(norm, Some(Slot::At)).map(|used| self.slot(used, Bearing::Binds));
        let applies = Expression::and(slots.chain([
            self.within_of(norm),
            self.people(norm),
            self.conditions(&norm.slots, place),
            self.begun_and_not_ended(&norm.slots, place),
            self.excepts(norm),
            self.covered(norm),
        ]));
        let told = || {
            let told = self.tables.words.told.as_ref();
            told.map_or(Expression::FALSE, |told| self.fact(told, place))
        };
        let asks = |object: &NounUse| norm.action == Action::Ask && object.kind == Kind::Fact;
        let done = norm.objects.iter().map(|object| {
            if asks(object) {
                self.fact(object, place)
            } else {
                told()
            }
        });
        let done = Expression::and(done).certain();
        let refused = norm
            .objects
            .iter()
            .filter(|object| asks(object))
            .map(|object| self.fact(object, place).possible().negated());
        let refused = Expression::and([applies.clone(), Expression::or(refused)]);
        let words: Vec<&str> = std::iter::once(norm.action.word())
            .chain(norm.objects.iter().map(|object| object.name.as_ref()))
            .chain(norm.any_object.then_some("any"))
            .collect();
        Gate {
            line,
            applies,
            done,
            refused,
            duty: Needed::Duty(words.join(" ")),
        }
    }

    /// The contracts that passing data on waits for.
    pub(super) fn contracts(&self) -> Vec<Contract> {
        let place = Place {
            norm: None,
            bearing: Bearing::Spares,
        };
        let contracts = self.asked.terms.contracts.iter();
        contracts
            .map(|facts| Contract {
                there: Expression::or(facts.iter().map(|fact| self.fact(fact, place))),
                facts: facts
                    .iter()
                    .map(|fact| Needed::Fact(fact.name.to_string()))
                    .collect(),
            })
            .collect()
    }

    /// The duties that doing it brings, and whether they apply.
    pub(super) fn obligations(&self) -> Vec<(u32, Expression)> {
        let mut found = Vec::new();
        for action in Action::ALL {
            for (at, norm) in self.tables.lines(Mode::Must, *action) {
                let applies = self.obligation(norm);
                if !applies.is_false() {
                    found.push((at, applies));
                }
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found
    }

    fn obligation(&self, norm: &'a Norm) -> Expression {
        if !self.brings(norm) {
            return Expression::FALSE;
        }
        let place = Place {
            norm: Some(norm),
            bearing: Bearing::Binds,
        };
        let data = |name: &&NounUse| name.kind == Kind::Data;
        let object = if norm.any_object || !norm.objects.iter().all(|name| data(&name)) {
            Expression::TRUE
        } else {
            self.leaf_in(norm.objects.iter().filter(data), &norm.region.object)
        };
        let slots = outer_slots(norm, None).map(|used| self.slot(used, Bearing::Binds));
        Expression::and(slots.chain([
            object,
            self.within_of(norm),
            self.people(norm),
            self.conditions(&norm.slots, place),
            self.open_ended(&norm.slots, place),
            self.excepts(norm),
            self.covered(norm),
        ]))
    }

    /// Whether doing what is asked is the moment of a duty.
    fn brings(&self, norm: &Norm) -> bool {
        if norm.slot(Slot::When).is_some() {
            return norm.names(Slot::When).any(|name| self.is_asked(name));
        }
        if norm.slots.iter().any(|used| is_moment(used.slot)) {
            return false;
        }
        norm.slot(Slot::At).is_some_and(|used| {
            self.slot(used, Bearing::Binds) == Expression::TRUE && used.names().next().is_some()
        })
    }
}
