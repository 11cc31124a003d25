//! Words that a language of the notice lacks. Never judges a translation.

use std::collections::{BTreeMap, HashSet};

use super::{Check, Context};
use crate::coverage::list;
use crate::diagnostic::{Findings, Severity};
use crate::model::{Policy, Say};
use crate::nouns::{Noun, NounId};
use crate::source::Span;
use crate::vocabulary::Kind;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0325",
    name: "untranslated",
    severity: Severity::Warning,
    manual: r#"
The notice is printed in every language of the `languages` line. A name without a label in one of them, or a text without a
version in it, stands there in the wrong language. Write the label in a `labels` block, and the text as a second `say` with
`lang=`. Proper names need none.

```kdl wrong
policy shop {
    languages en zh
    data bike-lock
    collect bike-lock at=registration
    say "We like bikes."
}
```

```kdl right
policy shop {
    languages en zh
    data bike-lock
    collect bike-lock at=registration
    say "We like bikes." { say "我们喜欢自行车。" lang=zh }
}
labels zh {
    data bike-lock "车锁"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let policy = cx.policy;
    let Some((first, others)) = policy.languages.split_first() else {
        return;
    };
    let used = printed(policy);
    for lang in others.iter().filter(|lang| lang.value != first.value) {
        names(policy, &used, &lang.value, findings);
        for norm in &policy.norms {
            text(&norm.says, norm.span, [&first.value, &lang.value], findings);
        }
        for reading in &policy.readings {
            text(
                &reading.texts,
                reading.span,
                [&first.value, &lang.value],
                findings,
            );
        }
    }
}

/// The names that sentences print.
fn printed(policy: &Policy) -> HashSet<NounId> {
    let lines = policy.norms.iter().flat_map(|norm| norm.all_names());
    let defaults = policy.parts.iter().flat_map(|part| &part.defaults);
    let parts = defaults.flat_map(|slot| slot.names());
    lines.chain(parts).map(|name| name.id).collect()
}

fn names(policy: &Policy, used: &HashSet<NounId>, lang: &str, findings: &mut Findings) {
    let mut lines: BTreeMap<Span, (Kind, Vec<&str>)> = BTreeMap::new();
    for (_, noun) in policy.nouns.iter().filter(|(id, _)| used.contains(id)) {
        let Some(line) = noun.own_line() else {
            continue;
        };
        if noun.labels.contains_key(lang) || is_proper_name(noun) {
            continue;
        }
        let (_, names) = lines
            .entry(line.span)
            .or_insert_with(|| (noun.kind, Vec::new()));
        names.push(&noun.name);
    }
    for (span, (kind, names)) in lines {
        let one = names.first().copied().unwrap_or_default();
        let help = format!(
            "write `{} {one} \"…\"` in `labels {lang} {{ … }}`",
            kind.word()
        );
        let message = format!(
            "no label in `{lang}` for the {} {}",
            kind.word(),
            list(names)
        );
        findings.push(
            CHECK
                .at(span, message)
                .here("printed in the wrong language")
                .help(help),
        );
    }
}

/// Companies, sites and the like are called the same in every language: every word of the label opens with a capital or
/// is no word, as in `Hetzner Online GmbH` or `www.shop.example`.
fn is_proper_name(noun: &Noun) -> bool {
    let nameable = matches!(
        noun.kind,
        Kind::Recipient | Kind::Property | Kind::Contact | Kind::Place
    );
    let capital = |word: &str| word.contains('.') || !word.starts_with(char::is_lowercase);
    nameable
        && noun
            .labels
            .get("")
            .is_some_and(|label| label.split_whitespace().all(capital))
}

/// A text that replaces a sentence has to be there in every language once it is there in the first.
fn text(texts: &[Say], line: Span, [first, lang]: [&str; 2], findings: &mut Findings) {
    let is_in = |say: &Say, wanted: &str| say.lang.as_deref().unwrap_or(first) == wanted;
    let Some(own) = texts.iter().find(|say| is_in(say, first)) else {
        return;
    };
    if texts.iter().any(|say| is_in(say, lang)) {
        return;
    }
    let short: String = own.text.value.chars().take(40).collect();
    let dots = if short.len() < own.text.value.len() {
        "…"
    } else {
        ""
    };
    findings.push(
        CHECK
            .at(line, format!("no text in `{lang}` for `{short}{dots}`"))
            .here("printed in the wrong language")
            .help(format!("add `say \"…\" lang={lang}` to the line")),
    );
}
