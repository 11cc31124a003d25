//! What exercised rights and honoured signals forbid of a question. Lines of the policy are read elsewhere.

use std::collections::BTreeMap;

use super::expression::{Expression, HeldTest, Note, Test};
use super::line::{Bearing, Brought, Place, Reader};
use super::names::Receiver;
use super::region::{HeldRegion, ScopeSets};
use super::right::Row;
use crate::leaf_set::LeafSet;
use crate::model::{Norm, NounUse, SlotUse};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What stands behind a prohibition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Behind {
    /// A line, by its place in the policy.
    Line(u32),
    /// A right or fact that no line offers, as the answer names it.
    Bare(String),
}

/// The slots by which a line that offers a right narrows it.
const NARROWING: [Slot; 5] = [Slot::For, Slot::With, Slot::In, Slot::From, Slot::As];

impl<'a> Reader<'a> {
    /// What rights and signals forbid, by what stands behind it.
    pub(super) fn exercised(&self) -> Vec<(Behind, Expression)> {
        let mut found: BTreeMap<Behind, Vec<Expression>> = BTreeMap::new();
        for (behind, _, forbids) in self.by_right().into_iter().chain(self.by_signal()) {
            found.entry(behind).or_default().push(forbids);
        }
        found
            .into_iter()
            .map(|(behind, all)| (behind, Expression::or(all)))
            .collect()
    }

    /// Whether a right forbids, or a signal where those count, that brings `opted-out` and `objected` with it.
    pub(super) fn opted_out(&self) -> Expression {
        let plain = Reader {
            brought: Brought::Ignored,
            ..*self
        };
        let signals = match self.brought {
            Brought::Counted => self.by_signal(),
            Brought::ByRights | Brought::Ignored => Vec::new(),
        };
        let all = plain.by_right().into_iter().chain(signals);
        Expression::or(
            all.filter(|(_, row, _)| !matches!(row, Row::Restriction | Row::Sensitive))
                .map(|(_, _, forbids)| forbids),
        )
    }

    fn by_right(&self) -> Vec<(Behind, Row, Expression)> {
        let mut found = Vec::new();
        let held = self
            .regions
            .all
            .iter()
            .filter(|region| region.kind == Kind::Right && region.holds);
        for region in held {
            for row in self.tables.rights.rows(region.id) {
                let reach = Expression::and([
                    self.row(*row, region.scope.is_everything()),
                    self.within(&region.scope),
                ]);
                if reach.is_false() {
                    continue;
                }
                let held = HeldTest {
                    bit: region.bit,
                    cancels: self.right_cancels(region),
                };
                let held = Expression::Test(Test::Held(held), Note::Silent);
                for (behind, narrowed) in self.offers(region) {
                    let forbids = Expression::and([held.clone(), reach.clone(), narrowed]);
                    if !forbids.is_false() {
                        found.push((behind, *row, forbids));
                    }
                }
            }
        }
        found
    }

    /// The lines that offer a right, and how far they let it reach.
    fn offers(&self, region: &HeldRegion) -> Vec<(Behind, Expression)> {
        let offering = self
            .tables
            .lines(Mode::May, Action::Right)
            .filter(|(_, norm)| norm.any_object || norm.region.object.contains(&region.set));
        let lines: Vec<(Behind, Expression)> = offering
            .map(|(at, norm)| (Behind::Line(at), self.narrowed_right(norm)))
            .collect();
        if lines.is_empty() {
            let name = &self.tables.policy.nouns.get(region.id).name;
            return vec![(Behind::Bare(format!("right {name}")), Expression::TRUE)];
        }
        lines
    }

    fn narrowed_right(&self, norm: &Norm) -> Expression {
        let data = self.within_of(norm);
        let slots = norm
            .slots
            .iter()
            .filter(|used| NARROWING.contains(&used.slot))
            .map(|used| self.slot(used, Bearing::Binds));
        Expression::and(slots.chain([data]))
    }

    /// Whether the leaf is in the data that `of` names, if it names data.
    pub(super) fn within_of(&self, norm: &Norm) -> Expression {
        let names: Vec<&NounUse> = norm
            .names(Slot::Of)
            .filter(|name| name.kind == Kind::Data)
            .collect();
        if names.is_empty() {
            return Expression::TRUE;
        }
        let mut set = LeafSet::EMPTY;
        for name in &names {
            set.add(self.tables.policy.nouns.set(name.id));
        }
        self.leaf_in(names.into_iter(), &set)
    }

    /// The lists of a scope, read as slots of a prohibition.
    fn within(&self, scope: &ScopeSets) -> Expression {
        let leaf = LeafSet::of(self.leaf);
        let data = scope
            .data
            .as_ref()
            .map(|set| Expression::of(set.contains(&leaf)));
        let slots = [
            (Slot::For, &scope.purposes),
            (Slot::With, &scope.recipients),
            (Slot::By, &scope.actors),
        ];
        let slots = slots
            .into_iter()
            .filter_map(|(slot, set)| Some(self.slot_matches(slot, set.as_ref()?, Bearing::Binds)));
        Expression::and(data.into_iter().chain(slots))
    }

