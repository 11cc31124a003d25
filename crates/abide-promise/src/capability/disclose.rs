//! What leaves: to whom, under which contract, to which place. Decides nothing about messages to the person.

use abide_policy::vocabulary::Action::{Ask, Assure, Collect, Keep, Right, Sell, Share, Tell, Use};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row(
        "egress-gate",
        "let data go only to whom it may go",
        |said| {
            said.does(&[Share])
                && !said.mentions(Kind::Recipient, &["successor"])
                && !said.waits_for_source("case")
        },
    ),
    row(
        "contract-first",
        "let nothing flow before the contract",
        |said| {
            said.waits_for(&["contract"]) && said.does(&[Share, Use, Collect, Keep])
                || said.declares(Kind::Recipient)
                    && said.declares_a(Kind::Recipient, "service-provider")
                || said.does(&[Assure]) && said.of_a(Kind::Control, &["processor-contracts"])
        },
    ),
    row(
        "legal-release",
        "let legal demands pass only as a recorded case",
        |said| {
            said.does(&[Share])
                && said.waits_for_source("case")
                && !said.mentions(Kind::Recipient, &["successor"])
                || said.does(&[Tell]) && said.slot_a(Slot::Before, Kind::Event, &["release"])
        },
    ),
    row(
        "ma-transfer",
        "bind a successor before anything moves",
        |said| {
            said.mentions(Kind::Recipient, &["successor"])
                || said.mentions(Kind::Event, &["merger"])
        },
    ),
    row("disclosure-ledger", "list who received what", |said| {
        said.does(&[Tell])
            && said.of_a(
                Kind::Topic,
                &["sales-list", "disclosure-list", "recipients"],
            )
            || said.norm().is_some_and(|norm| norm.mode == Mode::Did)
            || said.says(Mode::May, &[Sell])
            || said.does(&[Right]) && said.of_a(Kind::Right, &["recipients"])
    }),
    row(
        "public-posts",
        "warn before publishing and take down",
        |said| {
            said.does(&[Share])
                && said.mentions(Kind::Recipient, &["public"])
                && said.waits_for(&["user-posted"])
                || said.does(&[Right]) && said.of_a(Kind::Right, &["remove-post"])
        },
    ),
    row("no-share", "never let some data out", |said| {
        said.says(Mode::Never, &[Share]) && !said.is_conditional() && said.has(Slot::With)
    }),
    row(
        "third-party-tags",
        "know every widget and tag of others",
        |said| {
            said.mentions(
                Kind::Recipient,
                &["social-network", "analytics-provider", "linked-site"],
            ) && said.does(&[Collect, Share, Tell, Ask])
                || said.does(&[Share, Collect])
                    && (said.mentions(Kind::Recipient, &["ad-network"])
                        || said.slot_a(Slot::By, Kind::Recipient, &["third-party"]))
        },
    ),
    row("region", "know in which place data is", |said| {
        said.slot_a(Slot::In, Kind::Place, &["world"])
            || said.does(&[Share, Keep, Use]) && (said.has(Slot::In) || said.excepts(Slot::In))
    }),
    row(
        "region-route",
        "route a person's data by a setting",
        |said| said.waits_for(&["chinese-settings"]),
    ),
    row(
        "roles",
        "know who is controller and who processor",
        |said| {
            said.declares(Kind::Recipient) && said.has(Slot::Role)
                || said.in_a_role() && said.says(Mode::Never, &[Use, Collect, Keep])
                || said.head() == "part" && said.in_a_role()
                || said.slot_a(Slot::By, Kind::Recipient, &["third-party"]) && said.does(&[Use])
        },
    ),
    row(
        "org-admin",
        "let an organisation see its accounts, limited and logged",
        |said| said.does(&[Share]) && said.mentions(Kind::Recipient, &["organisation"]),
    ),
];
