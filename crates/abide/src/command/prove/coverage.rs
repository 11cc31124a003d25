//! What the controls cover: of the policies that ship, which promises have a control for each capability that they need, and
//! what the others wait for. Looks at no installation.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use abide_promise::bind::Text;
use abide_promise::capability::capabilities;
use abide_promise::{Binding, Bindings, CONTROLS, Grade, Ground};
use anyhow::Result;

use crate::{clock, policies, samples};

const HEAD: &str = "# Coverage

Written by `abide prove --coverage`, and held up to date by a test. A promise is **bound** here when every capability that it needs
has a control. How it then stands in an installation, `abide prove` says: a control on data needs a mapped source, a gate needs
applications that ask, and an attestation a person.

What a promise needs is worked out from its lines by rules that name no company. People who read the same promises one by one would
sometimes say otherwise; `cargo test -p abide-promise --test agreement` holds the two against each other where their list is at hand.
";

/// The page, in Markdown.
pub(super) fn page() -> Result<String> {
    let mut out = HEAD.to_owned();
    let mut all: Vec<Binding> = Vec::new();
    out.push_str(
        "\n| policy | promises | bound | only read | unmet |\n| --- | --- | --- | --- | --- |\n",
    );
    let mut total = [0; 4];
    for (name, _) in samples::all() {
        let read = policies::read(Path::new(name), clock::today())?;
        let clauses = Bindings::of(&read.policy).clauses;
        let numbers = numbers(&clauses);
        row(&mut out, &read.policy.name, numbers);
        total
            .iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
        all.extend(clauses);
    }
    row(&mut out, "all", total);
    controls(&mut out, &all);
    unmet(&mut out, &all);
    Ok(out)
}

/// Promises, bound ones, those that are only read, unmet ones.
fn numbers(clauses: &[Binding]) -> [usize; 4] {
    let is_text = |binding: &&Binding| binding.text == Text::Only;
    let texts = clauses.iter().filter(is_text).count();
    let deeds = clauses.iter().filter(|binding| !is_text(binding));
    let bound = deeds.filter(|binding| is_bound(binding)).count();
    [clauses.len(), bound, texts, clauses.len() - bound - texts]
}

fn is_bound(binding: &Binding) -> bool {
    binding.lacks.is_empty() && !binding.controls.is_empty()
}

fn row(out: &mut String, name: &str, [promises, bound, texts, unmet]: [usize; 4]) {
    let _ = writeln!(out, "| {name} | {promises} | {bound} | {texts} | {unmet} |");
}

fn controls(out: &mut String, all: &[Binding]) {
    out.push_str("\n## Controls\n\n| control | what it does | gives | how | stands on | promises |\n| --- | --- | --- | --- | --- | --- |\n");
    for control in CONTROLS {
        let how = match control.grade {
            Grade::Blocks => "blocks",
            Grade::Watches => "watches",
            Grade::Confirms => "a person confirms",
        };
        let ground = match control.ground {
            Ground::Policy => "the policy in force",
            Ground::Sources => "mapped sources",
            Ground::Requests => "what people ask for",
            Ground::People => "people",
        };
        let gives: Vec<String> = control
            .gives
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        let of = |binding: &&Binding| binding.controls.iter().any(|it| it.name == control.name);
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {how} | {ground} | {} |",
            control.name,
            control.does,
            gives.join(", "),
            all.iter().filter(of).count()
        );
    }
}

fn unmet(out: &mut String, all: &[Binding]) {
    let mut waiting: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut nothing: Vec<&str> = Vec::new();
    for binding in all {
        for lack in &binding.lacks {
            waiting.entry(lack).or_default().push(&binding.clause);
        }
        if binding.needs.is_empty() {
            nothing.push(&binding.clause);
        }
    }
    out.push_str("\n## Capabilities without a control\n\n| capability | what it does | promises | which |\n| --- | --- | --- | --- |\n");
    let mut lacking: Vec<_> = capabilities()
        .filter_map(|capability| Some((capability, waiting.get(capability.name)?)))
        .collect();
    lacking.sort_by_key(|(capability, clauses)| (usize::MAX - clauses.len(), capability.name));
    for (capability, clauses) in lacking {
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} |",
            capability.name,
            capability.does,
            clauses.len(),
            clauses.join(" ")
        );
    }
    let _ = writeln!(
        out,
        "\nPromises for which no rule finds what they need, unmet as well: {}.",
        nothing.join(" ")
    );
}
