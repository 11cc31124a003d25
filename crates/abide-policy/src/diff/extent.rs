//! What a line covers, as boxes over the common numbering, and whether other lines cover it too. Judges nothing.

use std::collections::HashMap;

use super::favour::{Gain, Shift};
use super::measure;
use super::space::{Side, Space};
use crate::leaf_set::LeafSet;
use crate::model::{Except, Norm, NounUse, SlotUse, Value};
use crate::vocabulary::{Action, Mode, Slot};

/// The slots that are sets of names. The objects come before them.
pub(super) const AXES: [Slot; 12] = [
    Slot::For,
    Slot::With,
    Slot::In,
    Slot::From,
    Slot::As,
    Slot::About,
    Slot::By,
    Slot::At,
    Slot::Via,
    Slot::Of,
    Slot::To,
    Slot::When,
];

/// More boxes than this are not cut any finer; what is left counts as not covered.
const BOX_LIMIT: usize = 256;

/// One set per axis, the objects first: the product of them is covered.
pub(super) type Axes = Vec<LeafSet>;

/// What one line covers.
pub(super) struct Extent<'a> {
    pub(super) side: Side,
    pub(super) mode: Mode,
    pub(super) action: Action,
    pub(super) slots: &'a [SlotUse],
    /// The line without its exceptions.
    pub(super) axes: Axes,
    /// The line with its exceptions cut out.
    boxes: Vec<Axes>,
    /// The exceptions that are regions.
    cuts: Vec<Axes>,
    /// Facts joined by *or*; `if` and `unless` apart.
    conditions: Vec<(Slot, LeafSet)>,
    /// Exceptions that are no region: those with times or facts of their own.
    odd: Vec<Extent<'a>>,
}

impl<'a> Extent<'a> {
    pub(super) fn of(space: &Space<'_>, side: Side, norm: &'a Norm) -> Self {
        let objects: &[NounUse] = if norm.any_object { &[] } else { &norm.objects };
        let axes = axes(space, side, objects, &norm.slots, &|slot| {
            open_value(norm, slot)
        });
        let (cuts, odd): (Vec<&Except>, Vec<&Except>) =
            norm.excepts.iter().partition(|except| is_region(except));
        let cuts: Vec<Axes> = cuts
            .into_iter()
            .map(|except| axes_of_except(space, side, except))
            .collect();
        Self {
            side,
            mode: norm.mode,
            action: norm.action,
            slots: &norm.slots,
            boxes: subtract_all(vec![axes.clone()], &cuts),
            axes,
            cuts,
            conditions: conditions(space, side, &norm.slots),
            odd: odd
                .into_iter()
                .map(|except| Self::of_except(space, side, norm, except))
                .collect(),
        }
    }

    /// An exception by itself: a line that reaches further the more it cuts out.
    fn of_except(space: &Space<'_>, side: Side, norm: &Norm, except: &'a Except) -> Self {
        let axes = axes_of_except(space, side, except);
        Self {
            side,
            mode: Mode::May,
            action: norm.action,
            slots: &except.slots,
            boxes: vec![axes.clone()],
            axes,
            cuts: Vec::new(),
            conditions: conditions(space, side, &except.slots),
            odd: Vec::new(),
        }
    }

    pub(super) fn slot(&self, slot: Slot) -> Option<&SlotUse> {
        self.slots.iter().find(|used| used.slot == slot)
    }

    /// Whether conditions and measures let this line reach wherever `other` reaches, places aside.
    fn reaches(&self, space: &Space<'_>, other: &Extent<'_>) -> bool {
        implies(&other.conditions, &self.conditions)
            && measure::reaches(space, other, self)
            && self.odd.iter().all(|cut| other.cuts_out(space, cut))
    }

    /// Whether an exception of this line cuts out all that an odd one does.
    fn cuts_out(&self, space: &Space<'_>, cut: &Extent<'_>) -> bool {
        subtract_all(cut.boxes.clone(), &self.cuts).is_empty()
            || self.odd.iter().any(|theirs| {
                theirs.reaches(space, cut)
                    && subtract_all(cut.boxes.clone(), &theirs.boxes).is_empty()
            })
    }

