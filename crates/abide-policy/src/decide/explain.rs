//! A verdict with everything that stands behind it. Decides nothing: it names what the verdict rests on.

use jiff::Timestamp;

use super::decision::{Decision, Effect, Line, Missing, Needed};
use super::evaluate::{Stale, decide};
use super::facts::Facts;
use super::known::Known;
use super::prepare::{Group, LineNumber, NeedsPermission, Prepared, Row};
use super::program::{Refusals, View};
use super::question::{Deed, Question};
use super::refusal::Refusal;
use super::tables::{Tables, line_of};
use super::truth::Truth;
use super::window::nanoseconds;

impl Tables {
    /// May this be done, with everything known, at this moment?
    ///
    /// # Errors
    /// A question that names what the policy does not know, or leaves out what its action must have.
    pub fn decide(
        &self,
        question: &Question,
        known: &Known,
        now: Timestamp,
    ) -> Result<Decision, Refusal> {
        let facts = Facts::new(self, known, now);
        let prepared = self.prepare(question)?;
        Ok(Explanation::of(&prepared, self, &facts, nanoseconds(now)).decision())
    }
}

impl Prepared {
    /// What may happen, with all reasons.
    ///
    /// # Errors
    /// [`Stale`], if the facts or the question must be made again.
    pub fn explain(
        &self,
        tables: &Tables,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Decision, Stale> {
        decide(self, facts, now)?;
        if tables.number != self.tables {
            return Err(Stale::Tables);
        }
        Ok(Explanation::of(self, tables, facts, nanoseconds(now)).decision())
    }
}

/// What is gathered while a verdict is explained.
struct Explanation<'a> {
    question: &'a Prepared,
    tables: &'a Tables,
    facts: &'a Facts,
    now: i64,
    lines: Vec<LineNumber>,
    missing: Vec<(Option<LineNumber>, Needed)>,
}

impl<'a> Explanation<'a> {
    fn of(question: &'a Prepared, tables: &'a Tables, facts: &'a Facts, now: i64) -> Self {
        Self {
            question,
            tables,
            facts,
            now,
            lines: Vec::new(),
            missing: Vec::new(),
        }
    }

    fn decision(mut self) -> Decision {
        let effect = self.question.verdict(self.facts, self.now).effect;
        match effect {
            Effect::Permit => self.permit(),
            Effect::Ask => self.ask(),
            Effect::Deny => self.deny(),
        }
        let (mut obligations, mut grounds) = (Vec::new(), Vec::new());
        if effect == Effect::Permit {
            obligations = self.obligations();
            grounds = self.grounds();
        }
        self.lines.sort_unstable();
        self.lines.dedup();
        // In the order of the policy; what no line asks for comes last.
        self.missing
            .sort_by_key(|(line, _)| line.unwrap_or(LineNumber::MAX));
        let mut missing: Vec<Missing> = Vec::new();
        for (line, needed) in &self.missing {
            let found = Missing {
                needed: needed.clone(),
                line: line.map(|line| self.line(line)),
            };
            if !missing.contains(&found) {
                missing.push(found);
            }
        }
        Decision {
            effect,
            lines: self.lines.iter().map(|line| self.line(*line)).collect(),
            missing,
            obligations,
            grounds,
        }
    }

    fn line(&self, number: LineNumber) -> Line {
        match self.tables.policy.norms.get(number as usize) {
            Some(norm) => line_of(norm),
            None => Line {
                id: self
                    .question
                    .bare
                    .get(number.saturating_sub(self.question.norms) as usize)
                    .cloned()
                    .unwrap_or_default(),
                clauses: Vec::new(),
            },
        }
    }

