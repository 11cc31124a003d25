//! Messages to people. Decides nothing about what is in them.

use abide_policy::model::Polarity;
use abide_policy::vocabulary::Action::{Right, Use};
use abide_policy::vocabulary::{Kind, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row(
        "message-gate",
        "send only what may be sent, by which channel it may",
        |said| {
            said.does(&[Use])
                && (said.slot_a(
                    Slot::Via,
                    Kind::Channel,
                    &["email", "phone", "fax", "post", "sms"],
                ) || said.slot_a(
                    Slot::For,
                    Kind::Purpose,
                    &["marketing", "newsletter", "service-messages"],
                ))
        },
    ),
    row("unsubscribe", "let every mail be the last", |said| {
        said.does(&[Right]) && said.of_a(Kind::Right, &["stop-newsletter"])
            || said.mentions(Kind::Topic, &["unsubscribe"])
            || said.does(&[Use])
                && said.slot_a(Slot::Via, Kind::Channel, &["email"])
                && said.condition(Polarity::Unless, &["opted-out"])
    }),
];
