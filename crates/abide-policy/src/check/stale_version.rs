//! A notice that nobody has looked at for too long. Which law wants a yearly review is the law pack's to say.

use jiff::civil::Date;

use super::{Check, Context, future_version};
use crate::diagnostic::{Findings, Severity};
use crate::law::Law;
use crate::leaf_set::LeafSet;
use crate::length::{Length, Unit};
use crate::model::{Policy, Value};
use crate::nouns::NounId;
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0321",
    name: "stale-version",
    severity: Severity::Warning,
    manual: r#"
Some laws, California's among them, want a notice reviewed every twelve months; under any law a notice that nobody has read
for five years no longer says what the company does. Review it, and write the day: `version=` for a changed text,
`reviewed=` on a part whose text still holds.

```kdl wrong
policy shop version="2025-03-01" {
    law us-ca
    collect email at=registration
}
```

```kdl wrong
policy shop version="2016-03-01" {
    collect email at=registration
}
```

```kdl right
policy shop version="2025-03-01" {
    law us-ca
    collect email at=registration
    part california about=california version="2025-03-01" reviewed="2026-02-01" {
        collect phone at=registration
    }
}
```

An `allow` right under a policy or part line speaks of that line.

```kdl right
policy shop version="2016-03-01" {
    allow P0321 "kept as it was published, for the requests of that time"
    collect email at=registration
}
```
"#,
    run: Some(run),
};

/// After so many years a notice is stale under any law.
const YEARS: i16 = 5;

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(today) = cx.today else { return };
    let policy = cx.policy;
    let yearly: Vec<&Law> = policy
        .laws
        .iter()
        .filter_map(|law| cx.library.law(&law.value))
        .filter(|law| wants_yearly_review(law))
        .collect();
    for head in future_version::dates(policy) {
        let Some(latest) = head.reviewed.or(head.version) else {
            continue;
        };
        let law = yearly.iter().find(|law| concerns(policy, law, head.part));
        let (since, whose) = (latest.value, &head.whose);
        let (age, help) = match law {
            _ if is_older(since, today, YEARS) => (
                "more than five years".to_owned(),
                "review it, and write the day of the version that holds",
            ),
            Some(law) if is_older(since, today, 1) => (
                format!(
                    "more than a year, and {} wants a review every 12 months",
                    law.label
                ),
                "review it, and write the day: `version=`, or `reviewed=` on a part",
            ),
            _ => continue,
        };
        findings.push(
            CHECK
                .at(
                    latest.span,
                    format!("{whose} has not been reviewed for {age}"),
                )
                .here("the last time")
                .help(help),
        );
    }
}

fn is_older(date: Date, today: Date, years: i16) -> bool {
    let end = jiff::Span::new()
        .try_years(years)
        .and_then(|span| date.checked_add(span));
    end.is_ok_and(|end| end < today)
}

/// Whether the law tells a company to bring its notice up to date at least once a year.
fn wants_yearly_review(law: &Law) -> bool {
    let year = Length {
        value: 12,
        unit: Unit::Months,
    };
    law.norms.iter().any(|norm| {
        norm.mode == Mode::Must
            && norm.action == Action::Tell
            && norm.conditions.is_empty()
            && norm
                .names(Slot::At)
                .any(|point| point.name.as_ref() == "notice")
            && norm.slot(Slot::Every).is_some_and(|every| {
                every.values.iter().any(|value| match value {
                    Value::Length { length, .. } => year.shorter_than(*length) == Some(false),
                    _ => false,
                })
            })
    })
}

/// Whether the law speaks of the people of that part. A part with dates of its own answers for them, and the base does not.
fn concerns(policy: &Policy, law: &Law, part: Option<usize>) -> bool {
    let Some(place) = law.place else {
        return true;
    };
    match part {
        Some(index) => lives_in(policy, index, place),
        None => !(0..policy.parts.len()).any(|index| {
            policy
                .parts
                .get(index)
                .is_some_and(|part| part.version.is_some())
                && lives_in(policy, index, place)
        }),
    }
}

fn lives_in(policy: &Policy, part: usize, place: NounId) -> bool {
    let area = policy.nouns.set(place);
    let Some(part) = policy.parts.get(part) else {
        return false;
    };
    let people = part.defaults.iter().filter(|slot| slot.slot == Slot::About);
    people.flat_map(|slot| slot.names()).any(|people| {
        let mut home = LeafSet::EMPTY;
        for used in policy.nouns.get(people.id).slots(Slot::In) {
            for name in used.names() {
                home.add(policy.nouns.set(name.id));
            }
        }
        home.overlaps(area)
    })
}
