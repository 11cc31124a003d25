//! *Together*: the six steps from all of it to an answer.

use std::collections::{BTreeMap, BTreeSet};

use abide_policy::decide::{Decision, Effect, Known, Line, Missing, Needed, Question};
use abide_policy::model::{Norm, NounUse};
use abide_policy::vocabulary::{Action, Kind, Mode};
use jiff::Timestamp;

use crate::asked::{Asked, action_of};
use crate::case::{At, Case, Marks, World, line};
use crate::gates::Gate;
use crate::rights::named;
use crate::truth::{Truth, Value};

/// The answer of the chapter.
pub fn decide(
    world: &World<'_>,
    question: &Question,
    known: &Known,
    now: Timestamp,
    marks: &Marks,
) -> Result<Decision, String> {
    let asked = Asked::new(&world.names, question)?;
    let case = Case {
        world,
        asked,
        known,
        now,
        marks,
        in_signals: std::cell::Cell::new(false),
    };
    Ok(case.answer(question))
}

/// A prohibition for a leaf, with the lines to name and what may be missing from it.
struct Prohibition {
    value: Value,
    lines: Vec<Line>,
}

/// Everything there is for one leaf.
struct Leaf<'a> {
    leaf: u32,
    cover: Truth,
    prohibitions: Vec<Prohibition>,
    gates: Vec<Gate<'a>>,
    contracts: Vec<String>,
}

