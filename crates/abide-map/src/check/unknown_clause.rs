//! A clause that the policy does not have.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::suggest::closest;

use super::{Check, Context, clause_ids};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0306",
    name: "unknown-clause",
    severity: Severity::Error,
    manual: r#"
A table answers to the clauses that it names. One that the policy does not have was renumbered, or belongs to another policy.

```kdl wrong
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete; clause SHOP-999 }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete; clause SHOP-002 }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(policy) = cx.policy else {
        return;
    };
    let known = clause_ids(policy);
    for table in &cx.map.tables {
        let retained = table.retain.iter().filter_map(|retain| retain.clause.as_ref());
        for clause in table.clauses.iter().chain(retained) {
            if known.contains(clause.value.as_str()) {
                continue;
            }
            let found = CHECK
                .at(clause.span, format!("`{}` has no clause `{}`", policy.name, clause.value))
                .here("unknown clause");
            findings.push(match closest(&clause.value, known.iter().copied()) {
                Some(likely) => found.help(format!("did you mean `{likely}`?")),
                None => found.help("write the id of a clause of the policy"),
            });
        }
    }
}
