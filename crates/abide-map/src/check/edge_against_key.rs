//! An edge that leads elsewhere than the key which the database has on its columns.

use std::collections::BTreeSet;

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::schema::{Schema, TableName};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0222",
    name: "edge-against-key",
    severity: Severity::Error,
    manual: r#"
The database holds a column's values to be keys of one table, and the edge takes them for keys of another. The same number is
somebody else there, so that somebody else's rows would be given out and erased.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table order_lines { owned-by order_id to=users; erase delete }
}
```

```kdl right
map shop {
    table orders { owned-by user_id to=users; column total is=order; erase delete }
    table order_lines { owned-by order_id to=orders; erase delete }
}
```
"#,
    run: Some(run),
};

/// A column of a table.
type Place<'a> = (&'a TableName, &'a str);

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for (edge, here, there) in cx.edges() {
        for (column, key) in edge.columns.iter().zip(edge.keys_there(there)) {
            let from = (&here.name, column.value.as_str());
            let Some((target, declared)) = keys_of(schema, from).next() else {
                continue;
            };
            // Both may be keys of a third: the number of a customer, say, that an order and a profile have.
            if !kin(schema, from).is_disjoint(&kin(schema, (&there.name, key))) {
                continue;
            }
            let (name, table) = (&column.value, &here.name);
            let message = format!(
                "`{table}.{name}` holds keys of `{target}`, as the database has it, and not of `{}`",
                there.name
            );
            findings.push(
                CHECK
                    .at(column.span, message)
                    .here(format!("declared to be `{target}.{declared}`"))
                    .label(edge.target.span, "leads here")
                    .help(format!("write `to={target}`, or take another column")),
            );
        }
    }
}

/// What the declared keys of a column lead to.
fn keys_of<'a>(schema: &'a Schema, (table, column): Place<'a>) -> impl Iterator<Item = Place<'a>> {
    let keys = { schema.table(table).into_iter() }.flat_map(|table| &table.foreign_keys);
    keys.flat_map(move |key| {
        let pairs = key.columns.iter().zip(&key.target_columns);
        let same = pairs.filter(move |(here, _)| *here == column);
        same.map(move |(_, there)| (&key.target, there.as_str()))
    })
}

/// The column, and all whose values its own are by declared keys, from key to key.
fn kin<'a>(schema: &'a Schema, column: Place<'a>) -> BTreeSet<Place<'a>> {
    let (mut kin, mut left) = (BTreeSet::new(), vec![column]);
    while let Some(place) = left.pop() {
        if kin.insert(place) {
            left.extend(keys_of(schema, place));
        }
    }
    kin
}
