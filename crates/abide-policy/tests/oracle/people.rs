//! *People*: which classes a person is in.

use abide_policy::decide::Needed;
use abide_policy::law::{Constant, ConstantValue, Law};
use abide_policy::model::{Age, Norm, NounUse, SlotUse, Value as Written};
use abide_policy::nouns::{Declaration, Noun, NounId};
use abide_policy::vocabulary::{Kind, Slot};

use crate::case::{At, Case};
use crate::names::{has_slot, line_of, uses};
use crate::truth::Value;

const DECIDING: [Slot; 3] = [Slot::Age, Slot::In, Slot::If];

impl Case<'_> {
    /// *A line inside parts must hold for the line's own people and for those of every part around it.*
    pub fn people_of(&self, line: &Norm, at: At<'_>) -> Value {
        let own = self.about(&line.slots, at);
        let mut all = vec![own];
        for part in self.parts_around(line.part) {
            all.push(self.about(&self.policy().parts[part].defaults, at));
        }
        Value::and(all)
    }

    /// A part and those around it, from the inside out.
    pub fn parts_around(&self, mut part: Option<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        while let Some(index) = part {
            found.push(index);
            part = self.policy().parts[index].parent;
        }
        found
    }

    /// *`about` is true if the person is in one of the classes.*
    pub fn about(&self, slots: &[SlotUse], at: At<'_>) -> Value {
        let about: Vec<&SlotUse> = uses(slots, Slot::About).collect();
        let any = about
            .iter()
            .any(|used| used.values.iter().any(Written::is_any));
        let classes: Vec<&NounUse> = about.iter().flat_map(|used| used.names()).collect();
        if any || classes.is_empty() {
            return Value::yes();
        }
        Value::or(classes.iter().map(|class| self.is_in_class(class.id, at)))
    }

    pub fn is_in_class(&self, class: NounId, at: At<'_>) -> Value {
        self.in_class(class, at, &mut Vec::new())
    }

    /// *No class holds only because it holds itself: a narrower class whose line narrows this one adds nothing to it.* So a
    /// class that is being read already counts as false.
    fn in_class(&self, class: NounId, at: At<'_>, open: &mut Vec<NounId>) -> Value {
        let names = self.names();
        if open.contains(&class) {
            return Value::no();
        }
        // *Being in `person`, the widest class, is true of everyone.*
        if let Some(person) = names.find(Kind::People, "person")
            && names.is_narrower(person, class)
        {
            return Value::yes();
        }
        // *It is among the classes given for the person*, or a narrower one is.
        let given = self.known.subject.people.iter();
        let mut given = given.filter_map(|name| names.find(Kind::People, name));
        if given.any(|given| names.is_narrower(given, class)) {
            return Value::yes();
        }
        let mut ways = Vec::new();
        open.push(class);
        for narrow in names.narrower(class) {
            let narrow = *narrow;
            let noun = names.nouns.get(narrow);
            for (number, line) in noun.declarations.iter().enumerate() {
                if is_deciding(line) {
                    ways.push(self.class_line(noun, number, at, open));
                }
            }
        }
        open.pop();
        Value::or(ways)
    }

    /// *One of the lines that declare the class has `age`, `in` or `if`, all of them hold for the person, and so does what
    /// the line narrows.*
    fn class_line(&self, noun: &Noun, number: usize, at: At<'_>, open: &mut Vec<NounId>) -> Value {
        let line = &noun.declarations[number];
        let mut parts = Vec::new();
        for slot in &line.slots {
            match slot.slot {
                Slot::In => parts.push(self.lives_in(slot)),
                Slot::Age => parts.push(self.has_age(slot)),
                // *`if`: true when the fact is true as in a condition, else false.*
                Slot::If => parts.push(Value::of(self.one_of(slot.names(), at).is_true())),
                _ => {}
            }
        }
        let only_place = !has_slot(line, Slot::Age) && !has_slot(line, Slot::If);
        for wide in noun
            .is
            .iter()
            .filter(|wide| line_of(noun, wide) == Some(number))
        {
            let decided = self
                .names()
                .nouns
                .get(wide.id)
                .declarations
                .iter()
                .any(is_deciding);
            if decided || only_place {
                self.marks.hit("a class narrows a wider one");
                parts.push(self.in_class(wide.id, at, open));
            }
        }
        Value::and(parts)
    }

    /// *`in`: true when the residence is inside, unknown when nobody knows it or it only has something in common.*
    fn lives_in(&self, slot: &SlotUse) -> Value {
        let inside = self.names().union(slot.names());
        match self.residence() {
            None => {
                self.marks.hit("unknown residence");
                Value::unknown(Needed::Subject("residence".to_owned()))
            }
            Some(home) if home.is_subset(&inside) => Value::yes(),
            Some(home) if home.is_disjoint(&inside) => Value::no(),
            Some(_) => {
                self.marks.hit("residence wider than the place");
                Value::unknown(Needed::Subject("residence".to_owned()))
            }
        }
    }

    /// *`age`: true or false when every age that is possible says so, else unknown.* Several values are *or*.
    fn has_age(&self, slot: &SlotUse) -> Value {
        let ages = slot.values.iter().filter_map(|value| match value {
            Written::Age(age) => Some(age),
            _ => None,
        });
        Value::or(ages.map(|age| self.age_holds(age)))
    }

    fn age_holds(&self, age: &Age) -> Value {
        let bounds: Vec<u32> = match &age.bound {
            Ok(years) => vec![*years],
            Err(constant) => {
                self.marks.hit("an age that is a constant");
                let numbers = self.numbers_of(constant);
                numbers
                    .into_iter()
                    .filter_map(|number| match number {
                        ConstantValue::Years(years) => Some(years),
                        ConstantValue::Length(_) => None,
                    })
                    .collect()
            }
        };
        // *Where the policy's laws have no number at all, `age` is false.*
        if bounds.is_empty() {
            return Value::no();
        }
        let ages = self.possible_ages();
        let mut answers = ages.iter().flat_map(|years| {
            bounds.iter().map(move |bound| match age.comparison {
                "<" => years < bound,
                "<=" => years <= bound,
                ">" => years > bound,
                _ => years >= bound,
            })
        });
        let first = answers.next().unwrap();
        if answers.all(|answer| answer == first) {
            return Value::of(first);
        }
        self.marks.hit("unknown age");
        let mut parts = Vec::new();
        if ages.len() > 1 {
            parts.push(Value::unknown(Needed::Subject("age".to_owned())));
        }
        if bounds.iter().any(|bound| *bound != bounds[0]) {
            self.marks.hit("an age with several possible numbers");
            parts.push(Value::unknown(Needed::Subject("residence".to_owned())));
        }
        Value::and(parts)
    }

    /// Every whole number of years that what is known allows; all of them when that contradicts itself.
    fn possible_ages(&self) -> Vec<u32> {
        let age = self.known.subject.age;
        let lived = age.born.map(|born| {
            let today = self.today();
            let turned = (today.month(), today.day()) >= (born.month(), born.day());
            let years = i32::from(today.year()) - i32::from(born.year()) - i32::from(!turned);
            u32::try_from(years).unwrap_or(0)
        });
        let possible: Vec<u32> = (0..=200)
            .filter(|years| lived.is_none_or(|lived| *years == lived))
            .filter(|years| age.at_least.is_none_or(|least| *years >= least))
            .filter(|years| age.below.is_none_or(|below| *years < below))
            .collect();
        if possible.is_empty() {
            self.marks.hit("ages that contradict each other");
            return (0..=200).collect();
        }
        possible
    }

    /// The numbers of a constant that are possible for the person.
    pub fn numbers_of(&self, constant: &str) -> Vec<ConstantValue> {
        let laws: Vec<(&Law, &Constant)> = self
            .world
            .laws()
            .filter_map(|law| Some((law, law.constant(constant)?)))
            .collect();
        if let Some(number) = laws
            .iter()
            .find_map(|(law, constant)| self.number_here(law, constant))
        {
            let home = self.residence().cloned().unwrap_or_default();
            // *… or holds places with numbers of their own.*
            let mut places = laws
                .iter()
                .flat_map(|(_, constant)| constant.by_place.iter())
                .map(|(place, _)| self.names().belongs(*place));
            let holds_others =
                places.any(|place| place.is_subset(&home) && place.len() < home.len());
            if !holds_others {
                return vec![number];
            }
        }
        self.marks.hit("every number of a constant");
        laws.iter()
            .flat_map(|(_, constant)| constant.values())
            .collect()
    }

    /// *The number for the residence: that of the place itself, else of the nearest wider place that has one, else the
    /// general one if the law holds there.*
    fn number_here(&self, law: &Law, constant: &Constant) -> Option<ConstantValue> {
        let home = self.residence()?;
        let mut around: Vec<_> = constant
            .by_place
            .iter()
            .filter(|(place, _)| home.is_subset(self.names().belongs(*place)))
            .collect();
        around.sort_by_key(|(place, _)| self.names().belongs(*place).len());
        if let Some((_, number)) = around.first() {
            return Some(*number);
        }
        let holds = law
            .place
            .is_none_or(|place| home.is_subset(self.names().belongs(place)));
        constant.value.filter(|_| holds)
    }
}

fn is_deciding(line: &Declaration) -> bool {
    DECIDING.iter().any(|slot| has_slot(line, *slot))
}
