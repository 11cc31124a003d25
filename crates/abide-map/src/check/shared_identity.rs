//! Two tables of people that number their rows apart and are looked in by the same number.

use abide_policy::diagnostic::{Findings, Label, Severity};

use super::{Check, Context};
use crate::map::{Identity, MappedTable, Standing};
use crate::schema::TypeClass;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0218",
    name: "shared-identity",
    severity: Severity::Error,
    manual: r#"
A kind of identifier is looked for in every column of that kind. Two tables of people that each count their own rows both have a
number 7, and it is two persons': whoever asks as `account-id:7` would be given both, and both would be erased. Give one of them
a kind of its own. If the numbers are the same people's, say so with an edge from the one to the other.

```kdl wrong
map shop {
    table users { subject; identity account-id id; column email is=email; erase delete }
    table tags { subject; identity account-id id; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity account-id id; column email is=email; erase delete }
    table tags { subject; identity tag-id id; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let numbered: Vec<(&MappedTable, &Identity)> = cx
        .mapped()
        .filter(|(table, _)| table.standing == Standing::Subject)
        .flat_map(|(table, live)| {
            let is_number = |identity: &&Identity| {
                let column = live.column(&identity.column.value);
                column.is_some_and(|column| column.class == TypeClass::Integer)
            };
            let identities = table.identities.iter().filter(is_number);
            identities.map(move |identity| (table, identity))
        })
        .collect();
    for (place, (table, identity)) in numbered.iter().enumerate() {
        let earlier = numbered.iter().take(place).find(|(other, known)| {
            known.kind.value == identity.kind.value && !are_tied(table, other)
        });
        let Some((other, known)) = earlier else {
            continue;
        };
        let (kind, here) = (&identity.kind.value, &table.name.value);
        let own = here.name.to_lowercase().replace([' ', '_'], "-");
        let message = format!(
            "`{kind}` is a number of `{here}` and of `{}`, which count apart",
            other.name.value
        );
        let mut finding = CHECK.at(identity.kind.span, message);
        finding.labels.push(Label {
            span: known.kind.span,
            text: "already here".to_owned(),
        });
        let column = &identity.column.value;
        let help = format!("give it a kind of its own, such as `identity {own}-id {column}`");
        findings.push(finding.here("the same number is two people's").help(help));
    }
}

fn are_tied(one: &MappedTable, other: &MappedTable) -> bool {
    let leads = |from: &MappedTable, to: &MappedTable| {
        let mut edges = from.edges.iter();
        edges.any(|edge| edge.target.value == to.name.value)
    };
    std::ptr::eq(one, other) || leads(one, other) || leads(other, one)
}
