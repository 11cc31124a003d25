//! Facts in conditions, for one question, leaf and line: what speaks for them, against them, and what cancels what.

use super::decision::Needed;
use super::expression::{Expression, FactTest, HeldTest, Note, Test};
use super::layout::Bit;
use super::line::{Brought, Place, Reader};
use super::names::Receiver;
use super::region::{HeldRegion, ScopeSets, cancels_right};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, SlotUse};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode, Slot};

impl<'a> Reader<'a> {
    /// Whether the conditions among these slots let the line apply.
    pub(super) fn conditions(&self, slots: &[SlotUse], place: Place<'a>) -> Expression {
        let group =
            |used: &SlotUse| Expression::or(used.names().map(|fact| self.fact(fact, place)));
        let of = |slot: Slot| slots.iter().filter(move |used| used.slot == slot);
        let open = place.bearing.is_open();
        let wanted = of(Slot::If).map(|used| {
            if open {
                group(used)
            } else {
                group(used).certain()
            }
        });
        let mut all: Vec<Expression> = wanted.collect();
        if of(Slot::Unless).next().is_some() {
            let lifted = Expression::and(of(Slot::Unless).map(group));
            all.push(if open { lifted.certain() } else { lifted }.negated());
        }
        Expression::and(all)
    }

    /// Whether a fact is true, for this question and line.
    pub(super) fn fact(&self, used: &NounUse, place: Place<'a>) -> Expression {
        let nouns = &self.tables.policy.nouns;
        if self.tables.words.stated == Some(used.id) {
            let permits = place
                .norm
                .is_none_or(|norm| norm.mode == Mode::May || norm.action == Action::Apply);
            return if permits {
                Expression::FALSE
            } else {
                Expression::Test(Test::Cover, Note::Silent)
            };
        }
        let test = self.fact_test(used.id, place.norm);
        let note = Note::Needed(Needed::Fact(used.name.to_string()));
        let fact = if test.speaks_for.is_empty() && test.against.is_empty() {
            Expression::Settled(super::truth::Truth::Unknown, note)
        } else {
            Expression::Test(Test::Fact(test), note)
        };
        let brought = self
            .tables
            .words
            .brought
            .iter()
            .any(|id| *id == used.id || nouns.set(used.id).contains(nouns.set(*id)));
        if brought && self.brought != Brought::Ignored {
            Expression::or([self.opted_out().certain(), fact])
        } else {
            fact
        }
    }

    /// Whether a fact is known not to be true, for this question and line.
    pub(super) fn refused(&self, used: &NounUse, place: Place<'a>) -> Expression {
        let test = self.fact_test(used.id, place.norm);
        if test.against.is_empty() {
            return Expression::FALSE;
        }
        Expression::Test(Test::Refused(test), Note::Silent)
    }

    /// What is held that bears on a fact, for this question and line.
    pub(super) fn fact_test(&self, fact: NounId, norm: Option<&Norm>) -> FactTest {
        let wide = self.tables.policy.nouns.set(fact);
        let mut test = FactTest::default();
        for region in &self.regions.all {
            let Some((id, set)) = self.as_fact(region) else {
                continue;
            };
            let narrower = id == fact || wide.contains(set);
            if region.holds && narrower && self.covers(&region.scope, norm) {
                test.speaks_for.push(HeldTest {
                    bit: region.bit,
                    cancels: self.fact_cancels(region, (id, set), norm),
                });
            } else if !region.holds
                && (narrower || set.contains(wide))
                && self.meets(&region.scope, norm)
            {
                test.against.push(region.bit);
            }
        }
        test
    }

