//! A table said to be no one's whose rows lead to rows that are people.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, named};
use crate::map::{MappedTable, Standing};
use crate::schema::{Table, TableName};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0221",
    name: "leads-to-people",
    severity: Severity::Warning,
    manual: r#"
A row that leads to a person says something of that person, if only that they have it. `ordinary` tables are not read for a request
and not erased from. Say `owned-by` where the row is the person's, or `accessible-by` where it only names them.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table orders { ordinary because="numbers only" }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table orders { owned-by user_id to=users; column total ordinary; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let ordinary = cx
        .mapped()
        .filter(|(table, _)| matches!(table.standing, Standing::Ordinary(_)));
    for (table, live) in ordinary {
        let mut told: Vec<&TableName> = Vec::new();
        for (columns, target) in leads(table, live) {
            let people = cx.map.table(target);
            let people = people.filter(|it| it.standing == Standing::Subject);
            let Some(people) = people.filter(|_| !told.contains(&target)) else {
                continue;
            };
            told.push(target);
            let (name, columns) = (&table.name, columns.join(" "));
            let message = format!(
                "`{}` is said to be no one's, and leads to people in `{target}` by {}",
                name.value,
                named(columns.split(' '))
            );
            findings.push(
                CHECK
                    .at(name.span, message)
                    .here("not read for a request, and not erased from")
                    .label(people.name.span, "people")
                    .help(format!(
                        "write `owned-by {columns} to={target}` and what an erasure does, or `accessible-by {columns} to={target}` where the row only names them"
                    )),
            );
        }
    }
}

/// What rows of the table lead to, by declared keys and by edges: the columns here, and the table there.
fn leads<'a>(
    table: &'a MappedTable,
    live: &'a Table,
) -> impl Iterator<Item = (Vec<&'a str>, &'a TableName)> {
    let declared = live.foreign_keys.iter().map(|key| {
        let columns = key.columns.iter().map(String::as_str);
        (columns.collect(), &key.target)
    });
    let said = table.edges.iter().map(|edge| {
        let columns = edge.columns.iter().map(|column| column.value.as_str());
        (columns.collect(), &edge.target.value)
    });
    declared.chain(said)
}
