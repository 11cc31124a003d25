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
    statements: usize,
    texts: usize,
}

impl Bindings {
    /// Binds the clauses of a policy.
    pub fn of(policy: &Policy) -> Self {
        let mut clauses: BTreeMap<&str, Gathered> = BTreeMap::new();
        for (id, statement) in statements(policy) {
            let said = Said::new(policy, statement);
            let gathered = clauses.entry(id).or_default();
            gathered
                .lines
                .extend(said.norm().map(|norm| norm.id.clone()));
            let needed = capabilities().filter(|capability| (capability.needed)(&said));
            gathered
                .needs
                .extend(needed.map(|capability| capability.name));
            gathered.statements += 1;
            gathered.texts += usize::from(said.does(&[Action::Say]));
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
    let needs: Vec<&'static str> = gathered.needs.into_iter().collect();
    let lacks = needs
        .iter()
        .copied()
        .filter(|name| giving(name).next().is_none());
    let mut controls: Vec<&'static Control> = Vec::new();
    for control in needs.iter().flat_map(|name| giving(name)) {
        if !controls.iter().any(|known| known.name == control.name) {
            controls.push(control);
        }
    }
    Binding {
        clause: clause.to_owned(),
        lines: gathered.lines,
        lacks: lacks.collect(),
        controls,
        needs,
        text: match gathered.texts == gathered.statements {
            true => Text::Only,
            false => Text::WithDeeds,
        },
    }
}
