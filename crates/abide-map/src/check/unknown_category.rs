//! A category that neither the policy nor the standard vocabulary has.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::suggest::closest;
use abide_policy::vocabulary::Kind;

use super::{Check, Context};
use crate::map::Holds;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0301",
    name: "unknown-category",
    severity: Severity::Error,
    manual: r#"
What a column holds is named as the policy names it: by one of its `data` nouns, or by one of the standard vocabulary, which stands
in `docs/language/vocabulary.md`. An unknown name would be held against nothing.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=nmae; erase delete }
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
    let nouns = cx.nouns();
    for table in &cx.map.tables {
        for column in &table.columns {
            let Holds::Data(data) = &column.holds else {
                continue;
            };
            for name in data.iter().filter(|name| nouns.find(Kind::Data, &name.value).is_none()) {
                let known = nouns.iter().filter(|(_, noun)| noun.kind == Kind::Data);
                let found = CHECK
                    .at(name.span, format!("no category of data is called `{}`", name.value))
                    .here("unknown category");
                findings.push(match closest(&name.value, known.map(|(_, noun)| noun.name.as_ref())) {
                    Some(likely) => found.help(format!("did you mean `{likely}`?")),
                    None => found.help("declare it in the policy, or use a word of the standard vocabulary"),
                });
            }
        }
    }
}
