//! Data that is collected for nothing that the policy says.

use super::{Check, Context};
use crate::coverage::{Coverage, list, permissions};
use crate::diagnostic::{Findings, Severity};
use crate::leaf_set::LeafSet;
use crate::model::{Norm, Policy};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0303",
    name: "collected-without-purpose",
    severity: Severity::Warning,
    manual: r#"
People must be able to read why each kind of data is collected (GDPR Art 5(1)(b) and 13(1)(c)). Data that is collected and that
no line uses, shares or keeps for a purpose is data nobody needs: give it a purpose, or do not collect it.

```kdl wrong
policy shop {
    collect email birth-date at=registration
    use email for=newsletter
}
```

```kdl right
policy shop {
    collect email birth-date at=registration
    use email for=newsletter
    use birth-date for=personalisation
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let nouns = &cx.policy.nouns;
    let given = Given::of(cx.policy);
    for norm in permissions(cx.policy, &[Action::Collect]) {
        if norm.slot(Slot::For).is_some() {
            continue;
        }
        let lacking: Vec<&str> = norm
            .objects
            .iter()
            .filter(|object| !given.cover(norm, nouns.set(object.id)))
            .map(|object| object.name.as_ref())
            .collect();
        if let Some(first) = lacking.first().copied() {
            let help = format!("say what for: `use {first} for=…`, or `for=…` on this line");
            findings.push(
                CHECK
                    .at(
                        norm.span,
                        format!("nothing says what {} is collected for", list(lacking)),
                    )
                    .here("collected without a purpose")
                    .help(help),
            );
        }
    }
}

/// The lines that give data a purpose.
#[derive(Default)]
struct Given<'a> {
    coverage: Coverage,
    /// Lines about any data from somewhere: they speak of what is collected there alone.
    by_origin: Vec<&'a Norm>,
}

impl<'a> Given<'a> {
    fn of(policy: &'a Policy) -> Self {
        let mut given = Self::default();
        let nouns = &policy.nouns;
        let about_use = |norm: &&Norm| {
            matches!(
                norm.action,
                Action::Use | Action::Share | Action::Sell | Action::Keep | Action::Link
            )
        };
        for norm in policy.norms.iter().filter(about_use) {
            let region = &norm.region;
            let has_purpose = match norm.mode {
                Mode::May | Mode::Must => norm.slot(Slot::For).is_some(),
                Mode::Never => norm
                    .excepts
                    .iter()
                    .any(|except| except.slots.iter().any(|slot| slot.slot == Slot::For)),
                Mode::Did => false,
            };
            if !has_purpose {
                continue;
            }
            if region.object == LeafSet::Any && region.origin != LeafSet::Any {
                given.by_origin.push(norm);
                continue;
            }
            given.coverage.add(norm, &region.object);
            for origin in norm
                .names(Slot::From)
                .filter(|name| name.kind == Kind::Data)
            {
                given.coverage.add(norm, nouns.set(origin.id));
            }
        }
        given
    }

    fn cover(&self, norm: &Norm, data: &LeafSet) -> bool {
        self.coverage.touches(norm, data)
            || self.by_origin.iter().any(|line| {
                let origin = &line.region.origin;
                let from_there = |set: &LeafSet| *set != LeafSet::Any && set.overlaps(origin);
                from_there(data)
                    || from_there(&norm.region.origin)
                    || from_there(&norm.region.point)
            })
    }
}
