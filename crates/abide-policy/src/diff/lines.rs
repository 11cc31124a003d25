//! Judges every line that changed, and every name by the lines that it changes. Never decides what must follow.

use super::area::Area;
use super::extent::{self, Extent, Extents};
use super::favour::{Favour, Judgement, Shift};
use super::names::{self, Renamed};
use super::pairing::{self, Candidate, Pair};
use super::reason::{self, Reason};
use super::space::{Side, Space};
use super::{Change, ChangeKind, Source, Subject, words};
use crate::model::{Norm, SlotUse, Value};
use crate::vocabulary::{Action, Slot};

/// What became of the lines.
pub(super) struct Lines<'a> {
    pub(super) changes: Vec<Change>,
    /// Every line whose meaning changed, also where a name is the cause.
    pub(super) moved: Vec<Moved<'a>>,
}

/// A line whose meaning changed.
pub(super) struct Moved<'a> {
    pub(super) old: Option<&'a Norm>,
    pub(super) new: Option<&'a Norm>,
    pub(super) judgement: Judgement,
}

/// Compares all lines and names of two policies.
pub(super) fn compare<'a>(space: &Space<'a>, old: Source<'a>, new: Source<'a>) -> Lines<'a> {
    let olds = Half::new(space, Side::Old, old);
    let news = Half::new(space, Side::New, new);
    let (old_lines, new_lines) = (olds.candidates(), news.candidates());
    let renamed = names::changed(space);
    let mut comparison = Comparison {
        space,
        old_lines: Extents::new(&olds.extents),
        new_lines: Extents::new(&news.extents),
        olds: &olds,
        news: &news,
        felt: renamed.iter().map(|_| Felt::default()).collect(),
        renamed,
        found: Lines {
            changes: Vec::new(),
            moved: Vec::new(),
        },
    };
    for pair in pairing::pair(&old_lines, &new_lines) {
        comparison.pair(pair, &old_lines, &new_lines);
    }
    comparison.finish()
}

/// One policy's lines and what each covers.
struct Half<'a> {
    source: Source<'a>,
    extents: Vec<Extent<'a>>,
}

impl<'a> Half<'a> {
    fn new(space: &Space<'_>, side: Side, source: Source<'a>) -> Self {
        let norms = source.policy.norms.iter();
        Self {
            source,
            extents: norms.map(|norm| Extent::of(space, side, norm)).collect(),
        }
    }

    fn candidates(&self) -> Vec<Candidate<'_>> {
        let lines = self.source.policy.norms.iter().zip(&self.extents);
        lines
            .map(|(norm, extent)| Candidate::new(norm, extent))
            .collect()
    }

    fn line(&self, at: Option<usize>) -> Option<(&'a Norm, &Extent<'a>)> {
        let at = at?;
        Some((self.source.policy.norms.get(at)?, self.extents.get(at)?))
    }
}

/// What the lines that a name changes mean together, and which they are.
struct Felt {
    judgement: Judgement,
    lines: Vec<String>,
}

impl Default for Felt {
    fn default() -> Self {
        Self {
            judgement: Judgement::Neutral,
            lines: Vec::new(),
        }
    }
}

struct Comparison<'a, 'b> {
    space: &'b Space<'a>,
    olds: &'b Half<'a>,
    news: &'b Half<'a>,
    old_lines: Extents<'a, 'b>,
    new_lines: Extents<'a, 'b>,
    renamed: Vec<Renamed<'a>>,
    felt: Vec<Felt>,
    found: Lines<'a>,
}

