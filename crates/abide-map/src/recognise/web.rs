//! Addresses on the web. Never opens one.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "referrer",
        label: "pages that somebody came from",
        names: &["referrer", "referer", "httpreferer", "httpreferrer"],
        unless: &["id"],
        classes: TEXT,
        looks: Some(is_url),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "pages-viewed",
        label: "pages that somebody looked at",
        names: &[
            "requesturi",
            "pageurl",
            "requesturl",
            "path",
            "visitedurl",
            "url",
            "uri",
            "landingpage",
        ],
        unless: &["file", "image"],
        classes: TEXT,
        looks: Some(|value| is_url(value) || value.starts_with('/')),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "profile-details",
        label: "web addresses",
        names: &[
            "url",
            "website",
            "homepage",
            "link",
            "userurl",
            "authorurl",
            "blog",
            "uri",
            "guid",
            "normalizedurl",
        ],
        unless: &["redirect", "callback", "webhook", "type"],
        classes: TEXT,
        looks: Some(is_url),
        proof: Proof::Value,
    },
];

/// An address with a scheme of the web.
fn is_url(value: &str) -> bool {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.contains('.') && !rest.contains(' '))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert!(super::is_url("https://example.org/a?b=c"));
        assert!(
            !super::is_url("example.org")
                && !super::is_url("https://")
                && !super::is_url("see https://example.org")
        );
    }
}
