//! A declared name that nothing uses. Names that ship with the program are left alone.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Check, Context};
use crate::coverage::list;
use crate::diagnostic::{Findings, Severity};
use crate::model::NounUse;
use crate::nouns::{NounId, Nouns};
use crate::source::Span;
use crate::vocabulary::Kind;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0301",
    name: "unused-name",
    severity: Severity::Warning,
    manual: r#"
A name that no line uses says nothing: a reader looks for the promise that goes with it, and a forgotten line goes unseen.
Write the line that was meant, or take the name away. A name counts as used when a sentence or part uses it, when it belongs to
a group that is used, or when its own line carries a clause id.

```kdl wrong
policy shop {
    data loyalty-card
    collect email at=registration
}
```

```kdl right
policy shop {
    data loyalty-card
    collect email loyalty-card at=registration
}
```
"#,
    run: Some(run),
};

/// Groups that hold nearly everything of their kind: to use one does not use every name in it.
const WHOLES: &[(Kind, &str)] = &[
    (Kind::Data, "personal"),
    (Kind::Data, "non-personal"),
    (Kind::People, "person"),
    (Kind::Recipient, "other-party"),
];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = &cx.policy.nouns;
    let used = reach(nouns, roots(cx));
    let mut lines: BTreeMap<Span, (Kind, Vec<&str>)> = BTreeMap::new();
    for (id, noun) in nouns.iter() {
        let Some(line) = noun.own_line().filter(|_| !used.contains(&id)) else {
            continue;
        };
        let (_, names) = lines
            .entry(line.span)
            .or_insert_with(|| (noun.kind, Vec::new()));
        names.push(&noun.name);
    }
    for (span, (kind, names)) in lines {
        let them = if names.len() == 1 { "it" } else { "them" };
        let message = format!("nothing uses the {} {}", kind.word(), list(names));
        findings.push(
            CHECK
                .at(span, message)
                .here("declared here")
                .help(format!("use {them} in a sentence, or take {them} away")),
        );
    }
}

/// What is used by itself.
fn roots(cx: &Context<'_>) -> Vec<NounId> {
    let policy = cx.policy;
    let id = |used: &NounUse| used.id;
    let mut roots: Vec<NounId> = Vec::new();
    for norm in &policy.norms {
        roots.extend(norm.all_names().map(id));
    }
    for slot in policy.parts.iter().flat_map(|part| &part.defaults) {
        roots.extend(slot.names().map(id));
    }
    for slot in policy
        .controllers
        .iter()
        .flat_map(|controller| &controller.slots)
    {
        roots.extend(slot.names().map(id));
    }
    for law in policy
        .laws
        .iter()
        .filter_map(|law| cx.library.law(&law.value))
    {
        for norm in &law.norms {
            roots.extend(norm.all_names().map(id));
        }
    }
    let carries_clause = |noun: &crate::nouns::Noun| {
        noun.declarations
            .iter()
            .any(|line| !line.clauses.is_empty())
    };
    roots.extend(
        policy
            .nouns
            .iter()
            .filter(|(_, noun)| carries_clause(noun))
            .map(|(id, _)| id),
    );
    roots
}

/// The roots, what their lines name, what they belong to and what belongs to them.
fn reach(nouns: &Nouns, roots: Vec<NounId>) -> HashSet<NounId> {
    let wholes: HashSet<NounId> = WHOLES
        .iter()
        .filter_map(|(kind, name)| nouns.find(*kind, name))
        .collect();
    let mut children: HashMap<NounId, Vec<NounId>> = HashMap::new();
    for (id, noun) in nouns.iter() {
        for parent in &noun.is {
            children.entry(parent.id).or_default().push(id);
        }
    }
    // Up from a member to its group, then down again, would use every cousin: only what stands in a sentence or below it
    // is followed down.
    let mut used = HashSet::new();
    let mut open: Vec<(NounId, bool)> = roots.into_iter().map(|id| (id, true)).collect();
    let mut followed_down = HashSet::new();
    while let Some((id, downwards)) = open.pop() {
        let noun = nouns.get(id);
        if used.insert(id) {
            open.extend(noun.is.iter().map(|parent| (parent.id, false)));
            let slots = noun.declarations.iter().flat_map(|line| &line.slots);
            open.extend(
                slots
                    .flat_map(crate::model::SlotUse::names)
                    .map(|name| (name.id, true)),
            );
        }
        if downwards && !wholes.contains(&id) && followed_down.insert(id) {
            open.extend(noun.of.iter().map(|member| (member.id, true)));
            open.extend(
                children
                    .get(&id)
                    .into_iter()
                    .flatten()
                    .map(|child| (*child, true)),
            );
        }
    }
    used
}
