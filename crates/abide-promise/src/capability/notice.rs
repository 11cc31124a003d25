//! Publishing the notice, and knowing what it covers. Decides nothing about data.

use abide_policy::model::Polarity;
use abide_policy::vocabulary::Action::{Apply, Ask, Assure, Change, Collect, Right, Say, Tell};
use abide_policy::vocabulary::{Kind, Mode, Slot};

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
                || said.does(&[Right]) && said.of_a(Kind::Right, &["inspect-notice"])
                || said.does(&[Tell])
                    && said.mentions(Kind::Channel, &["notice-page"])
                    && !said.of_a(Kind::Topic, &["change", "opt-out-info"])
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
                || said.says(Mode::May, &[Change])
                || said.says(Mode::Never, &[Change]) && said.any_object()
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
                || said.condition(Polarity::If, &["told"])
                || said.does(&[Right]) && said.slot_a(Slot::At, Kind::Point, &["form"])
                || said.does(&[Tell])
                    && said.slot_a(Slot::When, Kind::Event, &["registration"])
                    && !said.about(&["child"])
        },
    ),
];
