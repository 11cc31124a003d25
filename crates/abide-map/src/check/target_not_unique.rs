//! An edge that leads to columns which do not tell rows apart.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0206",
    name: "target-not-unique",
    severity: Severity::Warning,
    manual: r#"
Where several rows carry the value that an edge leads to, a row belongs to all of their owners at once: two people of the same
name would be given each other's notes. Lead the edge to a key, or add a unique constraint.

```kdl wrong
map shop {
    table notes { owned-by user_name to="users(name)"; column body is=messages; erase delete }
}
```

```kdl right
map shop {
    table notes { owned-by author_id to=users; column body is=messages; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    for (edge, _, there) in cx.edges() {
        let keys: Vec<String> = edge.keys_there(there).map(str::to_owned).collect();
        let are_there = keys.iter().all(|key| there.column(key).is_some());
        if edge.target_columns.is_empty() || !are_there || there.is_unique(&keys) {
            continue;
        }
        findings.push(
            CHECK
                .at(
                    edge.target.span,
                    format!("several rows of `{}` may have the same `{}`", there.name, keys.join(", ")),
                )
                .here("their owners would share what is theirs alone")
                .help("lead the edge to a key of the table"),
        );
    }
}
