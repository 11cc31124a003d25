//! Publishing the notice, and knowing what it covers. Decides nothing about data.

use abide_policy::vocabulary::Action::{Apply, Ask, Assure, Collect, Right, Say, Tell};
use abide_policy::vocabulary::{Kind, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row(
        "publish-notice",
        "publish the notice, its sections and fixed texts",
        |said| {
            said.does(&[Say])
                || said.does(&[Assure])
                    && said.of_a(
                        Kind::Control,
                        &[
                            "notice-published",
                            "notice-sections",
                            "plain-language",
                            "link-check",
                        ],
                    )
        },
    ),
    row(
        "audience-addenda",
        "pick addenda and language by residence",
        |said| {
            matches!(said.head(), "part" | "law")
                || said.does(&[Right]) && said.waits_for(&["local-law"])
        },
    ),
    row(
        "scope-map",
        "know which properties, people and data are covered",
        |said| {
            said.does(&[Apply])
                || said.declares(Kind::Property)
                || said.does(&[Assure]) && said.of_a(Kind::Control, &["scope-register"])
        },
    ),
    row(
        "version-ledger",
        "keep every version with its dates",
        |said| {
            said.head() == "policy"
                || said.does(&[Assure]) && said.of_a(Kind::Control, &["version-archive"])
                || said.does(&[Tell])
                    && said.of_a(Kind::Topic, &["effective-date", "last-modified", "version"])
        },
    ),
    row(
        "field-notice",
        "say at the point of collection what is asked and why",
        |said| {
            said.has(Slot::Need) && said.does(&[Collect])
                || said.does(&[Right])
                    && said.has(Slot::Costs)
                    && said.of_a(Kind::Right, &["decline"])
                || said.does(&[Assure])
                    && said.of_a(Kind::Control, &["field-notice", "warning-shown"])
                || said.does(&[Tell])
                    && said.of_a(
                        Kind::Topic,
                        &[
                            "mandatory",
                            "consequences",
                            "purposes",
                            "weaker-law",
                            "risk-warning",
                        ],
                    )
                    && said.has(Slot::Before)
                || said.does(&[Ask]) && said.has(Slot::At) && !said.of_a(Kind::Fact, &["consent"])
        },
    ),
];
