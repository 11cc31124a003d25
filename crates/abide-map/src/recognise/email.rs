//! Addresses of mailboxes. Never checks whether one exists.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[Recogniser {
    noun: "email",
    label: "email addresses",
    names: &[
        "email",
        "emails",
        "emailaddress",
        "emailaddr",
        "mail",
        "mailaddress",
        "cc",
        "bcc",
        "replyto",
        "recipientemail",
    ],
    unless: &["body", "subject", "template", "log"],
    classes: TEXT,
    looks: Some(is_email),
    proof: Proof::Look,
}];

/// `local@domain.tld`, alone or within `Name <…>`.
fn is_email(value: &str) -> bool {
    let address = match value.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>'),
        None => value,
    };
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let plain = |text: &str, more: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_alphanumeric() || more.contains(letter))
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    plain(local, "!#$%&'*+-/=?^_`{|}~.")
        && plain(domain, "-.")
        && top.len() > 1
        && !domain.starts_with('.')
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_has_a_mailbox_and_a_domain() {
        for right in [
            "ada@example.org",
            "a.b+c@mail.example.co.uk",
            "Ada <ada@example.org>",
        ] {
            assert!(super::is_email(right), "{right}");
        }
        for near in [
            "ada@localhost",
            "@example.org",
            "ada at example.org",
            "ada@",
            "12@3",
            "a b@example.org",
        ] {
            assert!(!super::is_email(near), "{near}");
        }
    }
}
