//! Whether a line applies to a question, for one leaf of its data: the A of the manual. Readings and gates come on top.

use super::expression::{Expression, Note, Test};
use super::names::{Asked, Named, Receiver};
use super::region::Regions;
use super::tables::Tables;
use crate::leaf_set::LeafSet;
use crate::model::{Except, Norm, NounUse, SlotUse, Value};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What a line does when it applies, which is how its parts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bearing {
    /// It permits: its slots hold all that is asked about, and what it waits for may be asked for.
    Permits,
    /// It forbids or obliges: some will do.
    Binds,
    /// It takes away from a prohibition or a duty: read as a permission.
    Spares,
    /// It takes away from a permission: read as a prohibition.
    Cuts,
}

impl Bearing {
    /// How an exception of a line is read.
    fn of_except(self) -> Self {
        match self {
            Self::Permits | Self::Spares => Self::Cuts,
            Self::Binds | Self::Cuts => Self::Spares,
        }
    }

    /// Whether it is read as a permission.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Permits | Self::Spares)
    }

    /// Whether two sets match.
    fn matches(self, line: &LeafSet, asked: &LeafSet) -> bool {
        if self.is_open() {
            line.contains(asked)
        } else {
            line.overlaps(asked)
        }
    }
}

/// Reads lines for one leaf of a question.
pub(super) struct Reader<'a> {
    /// The policy.
    pub tables: &'a Tables,
    /// What anybody holds.
    pub regions: &'a Regions,
    /// The question.
    pub asked: &'a Asked,
    /// The leaf.
    pub leaf: u32,
    /// All leaves of the question.
    pub leaves: &'a LeafSet,
    /// Whether facts that exercised rights bring with them count.
    pub brought: Brought,
}

/// Whether facts that exercised rights bring with them count, which the reading of rights and signals itself must not turn on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought {
    /// They count.
    Counted,
    /// Those count that rights bring, not those of signals: for the lines about signals.
    ByRights,
    /// They do not: for the rights themselves.
    Ignored,
}

/// What a part of a line is read for.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The line; none for what stands behind no line.
    pub norm: Option<&'a Norm>,
    /// How it is read.
    pub bearing: Bearing,
}

impl<'a> Reader<'a> {
    /// Whether a line applies.
    pub(super) fn line(&self, norm: &'a Norm) -> Expression {
        let own = norm.action == self.asked.action
            || (norm.mode == Mode::Never && norm.action.covers(self.asked.action));
        if !own {
            return Expression::FALSE;
        }
        let object = self.object(norm);
        if object.is_false() {
            return Expression::FALSE;
        }
        Expression::and([object, self.around(norm)])
    }

    /// How a line is read.
    pub(super) fn bearing(norm: &Norm) -> Bearing {
        match norm.mode {
            Mode::May => Bearing::Permits,
            _ => Bearing::Binds,
        }
    }

    /// Everything about a line but its object.
    pub(super) fn around(&self, norm: &'a Norm) -> Expression {
        let bearing = Self::bearing(norm);
        let place = Place {
            norm: Some(norm),
            bearing,
        };
        // A promise not to honour a signal counts only where it holds all that is asked about.
        let ignores = norm.action == Action::Honour && norm.mode == Mode::Never;
        let slots = self.slots(&norm.slots, if ignores { Bearing::Spares } else { bearing });
        if slots.is_false() {
            return Expression::FALSE;
        }
        Expression::and([
            slots,
            self.people(norm),
            self.conditions(&norm.slots, place),
            self.ground(norm, place),
            self.time(&norm.slots, place),
            self.excepts(norm),
            self.covered(norm),
        ])
    }

    /// Whether the leaf is in the line's data.
    pub(super) fn object(&self, norm: &'a Norm) -> Expression {
        if norm.any_object {
            return Expression::TRUE;
        }
        let joins = self.asked.action == Action::Link;
        if joins && norm.mode == Mode::Never && norm.objects.len() > 1 {
            let nouns = &self.tables.policy.nouns;
            let leaves = self.leaves.leaves().unwrap_or_default();
            return Expression::and(norm.objects.iter().map(|object| {
                let set = nouns.set(object.id);
                Expression::or(
                    leaves
                        .iter()
                        .map(|leaf| self.in_names(std::iter::once(object), set, *leaf)),
                )
            }));
        }
        let set = &norm.region.object;
        if joins && norm.mode == Mode::May {
            let leaves = self.leaves.leaves().unwrap_or_default();
            let each = leaves
                .iter()
                .map(|leaf| self.in_names(norm.objects.iter(), set, *leaf));
            return Expression::and(each);
        }
        self.leaf_in(norm.objects.iter(), set)
    }

