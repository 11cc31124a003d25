//! Proof of who asks. Never looks for a person by what was not verified.

use super::{Control, Grade, Ground, asks_who, verified};

pub(super) const CONTROL: Control = Control {
    name: "proof-gate",
    does: "packs, changes and erases nothing for whoever did not show who they are",
    gives: &["verify-id"],
    keeps: asks_who,
    grade: Grade::Blocks,
    ground: Ground::Requests,
    days: 400,
    recognises: verified,
};
