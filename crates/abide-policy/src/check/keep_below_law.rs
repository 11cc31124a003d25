//! Data that goes earlier than a named law lets it go.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::law::ConstantValue;
use crate::length::Length;
use crate::model::{Norm, Polarity, Policy, SlotUse, Value};
use crate::named_law::{self, LawLine, NamedLaw, caveat, listed, slot_overlaps};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0412",
    name: "keep-below-law",
    severity: Severity::Error,
    manual: r#"
Some records must be kept: invoices for the tax office, requests and their answers. The program keeps data no longer than
the policy lets it, so a shorter life in the policy destroys what the law wants. Lengths that may end either way are left
alone.

```kdl wrong
policy shop {
    controller "Harbour Shop B.V." country=NL
    law eu-gdpr nl
    keep invoice when=invoice-issued within="2 years"
}
```

```kdl right
policy shop {
    controller "Harbour Shop B.V." country=NL
    law eu-gdpr nl
    keep invoice when=invoice-issued within=tax-limitation
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        for line in law
            .lines
            .iter()
            .filter(|line| line.norm.action == Action::Keep && line.norm.mode == Mode::Must)
        {
            let Some(demanded) = demanded(policy, &law, line.norm) else {
                continue;
            };
            let lives: Vec<&Norm> = policy
                .norms
                .iter()
                .filter(|norm| is_life(policy, line, norm) && law.concerns(policy, norm))
                .collect();
            // Permissions add up: one line that keeps the data long enough is enough.
            let kept = lives.iter().any(|norm| {
                norm.action == Action::Keep
                    && norm.region.contains(&line.region)
                    && !ends_early(norm, demanded)
            });
            let early = lives.iter().filter(|norm| {
                ends_early(norm, demanded) && (norm.action == Action::Erase || !kept)
            });
            findings.extend(early.map(|norm| finding(&law, line, norm, demanded)));
        }
    }
}

/// How long the law wants it kept; a constant has the value of the controller's country, or the law's general one.
fn demanded(policy: &Policy, law: &NamedLaw<'_>, norm: &Norm) -> Option<Length> {
    norm.length(Slot::Within).or_else(|| {
        let name = norm
            .slot(Slot::Within)?
            .values
            .iter()
            .find_map(|value| match value {
                Value::Constant { name, .. } => Some(name),
                _ => None,
            })?;
        let constant = law.law.constant(name)?;
        let slots = policy
            .controllers
            .iter()
            .flat_map(|controller| &controller.slots)
            .filter(|slot| slot.slot == Slot::Country);
        let value = slots
            .flat_map(SlotUse::names)
            .find_map(|country| constant.value_in(country.id))
            .or(constant.value);
        match value? {
            ConstantValue::Length(length) => Some(length),
            ConstantValue::Years(_) => None,
        }
    })
}

/// Whether the line says how long data lives that the law's line names.
fn is_life(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    let named = norm
        .objects
        .iter()
        .any(|object| line.region.object.contains(policy.nouns.set(object.id)));
    let unless = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::Unless)
        .flat_map(|condition| &condition.facts);
    let yields = unless.into_iter().any(|fact| {
        ["law", "legal-duty"]
            .iter()
            .any(|law| policy.nouns.is_a(fact.id, Kind::Fact, law))
    });
    let acts = match norm.action {
        Action::Keep => norm.mode == Mode::May || norm.mode == Mode::Must,
        Action::Erase => {
            norm.mode == Mode::Must && slot_overlaps(policy, Slot::When, line.norm, norm)
        }
        _ => false,
    };
    acts && named && !yields && line.region.overlaps(&norm.region)
}

fn ends_early(norm: &Norm, demanded: Length) -> bool {
    norm.length(Slot::Within)
        .is_some_and(|own| own.shorter_than(demanded) == Some(true))
}

fn finding(law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm, demanded: Length) -> Diagnostic {
    let own = norm
        .length(Slot::Within)
        .map(|own| own.to_string())
        .unwrap_or_default();
    let objects = listed(line.norm.objects.iter().map(|object| object.name.as_ref()));
    let ends = if norm.action == Action::Erase {
        "erases after"
    } else {
        "keeps for"
    };
    let mut finding = CHECK
        .at(
            norm.span,
            format!(
                "`{}` {ends} {own}, `{}` wants {objects} kept for {demanded}",
                clash::call(norm),
                law.law.name
            ),
        )
        .here("gone before the law lets it go")
        .help(format!(
            "write `within=\"{demanded}\"` ({}){}",
            line.authority.cite,
            caveat(line.authority.verified)
        ));
    finding.severity = named_law::severity(line.authority.verified);
    finding
}
