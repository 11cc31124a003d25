//! Whether a line concerns the person that a request is about. Never guesses: what nobody knows stays unknown.

use jiff::tz::TimeZone;

use super::Asking;
use crate::decide::number::{Numbers, Residence};
use crate::decide::person::{Ages, Person};
use crate::decide::truth::Truth;
use crate::library::Library;
use crate::model::{Norm, Polarity, Policy, SlotUse, Value};
use crate::nouns::{Declaration, NounId};
use crate::vocabulary::{Kind, Slot};

/// How deep classes of people are followed.
const DEPTH: usize = 8;

/// Who asks about whom, as the lines of a policy see it.
pub(super) struct Concern<'a> {
    pub(super) policy: &'a Policy,
    asking: &'a Asking<'a>,
    person: Person<'a>,
}

impl<'a> Concern<'a> {
    pub(super) fn new(policy: &'a Policy, numbers: &'a Numbers, asking: &'a Asking<'a>) -> Self {
        let residence = asking.subject.residence.as_deref();
        Self {
            policy,
            asking,
            person: Person {
                ages: Ages::of(asking.subject.age, asking.now),
                residence: residence.and_then(|name| Residence::find(policy, name)),
                numbers,
            },
        }
    }

    /// The numbers of the policy's laws.
    pub(super) fn numbers(policy: &Policy, library: &Library) -> Numbers {
        Numbers::of(policy, library)
    }

    /// Whether the person lives there; anyone does where no place is named.
    pub(super) fn lives_in(&self, place: Option<NounId>) -> Truth {
        place.map_or(Truth::True, |place| {
            self.person.lives_in(self.policy.nouns.set(place)).truth
        })
    }

    /// Whether a line is about the person, for whoever asks, at this moment.
    pub(super) fn line(&self, norm: &Norm) -> Truth {
        let own: Vec<&SlotUse> = norm.slots.iter().filter(|used| !used.inherited).collect();
        let mut truth = self.about(own.iter().copied());
        let mut part = norm.part;
        for _ in 0..DEPTH {
            let Some(around) = part.and_then(|at| self.policy.parts.get(at)) else {
                break;
            };
            truth = truth.and(self.about(around.defaults.iter()));
            part = around.parent;
        }
        truth
            .and(self.asker(norm))
            .and(self.is_in_force(norm))
            .and(self.conditions(norm))
            .and(self.excepted(norm).not())
    }

