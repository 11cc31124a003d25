//! A class of children that ends at a lower age than a named law protects.

use std::collections::BTreeMap;

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::law::ConstantValue;
use crate::leaf_set::LeafSet;
use crate::model::{Age, Polarity, Policy, SlotUse, Value, Verified};
use crate::named_law::{self, NamedLaw, listed};
use crate::nouns::{Declaration, Noun, NounId};
use crate::vocabulary::{Action, Kind, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0403",
    name: "age-below-law",
    severity: Severity::Error,
    manual: r#"
A parent is asked for people below an age. Where a named law sets a higher one, the children between the two ages are
treated as adults. Give each place its own line: the lines of one name add up.

```kdl wrong
policy shop {
    law eu-gdpr
    people child age=<13
    must ask parent-consent to=parent about=child before=collection
}
```

```kdl right
policy shop {
    law eu-gdpr
    people child age=<13 in=US
    people child age="<consent-age" in=EEA
    must ask parent-consent to=parent about=child before=collection
}
```
"#,
    run: Some(run),
};

/// An age below which a law wants a parent, by place.
struct LawAge<'a> {
    years: BTreeMap<u32, u32>,
    /// As a policy writes it.
    bound: String,
    cite: &'a str,
    verified: Verified,
}

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let children = asked_for(policy);
    for law in named_law::named_laws(context) {
        let Some(age) = law_age(policy, &law) else {
            continue;
        };
        for (class, gaps) in gaps(policy, &children, &age) {
            findings.push(finding(policy, &law, class, &age, &gaps));
        }
    }
}

/// The classes of people that lines about a parent's consent speak of.
fn asked_for(policy: &Policy) -> Vec<NounId> {
    let mut found = Vec::new();
    for norm in &policy.norms {
        let asks = norm.action == Action::Ask
            && norm
                .objects
                .iter()
                .any(|object| policy.nouns.is_a(object.id, Kind::Fact, "parent-consent"));
        if asks || norm.needs_fact(&policy.nouns, "parent-consent") {
            found.extend(
                norm.names(Slot::About)
                    .map(|people| people.id)
                    .filter(|id| policy.nouns.get(*id).own_line().is_some()),
            );
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn bound(slots: &[SlotUse]) -> Option<&Age> {
    slots
        .iter()
        .filter(|slot| slot.slot == Slot::Age)
        .flat_map(|slot| &slot.values)
        .find_map(|value| match value {
            Value::Age(age) if age.comparison.starts_with('<') => Some(age),
            _ => None,
        })
}

/// The age below which the law wants a parent's consent, from the people its prohibitions protect.
fn law_age<'a>(policy: &Policy, law: &NamedLaw<'a>) -> Option<LawAge<'a>> {
    law.lines.iter().find_map(|line| {
        let lifted = line
            .norm
            .conditions
            .iter()
            .filter(|condition| condition.polarity == Polarity::Unless);
        lifted
            .flat_map(|condition| &condition.facts)
            .find(|fact| policy.nouns.is_a(fact.id, Kind::Fact, "parent-consent"))?;
        let people = policy.nouns.get(line.norm.names(Slot::About).next()?.id);
        let written = people
            .declarations
            .iter()
            .find(|line| line.span.is_library() && bound(&line.slots).is_some())?;
        let places = places(policy, &written.slots)?.leaves()?;
        let read = people
            .texts(Slot::Verified)
            .map(crate::resolve::verified)
            .min();
        match &bound(&written.slots)?.bound {
            Ok(years) => Some(LawAge {
                years: places.into_iter().map(|place| (place, *years)).collect(),
                bound: format!("<{years}"),
                cite: &line.authority.cite,
                verified: line
                    .authority
                    .verified
                    .min(read.unwrap_or(line.authority.verified)),
            }),
            Err(name) => {
                let constant = law.law.constant(name)?;
                let years = |place: u32| match constant.value_in(NounId(place)) {
                    Some(ConstantValue::Years(years)) => Some((place, years)),
                    _ => None,
                };
                Some(LawAge {
                    years: places.into_iter().filter_map(years).collect(),
                    bound: format!("\"<{name}\""),
                    cite: &constant.cite,
                    verified: constant.verified,
                })
            }
        }
    })
}

fn places(policy: &Policy, slots: &[SlotUse]) -> Option<LeafSet> {
    let mut set = LeafSet::EMPTY;
    slots
        .iter()
        .filter(|slot| slot.slot == Slot::In)
        .flat_map(SlotUse::names)
        .for_each(|place| set.add(policy.nouns.set(place.id)));
    (!set.is_empty()).then_some(set)
}

/// A line of the policy that declares children below an age.
#[derive(Clone, Copy)]
struct Class<'a> {
    noun: &'a Noun,
    line: &'a Declaration,
    years: u32,
}

