//! A promise of the base that is weaker than the one a part gives to the same people.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::Norm;
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0508",
    name: "weaker-than-part",
    severity: Severity::Warning,
    manual: r#"
A part adds to the base: for its people both hold. When the base gives them a longer deadline than the part does, they
read two promises and only the shorter one can be meant. Cut the part's people out of the base line, or give both the
shorter time.

```kdl wrong
policy shop {
    people californian in=US-CA
    must answer any when=request within="60 days"
    part california about=californian {
        must answer any when=request within="45 days"
    }
}
```

```kdl right
policy shop {
    people californian in=US-CA
    must answer any when=request within="60 days" { except about=californian }
    part california about=californian {
        must answer any when=request within="45 days"
    }
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let timed = |norm: &&Norm| {
        norm.mode == Mode::Must
            && norm.length(Slot::Within).is_some()
            && matches!(norm.action, Action::Answer | Action::Tell | Action::Erase)
    };
    let (inside, base): (Vec<&Norm>, Vec<&Norm>) = policy
        .norms
        .iter()
        .filter(timed)
        .partition(|norm| norm.part.is_some());
    for weaker in base {
        let stronger = inside.iter().find(|stronger| {
            let longer = stronger
                .length(Slot::Within)
                .zip(weaker.length(Slot::Within))
                .and_then(|(strong, weak)| strong.shorter_than(weak))
                == Some(true);
            longer
                && stronger.action == weaker.action
                && stronger.region.object.overlaps(&weaker.region.object)
                && weaker.region.people_contain(&stronger.region)
                && !weaker
                    .excepts
                    .iter()
                    .any(|except| except.region.people_contain(&stronger.region))
        });
        let Some(stronger) =
            stronger.filter(|stronger| !clash::is_settled(policy, stronger, weaker))
        else {
            continue;
        };
        let part = stronger
            .part
            .and_then(|part| policy.parts.get(part))
            .map(|part| part.name.clone())
            .unwrap_or_default();
        findings.push(
            CHECK
                .at(
                    weaker.span,
                    format!(
                        "`{}` gives the people of part `{part}` a longer time than the part does",
                        clash::call(weaker)
                    ),
                )
                .here("the longer time")
                .label(stronger.span, "the shorter one, for the same people")
                .help(
                    "cut the people out with `except about=…`, or settle the two with a `reading`",
                ),
        );
    }
}
