//! Rows that the map keeps for another time than the policy's duty to keep them.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::model::Norm;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use super::{Check, Context, clauses_of};
use crate::map::Erase;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0309",
    name: "keep-differs",
    severity: Severity::Warning,
    manual: r#"
The map is what runs. If it keeps rows for a shorter time than the duty that it names, they are gone when the auditor asks; if for
longer, they outlive the reason that people were given.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="20 years" from=made { overwrite user_id } }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law until="7 years" from=made { overwrite user_id } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    for table in &cx.map.tables {
        let Erase::Keep(keep) = &table.erase else {
            continue;
        };
        let Some(until) = &keep.until else {
            continue;
        };
        let Some(mine) = cx.length(&until.value) else {
            continue;
        };
        let ground = policy.nouns.find(Kind::Ground, &keep.because.value);
        let is_meant = |norm: &&Norm| {
            norm.mode == Mode::Must
                && norm.action == Action::Keep
                && match ground {
                    Some(ground) => norm.names(Slot::Because).any(|used| used.id == ground),
                    None => norm.id == keep.because.value || norm.clauses.iter().any(|id| id.value == keep.because.value),
                }
        };
        let duties: Vec<&Norm> = policy.norms.iter().filter(is_meant).collect();
        let differs = |norm: &&&Norm| {
            norm.length(Slot::Within).is_some_and(|length| {
                length.shorter_than(mine) == Some(true) || mine.shorter_than(length) == Some(true)
            })
        };
        // One duty of several that fits is enough: the table may hold what only that one is about.
        let fits = duties.iter().any(|norm| norm.length(Slot::Within).is_some() && !differs(&norm));
        if let (Some(duty), false) = (duties.iter().find(differs), fits) {
            let theirs = duty.length(Slot::Within).map(|length| length.to_string()).unwrap_or_default();
            findings.push(
                CHECK
                    .at(until.span, format!("the map keeps rows for {mine}; {} says {theirs}", clauses_of(duty)))
                    .here("another time")
                    .label(duty.span, "says how long")
                    .help(format!("write `until=\"{theirs}\"`")),
            );
        }
    }
}
