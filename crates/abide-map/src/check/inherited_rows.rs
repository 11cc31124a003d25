//! Tables of which one inherits from the other, and of which the map says different things.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context, beside, is_of_people};
use crate::map::MappedTable;
use crate::write::treatment;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0223",
    name: "inherited-rows",
    severity: Severity::Error,
    manual: r#"
In PostgreSQL a statement over a table reaches the rows of every table that inherits from it. What is deleted or overwritten there
goes in both, whatever the map says of the second. So both get the same identities, edges and `erase`; and nothing can be taken
back (`undo`), since nobody could tell in which of the two a row was.

```kdl wrong
map shop {
    table tags { identity email label; column label is=email; erase delete }
    table labels { ordinary because=catalogue }
}
```

```kdl right
map shop {
    table tags { identity email label; column label is=email; erase delete }
    table labels { identity email label; column label is=email; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for child in &schema.tables {
        let parents = child.inherits.iter();
        let parents = parents.filter_map(|name| cx.map.table(name));
        for parent in parents.filter(|parent| is_of_people(parent)) {
            let said = cx.map.table(&child.name);
            let (name, above) = (&child.name, &parent.name.value);
            let at = |message: String| CHECK.at(parent.name.span, message);
            if !said.is_some_and(|said| is_treated_alike(parent, said)) {
                let message = format!("what is done to rows of `{above}` is done to those of `{name}`, which inherits from it");
                let finding = at(message).here("the database changes more than the map says");
                let finding = match said {
                    Some(said) if is_of_people(said) => finding.label(said.name.span, "treated otherwise"),
                    said => beside(finding, said),
                };
                findings.push(finding.help(format!("give `{name}` the identities, edges and `erase` of `{above}`")));
            } else if let Some(undo) = &cx.map.undo {
                let message = format!("what an erasure takes from `{above}` cannot be taken back: `{name}` inherits from it");
                let finding = at(message).here("nobody could tell in which of the two a row was");
                findings.push(finding.label(undo.span, "said here").help("take `undo` out of the map"));
            }
        }
    }
}

/// Whether everything that is said of the rows of the one is said of those of the other.
fn is_treated_alike(parent: &MappedTable, child: &MappedTable) -> bool {
    let (of_parent, of_child) = (treatment(parent), treatment(child));
    of_parent.iter().all(|line| of_child.contains(line)) && parent.standing == child.standing
}