/// A place with the age at which the law's protection ends there.
type Gap = (u32, u32);

/// For each line that declares children, the places where no line reaches further and it still ends below the law's age.
fn gaps<'a>(
    policy: &'a Policy,
    children: &[NounId],
    age: &LawAge<'_>,
) -> Vec<(Class<'a>, Vec<Gap>)> {
    let mut classes: Vec<(Class<'a>, Option<LeafSet>)> = Vec::new();
    for noun in children.iter().map(|id| policy.nouns.get(*id)) {
        for line in noun
            .declarations
            .iter()
            .filter(|line| !line.span.is_library())
        {
            let Some(found) = bound(&line.slots) else {
                continue;
            };
            let years = found
                .bound
                .as_ref()
                .map_or(u32::MAX, |years| *years)
                .saturating_add(u32::from(found.comparison == "<="));
            classes.push((Class { noun, line, years }, places(policy, &line.slots)));
        }
    }
    let mut gaps: Vec<(Class<'a>, Vec<Gap>)> = Vec::new();
    for (place, law_years) in &age.years {
        let here = LeafSet::of(*place);
        let covering = classes
            .iter()
            .filter(|(_, places)| places.as_ref().is_none_or(|places| places.overlaps(&here)));
        let Some((class, _)) = covering.max_by_key(|(class, _)| class.years) else {
            continue;
        };
        if class.years < *law_years {
            match gaps
                .iter_mut()
                .find(|(known, _)| known.line.span == class.line.span)
            {
                Some((_, found)) => found.push((*place, *law_years)),
                None => gaps.push((*class, vec![(*place, *law_years)])),
            }
        }
    }
    gaps
}

fn finding(
    policy: &Policy,
    law: &NamedLaw<'_>,
    class: Class<'_>,
    age: &LawAge<'_>,
    gaps: &[Gap],
) -> crate::diagnostic::Diagnostic {
    let Class {
        noun,
        line,
        years: own,
    } = class;
    let least = gaps
        .iter()
        .map(|(_, years)| *years)
        .min()
        .unwrap_or_default();
    let most = gaps
        .iter()
        .map(|(_, years)| *years)
        .max()
        .unwrap_or_default();
    let ages = if least == most {
        most.to_string()
    } else {
        format!("{least} to {most}")
    };
    let names: Vec<&str> = gaps
        .iter()
        .map(|(place, _)| policy.nouns.get(NounId(*place)).name.as_ref())
        .collect();
    let places = match names.as_slice() {
        [a, b, c, _, _, ..] => format!(
            "`{a}`, `{b}`, `{c}` and {} more",
            names.len().saturating_sub(3)
        ),
        few => listed(few.iter().copied()),
    };
    let by = law.law.name.as_str();
    let mut finding = CHECK
        .at(
            line.span,
            format!(
                "`{}` ends at {own}, `{by}` protects children below {ages} in {places}",
                noun.name
            ),
        )
        .here(format!("nobody asks a parent from {own} on"))
        .help(format!(
            "add a line for that place, as in `people {} age={} in={}` ({}){}",
            noun.name,
            age.bound,
            law.law
                .place
                .map_or("PLACE", |place| policy.nouns.get(place).name.as_ref()),
            age.cite,
            named_law::caveat(age.verified)
        ));
    finding.severity = named_law::severity(age.verified);
    finding
}
