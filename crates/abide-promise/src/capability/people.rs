//! Children, schools, staff, security and incidents. Decides nothing about anyone else.

use abide_policy::vocabulary::Action::{
    Answer, Ask, Assure, Collect, Erase, Keep, Right, Tell, Use,
};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row("age-gate", "keep out whom age keeps out", |said| {
        said.declares_a(Kind::People, "child")
            || said.says(Mode::Never, &[Collect]) && said.about(&["child"])
            || said.does(&[Assure]) && said.of_a(Kind::Control, &["age-check"])
            || said.does(&[Tell]) && said.slot_a(Slot::To, Kind::People, &["child"])
    }),
    row("parent-consent", "ask parents and wait for them", |said| {
        said.waits_for(&["parent-consent"])
            || said.does(&[Ask, Tell]) && said.slot_a(Slot::To, Kind::People, &["parent"])
            || said.mentions(Kind::Purpose, &["parental-consent"])
            || said.mentions(Kind::Fact, &["parent-consent"])
    }),
    row("child-purge", "erase what was taken of a child", |said| {
        said.does(&[Erase]) && said.about(&["child"])
            || said.does(&[Right]) && said.of_a(Kind::Right, &["report-child-data"])
            || said.says(Mode::Never, &[Collect]) && said.has(Slot::Hedge) && said.about(&["child"])
    }),
    row("parent-rights", "let parents act for children", |said| {
        said.does(&[Right]) && said.slot_a(Slot::By, Kind::People, &["parent"])
    }),
    row(
        "school",
        "let schools agree, and use for education only",
        |said| {
            said.about(&["pupil"])
                || said.waits_for(&["school-consent"]) && said.about(&["pupil"])
                || said.mentions(Kind::Data, &["grades"])
        },
    ),
    row("crypto", "probe encryption and hashing", |said| {
        said.does(&[Assure])
            && said.of_a(
                Kind::Control,
                &[
                    "tls",
                    "password-hashing",
                    "encryption-at-rest",
                    "encryption",
                ],
            )
            || said.does(&[Keep, Collect, Use]) && said.mentions(Kind::Form, &["hash", "encrypted"])
            || said.does(&[Assure])
                && said.of_a(
                    Kind::Control,
                    &["damage-protection", "leak-protection", "loss-protection"],
                )
    }),
    row(
        "people-controls",
        "let a named person confirm what only people know",
        |said| said.does(&[Assure]) && said.word(Slot::By, "person"),
    ),
    row("incident", "report incidents", |said| {
        said.does(&[Tell, Answer])
            && (said.mentions(Kind::Event, &["incident", "breach"])
                || said.of_a(Kind::Topic, &["incident"]))
    }),
];
