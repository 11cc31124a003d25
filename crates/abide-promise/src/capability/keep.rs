//! How long data stays, and how it goes. Decides nothing about who may ask for it.

use abide_policy::vocabulary::Action::{Assure, Erase, Keep, Refuse, Use};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row("retention", "end keeping when its time is over", |said| {
        said.does(&[Keep])
            && said
                .norm()
                .is_some_and(|norm| matches!(norm.mode, Mode::May))
            && (said.has(Slot::Until) || said.has(Slot::Within))
            && !said.mentions(Kind::Data, &["tracker"])
    }),
    row("legal-hold", "keep what law or a hold demands", |said| {
        said.says(Mode::Must, &[Keep])
            || said.does(&[Refuse]) && said.slot_a(Slot::Because, Kind::Ground, &["tax-law"])
            || said.waits_for(&["legal-hold"])
    }),
    row("cascade-delete", "erase everywhere, with proof", |said| {
        said.says(Mode::Must, &[Erase]) && !said.about(&["child"])
            || said.does(&[Assure])
                && said.of_a(
                    Kind::Control,
                    &["deletion-cascade", "residue-scan", "secure-destruction"],
                )
            || said.says(Mode::Never, &[Keep, Use])
                && said.slot_a(Slot::After, Kind::Event, &["account-deletion"])
    }),
    row(
        "backup-shred",
        "make what backups hold unreadable after an erasure",
        |said| {
            said.mentions(Kind::Purpose, &["backup"]) && said.does(&[Keep, Erase])
                || said.says(Mode::Never, &[Use])
                    && said.slot_a(Slot::After, Kind::Event, &["account-deletion"])
        },
    ),
];
