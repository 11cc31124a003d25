//! A table of the source that the map does not mention.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::schema::TableName;

/// The table that Abide itself writes into a source, so that each effect happens once.
const MARKER: &str = "abide_marker";

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0201",
    name: "unmapped-table",
    severity: Severity::Error,
    manual: r#"
What a map does not mention is never read and never erased, so each table is mentioned, and be it as `ordinary` with the reason.
Partitions go with the table that they are parts of.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table orders { owned-by user_id to=users; erase delete }
    table order_lines { owned-by order_id to=orders; erase delete }
    table order_log { owned-by order_id to=orders; erase delete }
    table notes { owned-by author_id to=users; erase delete }
    table sessions { owned-by user_id to=users; erase delete }
    table tags { ordinary because=catalogue }
    table events { owned-by user_id to=users; erase delete }
    table baskets { owned-by user_id to=users; erase delete }
    table letters { owned-by user_id to=users; erase delete }
    table labels { ordinary because=catalogue }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    let tables = schema
        .tables
        .iter()
        .filter(|table| table.partition_of.is_none() && table.name != TableName::new(MARKER));
    for table in tables.filter(|table| cx.map.table(&table.name).is_none()) {
        let name = &table.name;
        findings.push(
            CHECK
                .at(cx.map.name.span, format!("the map does not mention the table `{name}`"))
                .here("lacks a table")
                .help(format!(
                    "write `table {name} {{ owned-by … }}`, or `table {name} {{ ordinary because=… }}` if its rows are no one's"
                )),
        );
    }
}
