//! Sentences to norms, readings, and the children that every line may have.

use super::names::is_noun_line;
use super::{Line, Resolver};
use crate::check::{misplaced_mode, misplaced_statement, missing_object, unknown_word};
use crate::model::{
    Allow, Authority, Condition, Except, Norm, NounUse, Polarity, Reading, Region, Say, SlotUse,
    Value, Verified,
};
use crate::source::Spanned;
use crate::suggest::closest;
use crate::syntax::{Argument, Statement};
use crate::vocabulary::{ANY, Action, Kind, Mode, OTHER_CHILDREN, OTHER_STATEMENTS, Slot};

impl Resolver<'_> {
    /// Reads a line that is not a noun line.
    pub(super) fn sentence(&mut self, line: Line<'_>) {
        let statement = line.statement;
        let word = statement.name.value.as_str();
        match word {
            "reading" => return self.reading(statement),
            "controller" => return self.controller(statement, line.part),
            _ => {}
        }
        if Kind::of(word).is_some_and(|kind| is_noun_line(kind, statement)) {
            return;
        }
        let mode = Mode::of(word);
        let (action_word, action_span, objects) = match (mode, statement.args.split_first()) {
            (None, _) => (word, statement.name.span, statement.args.as_slice()),
            (Some(_), Some((first, rest))) => (first.text.as_str(), first.span, rest),
            (Some(mode), None) => {
                self.findings.push(missing_object::at(
                    statement.name.span,
                    mode.word(),
                    "what is meant",
                ));
                return;
            }
        };
        let Some(action) = Action::of(action_word) else {
            let known = Action::ALL.iter().map(|action| action.word());
            let known = known
                .chain(Kind::ALL.iter().map(|kind| kind.word()))
                .chain(["never", "must", "did"])
                .chain(OTHER_STATEMENTS.iter().copied());
            let finding = unknown_word::at(action_span, action_word, closest(action_word, known));
            self.findings.push(finding);
            return;
        };
        if let Some(mode) = mode.filter(|_| !action.takes_mode()) {
            self.findings.push(misplaced_mode::at(
                statement.name.span,
                mode.word(),
                action_word,
            ));
            return;
        }
        let norm = self.norm(
            line,
            mode.unwrap_or(Mode::May),
            action,
            action_span,
            objects,
        );
        self.policy.norms.push(norm);
    }

    fn norm(
        &mut self,
        line: Line<'_>,
        mode: Mode,
        action: Action,
        action_span: crate::source::Span,
        words: &[Argument],
    ) -> Norm {
        let statement = line.statement;
        let in_law = self.law.is_some();
        let mut slots = self.slots_of(statement, &|slot| {
            Slot::SENTENCE.contains(&slot).then(|| action.takes(slot))
        });
        self.check_children(statement, in_law);
        if let Some(part) = line.part {
            let defaults = self.policy.parts[part].defaults.clone();
            slots.extend(
                defaults
                    .into_iter()
                    .filter(|default| !statement.has(default.slot)),
            );
        }
        let (objects, any_object) = self.objects(action, words, action_span);
        let conditions = slots.iter().filter_map(condition).collect();
        let excepts = self.excepts(action, statement);
        let mut says = says(statement);
        if action == Action::Say {
            says.extend(words.first().map(|text| Say {
                lang: None,
                text: Spanned {
                    value: text.text.clone(),
                    span: text.span,
                },
            }));
        }
        self.allows_of(statement);
        let clauses = statement.clauses();
        let authority = self.law.clone().map(|law| self.authority(law, statement));
        let id = clauses.first().map_or_else(
            || format!("line-{:016x}", fingerprint(statement)),
            |clause| clause.value.clone(),
        );
        Norm {
            id,
            clauses,
            mode,
            action,
            action_span,
            objects,
            any_object,
            slots,
            region: Region::default(),
            excepts,
            conditions,
            part: line.part,
            says,
            authority,
            span: statement.span_of_head(),
        }
    }

    fn objects(
        &mut self,
        action: Action,
        words: &[Argument],
        span: crate::source::Span,
    ) -> (Vec<NounUse>, bool) {
        if matches!(action, Action::Say | Action::Extend) {
            return (Vec::new(), action == Action::Extend);
        }
        if words.is_empty() {
            self.findings
                .push(missing_object::at(span, action.word(), "what it is about"));
        }
        let any = words.iter().any(|word| word.text == ANY);
        let names = words.iter().filter(|word| word.text != ANY);
        (
            names
                .filter_map(|word| self.name(action.objects(), word))
                .collect(),
            any,
        )
    }

    fn excepts(&mut self, action: Action, statement: &Statement) -> Vec<Except> {
        let children = statement
            .children
            .iter()
            .filter(|child| child.name.value == "except");
        children
            .map(|child| {
                let objects = child
                    .args
                    .iter()
                    .filter_map(|word| self.name(action.objects(), word))
                    .collect();
                let slots = self.slots_of(child, &|slot| {
                    Slot::SENTENCE.contains(&slot).then(|| action.takes(slot))
                });
                self.check_children(child, false);
                Except {
                    objects,
                    slots,
                    region: Region::default(),
                    implied: false,
                    span: child.span,
                }
            })
            .collect()
    }

    fn check_children(&mut self, statement: &Statement, in_law: bool) {
        let known = |word: &str| {
            OTHER_CHILDREN.contains(&word)
                || Slot::of(word).is_some_and(|slot| {
                    Slot::SENTENCE.contains(&slot) || (in_law && Slot::LAW.contains(&slot))
                })
        };
        let props = statement.props.iter().map(|prop| &prop.name);
        for name in props.chain(statement.children.iter().map(|child| &child.name)) {
            if !known(&name.value) {
                let on = statement.words();
                self.unknown_slot_of(name, &on, &[]);
            }
        }
    }

    fn authority(&mut self, law: String, statement: &Statement) -> Authority {
        let text = |slot: Slot| {
            statement
                .text_of(slot)
                .map(|arg| arg.text.clone())
                .unwrap_or_default()
        };
        Authority {
            law,
            cite: text(Slot::Cite),
            verified: verified(&text(Slot::Verified)),
            since: super::values::date(&text(Slot::Since)),
        }
    }

    fn reading(&mut self, statement: &Statement) {
        let (texts, ids): (Vec<&Argument>, Vec<&Argument>) = statement
            .args
            .iter()
            .partition(|arg| arg.text.contains(' '));
        let spanned = |arg: &&Argument| Spanned {
            value: arg.text.clone(),
            span: arg.span,
        };
        let clauses: Vec<_> = ids.iter().map(spanned).collect();
        if clauses.len() < 2 {
            let help = "name the lines that clash and say how: `reading HB-003 HB-004 \"…\" { win HB-004 }`";
            self.findings.push(misplaced_statement::at(
                statement.span_of_head(),
                "reading",
                help,
            ));
        }
        let win = statement
            .children
            .iter()
            .find(|child| child.name.value == "win")
            .and_then(|child| child.args.first());
        let win = win.map(|arg| Spanned {
            value: arg.text.clone(),
            span: arg.span,
        });
        let mut all: Vec<Say> = texts
            .iter()
            .map(|arg| Say {
                lang: None,
                text: spanned(arg),
            })
            .collect();
        all.extend(says(statement));
        self.allows_of(statement);
        self.policy.readings.push(Reading {
            clauses,
            win,
            texts: all,
            span: statement.span_of_head(),
        });
    }

    /// Reads the `allow CODE "reason"` children, which speak of the whole statement.
    pub(super) fn allows_of(&mut self, statement: &Statement) {
        self.allows_at(statement, statement.span);
    }

    /// Reads the `allow CODE "reason"` children, which speak of `line` only: the head of a block answers for itself.
    pub(super) fn allows_at(&mut self, statement: &Statement, line: crate::source::Span) {
        for child in statement
            .children
            .iter()
            .filter(|child| child.name.value == "allow")
        {
            let Some(check) = child.args.first() else {
                let help = "name the finding and the reason: `allow P0301 \"…\"`";
                self.findings
                    .push(misplaced_statement::at(child.span, "allow", help));
                continue;
            };
            let reason = child
                .args
                .get(1)
                .map(|arg| arg.text.clone())
                .unwrap_or_default();
            let check = Spanned {
                value: check.text.clone(),
                span: check.span,
            };
            self.policy.allows.push(Allow {
                check,
                reason,
                line,
            });
        }
    }
}