    /// Whether the leaf is in one of the names, which together cover `set`.
    pub(super) fn leaf_in<'n>(
        &self,
        names: impl Iterator<Item = &'n NounUse>,
        set: &LeafSet,
    ) -> Expression {
        self.in_names(names, set, self.leaf)
    }

    fn in_names<'n>(
        &self,
        names: impl Iterator<Item = &'n NounUse>,
        set: &LeafSet,
        leaf: u32,
    ) -> Expression {
        let one = LeafSet::of(leaf);
        if !set.contains(&one) {
            return Expression::FALSE;
        }
        if *set == LeafSet::Any {
            return Expression::TRUE;
        }
        let nouns = &self.tables.policy.nouns;
        let holding = names.filter(|name| nouns.set(name.id).contains(&one));
        Expression::or(holding.map(|name| self.in_name(name.id, leaf)))
    }

    fn in_name(&self, name: NounId, leaf: u32) -> Expression {
        let Some(chains) = self.tables.links.chains(name, leaf) else {
            return Expression::TRUE;
        };
        let place = Place {
            norm: None,
            bearing: Bearing::Binds,
        };
        // Of data that is joined, the fact is the one for that data.
        let reader = Reader { leaf, ..*self };
        Expression::or(chains.iter().map(|chain| {
            Expression::and(chain.iter().flat_map(|link| &link.conditions).map(|facts| {
                let refused = facts.iter().map(|fact| reader.refused(fact, place));
                Expression::and(refused).negated()
            }))
        }))
    }

    /// Whether the slots match.
    pub(super) fn slots(&self, slots: &[SlotUse], bearing: Bearing) -> Expression {
        Expression::and(slots.iter().map(|used| self.slot(used, bearing)))
    }

    /// Whether one slot matches. One that says nothing about a question is true.
    pub(super) fn slot(&self, used: &SlotUse, bearing: Bearing) -> Expression {
        let free = used.values.iter().any(Value::is_any);
        match self.slot_set(used).filter(|_| !free) {
            Some(set) => self.slot_matches(used.slot, &set, bearing),
            None => Expression::TRUE,
        }
    }

    /// Whether what the question gives in a slot matches a set.
    pub(super) fn slot_matches(&self, slot: Slot, set: &LeafSet, bearing: Bearing) -> Expression {
        let one = |given: Option<&LeafSet>| match given {
            Some(given) => Expression::of(bearing.matches(set, given)),
            None => Expression::slot(slot.word()),
        };
        match slot {
            Slot::For => one(self.asked.purpose.as_ref().map(|named| &named.set)),
            Slot::In => one(self.asked.place.as_ref()),
            Slot::As => one(Some(&self.asked.form)),
            Slot::With => match &self.asked.receiver {
                Receiver::Nobody => Expression::FALSE,
                Receiver::Unknown => one(None),
                Receiver::Named(named) => one(Some(&named.set)),
            },
            Slot::From => some_of(&self.asked.origin, slot, set, bearing),
            Slot::At => some_of(&self.asked.point, slot, set, bearing),
            Slot::Via => some_of(&self.asked.channel, slot, set, bearing),
            Slot::By => self.actor(set, bearing),
            _ => Expression::TRUE,
        }
    }

    /// Everything that belongs to the names of a slot; `None` where it names nothing.
    fn slot_set(&self, used: &SlotUse) -> Option<LeafSet> {
        let mut set = LeafSet::EMPTY;
        for name in used.names() {
            set.add(self.tables.policy.nouns.set(name.id));
        }
        (!set.is_empty()).then_some(set)
    }

    fn actor(&self, set: &LeafSet, bearing: Bearing) -> Expression {
        let given = &self.asked.actor;
        if given.is_empty() {
            return Expression::slot(Slot::By.word());
        }
        let matching = given
            .iter()
            .filter(|named| bearing.matches(set, &named.set));
        Expression::or(matching.map(|named| {
            let Some(bit) = self.tables.layout.relations.get(&named.id) else {
                return Expression::TRUE;
            };
            let name = self.tables.policy.nouns.get(named.id).name.to_string();
            let note = Note::Needed(super::decision::Needed::Relation(name));
            Expression::bit(*bit).awaited(note)
        }))
    }

    /// Whether the person is among the people of a line and of the parts around it.
    pub(super) fn people(&self, norm: &'a Norm) -> Expression {
        let own = norm.slots.iter().filter(|used| used.slot == Slot::About);
        let parts = self
            .parts(norm.part)
            .filter_map(|part| self.tables.policy.parts.get(part))
            .flat_map(|part| &part.defaults)
            .filter(|used| used.slot == Slot::About);
        let place = Place {
            norm: Some(norm),
            bearing: Self::bearing(norm),
        };
        let mut seen: Vec<Vec<NounId>> = Vec::new();
        let mut all = Vec::new();
        for used in own.chain(parts) {
            let names: Vec<NounId> = used.names().map(|name| name.id).collect();
            if !seen.contains(&names) {
                all.push(self.about(used, place));
                seen.push(names);
            }
        }
        Expression::and(all)
    }

    /// A part and those around it, from the inside out.
    fn parts(&self, part: Option<usize>) -> impl Iterator<Item = usize> + use<'a> {
        let parts = &self.tables.policy.parts;
        std::iter::successors(part, |part| parts.get(*part)?.parent)
    }

    /// Whether the person is in one of the classes.
    pub(super) fn about(&self, used: &SlotUse, place: Place<'a>) -> Expression {
        if used.values.iter().any(Value::is_any) || used.names().next().is_none() {
            return Expression::TRUE;
        }
        Expression::or(used.names().map(|name| self.class(name.id, place)))
    }

    /// Whether the person is in a class.
    pub(super) fn class(&self, id: NounId, place: Place<'a>) -> Expression {
        self.class_within(id, place, &[])
    }

    /// Whether the person is in a class, other than by way of the classes `within` which it is looked at.
    fn class_within(&self, id: NounId, place: Place<'a>, within: &[NounId]) -> Expression {
        if self.tables.is_everyone(id) {
            return Expression::TRUE;
        }
        let Some(class) = self.tables.layout.classes.get(&id) else {
            return Expression::FALSE;
        };
        if let Some(bits) = class.whole {
            return Expression::Test(Test::Class(bits), Note::Class(bits));
        }
        if within.contains(&id) {
            return Expression::FALSE;
        }
        let within: Vec<NounId> = within.iter().copied().chain([id]).collect();
        let lines = class.lines.iter().map(|line| {
            let bits = line
                .bits
                .map(|bits| Expression::Test(Test::Class(bits), Note::Class(bits)));
            let facts = line.conditions.iter().map(|facts| {
                Expression::or(facts.iter().map(|fact| self.fact(fact, place))).certain()
            });
            let narrowed = line
                .narrows
                .iter()
                .map(|wide| self.class_within(*wide, place, &within));
            Expression::and(bits.into_iter().chain(facts).chain(narrowed))
        });
        Expression::or(std::iter::once(Expression::bit(class.given)).chain(lines))
    }

    /// That no exception takes the line away.
    pub(super) fn excepts(&self, norm: &'a Norm) -> Expression {
        let own = norm.excepts.iter().filter(|except| !except.implied);
        Expression::and(
            own.map(|except| self.except(norm, except).negated())
                .chain([self.kept_by_parts(norm)]),
        )
    }

    /// That no part which replaces the lines outside of it has taken the person.
    fn kept_by_parts(&self, norm: &'a Norm) -> Expression {
        let parts = &self.tables.policy.parts;
        let inside: Vec<usize> = self.parts(norm.part).collect();
        let place = Place {
            norm: Some(norm),
            bearing: Self::bearing(norm),
        };
        let taken = (0..parts.len())
            .filter(|at| !inside.contains(at))
            .map(|at| {
                let replaces = parts.get(at).is_some_and(|part| part.instead);
                let about: Vec<Expression> = self
                    .parts(Some(at))
                    .filter_map(|around| parts.get(around))
                    .flat_map(|around| &around.defaults)
                    .filter(|used| replaces && used.slot == Slot::About)
                    .map(|used| self.about(used, place))
                    .collect();
                if about.is_empty() {
                    Expression::TRUE
                } else {
                    Expression::and(about).negated()
                }
            });
        Expression::and(taken)
    }

    fn except(&self, norm: &'a Norm, except: &'a Except) -> Expression {
        let bearing = Self::bearing(norm).of_except();
        let place = Place {
            norm: Some(norm),
            bearing,
        };
        let object = if except.objects.is_empty() {
            Expression::TRUE
        } else {
            self.leaf_in(except.objects.iter(), &except.region.object)
        };
        let slots = self.slots(&except.slots, bearing);
        if object.is_false() || slots.is_false() {
            return Expression::FALSE;
        }
        let about = except
            .slots
            .iter()
            .filter(|used| used.slot == Slot::About)
            .map(|used| self.about(used, place));
        Expression::and(
            [
                object,
                slots,
                self.conditions(&except.slots, place),
                self.time(&except.slots, place),
            ]
            .into_iter()
            .chain(about),
        )
    }

    /// That no `never apply` of the parts around takes the line away.
    pub(super) fn covered(&self, norm: &'a Norm) -> Expression {
        if norm.part.is_none() {
            return Expression::TRUE;
        }
        let parts: Vec<usize> = self.parts(norm.part).collect();
        let lines = self
            .tables
            .lines(Mode::Never, Action::Apply)
            .filter(|(_, line)| line.part.is_some_and(|part| parts.contains(&part)));
        Expression::and(lines.map(|(_, line)| self.not_covered(line).negated()))
    }

    /// Whether a `never apply` is about the question.
    pub(super) fn not_covered(&self, norm: &'a Norm) -> Expression {
        let place = Place {
            norm: Some(norm),
            bearing: Bearing::Spares,
        };
        let of = self.narrowed(norm, place);
        let object = if norm.any_object {
            Expression::TRUE
        } else {
            Expression::or(
                norm.objects
                    .iter()
                    .map(|object| self.concerns(object, place)),
            )
        };
        if of.is_false() || object.is_false() {
            return Expression::FALSE;
        }
        // What the question leaves out is not taken out of the policy.
        let slots = norm.slots.iter().map(|used| {
            let matched = self.slot(used, Bearing::Spares);
            match &matched {
                Expression::Settled(super::truth::Truth::Unknown, _) => Expression::FALSE,
                _ => matched,
            }
        });
        let binding = Place {
            bearing: Bearing::Binds,
            ..place
        };
        Expression::and(slots.chain([
            object,
            of,
            self.people(norm),
            self.conditions(&norm.slots, binding),
            self.time(&norm.slots, binding),
            self.excepts(norm),
        ]))
    }

    /// What `of` on a `never apply` narrows it to.
    fn narrowed(&self, norm: &'a Norm, place: Place<'a>) -> Expression {
        let names: Vec<&NounUse> = norm.names(Slot::Of).collect();
        if names.is_empty() {
            return Expression::TRUE;
        }
        let narrowing = names
            .iter()
            .filter(|name| matches!(name.kind, Kind::Data | Kind::People));
        Expression::or(narrowing.map(|name| self.concerns(name, place)))
    }

    /// Whether the question is about a name.
    fn concerns(&self, name: &NounUse, place: Place<'a>) -> Expression {
        let nouns = &self.tables.policy.nouns;
        let set = nouns.set(name.id);
        let holds = |named: &Named| set.contains(&named.set);
        match name.kind {
            Kind::Data => self.leaf_in(std::iter::once(name), set),
            Kind::People => self.class(name.id, place),
            Kind::Purpose => Expression::of(self.asked.purpose.as_ref().is_some_and(holds)),
            Kind::Recipient => {
                let receives = match &self.asked.receiver {
                    Receiver::Named(named) => holds(named),
                    Receiver::Nobody | Receiver::Unknown => false,
                };
                Expression::of(receives || self.asked.actor.iter().any(holds))
            }
            Kind::Property | Kind::Point => Expression::of(self.asked.point.iter().any(holds)),
            _ => Expression::FALSE,
        }
    }
}

fn some_of(given: &[Named], slot: Slot, set: &LeafSet, bearing: Bearing) -> Expression {
    if given.is_empty() {
        return Expression::slot(slot.word());
    }
    Expression::of(given.iter().any(|named| bearing.matches(set, &named.set)))
}