    /// Whether this line's exceptions cut out all that the other's do.
    fn cuts_out_all(&self, space: &Space<'_>, other: &Self) -> bool {
        subtract_all(other.cuts.clone(), &self.cuts).is_empty()
            && other.odd.iter().all(|cut| self.cuts_out(space, cut))
    }

    /// How exceptions changed what a line reaches between two versions of it.
    pub(super) fn excepts_shift(&self, new: &Self, space: &Space<'_>) -> Shift {
        Shift::of(
            Gain::when(!new.cuts_out_all(space, self)),
            Gain::when(!self.cuts_out_all(space, new)),
        )
    }

    /// How conditions changed between two versions of a line.
    pub(super) fn conditions_shift(&self, new: &Self) -> Shift {
        Shift::of(
            Gain::when(!implies(&new.conditions, &self.conditions)),
            Gain::when(!implies(&self.conditions, &new.conditions)),
        )
    }

    /// Every leaf that one of two versions with the same words covers and the other does not, on any axis.
    pub(super) fn differing_leaves(&self, other: &Self) -> LeafSet {
        let sets = |line: &Self| -> Vec<LeafSet> {
            let facts = line.conditions.iter().map(|(_, set)| set.clone());
            let odd = line.odd.iter().flat_map(|cut| cut.axes.iter().cloned());
            let cuts = line.cuts.iter().flatten().cloned();
            line.axes
                .iter()
                .cloned()
                .chain(facts)
                .chain(cuts)
                .chain(odd)
                .collect()
        };
        let mut leaves = LeafSet::EMPTY;
        for (mine, theirs) in sets(self).iter().zip(sets(other)) {
            leaves.add(&mine.without(&theirs));
            leaves.add(&theirs.without(mine));
        }
        leaves
    }
}

/// All lines of one side, by what they may cover for each other.
pub(super) struct Extents<'a, 'b> {
    by_class: HashMap<(Mode, Action), Vec<&'b Extent<'a>>>,
}

impl<'a, 'b> Extents<'a, 'b> {
    pub(super) fn new(extents: &'b [Extent<'a>]) -> Self {
        let mut by_class: HashMap<_, Vec<_>> = HashMap::new();
        for extent in extents {
            by_class
                .entry((extent.mode, extent.action))
                .or_default()
                .push(extent);
        }
        Self { by_class }
    }

    /// Whether these lines together cover all of `extent`.
    fn cover(&self, space: &Space<'_>, extent: &Extent<'_>) -> bool {
        let wider = (extent.mode == Mode::Never && extent.action == Action::Sell)
            .then_some((Mode::Never, Action::Share));
        let classes = [Some((extent.mode, extent.action)), wider];
        let lines = classes
            .iter()
            .flatten()
            .filter_map(|class| self.by_class.get(class))
            .flatten();
        let mut rest = extent.boxes.clone();
        for line in lines {
            let touches = rest
                .iter()
                .any(|open| line.boxes.iter().any(|cut| overlap(open, cut)));
            if touches && line.reaches(space, extent) {
                rest = subtract_all(rest, &line.boxes);
            }
            if rest.is_empty() {
                return true;
            }
        }
        rest.is_empty()
    }
}

