//! A refusal, or more time to answer, that no named law allows.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::model::{Norm, NounUse, Polarity, Policy, Verified};
use crate::named_law::{self, LawLine, NamedLaw, listed};
use crate::vocabulary::{Action, Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0407",
    name: "refusal-unfounded",
    severity: Severity::Warning,
    manual: r#"
A company may turn down a request only in the cases that the law knows. A refusal with no case, or for a case that no named
law gives for that right, is a promise that cannot be kept. Asking who the person is needs no case, and neither does what
another law forbids. A case that the packs have not read in the text is reported too: the program refuses nobody for it.

```kdl wrong
policy shop {
    law eu-gdpr
    right erase
    refuse erase if=dispute-open
}
```

```kdl wrong
policy shop {
    law cn
    extend answer within="30 days"
}
```

```kdl right
policy shop {
    law eu-gdpr
    right erase
    refuse erase if=legal-duty
    refuse any unless=verified
}
```
"#,
    run: Some(run),
};

/// What stands behind a refusal. The order counts: the better wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Backing {
    Nothing,
    Unread,
    Read,
}

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let laws = named_law::named_laws(context);
    for norm in policy
        .norms
        .iter()
        .filter(|norm| matches!(norm.action, Action::Refuse | Action::Extend))
    {
        let laws: Vec<&NamedLaw<'_>> = laws
            .iter()
            .filter(|law| law.concerns(policy, norm))
            .collect();
        let lines: Vec<&LawLine<'_>> = laws
            .iter()
            .flat_map(|law| &law.lines)
            .filter(|line| line.norm.action == norm.action && line.region.overlaps(&norm.region))
            .collect();
        let known = laws.iter().any(|law| knows_ground(policy, law, norm));
        if laws.is_empty() || known || asks_who(policy, norm) {
            continue;
        }
        let backing = if norm.action == Action::Extend {
            best(lines.iter().copied())
        } else {
            backing(policy, norm, &lines)
        };
        if backing < Backing::Read {
            findings.push(finding(policy, &laws, norm, &lines, backing));
        }
    }
}

fn best<'a>(lines: impl Iterator<Item = &'a LawLine<'a>>) -> Backing {
    let backed = lines.map(|line| {
        if line.authority.verified == Verified::Unverified {
            Backing::Unread
        } else {
            Backing::Read
        }
    });
    backed.max().unwrap_or(Backing::Nothing)
}

/// What stands behind the conditions of a refusal. Conditions narrow it, so the best one decides; of the facts of one
/// condition each is a case of its own, so the worst one does.
fn backing(policy: &Policy, norm: &Norm, lines: &[&LawLine<'_>]) -> Backing {
    let cases = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::If);
    let by_case = cases.filter_map(|condition| {
        condition
            .facts
            .iter()
            .map(|fact| case(policy, fact, lines))
            .min()
    });
    let by_slot = [Slot::Over, Slot::Of, Slot::Last]
        .into_iter()
        .filter(|slot| norm.slot(*slot).is_some());
    let by_slot = by_slot.map(|slot| {
        best(
            lines
                .iter()
                .copied()
                .filter(|line| line.norm.all_slots().any(|used| used.slot == slot)),
        )
    });
    by_case.chain(by_slot).max().unwrap_or(Backing::Nothing)
}

fn case(policy: &Policy, fact: &NounUse, lines: &[&LawLine<'_>]) -> Backing {
    // The right is to correct what is wrong: it never reaches to a change that makes data wrong or breaks the law.
    if [
        "law",
        "legal-duty",
        "correction-untrue",
        "correction-unlawful",
    ]
    .iter()
    .any(|law| policy.nouns.is_a(fact.id, Kind::Fact, law))
    {
        return Backing::Read;
    }
    let set = policy.nouns.set(fact.id);
    let gives = |line: &&LawLine<'_>| {
        let conditions = line
            .norm
            .conditions
            .iter()
            .filter(|condition| condition.polarity == Polarity::If);
        conditions
            .flat_map(|condition| &condition.facts)
            .any(|known| policy.nouns.set(known.id).contains(set))
    };
    best(lines.iter().copied().filter(gives))
}

fn knows_ground(policy: &Policy, law: &NamedLaw<'_>, norm: &Norm) -> bool {
    norm.names(Slot::Because).any(|ground| {
        let set = policy.nouns.set(ground.id);
        law.law.grounds.iter().any(|known| {
            set.overlaps(policy.nouns.set(*known))
                || policy
                    .nouns
                    .get(*known)
                    .is
                    .iter()
                    .any(|wider| policy.nouns.set(wider.id).contains(set))
        })
    })
}

/// Whether the refusal waits for proof of who asks.
fn asks_who(policy: &Policy, norm: &Norm) -> bool {
    let conditions = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::Unless);
    let proof = |fact: &NounUse| {
        ["verified", "agent-authorised"]
            .iter()
            .any(|name| policy.nouns.is_a(fact.id, Kind::Fact, name))
    };
    conditions.flat_map(|condition| &condition.facts).any(proof)
}

fn finding(
    policy: &Policy,
    laws: &[&NamedLaw<'_>],
    norm: &Norm,
    lines: &[&LawLine<'_>],
    backing: Backing,
) -> Diagnostic {
    let names = listed(laws.iter().map(|law| law.law.name.as_str()));
    let what = if norm.action == Action::Extend {
        "takes more time to answer"
    } else {
        "turns requests down"
    };
    let cases: Vec<&str> = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::If)
        .flat_map(|condition| &condition.facts)
        .filter(|fact| case(policy, fact, lines) <= backing)
        .map(|fact| fact.name.as_ref())
        .collect();
    let case = if cases.is_empty() {
        String::new()
    } else {
        format!(" for {}", listed(cases))
    };
    let (message, help) = match backing {
        Backing::Unread => (
            format!("`{}` {what}{case} by a rule of {names} that nobody has read in the text", clash::call(norm)),
            "read the rule and record it in the pack, or take the line away; until then the program does not act on it".to_owned(),
        ),
        Backing::Nothing | Backing::Read => (
            format!("`{}` {what}{case}, which nothing in {names} allows", clash::call(norm)),
            if norm.action == Action::Extend { "answer within the law's deadline, and take the line away" } else { "name a case that the law knows, as in `if=legal-duty`, or take the line away" }.to_owned(),
        ),
    };
    CHECK
        .at(norm.span, message)
        .here("no ground in the law")
        .help(help)
}
