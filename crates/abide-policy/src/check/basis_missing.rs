//! A purpose that data is used for with no legal basis, under a law that wants one.

use std::collections::{BTreeMap, HashSet};

use super::{Check, Context};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::model::{Norm, NounUse, Polarity, Policy};
use crate::named_law::{self, NamedLaw, listed};
use crate::nouns::NounId;
use crate::source::Span;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0406",
    name: "basis-missing",
    severity: Severity::Warning,
    manual: r#"
Under a law that knows grounds, each purpose needs one. The notice prints it, and the program needs it: use that rests on
consent stops when consent is withdrawn, use that rests on a contract does not. Write it on the purpose, or on the line.
A policy with many such lines gets one finding for all of them, at the law's name.

```kdl wrong
policy shop {
    law eu-gdpr
    purpose parcel-tracking
    use email { for parcel-tracking newsletter }
}
```

```kdl right
policy shop {
    law eu-gdpr
    purpose parcel-tracking because=contract
    use email for=parcel-tracking
    use email for=newsletter if=consent
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let laws: Vec<NamedLaw<'_>> = named_law::named_laws(context)
        .into_iter()
        .filter(|law| !law.law.grounds.is_empty())
        .collect();
    // A purpose has one ground, wherever the policy states it.
    let mut based: HashSet<NounId> = HashSet::new();
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.mode != Mode::Never && has_basis(policy, norm))
    {
        based.extend(norm.names(Slot::For).map(|purpose| purpose.id));
    }
    let wide: Vec<NounId> = policy
        .nouns
        .iter()
        .filter(|(_, noun)| {
            noun.kind == Kind::Purpose && noun.slots(Slot::Because).next().is_some()
        })
        .map(|(id, _)| id)
        .collect();
    let mut used: Vec<NounId> = Vec::new();
    let mut missing: BTreeMap<(&str, Span), Vec<&str>> = BTreeMap::new();
    for norm in policy
        .norms
        .iter()
        .filter(|norm| norm.mode == Mode::May && norm.action == Action::Use)
    {
        let Some(law) = laws.iter().find(|law| law.concerns(policy, norm)) else {
            continue;
        };
        for purpose in norm.names(Slot::For) {
            if used.contains(&purpose.id)
                || has_basis(policy, norm)
                || is_based(policy, purpose.id, &based, &wide, 0)
            {
                continue;
            }
            used.push(purpose.id);
            let line = policy
                .nouns
                .get(purpose.id)
                .own_line()
                .map_or(norm.span, |line| line.span);
            missing
                .entry((&law.law.name, line))
                .or_default()
                .push(&purpose.name);
        }
    }
    for law in &laws {
        let lines: Vec<(Span, &[&str])> = missing
            .iter()
            .filter(|((name, _), _)| *name == law.law.name)
            .map(|((_, line), purposes)| (*line, purposes.as_slice()))
            .collect();
        if lines.len() > LINES_LIMIT {
            findings.push(together(law, &lines));
        } else {
            findings.extend(
                lines
                    .iter()
                    .map(|(line, purposes)| alone(law, *line, purposes)),
            );
        }
    }
}

/// With more lines than this the policy has no habit of naming grounds, and one finding says so.
const LINES_LIMIT: usize = 5;

fn alone(law: &NamedLaw<'_>, line: Span, purposes: &[&str]) -> Diagnostic {
    let first = purposes.first().copied().unwrap_or_default();
    CHECK
        .at(line, format!("nothing says on which ground data is used for {}, as `{}` wants", listed(purposes.iter().copied()), law.law.name))
        .here("no ground")
        .help(format!("write `purpose {first} because=contract`, or `because=…` or `if=consent` on the line that uses data for it"))
}

fn together(law: &NamedLaw<'_>, lines: &[(Span, &[&str])]) -> Diagnostic {
    let all: Vec<&str> = lines
        .iter()
        .flat_map(|(_, purposes)| purposes.iter().copied())
        .collect();
    let shown = listed(all.iter().copied());
    CHECK
        .at(law.name.span, format!("nothing says on which ground data is used for {} purposes, as `{}` wants", all.len(), law.law.name))
        .here("wants a ground for each purpose")
        .help(format!("write `because=…` on each purpose, or `because=…` or `if=consent` on the lines that use data for it: {shown}"))
}

/// Whether the line itself says why the use is lawful.
fn has_basis(policy: &Policy, norm: &Norm) -> bool {
    // A case of the law that lets data be used has the name of its ground.
    let lawful = |fact: &NounUse| {
        ["consent", "opted-in", "law", "legal-duty"]
            .iter()
            .any(|name| policy.nouns.is_a(fact.id, Kind::Fact, name))
            || policy.nouns.find(Kind::Ground, &fact.name).is_some()
    };
    let conditions = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::If);
    norm.slot(Slot::Because).is_some()
        || conditions
            .flat_map(|condition| &condition.facts)
            .any(lawful)
}

/// Whether the purpose, a wider one or all of its members have a ground.
fn is_based(
    policy: &Policy,
    id: NounId,
    based: &HashSet<NounId>,
    wide: &[NounId],
    depth: usize,
) -> bool {
    let set = policy.nouns.set(id);
    let members = &policy.nouns.get(id).of;
    based.contains(&id)
        || wide
            .iter()
            .any(|wide| policy.nouns.set(*wide).contains(set))
        || (depth < 8
            && !members.is_empty()
            && members
                .iter()
                .all(|member| is_based(policy, member.id, based, wide, depth + 1)))
}
