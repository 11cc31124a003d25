//! Consent, its withdrawal, and what counts in its place. Decides nothing about children.

use abide_policy::model::Polarity;
use abide_policy::vocabulary::Action::{
    Ask, Change, Collect, Honour, Keep, Right, Sell, Share, Tell, Use,
};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

const EXEMPTIONS: &[&str] = &[
    "exempt",
    "national-security",
    "public-interest",
    "criminal-case",
    "vital-interests",
    "self-published",
    "public-source",
    "contract-needed",
    "service-safety",
    "news-reporting",
    "academic-study",
    "other-law",
];

pub(super) const ALL: &[Capability] = &[
    row(
        "consent-ledger",
        "keep who agreed to what, and to which words",
        |said| {
            said.does(&[Ask]) && said.of_a(Kind::Fact, &["consent", "opted-in"])
                || said.declares_a(Kind::Fact, "consent")
        },
    ),
    row(
        "consent-gate",
        "hold back until a live consent covers it",
        |said| {
            said.does(&[Collect, Use, Share, Keep])
                && said.waits_for(&["consent", "authorisation", "user-choice", "opted-in"])
                && !said.about(&["child", "pupil"])
        },
    ),
    row(
        "withdraw",
        "carry a withdrawal to everything that follows from it",
        |said| {
            said.does(&[Right])
                && said.of_a(
                    Kind::Right,
                    &[
                        "withdraw",
                        "opt-out",
                        "revoke-access",
                        "stop-marketing",
                        "stop-contact",
                    ],
                )
        },
    ),
    row(
        "use-acceptance",
        "record acceptance apart from consent",
        |said| {
            said.declares_a(Kind::Fact, "accepted")
                || said.does(&[Ask]) && said.of_a(Kind::Fact, &["accepted"])
                || said.condition(Polarity::If, &["accepted"])
                || said.condition(Polarity::Unless, &["accepted"])
        },
    ),
    row(
        "consent-exemption",
        "act without consent only with a recorded exemption",
        |said| said.does(&[Collect, Use, Share, Keep]) && said.condition(Polarity::If, EXEMPTIONS),
    ),
    row(
        "other-person-consent",
        "ask for the agreement of others concerned",
        |said| {
            said.mentions(Kind::People, &["bystander"])
                || said.mentions(Kind::Control, &["other-person-consent", "lawful-authority"])
        },
    ),
    row("sale-optout", "stop sales for whoever says so", |said| {
        said.does(&[Sell])
            || said.does(&[Right])
                && said.of_a(
                    Kind::Right,
                    &["optout-sale", "optout-sharing", "optin-sale"],
                )
            || said.does(&[Ask, Tell]) && said.mentions(Kind::Right, &["optout-sale", "optin-sale"])
    }),
    row(
        "minor-sale",
        "sell nothing of minors without an opt-in",
        |said| said.does(&[Sell]) && said.about(&["child"]),
    ),
    row("dnt", "answer do-not-track as promised", |said| {
        said.does(&[Honour]) && said.of_a(Kind::Signal, &["dnt"])
    }),
    row(
        "ext-optout",
        "keep pointers to outside opt-outs alive",
        |said| {
            said.does(&[Tell]) && said.of_a(Kind::Topic, &["opt-out-info"])
                || said.does(&[Right])
                    && said.slot_a(
                        Slot::Via,
                        Kind::Channel,
                        &["third-party-setting", "browser-addon"],
                    )
        },
    ),
    row(
        "cookie-refusal",
        "respect refused cookies and keep the rest working",
        |said| {
            said.does(&[Right]) && said.of_a(Kind::Right, &["refuse-cookies"])
                || said.says(Mode::Never, &[Keep, Collect])
                    && said.of_a(Kind::Data, &["cookie"])
                    && said.is_conditional()
                || said.does(&[Honour]) && said.of_a(Kind::Signal, &["cookie-refusal"])
                || said.does(&[Right]) && said.mentions(Kind::Data, &["cookie"])
                || said.does(&[Right])
                    && said.has(Slot::Costs)
                    && said.of_a(Kind::Right, &["optout-sale"])
        },
    ),
    row(
        "tracker-inventory",
        "know every cookie and beacon",
        |said| {
            said.does(&[Collect, Keep, Use]) && said.mentions(Kind::Data, &["tracker"])
                || said.does(&[Share]) && said.mentions(Kind::Data, &["tracker"])
        },
    ),
    row(
        "change-consent",
        "keep people on old terms until they agree",
        |said| said.says(Mode::Never, &[Change]) && said.waits_for(&["consent"]),
    ),
];