    fn groups(&self) -> impl Iterator<Item = (&'a Group, View<'a>)> + use<'a> {
        let (question, facts, now) = (self.question, self.facts, self.now);
        question
            .groups
            .iter()
            .map(move |group| (group, question.view(group, facts, now)))
    }

    fn with(&self, rows: &'a [Row], view: View<'_>, truth: Truth) -> Vec<&'a Row> {
        let program = &self.question.program;
        rows.iter()
            .filter(|row| program.truth(row.root, view) == truth)
            .collect()
    }

    fn permit(&mut self) {
        for (group, view) in self.groups() {
            if self.question.needs_permission == NeedsPermission::Yes {
                let first = self.question.first(&group.permissions, view, Truth::True);
                self.lines.extend(first.map(|row| row.line));
            }
        }
    }

    fn ask(&mut self) {
        for (group, view) in self.groups() {
            for row in self.with(&group.prohibitions, view, Truth::Unknown) {
                self.wait(row, view);
            }
            if self.question.needs_permission == NeedsPermission::Yes
                && view.cover == Truth::Unknown
                && let Some(row) = self
                    .question
                    .first(&group.permissions, view, Truth::Unknown)
            {
                self.wait(row, view);
            }
            let program = &self.question.program;
            for gate in &group.gates {
                if program.truth(gate.applies, view) != Truth::False
                    && program.truth(gate.done, view) != Truth::True
                {
                    self.lines.push(gate.line);
                    self.missing.push((Some(gate.line), gate.duty.clone()));
                }
            }
            for contract in &group.contracts {
                if program.truth(contract.there, view) != Truth::True {
                    self.missing
                        .extend(contract.facts.iter().map(|fact| (None, fact.clone())));
                }
            }
        }
    }

    fn wait(&mut self, row: &Row, view: View<'_>) {
        let mut found = Vec::new();
        self.question.program.missing(row.root, view, &mut found);
        self.lines.push(row.line);
        self.missing
            .extend(found.into_iter().map(|needed| (Some(row.line), needed)));
    }

    fn deny(&mut self) {
        for (group, view) in self.groups() {
            let forbidding = self.with(&group.prohibitions, view, Truth::True);
            self.lines
                .extend(forbidding.into_iter().map(|row| row.line));
        }
        if !self.lines.is_empty() {
            return;
        }
        let mut unnamed: Vec<usize> = Vec::new();
        for (group, view) in self.groups() {
            if view.cover == Truth::False && !self.name_refused(group, view) {
                unnamed.extend(&group.names);
            }
        }
        if !unnamed.is_empty() {
            unnamed.sort_unstable();
            unnamed.dedup();
            let line = Needed::Line(needed_line(&self.question.question, &unnamed));
            self.missing.push((None, line));
        }
    }

    /// Names the first permission that only a refused fact keeps from covering the leaves; tells whether there is one.
    fn name_refused(&mut self, group: &Group, view: View<'_>) -> bool {
        let program = &self.question.program;
        let without = View {
            refusals: Refusals::Ignore,
            ..view
        };
        let row = group
            .permissions
            .iter()
            .find(|row| program.truth(row.root, without) == Truth::Unknown);
        let Some(row) = row else {
            return false;
        };
        let mut found = Vec::new();
        program.refused(row.root, view, &mut found);
        self.lines.push(row.line);
        self.missing
            .extend(found.into_iter().map(|needed| (Some(row.line), needed)));
        true
    }

    fn obligations(&self) -> Vec<Line> {
        let mut lines: Vec<LineNumber> = Vec::new();
        for (group, view) in self.groups() {
            for truth in [Truth::Unknown, Truth::True] {
                let rows = self.with(&group.obligations, view, truth);
                lines.extend(rows.into_iter().map(|row| row.line));
            }
        }
        lines.sort_unstable();
        lines.dedup();
        lines.into_iter().map(|line| self.line(line)).collect()
    }

    fn grounds(&self) -> Vec<String> {
        let mut lines = self.lines.clone();
        lines.sort_unstable();
        let mut found: Vec<String> = Vec::new();
        let norms = lines
            .iter()
            .filter_map(|line| self.tables.policy.norms.get(*line as usize));
        let purpose = self.question.purpose;
        for ground in norms.flat_map(|norm| self.tables.grounds(norm, purpose)) {
            if !found.iter().any(|known| *known == *ground.name) {
                found.push(ground.name.to_string());
            }
        }
        found
    }
}

/// The line that would permit what is asked, for the data at these places of the question.
fn needed_line(question: &Question, data: &[usize]) -> String {
    let action = match question.action {
        Deed::Transfer => Deed::Share,
        Deed::Message => Deed::Use,
        other => other,
    };
    let mut text = action.word().to_owned();
    let names = data.iter().filter_map(|at| question.data.get(*at));
    for name in names {
        text.push(' ');
        text.push_str(name);
    }
    let one = |name: &Option<String>| name.iter().cloned().collect::<Vec<_>>();
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
    let mut several = Vec::new();
    for (slot, names) in slots {
        match names.as_slice() {
            [] => {}
            [name] => text.push_str(&format!(" {slot}={name}")),
            all => several.push(format!("{slot} {}", all.join(" "))),
        }
    }
    if !several.is_empty() {
        text.push_str(&format!(" {{ {} }}", several.join("; ")));
    }
    text
}
