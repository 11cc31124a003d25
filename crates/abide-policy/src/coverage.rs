//! Questions that several checks ask of lines: what they cover together, on what they rest. Never makes a finding.

use crate::leaf_set::LeafSet;
use crate::model::{Condition, Norm, NounUse, Polarity, Policy, Region};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// What many lines cover together, kept apart by the people they are about, so that a line about pupils is not taken to
/// speak of buyers. One pass to fill; asking costs one step for each class of people.
#[derive(Debug, Default)]
pub struct Coverage {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    people: LeafSet,
    scope: LeafSet,
    /// People for whom a part replaces these lines.
    replaced: Vec<LeafSet>,
    covered: LeafSet,
}

impl Coverage {
    /// Adds what `norm` covers of `set`.
    pub fn add(&mut self, norm: &Norm, set: &LeafSet) {
        let replaced: Vec<LeafSet> = replaced_people(norm).cloned().collect();
        let known = self.groups.iter_mut().find(|group| {
            group.people == norm.region.people
                && group.scope == norm.region.scope
                && group.replaced == replaced
        });
        match known {
            Some(group) => group.covered.add(set),
            None => self.groups.push(Group {
                people: norm.region.people.clone(),
                scope: norm.region.scope.clone(),
                replaced,
                covered: set.clone(),
            }),
        }
    }

    /// Whether some of `set` is covered for some of the people that `norm` is about.
    pub fn touches(&self, norm: &Norm, set: &LeafSet) -> bool {
        let (people, scope) = (&norm.region.people, &norm.region.scope);
        let takes = |gone: &LeafSet, people: &LeafSet, scope: &LeafSet| {
            gone.contains(people) || gone.contains(scope)
        };
        self.groups.iter().any(|group| {
            group.people.overlaps(people)
                && group.scope.overlaps(scope)
                && !replaced_people(norm).any(|gone| takes(gone, &group.people, &group.scope))
                && !group.replaced.iter().any(|gone| takes(gone, people, scope))
                && group.covered.overlaps(set)
        })
    }
}

/// The people for whom a part replaces the line.
fn replaced_people(norm: &Norm) -> impl Iterator<Item = &LeafSet> {
    norm.excepts
        .iter()
        .filter(|except| except.implied)
        .map(|except| &except.region.scope)
}

/// The permissions to do one of `actions`.
pub fn permissions<'a>(
    policy: &'a Policy,
    actions: &'a [Action],
) -> impl Iterator<Item = &'a Norm> + 'a {
    policy
        .norms
        .iter()
        .filter(move |norm| norm.mode == Mode::May && actions.contains(&norm.action))
}

/// The facts that let a permission run (`if`) or lift a prohibition (`unless`): what the line waits for.
pub fn awaited_facts(norm: &Norm) -> impl Iterator<Item = &NounUse> {
    let wanted = if norm.mode == Mode::Never {
        Polarity::Unless
    } else {
        Polarity::If
    };
    norm.conditions
        .iter()
        .filter(move |condition: &&Condition| condition.polarity == wanted)
        .flat_map(|condition| &condition.facts)
}

/// Whether the line waits for a fact that is one of `kinds`.
pub fn awaits(norm: &Norm, nouns: &Nouns, kinds: &[&str]) -> bool {
    awaited_facts(norm).any(|fact| is_one_of(nouns, fact.id, Kind::Fact, kinds))
}

/// Whether `id` is, or is a kind of, one of the names.
pub fn is_one_of(nouns: &Nouns, id: NounId, kind: Kind, names: &[&str]) -> bool {
    names.iter().any(|name| nouns.is_a(id, kind, name))
}

/// Prohibitions that are lifted by one of a few facts: they put that condition on every permission they cover.
pub struct Gates<'a> {
    gates: Vec<&'a Norm>,
}

impl<'a> Gates<'a> {
    /// The prohibitions of `policy` that a fact of `kinds` lifts, and no fact outside of them, `stated` aside.
    pub fn lifted_by(policy: &'a Policy, kinds: &[&str]) -> Self {
        let nouns = &policy.nouns;
        let gates = policy
            .norms
            .iter()
            .filter(|norm| norm.mode == Mode::Never && norm.action.is_about_data())
            .filter(|norm| awaited_facts(norm).next().is_some())
            .filter(|norm| {
                awaited_facts(norm).all(|fact| is_one_of(nouns, fact.id, Kind::Fact, kinds))
            })
            .filter(|norm| {
                norm.conditions
                    .iter()
                    .all(|condition| condition.polarity == Polarity::Unless)
            })
            .collect();
        Self { gates }
    }

    /// Whether one of them stands over the whole permission.
    pub fn cover(&self, norm: &Norm) -> bool {
        self.gates.iter().any(|gate| {
            gate.action.covers(norm.action)
                && gate.region.contains(&norm.region)
                && !gate
                    .excepts
                    .iter()
                    .any(|except| !except.implied && except.region.overlaps(&norm.region))
        })
    }
}

/// Whether both lines speak of some of the same data, people, purposes and so on, and no exception of either takes all of
/// what they share away.
pub fn meet(one: &Norm, other: &Norm) -> bool {
    one.region.overlaps(&other.region)
        && !cuts_out(one, &other.region)
        && !cuts_out(other, &one.region)
}

/// Whether an exception of the line takes all of `region` out of it.
pub fn cuts_out(norm: &Norm, region: &Region) -> bool {
    norm.excepts
        .iter()
        .any(|except| except.region.contains(region))
}

/// The data a request names (`of`), or every datum.
pub fn data_asked_for(norm: &Norm, nouns: &Nouns) -> LeafSet {
    let mut set = LeafSet::EMPTY;
    for name in norm.names(Slot::Of).filter(|name| name.kind == Kind::Data) {
        set.add(nouns.set(name.id));
    }
    if set.is_empty() { LeafSet::Any } else { set }
}

/// The names in backticks, with commas and a last "and".
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = Vec::new();
    for name in names {
        let name = format!("`{name}`");
        if !quoted.contains(&name) {
            quoted.push(name);
        }
    }
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
