//! A materialised view with columns of the names of personal ones.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::map::{Holds, MappedTable, Standing};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0214",
    name: "stored-copy",
    severity: Severity::Warning,
    manual: r#"
A materialised view keeps copies of rows until it is refreshed; what is erased from the table stays readable there. Refresh it
after erasures, or leave the personal columns out of it. `abide scan` reads such views as it reads tables, so that no request is
closed while a copy is left; a view that the account may not read is named in the certificate as not read.

```kdl wrong
map shop {
    table users { subject; identity email email; column email is=email; erase delete }
}
```

```kdl right
map shop {
    table tags { ordinary because=catalogue }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for view in schema.views.iter().filter(|view| view.is_materialised) {
        let copied = cx.map.tables.iter().find_map(|table| {
            let columns = view.columns.iter().map(|column| column.name.as_str());
            let mut personal = columns.filter(|column| is_personal(table, column));
            personal.next().map(|column| (table, column.to_owned()))
        });
        if let Some((table, column)) = copied {
            let (name, place) = (&view.name, &table.name);
            findings.push(
                CHECK
                    .at(place.span, format!("the stored view `{name}` has a column `{column}`, as `{}` does", place.value))
                    .here("may be copied there")
                    .help(format!("after erasures, `REFRESH MATERIALIZED VIEW {name}`")),
            );
        }
    }
}

fn is_personal(table: &MappedTable, column: &str) -> bool {
    let is_identity = || table.identities.iter().any(|known| known.column.value == column && column != "id");
    let holds_data = || {
        table
            .columns
            .iter()
            .any(|known| known.name.value == column && matches!(known.holds, Holds::Data(_)))
    };
    !matches!(table.standing, Standing::Ordinary(_)) && (is_identity() || holds_data())
}