impl<'a> Case<'a> {
    fn answer(&self, question: &Question) -> Decision {
        let leaves: Vec<Leaf<'a>> = self
            .asked
            .leaves
            .iter()
            .map(|leaf| Leaf {
                leaf: *leaf,
                cover: if self.needs_permission() {
                    self.cover(*leaf).truth
                } else {
                    Truth::True
                },
                prohibitions: self.prohibitions(*leaf),
                // *A `prompt` needs no permission either, and no gate holds it back.*
                gates: if self.asked.action == Action::Ask {
                    Vec::new()
                } else {
                    self.gates(*leaf)
                },
                contracts: self.missing_contracts(*leaf),
            })
            .collect();
        let all = || leaves.iter().flat_map(|leaf| &leaf.prohibitions);
        // *3. Deny if a prohibition or an exercised right is true for a leaf; the lines are those.*
        if all().any(|one| one.value.is_true()) {
            self.marks.hit("deny by a prohibition");
            let forbidding = all().filter(|one| one.value.is_true());
            let lines = forbidding.flat_map(|one| one.lines.clone());
            return decision(Effect::Deny, lines, BTreeSet::new());
        }
        // *4. Else deny if cover is false for a leaf; the missing line is written out.*
        if leaves.iter().any(|leaf| leaf.cover == Truth::False) {
            return self.not_permitted(&leaves, question);
        }
        // *5. Else ask …*
        let is_held_back = |leaf: &Leaf<'_>| {
            leaf.cover == Truth::Unknown
                || leaf.prohibitions.iter().any(|one| one.value.is_unknown())
                || leaf.gates.iter().any(is_missing)
                || !leaf.contracts.is_empty()
        };
        if leaves.iter().any(is_held_back) {
            return self.held_back(&leaves);
        }
        // *6. Else permit.*
        self.permitted(&leaves)
    }

    /// *`erase` needs no permission. A `prompt` needs no permission either.*
    fn needs_permission(&self) -> bool {
        !matches!(self.asked.action, Action::Erase | Action::Ask)
    }

    fn permissions(&self) -> impl Iterator<Item = &'a Norm> {
        let action = self.asked.action;
        self.policy()
            .norms
            .iter()
            .filter(move |line| line.mode == Mode::May && line.action == action)
    }

    /// *1. For each leaf of the data, cover is the best A of the permissions.*
    pub fn cover(&self, leaf: u32) -> Value {
        Value::or(self.permissions().map(|line| self.applies(line, leaf)))
    }

    fn prohibitions(&self, leaf: u32) -> Vec<Prohibition> {
        let mut found = Vec::new();
        for norm in &self.policy().norms {
            let forbids = match (norm.mode, norm.action) {
                (Mode::Never, Action::Honour) => false,
                // *Outside of parts it counts as a prohibition (but not of `erase` and `prompt`).*
                (Mode::Never, Action::Apply) => norm.part.is_none() && self.needs_permission(),
                (Mode::Never, _) => true,
                // *A `must keep` that applies forbids to `erase`.*
                (Mode::Must, Action::Keep) => self.asked.action == Action::Erase,
                _ => false,
            };
            if forbids {
                found.push(Prohibition {
                    value: self.after_readings(norm, leaf),
                    lines: vec![line(norm)],
                });
            }
        }
        found.extend(self.exercised(leaf).into_iter().map(|one| {
            if one.value.is_true() {
                self.marks.hit(one.row);
            }
            Prohibition {
                value: one.value,
                lines: one.lines,
            }
        }));
        // *A held `legal-hold` (named as `fact legal-hold`) forbids it.*
        if self.asked.action == Action::Erase && self.is_on_hold(leaf) {
            self.marks.hit("a legal hold");
            found.push(Prohibition {
                value: Value::yes(),
                lines: vec![named("fact legal-hold")],
            });
        }
        // *A gate that asks for a fact which is false forbids.*
        if self.asked.action != Action::Ask {
            for gate in self.gates(leaf).into_iter().filter(|gate| gate.is_refused) {
                self.marks.hit("a gate that asks for a refused fact");
                found.push(Prohibition {
                    value: gate.concerns,
                    lines: vec![line(gate.line)],
                });
            }
        }
        found
    }

    fn is_on_hold(&self, leaf: u32) -> bool {
        let names = self.names();
        names.find(Kind::Fact, "legal-hold").is_some_and(|id| {
            let hold = NounUse {
                kind: Kind::Fact,
                id,
                name: names.nouns.get(id).name.clone(),
                span: abide_policy::source::Span::new(0, 0, 0),
            };
            self.fact(&hold, At { leaf, line: None }).is_true()
        })
    }

    /// A of a line that a reading may take away. *2. Their A is* and*-ed with* not *A(winner), without readings.*
    pub fn after_readings(&self, norm: &Norm, leaf: u32) -> Value {
        let mut parts = vec![self.before_readings(norm, leaf)];
        for reading in &self.policy().readings {
            let Some(win) = &reading.win else { continue };
            let states = |norm: &Norm, clause: &str| {
                norm.id == clause || norm.clauses.iter().any(|id| id.value == clause)
            };
            let loses = reading
                .clauses
                .iter()
                .any(|clause| clause.value != win.value && states(norm, &clause.value));
            // *A line with the winning clause among its own keeps its A.*
            if !loses || states(norm, &win.value) {
                continue;
            }
            // *If several lines state the winning clause, the best A counts.*
            let winners = self.policy().norms_of(&win.value);
            let best =
                Value::or(winners.map(|winner| self.before_readings_of_winner(winner, leaf)));
            if best.is_true() && parts[0].is_true() {
                self.marks.hit("a reading that takes a prohibition away");
            }
            parts.push(best.not());
        }
        Value::and(parts)
    }

    fn before_readings_of_winner(&self, winner: &Norm, leaf: u32) -> Value {
        match (winner.mode, winner.action) {
            // *A `never apply` that wins takes nothing away.*
            (Mode::Never, Action::Apply) => Value::no(),
            (_, Action::Honour) => self.honour_applies(winner, leaf),
            _ => self.applies(winner, leaf),
        }
    }

    fn before_readings(&self, norm: &Norm, leaf: u32) -> Value {
        match (norm.mode, norm.action) {
            (Mode::Never, Action::Apply) => self.is_outside(norm, leaf),
            (_, Action::Honour) => self.honour_applies(norm, leaf),
            (Mode::Must, Action::Keep) if self.asked.action == Action::Erase => {
                let kept = self.applies_whatever_action(norm, leaf);
                if kept.is_true() {
                    self.marks.hit("a duty to keep");
                }
                kept
            }
            _ => self.applies(norm, leaf),
        }
    }

    /// *4.* A line is written out, or the line named that is false only because of facts that speak against, with them.
    fn not_permitted(&self, leaves: &[Leaf<'_>], question: &Question) -> Decision {
        let mut lines = Vec::new();
        let mut missing = BTreeSet::new();
        let mut unwritten = BTreeSet::new();
        for leaf in leaves.iter().filter(|leaf| leaf.cover == Truth::False) {
            let mut permissions = self.permissions();
            let refused = permissions.find_map(|line| {
                let facts = self.applies(line, leaf.leaf).refused;
                (!facts.is_empty()).then_some((line, facts))
            });
            match refused {
                Some((permission, facts)) => {
                    self.marks.hit("deny by a fact that speaks against");
                    lines.push(line(permission));
                    missing.extend(facts.into_iter().map(|fact| Missing {
                        needed: Needed::Fact(fact),
                        line: Some(line(permission)),
                    }));
                }
                None => {
                    unwritten.insert(leaf.leaf);
                }
            }
        }
        if !unwritten.is_empty() {
            self.marks.hit("deny for want of a line");
            missing.insert(Missing {
                needed: Needed::Line(self.written_out(question, &unwritten)),
                line: None,
            });
        }
        decision(Effect::Deny, lines, missing)
    }

    /// *The action, each name of the data that has such a leaf, and the slots of the question, in the order `for with in
    /// from as by at via`, several values in braces.*
    fn written_out(&self, question: &Question, leaves: &BTreeSet<u32>) -> String {
        let names = self.names();
        let mut text = action_of(question.action).word().to_owned();
        for (id, name) in self.asked.data.iter().zip(&question.data) {
            if !names.belongs(*id).is_disjoint(leaves) {
                text += &format!(" {name}");
            }
        }
        let one = |name: &Option<String>| name.iter().cloned().collect::<Vec<String>>();
        let slots = [
            ("for", one(&question.purpose)),
            ("with", one(&question.recipient)),
            ("in", one(&question.place)),
            ("from", question.origin.clone()),
            ("as", one(&question.form)),
            ("by", question.actor.clone()),
            ("at", question.point.clone()),
            ("via", question.channel.clone()),
        ];
        let mut children = Vec::new();
        for (slot, values) in slots {
            match values.as_slice() {
                [] => {}
                [value] => text += &format!(" {slot}={value}"),
                many => children.push(format!("{slot} {}", many.join(" "))),
            }
        }
        if !children.is_empty() {
            text += &format!(" {{ {} }}", children.join("; "));
        }
        text
    }

    /// *5. What is missing is every unknown fact, event, duty, slot, relation and item about the person, of all prohibitions
    /// that are unknown, and of the first permission, in the order of the policy, whose A is unknown, for each leaf that
    /// none permits.*
    fn held_back(&self, leaves: &[Leaf<'_>]) -> Decision {
        let mut lines = Vec::new();
        let mut missing = BTreeSet::new();
        for leaf in leaves {
            for one in leaf
                .prohibitions
                .iter()
                .filter(|one| one.value.is_unknown())
            {
                self.marks.hit("ask because of a prohibition");
                for own in &one.lines {
                    lines.push(own.clone());
                    missing.extend(waits(&one.value, Some(own)));
                }
            }
            if leaf.cover == Truth::Unknown {
                self.marks.hit("ask because of a permission");
                let mut permissions = self.permissions();
                let first = permissions.find_map(|line| {
                    let value = self.applies(line, leaf.leaf);
                    value.is_unknown().then_some((line, value))
                });
                let (first, value) = first.unwrap();
                lines.push(line(first));
                missing.extend(waits(&value, Some(&line(first))));
            }
            for gate in leaf.gates.iter().filter(|gate| is_missing(gate)) {
                self.marks.hit("a gate that is not done");
                lines.push(line(gate.line));
                missing.insert(Missing {
                    needed: Needed::Duty(duty(gate.line)),
                    line: Some(line(gate.line)),
                });
            }
            for contract in &leaf.contracts {
                self.marks.hit("a contract that is not there");
                missing.insert(Missing {
                    needed: Needed::Fact(contract.clone()),
                    line: None,
                });
            }
        }
        decision(Effect::Ask, lines, missing)
    }

    /// *6. The lines are the first permission per leaf that is true.*
    fn permitted(&self, leaves: &[Leaf<'_>]) -> Decision {
        let mut lines = Vec::new();
        let mut grounds = BTreeSet::new();
        if self.needs_permission() {
            for leaf in leaves {
                let mut permissions = self.permissions();
                let first = permissions
                    .find(|line| self.applies(line, leaf.leaf).is_true())
                    .unwrap();
                lines.push(line(first));
                let own = self.grounds(first);
                grounds.extend(own.into_iter().map(|id| self.names().name(id).to_owned()));
            }
        }
        let due = self.policy().norms.iter();
        let due: Vec<Line> = due
            .filter(|norm| self.is_obligation(norm))
            .map(line)
            .collect();
        if !due.is_empty() {
            self.marks.hit("an obligation");
        }
        Decision {
            obligations: due,
            grounds: grounds.into_iter().collect(),
            ..decision(Effect::Permit, lines, BTreeSet::new())
        }
    }
}

fn is_missing(gate: &Gate<'_>) -> bool {
    !gate.is_done && !gate.concerns.is_false()
}

fn waits(value: &Value, line: Option<&Line>) -> Vec<Missing> {
    let all = value.waits.iter();
    all.map(|needed| Missing {
        needed: needed.clone(),
        line: line.cloned(),
    })
    .collect()
}

/// *The action and its objects.*
fn duty(gate: &Norm) -> String {
    let mut text = gate.action.word().to_owned();
    for object in &gate.objects {
        text += &format!(" {}", object.name);
    }
    if gate.any_object {
        text += " any";
    }
    text
}

fn decision(
    effect: Effect,
    lines: impl IntoIterator<Item = Line>,
    missing: BTreeSet<Missing>,
) -> Decision {
    let unique: BTreeMap<Line, ()> = lines.into_iter().map(|line| (line, ())).collect();
    Decision {
        effect,
        lines: unique.into_keys().collect(),
        missing: missing.into_iter().collect(),
        obligations: Vec::new(),
        grounds: Vec::new(),
    }
}
