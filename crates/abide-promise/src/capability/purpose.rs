//! What data is used for and by whom. Decides nothing about who else gets it.

use abide_policy::vocabulary::Action::{Assure, Keep, Share, Use};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use super::{Capability, row};

pub(super) const ALL: &[Capability] = &[
    row(
        "purpose-gate",
        "use data only for what is declared",
        |said| {
            said.does(&[Use])
                && !said.slot_a(
                    Slot::Via,
                    Kind::Channel,
                    &["email", "phone", "fax", "post", "sms"],
                )
        },
    ),
    row(
        "new-purpose",
        "hold back what was not declared until people know or agree",
        |said| {
            said.mentions(Kind::Event, &["new-purpose", "new-category"])
                || said.mentions(Kind::Purpose, &["compatible-purpose", "new-purpose"])
        },
    ),
    row(
        "exclusive-vault",
        "let some data serve one thing only",
        |said| said.says(Mode::Never, &[Use]) && said.excepts(Slot::For),
    ),
    row("need-to-know", "let only those in who need it", |said| {
        said.says(Mode::Never, &[Use]) && said.has(Slot::By)
            || said.does(&[Assure])
                && said.of_a(
                    Kind::Control,
                    &["need-to-know", "staff-login", "access-control"],
                )
    }),
    row(
        "ad-control",
        "advertise only with what may serve it, or not at all",
        |said| {
            said.does(&[Use, Share, Keep])
                && said.slot_a(Slot::For, Kind::Purpose, &["advertising"])
        },
    ),
];
