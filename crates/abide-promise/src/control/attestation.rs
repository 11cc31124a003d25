//! What a person confirms. Never confirms itself.

use super::{Control, Grade, Ground, any, attested};

pub(super) const CONTROL: Control = Control {
    name: "attestation",
    does: "lets a named person confirm what only people know",
    gives: &["people-controls"],
    keeps: any,
    grade: Grade::Confirms,
    ground: Ground::People,
    days: 400,
    recognises: attested,
};
