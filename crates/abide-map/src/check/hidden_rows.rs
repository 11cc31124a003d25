//! A table of people's rows of which the database shows the account only some.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, is_of_people};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0220",
    name: "hidden-rows",
    severity: Severity::Error,
    manual: r#"
With `ENABLE ROW LEVEL SECURITY` PostgreSQL leaves out the rows that a policy does not show the account. An erasure would leave them, and
the look afterwards would not see them either. Whatever Abide asks of such a table is refused by the server. Let the account see
every row: `ALTER ROLE abide BYPASSRLS`.

```kdl wrong
map shop {
    table letters { owned-by user_id to=users; erase delete }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let hiding = cx
        .mapped()
        .filter(|(table, live)| is_of_people(table) && live.hides_rows);
    for (table, _) in hiding {
        let name = &table.name;
        findings.push(
            CHECK
                .at(
                    name.span,
                    format!(
                        "a policy of the database hides rows of `{}` from the account",
                        name.value
                    ),
                )
                .here("what is hidden would stay")
                .help("let the account see every row: `ALTER ROLE … BYPASSRLS`"),
        );
    }
}
