//! A purpose that needs a class of cookie which is not allowed.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::Norm;
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0505",
    name: "purpose-without-means",
    severity: Severity::Error,
    manual: r#"
Advertising by behaviour needs advertising cookies, audience analysis needs analytical ones. When a policy allows only
certain classes of cookie, a purpose that needs another class has no means. Allow the class, or settle the two lines
with a `reading`.

```kdl wrong
policy shop {
    (HB-001)never keep cookie { except necessary-cookie functional-cookie }
    (HB-002)use usage for=advertising
}
```

```kdl right
policy shop {
    (HB-001)never keep cookie { except necessary-cookie functional-cookie advertising-cookie }
    (HB-002)use usage for=advertising
}
```
"#,
    run: Some(run),
};

/// Which class of cookie a purpose needs.
const NEEDS: &[(&str, &str)] = &[
    ("advertising", "advertising-cookie"),
    ("analytics", "analytical-cookie"),
];

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    let Some(cookies) = policy
        .nouns
        .find(Kind::Data, "cookie")
        .map(|id| policy.nouns.set(id))
    else {
        return;
    };
    let bars: Vec<&Norm> = policy
        .norms
        .iter()
        .filter(|norm| {
            norm.mode == Mode::Never && matches!(norm.action, Action::Keep | Action::Collect)
        })
        .filter(|norm| {
            norm.conditions.is_empty()
                && cookies.contains(&norm.region.object)
                && norm.slots.is_empty()
        })
        .collect();
    for (purpose, cookie) in NEEDS {
        let (Some(purpose), Some(cookie)) = (
            policy.nouns.find(Kind::Purpose, purpose),
            policy.nouns.find(Kind::Data, cookie),
        ) else {
            continue;
        };
        let (wanted, needed) = (policy.nouns.set(purpose), policy.nouns.set(cookie));
        let barred = bars.iter().find(|bar| {
            bar.region.object.contains(needed)
                && !bar
                    .excepts
                    .iter()
                    .any(|except| !except.implied && except.region.object.contains(needed))
        });
        let Some(bar) = barred else { continue };
        let is_for = |norm: &&Norm| {
            norm.names(Slot::For)
                .any(|name| wanted.contains(policy.nouns.set(name.id)))
        };
        let using = policy.norms.iter().filter(|norm| {
            norm.mode == Mode::May
                && matches!(norm.action, Action::Use | Action::Share)
                && is_for(norm)
        });
        for norm in using.filter(|norm| !clash::is_settled(policy, bar, norm)) {
            let (a, b) = (clash::call(bar), clash::call(norm));
            let (purpose, cookie) = (
                &policy.nouns.get(purpose).name,
                &policy.nouns.get(cookie).name,
            );
            findings.push(
                CHECK
                    .at(norm.span, format!("`{b}` is for `{purpose}`, which needs a `{cookie}` that `{a}` does not allow"))
                    .here("by what means?")
                    .label(bar.span, "this class is not among the exceptions")
                    .help(format!("allow the class, or settle them: `reading {a} {b} \"…\"`")),
            );
        }
    }
}
