//! Fewer requests than a named law grants, or a fee where it says free.

use super::{Check, Context, clash};
use crate::diagnostic::{Diagnostic, Findings, Severity};
use crate::length::Length;
use crate::model::{Norm, Polarity, Policy, Value};
use crate::named_law::{self, LawLine, NamedLaw, caveat, slot_overlaps};
use crate::vocabulary::{Action, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0411",
    name: "frequency-or-fee",
    severity: Severity::Warning,
    manual: r#"
A law may let a company turn down requests that come too often, and may say that answers are free. A stricter count in the
policy turns down people whom the law lets ask, and a fee without the law's condition keeps them from asking.

```kdl wrong
policy shop {
    law us-ca
    refuse know access over="1 per 12 months"
}
```

```kdl wrong
policy shop {
    law eu-gdpr
    must ask fee when=request
}
```

```kdl right
policy shop {
    law eu-gdpr
    ask fee when=request if=excessive
}
```

```kdl right
policy shop {
    law us-ca
    refuse know access over="2 per 12 months"
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        for norm in policy
            .norms
            .iter()
            .filter(|norm| law.concerns(policy, norm))
        {
            let lines = || {
                law.lines.iter().filter(|line| {
                    line.norm.action == norm.action && line.region.overlaps(&norm.region)
                })
            };
            let found = match norm.action {
                Action::Refuse => lines().find_map(|line| too_few(&law, line, norm)),
                Action::Ask if norm.mode != Mode::Never => {
                    lines().find_map(|line| fee(policy, &law, line, norm))
                }
                _ => None,
            };
            findings.extend(found);
        }
    }
}

fn rate(norm: &Norm) -> Option<(u32, Length)> {
    norm.slot(Slot::Over)?
        .values
        .iter()
        .find_map(|value| match value {
            Value::Rate { count, per, .. } => Some((*count, *per)),
            _ => None,
        })
}

fn too_few(law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm) -> Option<Diagnostic> {
    let ((count, per), (law_count, law_per)) = (rate(norm)?, rate(line.norm)?);
    let same = per.shorter_than(law_per) == Some(false) && law_per.shorter_than(per) == Some(false);
    let stricter = if same {
        count < law_count
    } else {
        count <= law_count && law_per.shorter_than(per) == Some(true)
    };
    stricter.then(|| {
        CHECK
            .at(norm.span, format!("`{}` takes no more than `{count} per {per}`, `{}` grants `{law_count} per {law_per}`", clash::call(norm), law.law.name))
            .here("turns people down whom the law lets ask")
            .help(format!("write `over=\"{law_count} per {law_per}\"` ({}){}", line.authority.cite, caveat(line.authority.verified)))
    })
}

fn fee(policy: &Policy, law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm) -> Option<Diagnostic> {
    let is_fee = |norm: &Norm| {
        norm.objects
            .iter()
            .any(|topic| topic.name.as_ref() == "fee")
    };
    let lifts: Vec<_> = line
        .norm
        .conditions
        .iter()
        .flat_map(|condition| &condition.facts)
        .collect();
    let own = norm
        .conditions
        .iter()
        .filter(|condition| condition.polarity == Polarity::If)
        .flat_map(|condition| &condition.facts);
    let allowed = own.into_iter().any(|fact| {
        lifts.iter().any(|lift| {
            policy
                .nouns
                .set(lift.id)
                .overlaps(policy.nouns.set(fact.id))
        })
    });
    if line.norm.mode != Mode::Never
        || !is_fee(norm)
        || !is_fee(line.norm)
        || allowed
        || !slot_overlaps(policy, Slot::When, line.norm, norm)
    {
        return None;
    }
    let condition = lifts.first().map_or_else(
        || "take the line away".to_owned(),
        |lift| format!("add `if={}` or take the line away", lift.name),
    );
    Some(
        CHECK
            .at(
                norm.span,
                format!(
                    "`{}` asks a fee for what `{}` makes free",
                    clash::call(norm),
                    law.law.name
                ),
            )
            .here("answers are free")
            .help(format!(
                "{condition} ({}){}",
                line.authority.cite,
                caveat(line.authority.verified)
            )),
    )
}
