//! The same promise twice. Lines that state different clauses may well say the same.

use std::collections::HashMap;

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Region, SlotUse, Value};
use crate::vocabulary::Action;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0332",
    name: "repeated-promise",
    severity: Severity::Warning,
    manual: r#"
A promise written twice has to be changed twice, and one day it is changed once. Take one of the lines away; when two
clauses say the same, one line can carry both ids with `also`.

```kdl wrong
policy shop {
    never sell email phone
    never sell phone email
}
```

```kdl right
policy shop {
    (HB-001)never sell email phone also=HB-002
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let mut seen: HashMap<String, Vec<&Norm>> = HashMap::new();
    for norm in &cx.policy.norms {
        let before = seen.entry(meaning(norm)).or_default();
        if let Some(first) = before.iter().find(|other| is_one_clause(other, norm)) {
            let call = clash::call(norm);
            findings.push(
                CHECK
                    .at(norm.span, format!("`{call}` says the same again"))
                    .here("adds nothing")
                    .label(first.span, "said here already")
                    .help("take one of the two lines away"),
            );
        }
        before.push(norm);
    }
}

/// Lines with clause ids of their own may both be needed.
fn is_one_clause(one: &Norm, other: &Norm) -> bool {
    let shared = one
        .clauses
        .iter()
        .any(|id| other.clauses.iter().any(|known| known.value == id.value));
    shared || (one.clauses.is_empty() && other.clauses.is_empty())
}

/// The line's meaning as text: equal texts mean the same.
fn meaning(norm: &Norm) -> String {
    let mut excepts: Vec<String> = norm
        .excepts
        .iter()
        .filter(|cut| !cut.implied)
        .map(|cut| format!("{} {}", region(&cut.region), slots(&cut.slots)))
        .collect();
    excepts.sort();
    let texts: Vec<&str> = match norm.action {
        Action::Say => norm
            .says
            .iter()
            .map(|say| say.text.value.as_str())
            .collect(),
        _ => Vec::new(),
    };
    // Joining two classes of data is not to join each: the names of a `link` line count one by one.
    let linked: Vec<u32> = match norm.action {
        Action::Link => norm.objects.iter().map(|object| object.id.0).collect(),
        _ => Vec::new(),
    };
    format!(
        "{:?} {:?} {:?} {} {} {excepts:?} {texts:?} {linked:?}",
        norm.mode,
        norm.action,
        norm.part,
        region(&norm.region),
        slots(&norm.slots),
    )
}

fn region(region: &Region) -> String {
    let leaves = |set: &LeafSet| format!("{set:?}");
    let mut text: Vec<String> = region.dimensions().into_iter().map(leaves).collect();
    text.push(leaves(&region.people));
    text.join(" ")
}

/// The slots that no dimension of the region holds.
fn slots(slots: &[SlotUse]) -> String {
    let mut other = Region::default();
    let mut text: Vec<String> = slots
        .iter()
        .filter(|used| other.dimension_mut(used.slot).is_none())
        .map(|used| {
            let mut values: Vec<String> = used.values.iter().map(value).collect();
            values.sort();
            values.dedup();
            format!("{:?}={}", used.slot, values.join(","))
        })
        .collect();
    text.sort();
    text.join(" ")
}

fn value(value: &Value) -> String {
    match value {
        Value::Any => "any".to_owned(),
        Value::Noun(noun) => format!("#{}", noun.id.0),
        Value::Length { length, vague, .. } => format!("{length} {vague:?}"),
        Value::Constant { name, .. } => name.clone(),
        Value::Date(date) => date.value.to_string(),
        Value::Rate { count, per, .. } => format!("{count} per {per}"),
        Value::Age(age) => format!("{}{:?}", age.comparison, age.bound),
        Value::Text(text) => format!("{:?}", text.value),
    }
}
