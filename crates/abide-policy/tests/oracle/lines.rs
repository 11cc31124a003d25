//! *A(line, leaf)*: whether a line applies, for one leaf of the data.

use abide_policy::model::{Except, Norm, NounUse};
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use crate::asked::With;
use crate::case::{At, Case};
use crate::facts::ReadAs;
use crate::names::Set;
use crate::slots::{COMPARED, LeftOut, Match, names_in};
use crate::time::Within;
use crate::truth::Value;

const TIMES: [Slot; 4] = [Slot::When, Slot::Until, Slot::Before, Slot::After];

/// *A permission, `never honour` and `never apply` match all; every other line some.*
fn match_of(line: &Norm) -> Match {
    match (line.mode, line.action) {
        (Mode::May, Action::Right) => Match::Some,
        (Mode::May, _) | (Mode::Never, Action::Honour | Action::Apply) => Match::All,
        _ => Match::Some,
    }
}

/// *An `except` of any line but a permission* matches *all*; *an `except` of a permission, some*.
fn match_of_except(line: &Norm) -> Match {
    match line.mode {
        Mode::May => Match::Some,
        _ => Match::All,
    }
}

fn read_as(line: &Norm) -> ReadAs {
    match line.mode {
        Mode::May => ReadAs::Permission,
        _ => ReadAs::Other,
    }
}

fn within(line: &Norm) -> Within {
    match (line.mode, line.action) {
        (Mode::Must, Action::Keep) => Within::Ends,
        (Mode::Must, _) => Within::IsDeadline,
        _ => Within::Ends,
    }
}

