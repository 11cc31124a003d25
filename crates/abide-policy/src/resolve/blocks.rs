//! Opens `policy` and `part` blocks: their own properties, and the lines inside with the part they stand in.

use super::values::date;
use super::{Line, Resolver};
use crate::check::{bad_value, misplaced_statement, unknown_law, unknown_slot};
use crate::model::{Controller, Part, Value};
use crate::source::Spanned;
use crate::suggest::closest;
use crate::syntax::{Property, Statement};
use crate::vocabulary::Slot;

/// The most parts that may stand inside each other; the nesting guard allows more braces than a policy needs.
const PART_DEPTH_LIMIT: usize = 8;

const CONTROLLER_SLOTS: &[Slot] = &[Slot::Country, Slot::Contact, Slot::Label, Slot::Role];

impl<'s> Resolver<'_> {
    /// Reads the policy lines and returns all lines inside, those of parts included, in the order written.
    pub(super) fn open_blocks(&mut self, blocks: &[&'s Statement]) -> Vec<Line<'s>> {
        let mut lines = Vec::new();
        for block in blocks {
            let head = block.span_of_head();
            // The block that gives the version stands for the policy wherever a finding is about all of it.
            if block.props.iter().any(|prop| prop.name.value == "version") {
                self.policy.span = Some(head);
            }
            self.policy.span.get_or_insert(head);
            self.allows_at(block, head);
            self.policy.clauses.extend(block.clauses());
            for prop in &block.props {
                match prop.name.value.as_str() {
                    "version" => {
                        self.policy.version = self.date_of(prop).or(self.policy.version.take())
                    }
                    "also" => {}
                    other => {
                        self.findings.push(unknown_slot::at(
                            prop.name.span,
                            other,
                            "policy",
                            closest(other, ["version", "also"].into_iter()),
                        ));
                    }
                }
            }
            self.open(&block.children, None, &mut lines, 0);
        }
        lines
    }

    fn open(
        &mut self,
        statements: &'s [Statement],
        part: Option<usize>,
        lines: &mut Vec<Line<'s>>,
        depth: usize,
    ) {
        for statement in statements {
            match statement.name.value.as_str() {
                "part" if depth < PART_DEPTH_LIMIT => {
                    let index = self.open_part(statement, part);
                    self.open(&statement.children, Some(index), lines, depth + 1);
                }
                "law" => self.laws(statement),
                "languages" => self
                    .policy
                    .languages
                    .extend(statement.args.iter().map(|arg| Spanned {
                        value: arg.text.clone(),
                        span: arg.span,
                    })),
                word @ ("policy" | "labels" | "part") => {
                    let help = "move it out: `policy` and `labels` stand outside of a policy, and parts nest 8 deep at most";
                    self.findings.push(misplaced_statement::at(
                        statement.span_of_head(),
                        word,
                        help,
                    ));
                }
                // The slots and texts of a part stand among its lines.
                word if part.is_some() && is_part_child(word) => {}
                "allow" => {}
                _ => lines.push(Line { statement, part }),
            }
        }
    }

    fn date_of(&mut self, prop: &Property) -> Option<Spanned<jiff::civil::Date>> {
        let read = date(&prop.value.text);
        if read.is_none() {
            let form = "a date as in `\"2026-03-01\"`";
            self.findings.push(bad_value::at(
                prop.value.span,
                &prop.name.value,
                &prop.value.text,
                form,
            ));
        }
        Some(Spanned {
            value: read?,
            span: prop.value.span,
        })
    }

    /// Opens a part. Its slots are read later, when every name is declared.
    fn open_part(&mut self, statement: &'s Statement, parent: Option<usize>) -> usize {
        let name = statement.args.first();
        if name.is_none() {
            self.findings.push(misplaced_statement::at(
                statement.span_of_head(),
                "part",
                "give the part a name: `part california about=california { … }`",
            ));
        }
        let mut part = Part {
            name: name.map(|arg| arg.text.clone()).unwrap_or_default(),
            name_span: name.map_or(statement.name.span, |arg| arg.span),
            clauses: statement.clauses(),
            parent,
            defaults: Vec::new(),
            instead: false,
            role: None,
            version: None,
            reviewed: None,
            span: statement.span_of_head(),
        };
        for prop in &statement.props {
            match Slot::of(&prop.name.value) {
                Some(Slot::Version) => part.version = self.date_of(prop),
                Some(Slot::Reviewed) => part.reviewed = self.date_of(prop),
                Some(Slot::Instead) => part.instead = prop.value.text == "true",
                Some(Slot::Role) => part.role = Some(prop.value.text.clone()),
                Some(slot) if Slot::SENTENCE.contains(&slot) => {}
                _ if prop.name.value == "also" => {}
                _ => self.unknown_slot_of(
                    &prop.name,
                    "part",
                    &[Slot::Version, Slot::Reviewed, Slot::Instead, Slot::Role],
                ),
            }
        }
        self.allows_at(statement, part.span);
        self.policy.parts.push(part);
        self.part_statements.push(statement.clone_head());
        self.policy.parts.len() - 1
    }

    /// Reads the default slots of every part.
    pub(super) fn resolve_parts(&mut self) {
        for (index, head) in std::mem::take(&mut self.part_statements)
            .into_iter()
            .enumerate()
        {
            let mut slots = self.slots_of(&head, &|slot| {
                Slot::SENTENCE.contains(&slot).then(|| slot.takes())
            });
            for slot in &mut slots {
                slot.inherited = true;
            }
            let around = self.policy.parts[index]
                .parent
                .map(|parent| self.policy.parts[parent].defaults.clone());
            for outer in around.into_iter().flatten() {
                if !slots.iter().any(|own| own.slot == outer.slot) {
                    slots.push(outer);
                }
            }
            self.policy.parts[index].defaults = slots;
        }
    }

    pub(super) fn controller(&mut self, statement: &Statement, part: Option<usize>) {
        let slots = self.slots_of(statement, &|slot| {
            CONTROLLER_SLOTS.contains(&slot).then(|| slot.takes())
        });
        for name in statement
            .props
            .iter()
            .map(|prop| &prop.name)
            .chain(statement.children.iter().map(|child| &child.name))
        {
            let known = Slot::of(&name.value).is_some_and(|slot| CONTROLLER_SLOTS.contains(&slot));
            if !known && !matches!(name.value.as_str(), "also" | "allow") {
                self.unknown_slot_of(name, "controller", CONTROLLER_SLOTS);
            }
        }
        let label = statement
            .args
            .iter()
            .map(|arg| arg.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let clauses = statement.clauses();
        self.allows_of(statement);
        self.policy.controllers.push(Controller {
            label,
            slots,
            part,
            clauses,
            span: statement.span_of_head(),
        });
    }

    fn laws(&mut self, statement: &Statement) {
        for arg in &statement.args {
            if self.library.law(&arg.text).is_some() {
                self.policy.laws.push(Spanned {
                    value: arg.text.clone(),
                    span: arg.span,
                });
                continue;
            }
            let known: Vec<&str> = self
                .library
                .laws
                .iter()
                .map(|law| law.name.as_str())
                .collect();
            let list = known
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            self.findings.push(unknown_law::at(
                arg.span,
                &arg.text,
                closest(&arg.text, known.into_iter()),
                &list,
            ));
        }
        self.policy.law_clauses.extend(statement.clauses());
        self.allows_of(statement);
    }

    /// The finding for a slot that the statement `on` does not have, with the likely one among `more` and the slots of a
    /// sentence.
    pub(super) fn unknown_slot_of(&mut self, name: &Spanned<String>, on: &str, more: &[Slot]) {
        let known = Slot::SENTENCE.iter().chain(more).map(|slot| slot.word());
        let finding = unknown_slot::at(name.span, &name.value, on, closest(&name.value, known));
        self.findings.push(finding);
    }

    /// The values of a slot that takes text, given by property or child.
    pub(super) fn texts_of(&mut self, slot: Slot, statement: &Statement) -> Vec<Spanned<String>> {
        let used = self.slots_of(statement, &|found| (found == slot).then(|| slot.takes()));
        used.into_iter()
            .flat_map(|used| used.values)
            .filter_map(|value| match value {
                Value::Text(text) => Some(text),
                _ => None,
            })
            .collect()
    }
}

fn is_part_child(word: &str) -> bool {
    matches!(word, "also" | "allow")
        || (Slot::of(word).is_some_and(|slot| Slot::SENTENCE.contains(&slot)))
}

impl Statement {
    /// The statement without the lines of its block: only children that are slots or texts of its own.
    fn clone_head(&self) -> Self {
        let own = |child: &&Self| is_part_child(&child.name.value);
        Self {
            clause: self.clause.clone(),
            name: self.name.clone(),
            args: self.args.clone(),
            props: self.props.clone(),
            children: self.children.iter().filter(own).cloned().collect(),
            span: self.span,
        }
    }
}
