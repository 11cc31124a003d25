//! Values of a column that times are counted from, of which nobody can tell which moment they say.

use abide_policy::diagnostic::{Findings, Severity};

use super::{Check, Context};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0219",
    name: "unclear-clock",
    severity: Severity::Warning,
    manual: r#"
A row is only ever due if the column that its time is counted from says a moment in a form that is known: the types of the
database for days and moments; text that begins with a day as ISO 8601 writes it, such as `2026-11-22` or `2026-11-22T10:00:00Z`;
or a number of seconds, milliseconds or microseconds since 1970, from September 2001 on. What is not set (an empty text, `0`, a day
of noughts, 1 January 1970, a day before 1901) and what is written otherwise (`05/11/2026`, `20261105`, day numbers) is no moment:
such rows stay, and plans and sweeps name them. Seen in a sample of rows; the values themselves are never shown.

```kdl wrong
map shop {
    table users { subject; identity email email; retain "5 years" from=full; erase delete }
}
```

```kdl right
map shop {
    table users { subject; identity email email; retain "5 years" from=born; erase delete }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for (table, live) in cx.mapped() {
        let sample = cx.samples.iter().find(|(name, _)| *name == live.name);
        let Some((_, sample)) = sample else {
            continue;
        };
        for clock in table.clocks() {
            let columns = live.columns.iter().zip(&sample.columns);
            let mut columns = columns.filter(|(column, _)| column.name == clock.value);
            let Some((column, held)) = columns.next() else {
                continue;
            };
            let Some(form) = schema.dialect.form(column) else {
                continue;
            };
            let is_unclear = |value: &&String| !form.is_moment(value);
            let unclear = held.values.iter().filter(is_unclear).count();
            if unclear > 0 {
                findings.push(
                    CHECK
                        .at(
                            clock.span,
                            format!(
                                "{unclear} of {} values of `{}.{}` are no moment in a form that is known",
                                held.values.len(),
                                live.name,
                                column.name
                            ),
                        )
                        .here("rows with them are never due")
                        .help("name a column with a date or a moment, or write moments there as dates"),
                );
            }
        }
    }
}
