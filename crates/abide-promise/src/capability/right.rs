//! What people may ask for, and how it is answered. Decides nothing about consent.

use abide_policy::vocabulary::Action::{Answer, Ask, Assure, Extend, Refuse, Right, Tell};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row("intake", "take requests from any channel", |said| {
        said.does(&[Right])
            && said.slot_a(
                Slot::Via,
                Kind::Channel,
                &["request-form", "phone", "email", "post"],
            )
            || said.does(&[Right])
                && (said.slot_a(Slot::By, Kind::People, &["visitor"]) || said.via_contact())
    }),
    row(
        "access-report",
        "answer what is held, from where, why, and who received it",
        |said| {
            said.does(&[Right])
                && said.of_a(Kind::Right, &["know", "access", "copy"])
                && !said.about(&["child", "pupil"])
                || said.does(&[Right])
                    && said.of_a(Kind::Right, &["details"])
                    && !said.of_a(
                        Kind::Right,
                        &["ask-questions", "ask-about-rules", "give-opinions"],
                    )
        },
    ),
    row("correct", "correct in every store", |said| {
        said.does(&[Right]) && said.of_a(Kind::Right, &["correct", "supplement"])
            || said.does(&[Assure]) && said.of_a(Kind::Control, &["accuracy-check"])
    }),
    row("erase", "erase on request, with what must stay", |said| {
        said.does(&[Right])
            && said.of_a(Kind::Right, &["erase"])
            && !said.about(&["child", "pupil"])
    }),
    row(
        "portability",
        "give data in a form that others can read",
        |said| {
            said.does(&[Right]) && said.of_a(Kind::Right, &["portability"])
                || said.slot_a(Slot::As, Kind::Form, &["portable"])
        },
    ),
    row("restrict-object", "freeze, or stop on objection", |said| {
        said.does(&[Right]) && said.of_a(Kind::Right, &["restrict", "object"])
    }),
    row(
        "self-service",
        "let people see and change it themselves",
        |said| {
            said.does(&[Right])
                && said.slot_a(
                    Slot::Via,
                    Kind::Channel,
                    &["settings", "profile-page", "privacy-centre"],
                )
        },
    ),
    row("verify-id", "know who asks", |said| {
        said.waits_for(&["verified"])
            || said.does(&[Ask]) && said.of_a(Kind::Topic, &["identity"])
            || said.mentions(Kind::Purpose, &["identity-verification"])
    }),
    row("agent", "accept agents with authority", |said| {
        said.mentions(Kind::People, &["agent"]) || said.waits_for(&["agent-authorised"])
    }),
    row("clocks", "answer in time", |said| {
        said.does(&[Answer, Extend]) && said.has(Slot::Within)
    }),
    row("freq-fee", "count requests and fees", |said| {
        said.has(Slot::Over) || said.mentions(Kind::Topic, &["fee"])
    }),
    row(
        "refusal",
        "refuse only on a recorded ground, with a letter",
        |said| {
            said.does(&[Refuse])
                || said.does(&[Tell]) && said.of_a(Kind::Topic, &["refusal-reason"])
        },
    ),
    row("redact", "withhold fields from a report", |said| {
        said.does(&[Refuse]) && said.of_a(Kind::Right, &["access", "know"]) && said.has(Slot::Of)
    }),
    row("response-format", "answer in the promised form", |said| {
        said.says(Mode::Must, &[Answer])
            && (said.has(Slot::As) || said.has(Slot::Via) || said.has(Slot::Last))
    }),
    row(
        "nondiscrim",
        "treat all alike who use their rights",
        |said| {
            said.does(&[Assure])
                && said.of_a(
                    Kind::Control,
                    &[
                        "equal-service",
                        "equal-price",
                        "no-hints",
                        "incentive-value",
                    ],
                )
                || said.waits_for(&["incentive-terms"])
                || said.mentions(Kind::Topic, &["incentive-terms", "worse-terms"])
                || said.mentions(
                    Kind::Purpose,
                    &["incentive", "service-denial", "pricing", "service-level"],
                )
                || said.does(&[Right])
                    && (said.of_a(Kind::Right, &["equal-treatment"])
                        || said.has(Slot::Costs) && said.of_a(Kind::Right, &["optout-sale"]))
        },
    ),
    row(
        "shine-light",
        "name marketing recipients of the year before",
        |said| {
            said.does(&[Tell, Answer, Right]) && said.mentions(Kind::Topic, &["recipient-names"])
        },
    ),
    row("complaints", "follow complaints up", |said| {
        said.does(&[Right, Answer]) && said.mentions(Kind::Right, &["complaint", "sue"])
            || said.mentions(Kind::Event, &["complaint"])
            || said.mentions(Kind::Control, &["complaint-follow-up"])
    }),
    row("contact", "keep contact points working", |said| {
        said.head() == "contact"
            || said.mentions(Kind::Control, &["contact-check"])
            || said.does(&[Right]) && said.of_a(Kind::Right, &["ask-questions"])
    }),
    row("refer", "send people to whom it concerns", |said| {
        said.does(&[Right]) && said.has(Slot::To)
    }),
];
