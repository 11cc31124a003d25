//! A way to reach someone that reaches nobody. Reads the form only; never looks anything up.

use super::{Check, Context, contact_missing};
use crate::diagnostic::{Findings, Severity};
use crate::model::Value;
use crate::source::Spanned;
use crate::vocabulary::Slot;

/// See the manual page.
pub const CHECK: Check = Check {
    code: "P0316",
    name: "contact-malformed",
    severity: Severity::Error,
    manual: r#"
A mail address without its domain or a phone number with a letter in it goes to print unseen, and the person who needs it
finds out. A mail address is one `@` between a name and a domain with a dot; a phone number is at least five digits; a web
address has a host with a dot and no spaces.

```kdl wrong
policy shop {
    contact support email="help.shop.example" phone="12O4"
}
```

```kdl right
policy shop {
    contact support email="help@shop.example" phone="+31 20 555 0199"
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let lines = cx
        .policy
        .nouns
        .iter()
        .flat_map(|(_, noun)| &noun.declarations)
        .filter(|line| !line.span.is_library());
    for used in lines.flat_map(|line| &line.slots) {
        if !contact_missing::WAYS.contains(&used.slot) {
            continue;
        }
        for value in &used.values {
            if let Value::Text(text) = value {
                findings.extend(fault(used.slot, text));
            }
        }
    }
}

fn fault(slot: Slot, text: &Spanned<String>) -> Option<crate::diagnostic::Diagnostic> {
    let (what, wrong, help) = match slot {
        Slot::Email => (
            "mail address",
            email_fault(&text.value)?,
            "write it as in `help@shop.example`",
        ),
        Slot::Phone => (
            "phone number",
            phone_fault(&text.value)?,
            "write it as in `+31 20 555 0199`",
        ),
        Slot::Url => (
            "web address",
            url_fault(&text.value)?,
            "write it as in `https://www.shop.example/privacy`",
        ),
        _ if text.value.trim().is_empty() => ("postal address", "it is empty", "write the address"),
        _ => return None,
    };
    Some(
        CHECK
            .at(text.span, format!("`{}` is no {what}", text.value))
            .here(wrong)
            .help(help),
    )
}

fn email_fault(text: &str) -> Option<&'static str> {
    let mut halves = text.split('@');
    let (name, domain) = (
        halves.next().unwrap_or_default(),
        halves.next().unwrap_or_default(),
    );
    if text.matches('@').count() != 1 {
        Some("it needs exactly one `@`")
    } else if text.contains(char::is_whitespace) {
        Some("it has a space")
    } else if name.is_empty() {
        Some("nothing stands before the `@`")
    } else if !is_host(domain) {
        Some("its domain needs a dot between names")
    } else {
        None
    }
}

fn phone_fault(text: &str) -> Option<&'static str> {
    let number = text.to_lowercase().replace("ext", "");
    if number.contains(char::is_alphabetic) {
        Some("it has a letter")
    } else if number.chars().filter(char::is_ascii_digit).count() < 5 {
        Some("it has fewer than five digits")
    } else {
        None
    }
}

fn url_fault(text: &str) -> Option<&'static str> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    if text.contains(char::is_whitespace) {
        Some("it has a space")
    } else if !is_host(host) {
        Some("it names no host")
    } else {
        None
    }
}

/// Names with dots between them.
fn is_host(text: &str) -> bool {
    text.contains('.') && text.split('.').all(|name| !name.is_empty()) && !text.contains('@')
}
