//! Rights are promised and nobody says where to ask. Never judges whether a contact works.

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Policy};
use crate::nouns::Noun;
use crate::vocabulary::{Action, Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0315",
    name: "contact-missing",
    severity: Severity::Error,
    manual: r#"
A right is worth what it takes to use it: someone who wants an answer has to know where to ask. Name a `contact` with a mail
address, phone number, postal address or web page. A right that the person uses alone, `via` a setting, needs none.

```kdl wrong
policy shop {
    right access erase
}
```

```kdl right
policy shop {
    contact support email="help@shop.example"
    right access erase via=support
}
```
"#,
    run: Some(run),
};

/// Where a contact can be reached.
pub const WAYS: &[Slot] = &[Slot::Email, Slot::Phone, Slot::Address, Slot::Url];

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let Some(promise) = policy.norms.iter().find(|norm| needs_contact(norm)) else {
        return;
    };
    if policy.nouns.iter().any(|(_, noun)| is_reachable(noun)) {
        return;
    }
    let finding = CHECK
        .at(
            whole(policy, promise),
            "requests are promised, and nothing says where to send them",
        )
        .here("no contact anywhere")
        .help("name one: `contact support email=\"…\"`, and `contact=support` on the `controller` line");
    findings.push(finding.label(promise.span, "promised here"));
}

fn whole(policy: &Policy, promise: &Norm) -> crate::source::Span {
    policy.span.unwrap_or(promise.span)
}

/// A right with a way of its own is used there; any other is asked for.
fn needs_contact(norm: &Norm) -> bool {
    match norm.action {
        Action::Answer => true,
        Action::Right => norm.slot(Slot::Via).is_none() && norm.slot(Slot::To).is_none(),
        _ => false,
    }
}

fn is_reachable(noun: &Noun) -> bool {
    matches!(noun.kind, Kind::Contact)
        && noun.own_line().is_some()
        && WAYS.iter().any(|way| noun.texts(*way).next().is_some())
}