    /// The fact that something held is: itself, or, for the sale, `opted-in` for the right to opt back in.
    fn as_fact<'r>(&self, region: &'r HeldRegion) -> Option<(NounId, &'r LeafSet)>
    where
        'a: 'r,
    {
        if region.kind == Kind::Fact {
            return Some((region.id, &region.set));
        }
        let (words, nouns) = (&self.tables.words, &self.tables.policy.nouns);
        let optin = words.optin_sale?;
        let sale = self.asked.action == Action::Sell;
        let opts_in = sale && region.kind == Kind::Right && nouns.set(optin).contains(&region.set);
        words
            .opted_in
            .filter(|_| opts_in)
            .map(|id| (id, nouns.set(id)))
    }

    /// What cancels something that speaks for a fact.
    fn fact_cancels(
        &self,
        region: &HeldRegion,
        (fact, set): (NounId, &LeafSet),
        norm: Option<&Norm>,
    ) -> Vec<Bit> {
        let others = self.regions.all.iter();
        others
            .filter(|other| !other.holds && other.rank >= region.rank)
            .filter(|other| {
                self.as_fact(other)
                    .is_some_and(|(id, wide)| id == fact || wide.contains(set))
            })
            .filter(|other| self.meets(&other.scope, norm))
            .map(|other| other.bit)
            .collect()
    }

    /// What cancels a right that was exercised.
    pub(super) fn right_cancels(&self, region: &HeldRegion) -> Vec<Bit> {
        let policy = &self.tables.policy;
        let others = self.regions.all.iter();
        others
            .filter(|other| other.kind == Kind::Right && other.rank >= region.rank)
            .filter(|other| cancels_right(policy, (other.id, other.holds), region.id))
            .filter(|other| self.covers(&other.scope, None))
            .map(|other| other.bit)
            .collect()
    }

    /// Whether each list of a scope is empty or covers the question.
    pub(super) fn covers(&self, scope: &ScopeSets, norm: Option<&Norm>) -> bool {
        let data = scope.data.as_ref().is_none_or(|set| self.holds_leaf(set));
        let purpose = scope.purposes.as_ref().is_none_or(|set| {
            let asked = self.asked.purpose.as_ref();
            asked.is_some_and(|named| set.contains(&named.set))
        });
        let recipient = scope
            .recipients
            .as_ref()
            .is_none_or(|set| match &self.asked.receiver {
                Receiver::Named(named) => set.contains(&named.set),
                Receiver::Nobody | Receiver::Unknown => false,
            });
        data && purpose && recipient && self.parties(scope, norm)
    }

    /// Whether each list of a scope is empty or has something in common with the question.
    pub(super) fn meets(&self, scope: &ScopeSets, norm: Option<&Norm>) -> bool {
        let data = scope.data.as_ref().is_none_or(|set| self.holds_leaf(set));
        let purpose = scope.purposes.as_ref().is_none_or(|set| {
            let asked = self.asked.purpose.as_ref();
            asked.is_none_or(|named| set.overlaps(&named.set))
        });
        let recipient = scope
            .recipients
            .as_ref()
            .is_none_or(|set| match &self.asked.receiver {
                Receiver::Named(named) => set.overlaps(&named.set),
                Receiver::Unknown => true,
                Receiver::Nobody => false,
            });
        data && purpose && recipient && self.parties(scope, norm)
    }

    /// Whether those who act and the line are among those of a scope.
    fn parties(&self, scope: &ScopeSets, norm: Option<&Norm>) -> bool {
        let actors = scope.actors.as_ref().is_none_or(|set| {
            self.asked
                .actor
                .iter()
                .any(|named| set.contains(&named.set))
        });
        let lines = scope.lines.as_ref().is_none_or(|lines| {
            norm.is_some_and(|norm| {
                lines.contains(&norm.id)
                    || norm
                        .clauses
                        .iter()
                        .any(|clause| lines.contains(&clause.value))
            })
        });
        actors && lines
    }

    fn holds_leaf(&self, set: &LeafSet) -> bool {
        set.contains(&LeafSet::of(self.leaf))
    }

    /// The consent that a permission waits for because all its grounds are kinds of consent.
    pub(super) fn ground(&self, norm: &'a Norm, place: Place<'a>) -> Expression {
        if norm.mode != Mode::May {
            return Expression::TRUE;
        }
        let purpose = self.asked.purpose.as_ref().map(|named| named.id);
        let grounds = self.tables.grounds(norm, purpose);
        let consents: Vec<NounUse> = grounds
            .iter()
            .filter_map(|ground| self.tables.consent_of(ground))
            .collect();
        if grounds.is_empty() || consents.len() < grounds.len() {
            return Expression::TRUE;
        }
        Expression::or(consents.iter().map(|fact| self.fact(fact, place)))
    }
}
