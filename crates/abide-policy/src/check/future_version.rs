//! Versions and reviews dated where they cannot be.

use jiff::civil::Date;

use super::{Check, Context};
use crate::diagnostic::{Findings, Severity};
use crate::model::Policy;
use crate::source::{Span, Spanned};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0320",
    name: "future-version",
    severity: Severity::Warning,
    manual: r#"
A policy binds from its version's date on, and requests are judged by the version that held at the time. A version dated
after today holds for nobody yet: right for one that is announced before it takes effect, a slip for any other. A review
cannot come after today, nor before the version it reviewed.

```kdl wrong
policy shop version="2199-03-01" {
    collect email at=registration
}
```

```kdl wrong
policy shop version="2026-03-01" {
    part california about=california version="2025-06-01" reviewed="2024-06-01" {
        collect email at=registration
    }
}
```

```kdl right
policy shop version="2026-03-01" {
    part california about=california version="2025-06-01" reviewed="2026-06-01" {
        collect email at=registration
    }
}
```
"#,
    run: Some(run),
};

/// The dates on the head of a policy or part.
pub struct Dates<'a> {
    /// `the policy`, or the part's name in backticks.
    pub whose: String,
    /// The part; `None` for the policy.
    pub part: Option<usize>,
    /// Its version.
    pub version: Option<&'a Spanned<Date>>,
    /// Its last review.
    pub reviewed: Option<&'a Spanned<Date>>,
}

/// The dates of the policy and of each of its parts, the policy's first.
pub fn dates(policy: &Policy) -> impl Iterator<Item = Dates<'_>> {
    let whole = Dates {
        whose: "the policy".to_owned(),
        part: None,
        version: policy.version.as_ref(),
        reviewed: None,
    };
    let parts = policy.parts.iter().enumerate().map(|(index, part)| Dates {
        whose: format!("part `{}`", part.name),
        part: Some(index),
        version: part.version.as_ref(),
        reviewed: part.reviewed.as_ref(),
    });
    [whole].into_iter().chain(parts)
}

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let future = |date: &Spanned<Date>| cx.today.is_some_and(|today| date.value > today);
    for head in dates(cx.policy) {
        let whose = &head.whose;
        let mut report = |span: Span, message: String, here: &str, help: &str| {
            findings.push(CHECK.at(span, message).here(here).help(help));
        };
        if let Some(version) = head.version.filter(|date| future(date)) {
            let message = format!(
                "the version of {whose} is dated {}, which is to come",
                version.value
            );
            report(
                version.span,
                message,
                "after today",
                "if it is announced ahead, leave it; else write the day from which it holds",
            );
        }
        let Some(reviewed) = head.reviewed else {
            continue;
        };
        if future(reviewed) {
            let message = format!(
                "{whose} is said to be reviewed on {}, which is to come",
                reviewed.value
            );
            report(
                reviewed.span,
                message,
                "after today",
                "write the day of the last review",
            );
        } else if let Some(version) = head
            .version
            .filter(|version| reviewed.value < version.value)
        {
            let message = format!(
                "{whose} was reviewed on {} and has a version of {}",
                reviewed.value, version.value
            );
            report(
                reviewed.span,
                message,
                "before the version",
                "write the day of the last review, or take it away",
            );
        }
    }
}
