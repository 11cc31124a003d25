//! Devices and the programs on them. Never tells two devices apart.

use super::{Proof, Recogniser, TEXT};

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "browser-data",
        label: "user agents",
        names: &["useragent", "agent", "browser", "httpuseragent", "ua"],
        unless: &["id", "name", "support"],
        classes: TEXT,
        looks: Some(is_agent),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "device-id",
        label: "identifiers of devices",
        names: &[
            "deviceid",
            "deviceuuid",
            "fingerprint",
            "devicefingerprint",
            "serial",
            "serialnumber",
            "serialno",
            "udid",
            "androidid",
            "hardwareid",
            "devicetoken",
            "pushtoken",
        ],
        unless: &["file"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
    Recogniser {
        noun: "imei",
        label: "IMEIs",
        names: &["imei", "meid"],
        unless: &[],
        classes: super::TEXT_OR_NUMBER,
        looks: Some(|value| {
            value.len() >= 14 && value.chars().all(|letter| letter.is_ascii_digit())
        }),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "ad-id",
        label: "advertising identifiers",
        names: &["idfa", "adid", "advertisingid"],
        unless: &[],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
];

/// How programs name themselves: `Name/1.0 (system) …`.
fn is_agent(value: &str) -> bool {
    let name = value.split('/').next().unwrap_or_default();
    let version = value.split('/').nth(1).unwrap_or_default();
    value.len() > 10
        && value.contains('(')
        && !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '-')
        && version.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_agent_has_a_name_a_version_and_a_system() {
        assert!(super::is_agent(
            "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101"
        ));
        assert!(!super::is_agent("https://example.org/5.0 (x)"));
        assert!(!super::is_agent("curl"));
        assert!(!super::is_agent("either/or (as you like)"));
    }
}
