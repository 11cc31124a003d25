//! A recipient of whom the policy says nothing but the name.

use std::collections::{BTreeMap, HashMap};

use super::{Check, Context};
use crate::coverage::{awaits, list};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy};
use crate::nouns::NounId;
use crate::parties::Parties;
use crate::source::Span;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0308",
    name: "recipient-incomplete",
    severity: Severity::Warning,
    manual: r#"
Of a party that receives data people may want to know whether it works for the company or for itself, what binds it, and where
it is (GDPR Art 13(1)(e) and (f), Art 28). Where none of the three is said, of the party or on the lines that name it, nobody
can judge the transfer. Give its role, its contract or its place; a group may name its members with `of` instead.

```kdl wrong
policy shop {
    recipient acme-post label="Acme Post"
    collect home-address at=purchase
    share home-address with=acme-post for=delivery
}
```

```kdl right
policy shop {
    recipient acme-post label="Acme Post" role=processor in=DE if=dpa
    collect home-address at=purchase
    share home-address with=acme-post for=delivery
}
```
"#,
    run: Some(run),
};

/// What the lines that name a recipient say of it.
#[derive(Default)]
struct Said {
    contract: bool,
    place: bool,
}

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let parties = Parties::of(&policy.nouns);
    let mut lines: BTreeMap<Span, Vec<&str>> = BTreeMap::new();
    for (id, said) in named(policy) {
        let noun = policy.nouns.get(id);
        let Some(line) = noun.own_line() else {
            continue;
        };
        let known = said.contract
            || parties.has_role(id)
            || parties.has_contract(id)
            || !noun.of.is_empty()
            || said.place
            || !parties.places(id).is_empty();
        if !known {
            lines.entry(line.span).or_default().push(&noun.name);
        }
    }
    for (span, mut names) in lines {
        names.sort_unstable();
        let message = format!(
            "{} receives data, and no line says its role, its contract or its place",
            list(names)
        );
        findings.push(
            CHECK
                .at(span, message)
                .here("only the name is known")
                .help("say what holds: `role=processor`, `if=dpa`, `in=DE`"),
        );
    }
}

/// The recipients that lines share with or sell to.
fn named(policy: &Policy) -> HashMap<NounId, Said> {
    let mut named: HashMap<NounId, Said> = HashMap::new();
    let gives = |norm: &&Norm| {
        matches!(norm.action, Action::Share | Action::Sell)
            && matches!(norm.mode, Mode::May | Mode::Did)
    };
    for norm in policy.norms.iter().filter(gives) {
        let contract = awaits(norm, &policy.nouns, &["contract"]);
        let place = norm.slot(Slot::In).is_some();
        for recipient in norm
            .names(Slot::With)
            .filter(|name| name.kind == Kind::Recipient)
        {
            let said = named.entry(recipient.id).or_default();
            said.contract |= contract;
            said.place |= place;
        }
    }
    named
}
