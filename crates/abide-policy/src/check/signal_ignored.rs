//! A signal of the browser that a named law makes binding and the policy ignores or leaves out.

use super::{Check, Context, clash};
use crate::diagnostic::{Findings, Severity};
use crate::model::{Norm, Polarity, Policy};
use crate::named_law::{self, LawLine, NamedLaw, caveat, slot_overlaps};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0404",
    name: "signal-ignored",
    severity: Severity::Error,
    manual: r#"
Some laws make a signal of the browser a request to opt out. A policy under such a law that sells data, or shares it for
advertising, needs the line that honours the signal: without it the program passes data on after the person has said no.

```kdl wrong
policy shop {
    law us-ca
    sell browsing-history with=data-buyer
}
```

```kdl wrong
policy shop {
    law us-ca
    never honour gpc
}
```

```kdl right
policy shop {
    law us-ca
    sell browsing-history with=data-buyer
    must honour gpc
}
```
"#,
    run: Some(run),
};

fn run(context: &Context<'_>, findings: &mut Findings) {
    let policy = context.policy;
    for law in named_law::named_laws(context) {
        for line in law
            .lines
            .iter()
            .filter(|line| line.norm.action == Action::Honour && line.norm.mode == Mode::Must)
        {
            let honour: Vec<&Norm> = policy
                .norms
                .iter()
                .filter(|norm| {
                    norm.action == Action::Honour
                        && norm.region.object.overlaps(&line.region.object)
                        && law.concerns(policy, norm)
                })
                .collect();
            honour
                .iter()
                .filter(|norm| norm.mode == Mode::Never && is_plain(policy, line, norm))
                .for_each(|norm| findings.push(ignored(&law, line, norm)));
            let sale = policy
                .norms
                .iter()
                .find(|norm| is_sale(policy, norm) && law.concerns(policy, norm));
            if let Some(sale) = sale.filter(|_| honour.is_empty()) {
                findings.push(left_out(&law, line, sale));
            }
        }
    }
}

/// Whether the prohibition holds for the people and cases of the law.
fn is_plain(policy: &Policy, line: &LawLine<'_>, norm: &Norm) -> bool {
    norm.conditions
        .iter()
        .all(|condition| condition.polarity == Polarity::If)
        && slot_overlaps(policy, Slot::With, line.norm, norm)
        && !norm
            .excepts
            .iter()
            .any(|except| except.region.object.contains(&line.region.object))
}

/// Whether the line lets data be sold, or passed on for advertising: what the signal stops.
fn is_sale(policy: &Policy, norm: &Norm) -> bool {
    let for_ads = || {
        norm.names(Slot::For).any(|purpose| {
            ["targeted-ads", "advertising"]
                .iter()
                .any(|ads| policy.nouns.is_a(purpose.id, Kind::Purpose, ads))
        })
    };
    norm.mode == Mode::May
        && (norm.action == Action::Sell || (norm.action == Action::Share && for_ads()))
}

fn signals(line: &LawLine<'_>) -> String {
    line.norm
        .objects
        .iter()
        .map(|signal| signal.name.as_ref())
        .collect::<Vec<_>>()
        .join(" ")
}

fn ignored(law: &NamedLaw<'_>, line: &LawLine<'_>, norm: &Norm) -> crate::diagnostic::Diagnostic {
    let signals = signals(line);
    let mut finding = CHECK
        .at(
            norm.span,
            format!(
                "`{}` ignores `{signals}`, which `{}` makes binding",
                clash::call(norm),
                law.law.name
            ),
        )
        .here("this signal is a request to opt out")
        .help(format!(
            "write `must honour {signals}` ({}){}",
            line.authority.cite,
            caveat(line.authority.verified)
        ));
    finding.severity = named_law::severity(line.authority.verified);
    finding
}

fn left_out(law: &NamedLaw<'_>, line: &LawLine<'_>, sale: &Norm) -> crate::diagnostic::Diagnostic {
    let signals = signals(line);
    let mut finding = CHECK
        .at(
            sale.span,
            format!(
                "`{}` passes data on, and no line honours `{signals}`, which `{}` makes binding",
                clash::call(sale),
                law.law.name
            ),
        )
        .here("goes on after the browser has said no")
        .label(law.name.span, "named here")
        .help(format!(
            "write `must honour {signals}` ({}){}",
            line.authority.cite,
            caveat(line.authority.verified)
        ));
    finding.severity = Severity::Warning;
    finding
}
