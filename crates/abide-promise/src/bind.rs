//! Binds each clause of a policy to the capabilities that its statements need, and to the controls that give them.
//! Computed from norms alone: the same policy always binds in the same way.

use std::collections::{BTreeMap, BTreeSet};

use abide_policy::model::Policy;
use abide_policy::readable::statements;
use abide_policy::vocabulary::Action;

use crate::capability::capabilities;
use crate::control::{Control, giving};
use crate::said::Said;

/// A clause, what it needs, and what gives it.
#[derive(Clone)]
pub struct Binding {
    /// The clause.
    pub clause: String,
    /// The ids under which decisions count its lines.
    pub lines: BTreeSet<String>,
    /// The capabilities that it needs, by name.
    pub needs: Vec<&'static str>,
    /// Those of them that no control gives.
    pub lacks: Vec<&'static str>,
    /// The controls that give the others.
    pub controls: Vec<&'static Control>,
    /// Whether it says something and asks for nothing.
    pub text: Text,
}

/// Whether there is anything in a clause to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// It is only read.
    Only,
    /// It has to be kept.
    WithDeeds,
}

/// Every clause of a policy, sorted by id.
#[derive(Clone, Default)]
pub struct Bindings {
    /// The clauses.
    pub clauses: Vec<Binding>,
}

#[derive(Default)]
struct Gathered {
    lines: BTreeSet<String>,
    needs: BTreeSet<&'static str>,
    lacks: BTreeSet<&'static str>,
    controls: Vec<&'static Control>,
    statements: usize,
    texts: usize,
}

impl Gathered {
    fn take(&mut self, said: &Said<'_>) {
        self.lines.extend(said.norm().map(|norm| norm.id.clone()));
        self.statements += 1;
        self.texts += usize::from(said.does(&[Action::Say]));
        for capability in capabilities().filter(|capability| (capability.needed)(said)) {
            self.needs.insert(capability.name);
            let mut given = giving(capability.name)
                .filter(|control| (control.keeps)(said))
                .peekable();
            if given.peek().is_none() {
                self.lacks.insert(capability.name);
            }
            for control in given {
                if !self.controls.iter().any(|known| known.name == control.name) {
                    self.controls.push(control);
                }
            }
        }
    }
}

impl Bindings {
    /// Binds the clauses of a policy.
    pub fn of(policy: &Policy) -> Self {
        let mut clauses: BTreeMap<&str, Gathered> = BTreeMap::new();
        for (id, statement) in statements(policy) {
            let gathered = clauses.entry(id).or_default();
            gathered.take(&Said::new(policy, statement));
        }
        let clauses = clauses.into_iter();
        Self {
            clauses: clauses.map(|(id, gathered)| bind(id, gathered)).collect(),
        }
    }

    /// The clauses that a control keeps.
    pub fn kept_by(&self, control: &str) -> impl Iterator<Item = &Binding> {
        self.clauses
            .iter()
            .filter(move |binding| binding.controls.iter().any(|it| it.name == control))
    }

    /// The clause of that id.
    pub fn find(&self, clause: &str) -> Option<&Binding> {
        self.clauses.iter().find(|binding| binding.clause == clause)
    }
}

fn bind(clause: &str, gathered: Gathered) -> Binding {
    Binding {
        clause: clause.to_owned(),
        lines: gathered.lines,
        needs: gathered.needs.into_iter().collect(),
        lacks: gathered.lacks.into_iter().collect(),
        controls: gathered.controls,
        text: match gathered.texts == gathered.statements {
            true => Text::Only,
            false => Text::WithDeeds,
        },
    }
}