impl Case<'_> {
    /// A of a line for a leaf.
    pub fn applies(&self, line: &Norm, leaf: u32) -> Value {
        // *Any other line is about its own action only, and false for a question with another.*
        if !self.is_about_action(line) {
            return Value::no();
        }
        self.applies_whatever_action(line, leaf)
    }

    fn is_about_action(&self, line: &Norm) -> bool {
        // *`never share` is also about `sell`.*
        let shares = (line.mode, line.action) == (Mode::Never, Action::Share);
        let own = line.action == self.asked.action;
        if shares && self.asked.action == Action::Sell {
            self.marks.hit("`never share` about a sale");
        }
        own || (shares && self.asked.action == Action::Sell)
    }

    /// A but for the action: what a `must keep` forbids to erase is judged so.
    pub fn applies_whatever_action(&self, line: &Norm, leaf: u32) -> Value {
        let at = At {
            leaf,
            line: Some(line),
        };
        if !self.holds_object(line, at) {
            return Value::no();
        }
        let mut parts = vec![
            self.slots(&line.slots, &COMPARED, match_of(line), LeftOut::Unknown, at),
            self.people_of(line, at),
            self.conditions(&line.conditions, read_as(line), at),
            self.times(&line.slots, &TIMES, read_as(line), within(line), at),
            self.exceptions(line, at),
            self.part_applies(line, at),
        ];
        if line.mode == Mode::May {
            parts.push(self.consent_by_ground(line, at));
        }
        Value::and(parts)
    }

    /// *The object: the leaf is in the line's data, or it is not. `any` holds every leaf.*
    fn holds_object(&self, line: &Norm, at: At<'_>) -> bool {
        if line.any_object || line.objects.is_empty() {
            return true;
        }
        match (self.asked.action, line.mode) {
            // *A permission must hold all of them.*
            (Action::Link, Mode::May) => self.asked.leaves.iter().all(|leaf| {
                let at = At { leaf: *leaf, ..at };
                self.holds_leaf(&line.objects, at)
            }),
            // *A `never` with several objects applies, to every leaf, only if each of its objects holds some of what is
            // asked about.*
            (Action::Link, Mode::Never) if line.objects.len() > 1 => {
                let each = line.objects.iter().all(|object| {
                    self.asked.leaves.iter().any(|leaf| {
                        let at = At { leaf: *leaf, ..at };
                        self.holds_leaf(std::slice::from_ref(object), at)
                    })
                });
                self.marks.hit(if each {
                    "a `never link` of two things, both there"
                } else {
                    "a `never link` of two things, not both there"
                });
                each
            }
            _ => self.holds_leaf(&line.objects, at),
        }
    }

    /// Whether a leaf belongs to one of the data that a line names.
    pub fn holds_leaf<'n>(&self, data: impl IntoIterator<Item = &'n NounUse>, at: At<'_>) -> bool {
        let names = self.names();
        let data: Vec<&NounUse> = data.into_iter().collect();
        if !names.union(data.iter().copied()).contains(&at.leaf) {
            return false;
        }
        if !names.has_conditional {
            return true;
        }
        // *While the fact is* false *as in a condition, lines that hold it only by way of that `is` do not. The fact is
        // about the data, so a scope with lines covers nothing.*
        let asked = At { line: None, ..at };
        let is_linked = |child: u32, line: usize| {
            let noun = names.nouns.get(abide_policy::nouns::NounId(child));
            let ifs = noun.declarations[line]
                .slots
                .iter()
                .filter(|used| used.slot == Slot::If);
            let holds = Value::and(ifs.map(|used| self.one_of(used.names(), asked)));
            !holds.is_false()
        };
        let holds = data
            .iter()
            .any(|name| names.belongs_if(name.id, &is_linked).contains(&at.leaf));
        if !holds {
            self.marks.hit("data that is not linked");
        }
        holds
    }

    /// *A of the line is* and*-ed with* not *each of its exceptions.*
    pub fn exceptions(&self, line: &Norm, at: At<'_>) -> Value {
        let own = line.excepts.iter().filter(|except| !except.implied);
        let mut parts: Vec<Value> = own
            .map(|except| {
                let cut = self.except(line, except, at);
                if cut.is_true() {
                    self.marks.hit("an exception that takes away");
                }
                cut.not()
            })
            .collect();
        // *What `instead=#true` cuts out of the base, for the people of that part and of those around it, is such an
        // exception.*
        let inside = self.parts_around(line.part);
        for (index, part) in self.policy().parts.iter().enumerate() {
            if part.instead && !inside.contains(&index) {
                parts.push(self.people_of_part(index, at).not());
            }
        }
        Value::and(parts)
    }

    /// Whether the person is one for whom a part is; a part for everyone replaces nothing.
    fn people_of_part(&self, part: usize, at: At<'_>) -> Value {
        let around = self.parts_around(Some(part));
        let defaults = |part: &usize| &self.policy().parts[*part].defaults;
        if !around
            .iter()
            .any(|part| names_in(defaults(part), Slot::About).is_some())
        {
            return Value::no();
        }
        let is = Value::and(around.iter().map(|part| self.about(defaults(part), at)));
        if is.is_true() {
            self.marks.hit("a part instead of the base");
        }
        is
    }

    fn except(&self, line: &Norm, except: &Except, at: At<'_>) -> Value {
        let how = match_of_except(line);
        // *An `except` is read as a permission where it matches* all*, and as a prohibition where it matches* some*.*
        let read_as = match how {
            Match::All => ReadAs::Permission,
            Match::Some => ReadAs::Other,
        };
        // *An exception that names no data is about all of it.*
        if !except.objects.is_empty() && !self.holds_leaf(&except.objects, at) {
            return Value::no();
        }
        let conditions: Vec<_> = except.slots.iter().filter_map(condition).collect();
        Value::and([
            self.slots(&except.slots, &COMPARED, how, LeftOut::Unknown, at),
            self.about(&except.slots, at),
            self.conditions(&conditions, read_as, at),
            self.times(&except.slots, &TIMES, read_as, Within::Ends, at),
        ])
    }

    /// *Inside a part, the lines of the part and of the parts in it do not apply* to what `never apply` is about.
    pub fn part_applies(&self, line: &Norm, at: At<'_>) -> Value {
        if (line.mode, line.action) == (Mode::Never, Action::Apply) {
            return Value::yes();
        }
        let inside = self.parts_around(line.part);
        let shut = self.policy().norms.iter().filter(|other| {
            (other.mode, other.action) == (Mode::Never, Action::Apply)
                && other.part.is_some_and(|part| inside.contains(&part))
        });
        Value::and(shut.map(|other| {
            let shut = self.is_outside(other, at.leaf);
            if shut.is_true() {
                self.marks.hit("a part that does not apply");
            }
            shut.not()
        }))
    }

    /// A of a `never apply`: *about the question if one of its objects is, its slots hold, and one of its `of` does.*
    pub fn is_outside(&self, line: &Norm, leaf: u32) -> Value {
        let at = At {
            leaf,
            line: Some(line),
        };
        let objects = if line.any_object || line.objects.is_empty() {
            Value::yes()
        } else {
            Value::or(line.objects.iter().map(|object| self.is_about(object, at)))
        };
        let of = match names_in(&line.slots, Slot::Of) {
            None => Value::yes(),
            // *Where it names data or people; if `of` names only other things, it is false.*
            Some(names) => Value::or(
                names
                    .into_iter()
                    .filter(|name| matches!(name.kind, Kind::Data | Kind::People))
                    .map(|name| self.is_about(name, at)),
            ),
        };
        Value::and([
            objects,
            of,
            self.slots(&line.slots, &COMPARED, Match::All, LeftOut::False, at),
            self.people_of(line, at),
            self.conditions(&line.conditions, ReadAs::Other, at),
            self.times(&line.slots, &TIMES, ReadAs::Other, Within::Ends, at),
            self.exceptions(line, at),
        ])
    }

    /// *Data: the leaf; people: the person; a purpose: `for`; a recipient: `with` or `by`; a point or property: `at`.*
    fn is_about(&self, object: &NounUse, at: At<'_>) -> Value {
        let names = self.names();
        let set: &Set = names.belongs(object.id);
        let slot = |slot: Slot| self.compare(set, slot, Match::All, LeftOut::False);
        match object.kind {
            Kind::Data => Value::of(self.holds_leaf([object], at)),
            Kind::People => self.is_in_class(object.id, at),
            Kind::Purpose => slot(Slot::For),
            Kind::Recipient => {
                let with = match self.asked.recipient {
                    With::Named(_) => slot(Slot::With),
                    With::Nobody | With::Unknown => Value::no(),
                };
                Value::or([with, slot(Slot::By)])
            }
            Kind::Point | Kind::Property => slot(Slot::At),
            _ => Value::no(),
        }
    }
}

fn condition(used: &abide_policy::model::SlotUse) -> Option<abide_policy::model::Condition> {
    use abide_policy::model::{Condition, Polarity};
    let polarity = match used.slot {
        Slot::If => Polarity::If,
        Slot::Unless => Polarity::Unless,
        _ => return None,
    };
    Some(Condition {
        polarity,
        facts: used.names().cloned().collect(),
        span: used.span,
    })
}
