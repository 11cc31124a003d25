//! An edge between columns whose values can never be equal.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};
use crate::schema::{Dialect, TypeClass};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0205",
    name: "edge-types-differ",
    severity: Severity::Error,
    manual: r#"
An edge holds where values are equal. Between a number and a text there is nothing equal to be found, or the database refuses to
compare; the edge most likely leads to another column.

```kdl wrong
map shop {
    table notes { owned-by user_name to=users; column body is=messages; erase delete }
}
```

```kdl right
map shop {
    table notes { owned-by user_name to="users(name)"; column body is=messages; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for (edge, live, there) in cx.edges() {
        let keys = edge.keys_there(there);
        for (name, key) in edge.columns.iter().zip(keys) {
            let (Some(here), Some(other)) = (live.column(&name.value), there.column(key)) else {
                continue;
            };
            if !are_comparable(schema.dialect, here.class, other.class) {
                let (mine, theirs) = (&here.type_name, &other.type_name);
                findings.push(
                    CHECK
                        .at(
                            name.span,
                            format!("`{}.{}` is {mine}, and `{}.{key}` is {theirs}", live.name, name.value, there.name),
                        )
                        .here("never equal")
                        .label(edge.target.span, "leads here")
                        .help("name the columns there: `to=\"TABLE(COLUMN)\"`"),
                );
            }
        }
    }
}

/// Whether values of the two can be equal. PostgreSQL compares within a family only; the others turn text into numbers.
fn are_comparable(dialect: Dialect, a: TypeClass, b: TypeClass) -> bool {
    let family = |class: TypeClass| match (class, dialect) {
        (TypeClass::Integer | TypeClass::Decimal | TypeClass::Float, Dialect::Postgresql) => 1,
        (TypeClass::Text, Dialect::Postgresql) => 2,
        (
            TypeClass::Integer
            | TypeClass::Decimal
            | TypeClass::Float
            | TypeClass::Boolean
            | TypeClass::Text
            | TypeClass::Binary
            | TypeClass::Enum
            | TypeClass::Uuid,
            _,
        ) if dialect != Dialect::Postgresql => 3,
        _ => 0,
    };
    let known = |class| class != TypeClass::Other;
    a == b || !known(a) || !known(b) || (family(a) == family(b) && family(a) != 0)
}