impl<'a> Comparison<'a, '_> {
    fn pair(&mut self, pair: Pair, old_lines: &[Candidate<'_>], new_lines: &[Candidate<'_>]) {
        let (old, new) = (self.olds.line(pair.old), self.news.line(pair.new));
        let shift = extent::shift(
            self.space,
            (old.map(|(_, extent)| extent), &self.old_lines),
            (new.map(|(_, extent)| extent), &self.new_lines),
        );
        match (old, new) {
            (Some(old), Some(new)) => {
                let signature = |lines: &[Candidate<'_>], at: Option<usize>| {
                    Some(lines.get(at?)?.signature.clone())
                };
                let same = signature(old_lines, pair.old) == signature(new_lines, pair.new);
                if same {
                    self.same_words(old, new, shift);
                } else {
                    self.other_words(old, new, shift);
                }
            }
            (None, Some((norm, _))) => self.alone(ChangeKind::Added, norm, shift),
            (Some((norm, _)), None) => self.alone(ChangeKind::Removed, norm, shift),
            (None, None) => {}
        }
    }

    /// How a line shifts because a class of people that both versions name grew or shrank.
    fn people_shift(&self, name: &Renamed<'_>, old: &Norm, new: &Norm) -> Shift {
        let before = name.shift_of(self.space, Side::Old, old);
        let after = name.shift_of(self.space, Side::New, new);
        if before == after { after } else { Shift::Same }
    }

    /// A line that reads the same: what a name on it covers may have changed, or words that nothing depends on.
    fn same_words(
        &mut self,
        (old, before): (&'a Norm, &Extent<'_>),
        (new, after): (&'a Norm, &Extent<'_>),
        shift: Shift,
    ) {
        let favour = Favour::of(new.mode, new.action);
        let leaves = match shift {
            Shift::Same => crate::leaf_set::LeafSet::EMPTY,
            _ => before.differing_leaves(after),
        };
        let mut judgement = favour.judge(shift);
        let mut caused = shift == Shift::Same;
        for at in 0..self.renamed.len() {
            let Some(name) = self.renamed.get(at) else {
                continue;
            };
            let people = self.people_shift(name, old, new);
            let touches = shift != Shift::Same && name.touched.overlaps(&leaves);
            if people == Shift::Same && !touches {
                continue;
            }
            judgement = judgement.and(favour.judge(people));
            let part = if touches {
                favour.judge(shift)
            } else {
                Judgement::Neutral
            };
            let part = part.and(favour.judge(people));
            caused = true;
            if let Some(felt) = self.felt.get_mut(at) {
                felt.judgement = felt.judgement.and(part);
                felt.lines.push(call(new));
            }
        }
        if judgement != Judgement::Neutral {
            self.moved(Some(old), Some(new), judgement);
        }
        let mut reasons = wording(old, new);
        if !caused {
            reasons.push(Reason {
                area: Area::of_action(new.action),
                judgement,
                text: "the part or a name on it covers something else".to_owned(),
            });
        }
        if !reasons.is_empty() {
            let judgement = if caused {
                Judgement::Neutral
            } else {
                judgement
            };
            self.changed(old, new, judgement, reasons);
        }
    }

    fn other_words(
        &mut self,
        (old, before): (&'a Norm, &Extent<'_>),
        (new, after): (&'a Norm, &Extent<'_>),
        shift: Shift,
    ) {
        let people = self
            .renamed
            .iter()
            .map(|name| self.people_shift(name, old, new));
        let shift = people.fold(shift, Shift::and);
        let judgement = Favour::of(new.mode, new.action).judge(shift);
        let mut reasons = reason::reasons(self.space, (old, before), (new, after));
        let felt = |reason: &Reason| reason.judgement != Judgement::Neutral;
        if judgement == Judgement::Neutral && reasons.iter().any(felt) {
            for reason in &mut reasons {
                reason.judgement = Judgement::Neutral;
            }
            reasons.push(Reason::neutral(
                Area::of_action(new.action),
                "other lines of both policies say the same",
            ));
        }
        reasons.extend(wording(old, new));
        self.moved(Some(old), Some(new), judgement);
        self.changed(old, new, judgement, reasons);
    }

    fn alone(&mut self, kind: ChangeKind, norm: &'a Norm, shift: Shift) {
        let favour = Favour::of(norm.mode, norm.action);
        let judgement = favour.judge(shift);
        let mut areas = vec![Area::of_action(norm.action)];
        for slot in [Slot::In, Slot::Via] {
            let area = Area::of_slot(norm.action, slot);
            let limits = norm.names(slot).next().is_some();
            if limits && matches!(area, Area::Place | Area::Message) && !areas.contains(&area) {
                areas.push(area);
            }
        }
        let mut reasons = Vec::new();
        if judgement == Judgement::Neutral && norm.action != Action::Say {
            let text = match kind {
                ChangeKind::Removed => "other lines still say so",
                _ => "other lines said so already",
            };
            reasons.push(Reason::neutral(Area::Wording, text));
        }
        let (old, new) = match kind {
            ChangeKind::Removed => (Some(norm), None),
            _ => (None, Some(norm)),
        };
        self.moved(old, new, judgement);
        self.push(kind, (old, new), judgement, areas, reasons);
    }

    fn moved(&mut self, old: Option<&'a Norm>, new: Option<&'a Norm>, judgement: Judgement) {
        self.found.moved.push(Moved {
            old,
            new,
            judgement,
        });
    }

    fn changed(
        &mut self,
        old: &'a Norm,
        new: &'a Norm,
        judgement: Judgement,
        reasons: Vec<Reason>,
    ) {
        let mut areas: Vec<Area> = reasons.iter().map(|reason| reason.area).collect();
        areas.sort();
        areas.dedup();
        self.push(
            ChangeKind::Changed,
            (Some(old), Some(new)),
            judgement,
            areas,
            reasons,
        );
    }

    fn push(
        &mut self,
        kind: ChangeKind,
        (old, new): (Option<&'a Norm>, Option<&'a Norm>),
        judgement: Judgement,
        areas: Vec<Area>,
        reasons: Vec<Reason>,
    ) {
        let Some(norm) = new.or(old) else { return };
        let written = |half: &Half<'_>, norm: &Norm| half.source.written(norm.span, norm.part);
        self.found.changes.push(Change {
            judgement,
            kind,
            subject: Subject::Line,
            id: norm.id.clone(),
            clauses: clauses(old, new),
            areas,
            old: old.map(|norm| written(self.olds, norm)),
            new: new.map(|norm| written(self.news, norm)),
            reasons,
            felt_in: Vec::new(),
        });
    }

    /// Names come before the lines, as they do in a policy.
    fn finish(self) -> Lines<'a> {
        let mut changes = Vec::new();
        for (name, felt) in self.renamed.iter().zip(self.felt) {
            changes.push(name_change(name, felt, self.olds.source, self.news.source));
        }
        changes.extend(self.found.changes);
        Lines {
            changes,
            moved: self.found.moved,
        }
    }
}

