//! Addresses in networks. Never looks one up.

use core::net::IpAddr;

use super::{Proof, Recogniser, TEXT};
use crate::schema::TypeClass;

pub(super) const ALL: &[Recogniser] = &[
    Recogniser {
        noun: "ip",
        label: "IP addresses",
        names: &[
            "ip",
            "ipaddress",
            "ipaddr",
            "ipv4",
            "ipv6",
            "remoteaddr",
            "remoteaddress",
            "remoteip",
            "clientip",
            "loginip",
            "sourceip",
            "ipregistration",
            "userip",
            "lastip",
        ],
        unless: &["server", "servers", "whitelist", "blacklist"],
        classes: &[
            TypeClass::Text,
            TypeClass::Binary,
            TypeClass::Other,
            TypeClass::Network,
        ],
        looks: Some(is_ip),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "ip",
        label: "IP addresses as numbers",
        names: &[
            "ip",
            "ipaddress",
            "ipaddr",
            "ipv4",
            "remoteaddr",
            "remoteip",
            "clientip",
            "ipregistration",
            "userip",
        ],
        unless: &["server", "servers"],
        classes: &[TypeClass::Integer],
        looks: Some(|value| value.parse::<u32>().is_ok()),
        proof: Proof::Name,
    },
    Recogniser {
        noun: "mac-address",
        label: "MAC addresses",
        names: &["mac", "macaddress", "macaddr"],
        unless: &[],
        classes: &[
            TypeClass::Text,
            TypeClass::Binary,
            TypeClass::Other,
            TypeClass::Network,
        ],
        looks: Some(is_mac),
        proof: Proof::Value,
    },
    Recogniser {
        noun: "cookie-id",
        label: "identifiers kept in cookies",
        names: &[
            "cookie",
            "cookieid",
            "visitorid",
            "visitortoken",
            "clientid",
            "trackingid",
            "anonymousid",
            "gaid",
        ],
        unless: &["policy", "consent"],
        classes: TEXT,
        looks: None,
        proof: Proof::Name,
    },
];

/// IPv4 or IPv6, with or without the length of a network.
fn is_ip(value: &str) -> bool {
    let address = value.split('/').next().unwrap_or_default();
    address.parse::<IpAddr>().is_ok()
}

/// Six pairs of hex digits.
fn is_mac(value: &str) -> bool {
    let pairs: Vec<&str> = value.split([':', '-']).collect();
    pairs.len() == 6
        && pairs
            .iter()
            .all(|pair| pair.len() == 2 && pair.chars().all(|letter| letter.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_parse() {
        for right in ["192.0.2.1", "2001:db8::1", "10.0.0.0/8"] {
            assert!(super::is_ip(right), "{right}");
        }
        for near in ["1.2.3", "256.1.1.1", "1.2.3.4.5", "1700000000"] {
            assert!(!super::is_ip(near), "{near}");
        }
        assert!(super::is_mac("00:1a:2B:3c:4d:5e"));
        assert!(!super::is_mac("00:1a:2b:3c:4d"));
    }
}
