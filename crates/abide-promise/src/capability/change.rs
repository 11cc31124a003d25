//! Changing the policy. Decides nothing under the version in force.

use abide_policy::model::Polarity;
use abide_policy::vocabulary::Action::{Ask, Change, Right, Tell, Use};
use abide_policy::vocabulary::Kind;

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row(
        "change-class",
        "tell a weaker version from an equal one",
        |said| said.mentions(Kind::Event, &["material", "weaker"]),
    ),
    row("change-notice", "tell people of a change", |said| {
        said.does(&[Tell]) && said.of_a(Kind::Topic, &["change"])
            || said.condition(Polarity::Unless, &["told"])
    }),
    row(
        "change-object",
        "stop for whoever objects to a change",
        |said| {
            said.does(&[Right])
                && said.of_a(Kind::Right, &["object", "close-account"])
                && said.mentions(Kind::Event, &["change"])
                || said.does(&[Change, Ask]) && said.waits_for(&["objected"])
                || said.waits_for(&["objected"]) && said.does(&[Use, Right])
        },
    ),
];