/// How what is covered shifts from one line to another, whatever else the two policies say about it considered.
pub(super) fn shift(
    space: &Space<'_>,
    (old, olds): (Option<&Extent<'_>>, &Extents<'_, '_>),
    (new, news): (Option<&Extent<'_>>, &Extents<'_, '_>),
) -> Shift {
    Shift::of(
        Gain::when(new.is_some_and(|line| !olds.cover(space, line))),
        Gain::when(old.is_some_and(|line| !news.cover(space, line))),
    )
}

fn axes(
    space: &Space<'_>,
    side: Side,
    objects: &[NounUse],
    slots: &[SlotUse],
    open: &dyn Fn(Slot) -> Manner,
) -> Axes {
    let objects = space.names_set(side, objects.iter());
    let mut axes = vec![objects.unwrap_or_else(|| space.full.clone())];
    for slot in AXES {
        let named = space.slot_set(side, slots, slot);
        let is_any = slots
            .iter()
            .any(|used| used.slot == slot && used.names().next().is_none());
        axes.push(match (open(slot), named) {
            (Manner::Scope, Some(set)) | (Manner::Default, Some(set)) => set,
            (Manner::Asked, Some(mut set)) => {
                set.add(&space.unnamed());
                set
            }
            (Manner::Scope, None) => space.full.clone(),
            (_, None) if is_any => space.full.clone(),
            (Manner::Default | Manner::Asked, None) => space.unnamed(),
        });
    }
    axes
}

fn axes_of_except(space: &Space<'_>, side: Side, except: &Except) -> Axes {
    axes(space, side, &except.objects, &except.slots, &|_| {
        Manner::Scope
    })
}

/// What a slot means that a line leaves out.
enum Manner {
    /// Every value: the slot limits the line.
    Scope,
    /// The person concerned, or the company: the slot names someone else.
    Default,
    /// Nothing in particular: the slot asks for more.
    Asked,
}

fn open_value(norm: &Norm, slot: Slot) -> Manner {
    let speaks = matches!(norm.action, Action::Tell | Action::Ask);
    let is_duty = norm.mode == Mode::Must && norm.action != Action::Keep;
    match slot {
        Slot::To if speaks || matches!(norm.action, Action::Answer | Action::Right) => {
            Manner::Default
        }
        Slot::By if norm.action == Action::Right => Manner::Default,
        Slot::As if norm.action == Action::Right => Manner::Asked,
        Slot::Via | Slot::At | Slot::As if is_duty && speaks => Manner::Asked,
        Slot::Via if norm.mode == Mode::Must && norm.action == Action::Answer => Manner::Asked,
        Slot::Of if speaks || norm.action == Action::Extend => Manner::Asked,
        _ => Manner::Scope,
    }
}

/// An exception that says which part of the region is left out, and nothing about time or facts.
fn is_region(except: &Except) -> bool {
    except
        .slots
        .iter()
        .all(|used| AXES.contains(&used.slot) && !used.values.iter().any(is_text))
}

fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(_))
}

fn conditions(space: &Space<'_>, side: Side, slots: &[SlotUse]) -> Vec<(Slot, LeafSet)> {
    let facts = slots
        .iter()
        .filter(|used| matches!(used.slot, Slot::If | Slot::Unless));
    facts
        .filter_map(|used| Some((used.slot, space.names_set(side, used.names())?)))
        .collect()
}

/// Whether the second conditions hold whenever the first do.
fn implies(first: &[(Slot, LeafSet)], second: &[(Slot, LeafSet)]) -> bool {
    second.iter().all(|(slot, facts)| {
        first.iter().any(|(known, narrower)| {
            known == slot
                && match slot {
                    Slot::If => facts.contains(narrower),
                    _ => narrower.contains(facts),
                }
        })
    })
}

fn overlap(one: &Axes, other: &Axes) -> bool {
    one.iter().zip(other).all(|(a, b)| a.overlaps(b))
}

fn subtract_all(boxes: Vec<Axes>, cuts: &[Axes]) -> Vec<Axes> {
    cuts.iter().fold(boxes, subtract)
}

/// Takes one box out of others: each is split along every axis on which it sticks out.
fn subtract(boxes: Vec<Axes>, cut: &Axes) -> Vec<Axes> {
    if boxes.len() > BOX_LIMIT {
        return boxes;
    }
    let mut rest = Vec::new();
    for mut whole in boxes {
        if !overlap(&whole, cut) {
            rest.push(whole);
            continue;
        }
        for (at, edge) in cut.iter().enumerate() {
            let Some(axis) = whole.get(at) else { continue };
            let outside = axis.without(edge);
            let inside = axis.common(edge);
            if !outside.is_empty() {
                let mut piece = whole.clone();
                piece.splice(at..=at, [outside]);
                rest.push(piece);
            }
            whole.splice(at..=at, [inside]);
        }
    }
    rest
}
