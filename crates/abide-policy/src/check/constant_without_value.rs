//! A number that the policy takes from a law which does not give it.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::law::{Constant, Law};
use crate::model::{Policy, SlotUse, Value};
use crate::named_law::{self, NamedLaw, listed};
use crate::nouns::NounId;
use crate::source::Span;
use crate::suggest::closest;
use crate::vocabulary::Slot;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0408",
    name: "constant-without-value",
    severity: Severity::Error,
    manual: r#"
`within=tax-limitation` takes the number from the law. A name that no pack has, or that only a pack has which the policy
does not name, is no number: no clock can run. Where the law leaves the number to each country, the controller's country
must have one; otherwise name the pack of that country, or write the length.

```kdl wrong
policy shop {
    law eu-gdpr nl
    keep invoice when=invoice-issued within=tax-limitations
}
```

```kdl wrong
policy shop {
    controller "Harbour Shop GmbH" country=DE
    law eu-gdpr nl
    keep invoice when=invoice-issued within=tax-limitation
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
    let laws = named_law::named_laws(context);
    let mut seen: BTreeMap<&str, Diagnostic> = BTreeMap::new();
    for (name, line) in uses(context.policy) {
        if let Some(first) = seen.get_mut(name) {
            // One number is one finding, however many lines take it.
            *first = first.clone().label(line, "and here");
        } else if let Some(finding) = finding(context, &laws, name, line) {
            seen.insert(name, finding);
        }
    }
    findings.extend(seen.into_values());
}

/// The constants used, each with its line.
fn uses(policy: &Policy) -> Vec<(&str, Span)> {
    let mut found = Vec::new();
    for norm in &policy.norms {
        found.extend(
            norm.all_slots()
                .flat_map(constants)
                .map(|name| (name, norm.span)),
        );
    }
    for (_, noun) in policy.nouns.iter() {
        for line in noun
            .declarations
            .iter()
            .filter(|line| !line.span.is_library())
        {
            found.extend(
                line.slots
                    .iter()
                    .flat_map(constants)
                    .map(|name| (name, line.span)),
            );
        }
    }
    found.sort_by_key(|(_, line)| *line);
    found
}

fn constants(slot: &SlotUse) -> impl Iterator<Item = &str> {
    slot.values.iter().filter_map(|value| match value {
        Value::Constant { name, .. } => Some(name.as_str()),
        Value::Age(age) => age.bound.as_ref().err().map(String::as_str),
        _ => None,
    })
}

fn finding(
    context: &Context<'_>,
    laws: &[NamedLaw<'_>],
    name: &str,
    line: Span,
) -> Option<Diagnostic> {
    let declared: Vec<&Constant> = laws
        .iter()
        .filter_map(|law| law.law.constant(name))
        .collect();
    if declared.is_empty() {
        return Some(unknown(context, name, line));
    }
    if declared.iter().any(|constant| constant.value.is_some()) {
        return None;
    }
    let countries = countries(context.policy);
    let has = |place: &NounId| {
        declared
            .iter()
            .any(|constant| constant.value_in(*place).is_some())
    };
    if !countries.is_empty() && countries.iter().all(has) {
        return None;
    }
    let place_name = |place: NounId| context.policy.nouns.get(place).name.as_ref();
    let lacking: Vec<&str> = countries
        .iter()
        .filter(|place| !has(place))
        .map(|place| place_name(*place))
        .collect();
    let message = if lacking.is_empty() {
        format!("`{name}` differs by country, and no `controller` line says which country counts")
    } else {
        format!("the named laws give no `{name}` for {}", listed(lacking))
    };
    let known: Vec<String> = context
        .library
        .laws
        .iter()
        .filter_map(|law| Some((law, law.constant(name)?)))
        .flat_map(|(law, constant)| {
            constant
                .by_place
                .iter()
                .map(move |(place, _)| format!("`{}` (law `{}`)", place_name(*place), law.name))
        })
        .collect();
    let known = if known.is_empty() {
        "no pack has one".to_owned()
    } else {
        format!("there is one for {}", known.join(", "))
    };
    let mut finding = CHECK
        .at(line, message)
        .here("no number, so no clock can run")
        .help(format!("{known}: name that law and `country=…` on the controller, or write the length, as in `\"7 years\"`"));
    finding.severity = Severity::Warning;
    Some(finding)
}

fn countries(policy: &Policy) -> Vec<NounId> {
    let slots = policy
        .controllers
        .iter()
        .flat_map(|controller| &controller.slots);
    slots
        .filter(|slot| slot.slot == Slot::Country)
        .flat_map(SlotUse::names)
        .map(|place| place.id)
        .collect()
}

/// The finding for a name that no named law has.
fn unknown(context: &Context<'_>, name: &str, line: Span) -> Diagnostic {
    let all = context
        .library
        .laws
        .iter()
        .flat_map(|law: &Law| law.constants.iter().map(|constant| constant.name.as_str()));
    let owner = context
        .library
        .laws
        .iter()
        .find(|law| law.constant(name).is_some());
    let (message, help) = match (owner, closest(name, all)) {
        (Some(law), _) => (
            format!("no law that the policy names has `{name}`"),
            format!(
                "write `law {}`, which has it, or the number itself",
                law.name
            ),
        ),
        (None, Some(likely)) => (
            format!("no law has a number `{name}`"),
            format!("did you mean `{likely}`?"),
        ),
        (None, None) => (
            format!("no law has a number `{name}`"),
            "write the number itself, as in `\"45 days\"`".to_owned(),
        ),
    };
    CHECK
        .at(line, message)
        .here("no number, so no clock can run")
        .help(help)
}