fn condition(used: &SlotUse) -> Option<Condition> {
    let polarity = match used.slot {
        Slot::If => Polarity::If,
        Slot::Unless => Polarity::Unless,
        _ => return None,
    };
    Some(Condition {
        polarity,
        facts: used.names().cloned().collect(),
        span: used.span,
    })
}

fn says(statement: &Statement) -> Vec<Say> {
    let children = statement
        .children
        .iter()
        .filter(|child| child.name.value == "say");
    children
        .filter_map(|child| {
            let text = child.args.first()?;
            let lang = child
                .props
                .iter()
                .find(|prop| prop.name.value == "lang")
                .map(|prop| prop.value.text.clone());
            Some(Say {
                lang,
                text: Spanned {
                    value: text.text.clone(),
                    span: text.span,
                },
            })
        })
        .collect()
}

pub(crate) fn verified(word: &str) -> Verified {
    match word {
        "text" => Verified::Text,
        "secondary" => Verified::Secondary,
        _ => Verified::Unverified,
    }
}

/// FNV-1a over the words of a line, so that a line without a clause id keeps its id wherever it is moved.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn fingerprint(statement: &Statement) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    fn walk(statement: &Statement, eat: &mut dyn FnMut(&str)) {
        eat(&statement.name.value);
        statement.args.iter().for_each(|arg| eat(&arg.text));
        let mut props: Vec<_> = statement
            .props
            .iter()
            .map(|prop| (&prop.name.value, &prop.value.text))
            .collect();
        props.sort();
        for (name, value) in props {
            eat(name);
            eat(value);
        }
        statement.children.iter().for_each(|child| walk(child, eat));
    }
    walk(statement, &mut eat);
    hash
}

impl Statement {
    fn has(&self, slot: Slot) -> bool {
        let word = slot.word();
        self.props.iter().any(|prop| prop.name.value == word)
            || self.children.iter().any(|child| child.name.value == word)
    }

    /// The first word, and the action after a mode, for messages.
    fn words(&self) -> String {
        match (Mode::of(&self.name.value), self.args.first()) {
            (Some(mode), Some(action)) => format!("{} {}", mode.word(), action.text),
            _ => self.name.value.clone(),
        }
    }
}

impl Value {
    /// Whether the value is written `any`.
    pub fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }
}
