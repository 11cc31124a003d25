//! A table of the map that the source does not have.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Spanned;
use abide_policy::suggest::closest;

use super::{Check, Context};
use crate::schema::{Schema, TableName};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0203",
    name: "unknown-table",
    severity: Severity::Error,
    manual: r#"
A table that was renamed or dropped, or that the account may not see. Names are written in the case of the database.

```kdl wrong
map shop {
    table user { subject; identity email email; column name is=name; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for table in &cx.map.tables {
        let targets = table.edges.iter().map(|edge| &edge.target);
        // A table that is mapped and not there is said once, at its own line.
        let dangling = targets.filter(|target| cx.map.table(&target.value).is_none());
        for name in std::iter::once(&table.name).chain(dangling) {
            report(schema, name, findings);
        }
    }
}

fn report(schema: &Schema, name: &Spanned<TableName>, findings: &mut Findings) {
    let found = CHECK.at(name.span, format!("the source has no table `{}`", name.value));
    match schema.table(&name.value) {
        Some(table) => {
            if let Some(whole) = &table.partition_of {
                let message = format!("`{}` is a part of the table `{whole}`", name.value);
                let help = format!("map `{whole}`: statements go to the whole table");
                findings.push(CHECK.at(name.span, message).here("a partition").help(help));
            }
        }
        None if schema.views.iter().any(|view| view.name == name.value) => {
            let message = format!("`{}` is a view", name.value);
            let help = "map the tables that it reads from";
            findings.push(CHECK.at(name.span, message).here("no table").help(help));
        }
        None => {
            let known: Vec<String> = schema
                .tables
                .iter()
                .map(|table| table.name.to_string())
                .collect();
            let written = name.value.to_string();
            let help = match closest(&written, known.iter().map(String::as_str)) {
                Some(likely) => format!("did you mean `{likely}`?"),
                None => "take it out if it was dropped; else see what the account may read".to_owned(),
            };
            findings.push(found.here("not there").help(help));
        }
    }
}
