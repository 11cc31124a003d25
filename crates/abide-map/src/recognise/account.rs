//! What accounts are called. Never says that two are one person.

use super::{Proof, Recogniser, TEXT, TEXT_OR_NUMBER};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "username",
        label: "names of accounts",
        names: &[
            "username",
            "userlogin",
            "login",
            "loginname",
            "screenname",
            "usernicename",
            "nicename",
            "accountname",
            "handle",
            "gecos",
            "orcid",
            "twitter",
            "githubusername",
            "skype",
        ],
        unless: &["last", "count", "failed"],
        classes: TEXT,
        looks: Some(|value| !value.contains(char::is_whitespace) && value.chars().count() <= 80),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "customer-number",
        label: "customer numbers",
        names: &[
            "customernumber",
            "customerno",
            "membernumber",
            "clientnumber",
            "accountnumber",
        ],
        unless: &["last"],
        classes: TEXT_OR_NUMBER,
        looks: None,
        proof: Proof::Name,
    },
];