    /// Whether the person is among those that `about` names, if it names any.
    fn about<'s>(&self, slots: impl Iterator<Item = &'s SlotUse>) -> Truth {
        let classes = slots.filter(|used| used.slot == Slot::About);
        let any = classes
            .flat_map(SlotUse::names)
            .map(|name| self.class(name.id, DEPTH));
        any.reduce(Truth::or).unwrap_or(Truth::True)
    }

    /// Whether whoever asks is among those that `by` names, if it names any.
    fn asker(&self, norm: &Norm) -> Truth {
        let nouns = &self.policy.nouns;
        let Some(asker) = nouns.find(Kind::People, self.asking.by) else {
            return Truth::Unknown;
        };
        let any = norm.names(Slot::By).map(|name| {
            let covers = nouns.set(name.id).contains(nouns.set(asker));
            // Whoever asks for themselves acts for nobody; a class such as `employee` may be theirs.
            let acts_for = nouns.get(name.id).slots(Slot::ActsFor).next().is_some();
            match covers || acts_for || self.asking.by != "person" {
                true => Truth::of(covers),
                false => self.class(name.id, DEPTH),
            }
        });
        any.reduce(Truth::or).unwrap_or(Truth::True)
    }

    fn is_in_force(&self, norm: &Norm) -> Truth {
        let today = self.asking.now.to_zoned(TimeZone::UTC).date();
        let dates = |slot: Slot| {
            let used = norm.slots.iter().filter(move |used| used.slot == slot);
            used.flat_map(|used| &used.values)
                .filter_map(|value| match value {
                    Value::Date(date) => Some(date.value),
                    _ => None,
                })
        };
        let is_over = dates(Slot::Until).any(|end| end < today);
        let is_to_come = dates(Slot::After).any(|start| today <= start);
        let since = norm
            .authority
            .as_ref()
            .and_then(|authority| authority.since);
        Truth::of(!is_over && !is_to_come && since.is_none_or(|since| since <= today))
    }

    fn conditions(&self, norm: &Norm) -> Truth {
        let all = norm.conditions.iter().map(|condition| {
            let any = condition.facts.iter().map(|fact| self.fact(fact.id));
            let any = any.reduce(Truth::or).unwrap_or(Truth::Unknown);
            match condition.polarity {
                Polarity::If => any,
                Polarity::Unless => any.not(),
            }
        });
        all.fold(Truth::True, Truth::and)
    }

    /// Whether a fact holds.
    pub(super) fn fact(&self, fact: NounId) -> Truth {
        let nouns = &self.policy.nouns;
        let known = self.asking.facts.iter().filter_map(|(name, holds)| {
            let known = nouns.find(Kind::Fact, name)?;
            let is_such = match holds {
                // What is a kind of it makes it so; what it is a kind of makes it not so.
                true => nouns.set(fact).contains(nouns.set(known)),
                false => nouns.set(known).contains(nouns.set(fact)),
            };
            is_such.then_some(Truth::of(*holds))
        });
        known.reduce(Truth::or).unwrap_or(Truth::Unknown)
    }

    /// Whether the person is among those whom an exception takes out as a whole.
    fn excepted(&self, norm: &Norm) -> Truth {
        let whole = norm.excepts.iter().filter(|except| {
            let people = |used: &SlotUse| used.slot == Slot::About;
            except.objects.is_empty() && !except.slots.is_empty() && except.slots.iter().all(people)
        });
        let any = whole.map(|except| self.about(except.slots.iter()));
        any.reduce(Truth::or).unwrap_or(Truth::False)
    }

    /// Whether the person is in a class of people.
    fn class(&self, id: NounId, depth: usize) -> Truth {
        let nouns = &self.policy.nouns;
        let everyone = nouns.find(Kind::People, "person");
        if everyone.is_some_and(|everyone| nouns.set(id).contains(nouns.set(everyone))) {
            return Truth::True;
        }
        let given = self.asking.subject.people.iter();
        let mut given = given.filter_map(|name| nouns.find(Kind::People, name));
        if given.any(|known| nouns.set(id).contains(nouns.set(known))) {
            return Truth::True;
        }
        if depth == 0 {
            return Truth::Unknown;
        }
        let noun = nouns.get(id);
        let lines = noun
            .declarations
            .iter()
            .filter_map(|line| self.declared(line));
        let lines = lines.map(|holds| {
            let wide = noun.is.iter().filter(|wide| self.says_who(wide.id));
            wide.fold(holds, |holds, wide| {
                holds.and(self.class(wide.id, depth - 1))
            })
        });
        let members = noun
            .of
            .iter()
            .map(|member| self.class(member.id, depth - 1));
        let said = lines.chain(members).reduce(Truth::or);
        said.unwrap_or_else(|| self.by_narrower(id, depth))
    }

    /// Of a class of which no line says who is in it: whether the person is in one below it of which a line does.
    fn by_narrower(&self, id: NounId, depth: usize) -> Truth {
        let below = self.policy.nouns.iter().filter(|(below, noun)| {
            noun.is.iter().any(|wide| wide.id == id) && self.says_who(*below)
        });
        let all = below.map(|(below, _)| self.class(below, depth - 1));
        all.reduce(Truth::or).unwrap_or(Truth::Unknown)
    }

    /// Whether lines say by age or place who is in a class.
    fn says_who(&self, id: NounId) -> bool {
        let lines = self.policy.nouns.get(id).declarations.iter();
        let mut slots = lines.flat_map(|line| &line.slots);
        slots.any(|used| matches!(used.slot, Slot::Age | Slot::In))
    }

    /// Whether age, place and facts of a declaring line hold; nothing if it has none.
    fn declared(&self, line: &Declaration) -> Option<Truth> {
        let slots = |slot: Slot| line.slots.iter().filter(move |used| used.slot == slot);
        let ages = slots(Slot::Age).flat_map(|used| &used.values);
        let ages = ages.filter_map(|value| match value {
            Value::Age(age) => Some(self.person.is_aged(age).truth),
            _ => None,
        });
        let places = slots(Slot::In).flat_map(SlotUse::names);
        let places =
            places.map(|place| self.person.lives_in(self.policy.nouns.set(place.id)).truth);
        let facts = slots(Slot::If).flat_map(SlotUse::names);
        let facts = facts.map(|fact| self.fact(fact.id));
        [
            ages.reduce(Truth::or),
            places.reduce(Truth::or),
            facts.reduce(Truth::or),
        ]
        .into_iter()
        .flatten()
        .reduce(Truth::and)
    }
}
