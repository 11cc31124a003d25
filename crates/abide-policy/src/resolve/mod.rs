//! Statements to the resolved model. Never fails: what it cannot resolve becomes a finding and is left out.

mod blocks;
mod names;
mod regions;
mod sentences;
mod values;

use crate::check::{misplaced_statement, name_cycle};
use crate::diagnostic::Findings;
use crate::library::Library;
use crate::model::Policy;
use crate::nouns::Nouns;
use crate::source::Span;
use crate::syntax::Statement;
use crate::vocabulary::Slot;

pub use regions::region_of;

pub(crate) use sentences::verified;
pub(crate) use values::date;

/// Resolves the statements of all files of a unit. Blocks of one name are one policy.
pub fn resolve(
    statements: &[Statement],
    library: &Library,
    findings: &mut Findings,
) -> Vec<Policy> {
    let mut names: Vec<&str> = Vec::new();
    for statement in statements {
        match (statement.name.value.as_str(), statement.args.first()) {
            ("policy", Some(name)) if !names.contains(&name.text.as_str()) => {
                names.push(&name.text)
            }
            ("policy", Some(_)) | ("labels", _) => {}
            ("policy", None) => {
                let help = "give the policy a name: `policy my-shop version=\"2026-03-01\" { … }`";
                findings.push(misplaced_statement::at(
                    statement.span_of_head(),
                    "policy",
                    help,
                ));
            }
            (word, _) => {
                let help = "put it inside `policy NAME { … }`";
                findings.push(misplaced_statement::at(
                    statement.span_of_head(),
                    word,
                    help,
                ));
            }
        }
    }
    names
        .into_iter()
        .map(|name| one_policy(name, statements, library, findings))
        .collect()
}

fn one_policy(
    name: &str,
    statements: &[Statement],
    library: &Library,
    findings: &mut Findings,
) -> Policy {
    let blocks: Vec<&Statement> = statements
        .iter()
        .filter(|statement| {
            statement.name.value == "policy"
                && statement.args.first().is_some_and(|arg| arg.text == name)
        })
        .collect();
    let policy = Policy {
        name: name.to_owned(),
        nouns: library.nouns.clone(),
        ..Policy::default()
    };
    let mut resolver = Resolver {
        policy,
        library,
        findings,
        law: None,
        part_statements: Vec::new(),
        suggestions_left: SUGGESTION_LIMIT,
    };
    let lines = resolver.open_blocks(&blocks);
    resolver.declare_names(&lines);
    for labels in statements
        .iter()
        .filter(|statement| statement.name.value == "labels")
    {
        resolver.read_labels(labels);
    }
    resolver.resolve_lines(&lines);
    resolver.finish()
}

/// What a line is read with: where it stands.
#[derive(Clone, Copy)]
struct Line<'s> {
    statement: &'s Statement,
    part: Option<usize>,
}

struct Resolver<'a> {
    policy: Policy,
    library: &'a Library,
    findings: &'a mut Findings,
    /// The law pack whose lines are being read, whose sentences have slots of their own.
    law: Option<String>,
    /// The lines that open parts, until every name is declared.
    part_statements: Vec<Statement>,
    /// For how many more unknown names a likely one is looked for, each time among all there are.
    suggestions_left: u32,
}

/// Beyond this many unknown names the words are of another policy, not slips.
const SUGGESTION_LIMIT: u32 = 200;

impl Resolver<'_> {
    fn resolve_lines(&mut self, lines: &[Line<'_>]) {
        for line in lines {
            self.resolve_names_of(*line);
        }
        self.resolve_parts();
        for line in lines {
            self.sentence(*line);
        }
    }

    fn finish(mut self) -> Policy {
        for id in self.policy.nouns.settle() {
            let noun = self.policy.nouns.get(id);
            if let Some(line) = noun.own_line() {
                self.findings
                    .push(name_cycle::at(line.name_span, &noun.name));
            }
        }
        // The company of the whole policy stands before those of parts, in whatever file each is written.
        self.policy
            .controllers
            .sort_by_key(|controller| controller.part.is_some());
        regions::fill(&mut self.policy);
        self.policy
    }
}

/// Reads the shipped vocabulary: noun lines and labels outside any policy. The nouns are settled.
pub fn resolve_vocabulary(statements: &[Statement], findings: &mut Findings) -> Nouns {
    let empty = Library::default();
    // The nouns of law packs are read here too, and carry their authority.
    let law = Some(String::new());
    let mut resolver = Resolver {
        policy: Policy::default(),
        library: &empty,
        findings,
        law,
        part_statements: Vec::new(),
        suggestions_left: SUGGESTION_LIMIT,
    };
    let lines: Vec<Line<'_>> = statements
        .iter()
        .filter(|statement| statement.name.value != "labels")
        .map(|statement| Line {
            statement,
            part: None,
        })
        .collect();
    resolver.declare_names(&lines);
    for labels in statements
        .iter()
        .filter(|statement| statement.name.value == "labels")
    {
        resolver.read_labels(labels);
    }
    resolver.resolve_lines(&lines);
    resolver.finish().nouns
}

/// Reads the lines of a law pack over `nouns`; returns them as a policy whose norms carry their authority.
pub fn resolve_law(
    law: &str,
    statements: &[Statement],
    nouns: Nouns,
    findings: &mut Findings,
) -> Policy {
    let empty = Library::default();
    let policy = Policy {
        name: law.to_owned(),
        nouns,
        ..Policy::default()
    };
    let mut resolver = Resolver {
        policy,
        library: &empty,
        findings,
        law: Some(law.to_owned()),
        part_statements: Vec::new(),
        suggestions_left: SUGGESTION_LIMIT,
    };
    let lines: Vec<Line<'_>> = statements
        .iter()
        .map(|statement| Line {
            statement,
            part: None,
        })
        .collect();
    resolver.declare_names(&lines);
    resolver.resolve_lines(&lines);
    resolver.finish()
}

impl Statement {
    /// The words before the block, for pointing at a statement without underlining its whole block.
    pub fn span_of_head(&self) -> Span {
        let start = self
            .clause
            .as_ref()
            .map_or(self.name.span, |clause| clause.span.with_parenthesis());
        let last = self
            .props
            .last()
            .map(|prop| prop.value.span)
            .or_else(|| self.args.last().map(|arg| arg.span));
        start.to(last.unwrap_or(self.name.span))
    }

    /// Clause ids: the annotation, `also=` and `also` children.
    fn clauses(&self) -> Vec<crate::source::Spanned<String>> {
        let spanned = |arg: &crate::syntax::Argument| crate::source::Spanned {
            value: arg.text.clone(),
            span: arg.span,
        };
        let props = self
            .props
            .iter()
            .filter(|prop| prop.name.value == "also")
            .map(|prop| spanned(&prop.value));
        let children = self
            .children
            .iter()
            .filter(|child| child.name.value == "also")
            .flat_map(|child| child.args.iter().map(spanned));
        self.clause
            .iter()
            .cloned()
            .chain(props)
            .chain(children)
            .collect()
    }

    /// The value of a property or of a child with one value.
    pub(crate) fn text_of(&self, slot: Slot) -> Option<&crate::syntax::Argument> {
        let prop = self
            .props
            .iter()
            .find(|prop| prop.name.value == slot.word())
            .map(|prop| &prop.value);
        prop.or_else(|| {
            self.children
                .iter()
                .find(|child| child.name.value == slot.word())?
                .args
                .first()
        })
    }
}