fn name_change(name: &Renamed<'_>, felt: Felt, old: Source<'_>, new: Source<'_>) -> Change {
    let own = name
        .reasons
        .iter()
        .map(|reason| reason.judgement)
        .fold(Judgement::Neutral, Judgement::and);
    let mut areas: Vec<Area> = name.reasons.iter().map(|reason| reason.area).collect();
    areas.sort();
    areas.dedup();
    let lines = [name.old, name.new].map(|noun| noun.own_line());
    let clauses = lines
        .iter()
        .flatten()
        .flat_map(|line| &line.clauses)
        .map(|clause| clause.value.clone());
    let mut clauses: Vec<String> = clauses.collect();
    clauses.dedup();
    let mut felt_in = felt.lines;
    felt_in.dedup();
    Change {
        judgement: own.and(felt.judgement),
        kind: ChangeKind::Changed,
        subject: Subject::Name,
        id: format!("{} {}", name.new.kind.word(), name.new.name),
        clauses,
        areas,
        old: lines[0].map(|line| old.written(line.span, line.part)),
        new: lines[1].map(|line| new.written(line.span, line.part)),
        reasons: name.reasons.clone(),
        felt_in,
    }
}

/// How a line is called in a report: its clause id, or its words.
pub(super) fn call(norm: &Norm) -> String {
    crate::check::clash::call(norm)
}

fn clauses(old: Option<&Norm>, new: Option<&Norm>) -> Vec<String> {
    let both = [new, old].into_iter().flatten();
    let ids = both.flat_map(|norm| &norm.clauses);
    let mut clauses: Vec<String> = Vec::new();
    for id in ids {
        if !clauses.contains(&id.value) {
            clauses.push(id.value.clone());
        }
    }
    clauses
}

/// What two versions of a line say otherwise without meaning otherwise.
fn wording(old: &Norm, new: &Norm) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut compare = |what: &str, a: String, b: String| {
        if a != b {
            let or_none = |text: String| {
                if text.is_empty() {
                    "none".to_owned()
                } else {
                    format!("`{text}`")
                }
            };
            let text = format!("{what}: {} → {}", or_none(a), or_none(b));
            found.push(Reason::neutral(Area::Wording, text));
        }
    };
    let ids = |norm: &Norm| {
        let mut ids: Vec<&str> = norm.clauses.iter().map(|id| id.value.as_str()).collect();
        ids.sort_unstable();
        ids.join(" ")
    };
    let hedge = |norm: &Norm| {
        let values = norm
            .slot(Slot::Hedge)
            .into_iter()
            .flat_map(|used| &used.values);
        values.map(words::word).collect::<Vec<_>>().join(" ")
    };
    let vague = |norm: &Norm| {
        let values = norm.slots.iter().flat_map(|used: &SlotUse| &used.values);
        let words = values.filter_map(|value| match value {
            Value::Length { vague, .. } => vague.clone(),
            _ => None,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let says = |norm: &Norm| {
        let texts = norm.says.iter().map(|say| say.text.value.as_str());
        texts.collect::<Vec<_>>().join(" / ")
    };
    compare("clauses", ids(old), ids(new));
    compare("hedge", hedge(old), hedge(new));
    compare("vague word", vague(old), vague(new));
    compare("text", says(old), says(new));
    found
}
