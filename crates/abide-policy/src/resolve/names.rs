//! Noun lines and labels: declares every name first, so that the order of lines does not matter, then what belongs to
//! what.

use super::{Line, Resolver};
use crate::check::{bad_value, misplaced_statement, missing_object, unknown_name, unknown_term};
use crate::nouns::Declaration;
use crate::source::Spanned;
use crate::syntax::Statement;
use crate::vocabulary::{Kind, Slot};

impl Resolver<'_> {
    /// Interns the names of all noun lines.
    pub(super) fn declare_names(&mut self, lines: &[Line<'_>]) {
        for line in lines {
            let Some(kind) = Kind::of(&line.statement.name.value)
                .filter(|kind| is_noun_line(*kind, line.statement))
            else {
                continue;
            };
            for arg in &line.statement.args {
                self.policy.nouns.intern(kind, &arg.text);
            }
        }
    }

    /// Reads the slots of a noun line. Sentences are left alone.
    pub(super) fn resolve_names_of(&mut self, line: Line<'_>) {
        let statement = line.statement;
        let Some(kind) =
            Kind::of(&statement.name.value).filter(|kind| is_noun_line(*kind, statement))
        else {
            return;
        };
        if statement.args.is_empty() {
            self.findings.push(missing_object::at(
                statement.name.span,
                kind.word(),
                "what it names",
            ));
            return;
        }
        self.check_spelling(kind, statement);
        let slots = self.slots_of(statement, &|slot| {
            kind.slots().contains(&slot).then(|| kind.takes(slot))
        });
        let parents = self.parents(kind, statement);
        let members = self.members(kind, statement);
        let labels = self.texts_of(Slot::Label, statement);
        self.check_slots(kind, statement);
        self.allows_of(statement);
        let clauses = statement.clauses();
        for arg in &statement.args {
            let id = self.policy.nouns.intern(kind, &arg.text);
            let noun = self.policy.nouns.get_mut(id);
            for parent in &parents {
                match parent {
                    Parent::Name(name) if name.id != id => noun.is.push(name.clone()),
                    Parent::Name(_) => {}
                    Parent::Term(term) => noun.terms.push(term.clone()),
                }
            }
            noun.of
                .extend(members.iter().filter(|member| member.id != id).cloned());
            if let Some(label) = labels.first() {
                noun.labels.insert(String::new(), label.value.clone());
            }
            noun.declarations.push(Declaration {
                clauses: clauses.clone(),
                slots: slots.clone(),
                label: labels.first().map(|label| label.value.clone()),
                name_span: arg.span,
                span: statement.span_of_head(),
                part: line.part,
            });
        }
    }

    /// A name that swallowed a slot (`age<13`) or a blank is a slip.
    fn check_spelling(&mut self, kind: Kind, statement: &Statement) {
        for arg in statement
            .args
            .iter()
            .filter(|arg| !unknown_name::is_name(&arg.text))
        {
            let form = "a name of letters, digits and hyphens; a slot takes `=`, as in `age=<13`";
            self.findings
                .push(bad_value::at(arg.span, kind.word(), &arg.text, form));
        }
    }

    fn parents(&mut self, kind: Kind, statement: &Statement) -> Vec<Parent> {
        let mut parents = Vec::new();
        let props = statement
            .props
            .iter()
            .filter(|prop| prop.name.value == "is")
            .map(|prop| &prop.value);
        let children = statement
            .children
            .iter()
            .filter(|child| child.name.value == "is")
            .flat_map(|child| &child.args);
        for arg in props.chain(children) {
            if !arg.text.contains(':') {
                parents.extend(self.name(&[kind], arg).map(Parent::Name));
                continue;
            }
            let dpv = &self.library.terms;
            if !dpv.is_empty() && !dpv.knows(&arg.text) {
                let likely = (self.suggestions_left > 0)
                    .then(|| dpv.closest(&arg.text))
                    .flatten();
                self.suggestions_left = self.suggestions_left.saturating_sub(1);
                self.findings
                    .push(unknown_term::at(arg.span, &arg.text, likely));
            }
            parents.push(Parent::Term(Spanned {
                value: arg.text.clone(),
                span: arg.span,
            }));
        }
        parents
    }

    fn members(&mut self, kind: Kind, statement: &Statement) -> Vec<crate::model::NounUse> {
        let props = statement
            .props
            .iter()
            .filter(|prop| prop.name.value == "of")
            .map(|prop| &prop.value);
        let children = statement
            .children
            .iter()
            .filter(|child| child.name.value == "of")
            .flat_map(|child| &child.args);
        let args: Vec<_> = props.chain(children).cloned().collect();
        args.iter()
            .filter_map(|arg| self.name(&[kind], arg))
            .collect()
    }

    fn check_slots(&mut self, kind: Kind, statement: &Statement) {
        let known = |word: &str| {
            matches!(
                word,
                "also" | "is" | "of" | "label" | "allow" | "note" | "say"
            ) || Slot::of(word).is_some_and(|slot| kind.slots().contains(&slot))
                || (self.law.is_some()
                    && Slot::of(word).is_some_and(|slot| Slot::LAW.contains(&slot)))
        };
        let props = statement.props.iter().map(|prop| &prop.name);
        let wrong: Vec<_> = props
            .chain(statement.children.iter().map(|child| &child.name))
            .filter(|name| !known(&name.value))
            .cloned()
            .collect();
        let mut more = vec![Slot::Is, Slot::Of, Slot::Label];
        more.extend(kind.slots());
        for name in wrong {
            self.unknown_slot_of(&name, kind.word(), &more);
        }
    }

    /// Reads `labels zh { data email "…" }`.
    pub(super) fn read_labels(&mut self, statement: &Statement) {
        let Some(lang) = statement.args.first() else {
            let help = "say the language: `labels zh { … }`";
            self.findings.push(misplaced_statement::at(
                statement.span_of_head(),
                "labels",
                help,
            ));
            return;
        };
        for line in &statement.children {
            let (Some(kind), [name, label]) = (Kind::of(&line.name.value), line.args.as_slice())
            else {
                let help = "write `KIND name \"text\"`, as in `data email \"…\"`";
                self.findings.push(misplaced_statement::at(
                    line.span_of_head(),
                    &line.name.value,
                    help,
                ));
                continue;
            };
            let id = if self.is_vocabulary() {
                Some(self.policy.nouns.intern(kind, &name.text))
            } else {
                self.name(&[kind], name).map(|used| used.id)
            };
            if let Some(id) = id {
                self.policy
                    .nouns
                    .get_mut(id)
                    .labels
                    .insert(lang.text.clone(), label.text.clone());
            }
        }
    }

    /// The shipped vocabulary's labels may stand before the names.
    fn is_vocabulary(&self) -> bool {
        self.policy.name.is_empty()
    }
}

enum Parent {
    Name(crate::model::NounUse),
    Term(Spanned<String>),
}

/// `right` opens both a noun line and a sentence: with a clause id, a slot or in a policy it is a sentence, unless it
/// says what the name is.
pub(super) fn is_noun_line(kind: Kind, statement: &Statement) -> bool {
    if kind != Kind::Right {
        return true;
    }
    let names = |word: &str| {
        statement.props.iter().any(|prop| prop.name.value == word)
            || statement
                .children
                .iter()
                .any(|child| child.name.value == word)
    };
    names("is") || names("label")
}
