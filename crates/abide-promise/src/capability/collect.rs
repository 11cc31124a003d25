//! What comes in: which data, from where, in which form. Decides nothing about its use.

use abide_policy::vocabulary::Action::{Apply, Collect, Keep, Link, Right, Share, Use};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};
use crate::said::Said;

const DEVICE: &[&str] = &[
    "device-data",
    "usage-data",
    "log-data",
    "location",
    "tracker",
    "non-personal",
];
const SIGN_IN: &[&str] = &["third-party-account"];
const TRACKER: &[&str] = &["tracker"];

fn is_device_data(said: &Said<'_>) -> bool {
    said.of_a(Kind::Data, DEVICE)
}

pub(super) const ALL: &[Capability] = &[
    row(
        "data-map",
        "say of each column which category it holds",
        |said| said.declares(Kind::Data) || said.does(&[Apply]) && said.has_object(Kind::Data),
    ),
    row(
        "collect-gate",
        "take in only what is declared, where it is declared",
        |said| {
            said.does(&[Collect])
                && !is_device_data(said)
                && !said.mentions(Kind::Data, TRACKER)
                && !said.waits_for_source("case")
        },
    ),
    row("provenance", "know where each record came from", |said| {
        said.does(&[Collect])
            && said.has(Slot::From)
            && !said.slot_a(Slot::From, Kind::People, &["person"])
            || said.does(&[Collect]) && said.excepts(Slot::From)
            || said.slot_a(Slot::From, Kind::Recipient, &["third-party"])
            || said.does(&[Collect]) && said.waits_for(&["self-published", "public-source"])
            || said.does(&[Right])
                && (said.of_a(Kind::Right, &["sources"])
                    || said.mentions(Kind::Topic, &["sources", "origin"]))
    }),
    row(
        "forbidden-fields",
        "find what must never be stored",
        |said| {
            said.says(Mode::Never, &[Keep]) && !said.is_conditional() && !said.has(Slot::With)
                || said.says(Mode::Never, &[Collect])
                    && !said.is_conditional()
                    && said.of_a(Kind::Data, &["precise-location", "card", "password"])
        },
    ),
    row("ephemeral", "leave nothing of what is used once", |said| {
        said.slot_a(Slot::As, Kind::Form, &["short-lived"])
            || said.does(&[Keep]) && said.slot_a(Slot::Until, Kind::Event, &["use-end"])
            || said.does(&[Use]) && said.slot_a(Slot::Until, Kind::Event, &["session-end"])
    }),
    row(
        "auto-data-filter",
        "filter what devices and logs send",
        |said| {
            said.does(&[Collect]) && is_device_data(said) && !said.of_a(Kind::Data, TRACKER)
                || said.does(&[Collect, Use])
                    && said.mentions(Kind::Point, &["app-use", "product-use", "app-install"])
                || said.does(&[Collect, Use])
                    && (said.mentions(Kind::Data, &["log-data"])
                        || said.slot_a(Slot::From, Kind::Data, DEVICE))
                || said.declares_a(Kind::Data, "usage-data")
                || said.does(&[Right]) && said.slot_a(Slot::Via, Kind::Channel, &["device-setting"])
        },
    ),
    row(
        "sso-import",
        "take over from a sign-in service what was agreed",
        |said| {
            said.mentions(Kind::Data, SIGN_IN)
                || said.slot_a(Slot::From, Kind::Recipient, &["login-provider"])
                || said.does(&[Share]) && said.mentions(Kind::Recipient, &["integrated-service"])
        },
    ),
    row("link-guard", "join only what may be joined", |said| {
        said.does(&[Link])
    }),
    row("deident", "let data out only without identity", |said| {
        said.does(&[Use, Share, Keep]) && (said.slot_a(Slot::As, Kind::Form, &["deidentified"]))
            || said.does(&[Use, Share, Keep])
                && (said.mentions(Kind::Form, &["deidentified"])
                    || said.of_a(Kind::Data, &["anonymous-data"])
                    || said.waits_for(&["academic-study"]))
    }),
];