    /// What a row of the table says of the question.
    fn row(&self, row: Row, empty_scope: bool) -> Expression {
        let action = self.asked.action;
        if action == Action::Ask || (action == Action::Erase && row != Row::Restriction) {
            return Expression::FALSE;
        }
        let passes_on = matches!(action, Action::Share | Action::Sell);
        let words = &self.tables.words;
        let leaf = LeafSet::of(self.leaf);
        match row {
            Row::Sale => Expression::of(action == Action::Sell),
            Row::Sharing if passes_on => self.outside_processors(),
            Row::Ads => self.for_any(&words.advertising),
            Row::Analytics => self.for_any(&words.analytics),
            Row::Marketing => self.for_any(&words.marketing),
            Row::Newsletter => self.for_any(&words.newsletter),
            Row::Cookies if matches!(action, Action::Collect | Action::Keep) => {
                Expression::of(words.cookies.contains(&leaf))
            }
            Row::Sensitive if passes_on => Expression::of(words.sensitive.contains(&leaf)),
            Row::Sensitive if action == Action::Use => Expression::and([
                Expression::of(words.sensitive.contains(&leaf)),
                self.for_any(&words.reaching_out),
            ]),
            Row::Collection => Expression::of(action == Action::Collect),
            Row::Objection if action == Action::Keep => Expression::FALSE,
            Row::Objection if empty_scope => self.for_any(&words.reaching_out),
            Row::Objection => Expression::TRUE,
            Row::Restriction if action != Action::Keep => {
                let place = Place {
                    norm: None,
                    bearing: Bearing::Binds,
                };
                let consent = words.explicit_consent.as_ref();
                consent.map_or(Expression::TRUE, |fact| self.fact(fact, place).negated())
            }
            _ => Expression::FALSE,
        }
    }

    fn for_any(&self, purposes: &LeafSet) -> Expression {
        self.slot_matches(Slot::For, purposes, Bearing::Binds)
    }

    fn outside_processors(&self) -> Expression {
        match &self.asked.receiver {
            Receiver::Nobody => Expression::FALSE,
            Receiver::Unknown => Expression::slot(Slot::With.word()),
            Receiver::Named(_) => Expression::of(!self.asked.terms.is_processor),
        }
    }

    fn by_signal(&self) -> Vec<(Behind, Row, Expression)> {
        let plain = Reader {
            brought: Brought::ByRights,
            ..*self
        };
        let nouns = &self.tables.policy.nouns;
        let mut found = Vec::new();
        for (at, norm) in self.tables.lines(Mode::Must, Action::Honour) {
            for (signal, bit) in &self.tables.layout.signals {
                if !norm.any_object && !norm.region.object.contains(nouns.set(*signal)) {
                    continue;
                }
                for row in self.tables.rights.rows_of(*signal) {
                    let reach = self.row(*row, true);
                    if reach.is_false() {
                        continue;
                    }
                    let forbids = Expression::and([
                        Expression::bit(*bit),
                        reach,
                        plain.honours(norm),
                        plain.undone(*signal).negated(),
                    ]);
                    if !forbids.is_false() {
                        found.push((Behind::Line(at), *row, forbids));
                    }
                }
            }
        }
        found
    }

    /// Whether a `must honour` line counts: if its people and conditions may hold.
    fn honours(&self, norm: &'a Norm) -> Expression {
        let place = Place {
            norm: Some(norm),
            bearing: Bearing::Binds,
        };
        Expression::and([
            self.slots(&norm.slots, Bearing::Binds),
            self.people(norm).possible(),
            self.conditions(&norm.slots, place).possible(),
            self.time(&norm.slots, place),
            self.excepts(norm),
            self.covered(norm),
        ])
    }

    /// Whether a `never honour` line undoes a signal.
    fn undone(&self, signal: NounId) -> Expression {
        let nouns = &self.tables.policy.nouns;
        let set = nouns.set(signal);
        let lines = self
            .tables
            .lines(Mode::Never, Action::Honour)
            .filter(|(_, norm)| norm.any_object || norm.region.object.contains(set));
        let ignored =
            Expression::or(lines.map(|(_, norm)| {
                Expression::and([self.around(norm), self.spared(norm)]).certain()
            }));
        let layout = &self.tables.layout;
        let binding = layout
            .bindings
            .iter()
            .filter(|binding| binding.signals.contains(set));
        let bound = binding.map(|binding| {
            let here = binding.place.and_then(|place| layout.places.get(&place));
            let here = here.map_or(Expression::TRUE, |bits| {
                Expression::Test(Test::Class(*bits), Note::Silent).possible()
            });
            Expression::and([
                here,
                Expression::Test(Test::From(binding.since), Note::Silent),
            ])
        });
        Expression::and([ignored, Expression::or(bound).negated()])
    }

    /// That no reading lets another line win over this one here.
    pub(super) fn spared(&self, norm: &Norm) -> Expression {
        let states = |clause: &str| {
            norm.id == clause || norm.clauses.iter().any(|known| known.value == clause)
        };
        let policy = &self.tables.policy;
        let won = policy.readings.iter().filter_map(|reading| {
            let win = reading.win.as_ref()?;
            let concerned = reading.clauses.iter().any(|clause| states(&clause.value));
            (concerned && !states(&win.value)).then_some(win)
        });
        Expression::and(won.map(|win| {
            Expression::or(policy.norms_of(&win.value).map(|winner| {
                if winner.action == Action::Honour {
                    self.around(winner)
                } else {
                    self.line(winner)
                }
            }))
            .negated()
        }))
    }
}

/// The slots that a gate or an obligation is read by, besides its people, conditions and time.
pub(super) fn outer_slots(norm: &Norm, at: Option<Slot>) -> impl Iterator<Item = &SlotUse> {
    norm.slots
        .iter()
        .filter(move |used| NARROWING.contains(&used.slot) || Some(used.slot) == at)
}
