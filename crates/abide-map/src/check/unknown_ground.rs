//! A reason for keeping rows that the policy does not know.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::suggest::closest;
use abide_policy::vocabulary::Kind;

use super::{Check, Context, clause_ids};
use crate::map::Erase;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0305",
    name: "unknown-ground",
    severity: Severity::Error,
    manual: r#"
Rows that outlive an erasure are kept for a ground that people are told: a `ground` of the policy, of the standard vocabulary or of
a law, or the id of a clause. It is printed in what they are given and on the certificate.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; erase keep because=bookkeeping { overwrite user_id } }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; erase keep because=tax-law { overwrite user_id } }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    let nouns = &policy.nouns;
    for table in &cx.map.tables {
        let Erase::Keep(keep) = &table.erase else {
            continue;
        };
        let because = &keep.because;
        let is_known =
            nouns.find(Kind::Ground, &because.value).is_some() || clause_ids(policy).contains(because.value.as_str());
        if is_known {
            continue;
        }
        let grounds = nouns.iter().filter(|(_, noun)| noun.kind == Kind::Ground);
        let found = CHECK
            .at(because.span, format!("`{}` is no ground and no clause of `{}`", because.value, policy.name))
            .here("unknown ground");
        findings.push(match closest(&because.value, grounds.map(|(_, noun)| noun.name.as_ref())) {
            Some(likely) => found.help(format!("did you mean `{likely}`?")),
            None => found.help("write a ground such as `tax-law`, or the id of the clause that demands it"),
        });
    }
}
