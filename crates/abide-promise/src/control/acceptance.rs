//! Acceptance of the notice. Never counts as consent.

use super::{Control, Grade, Ground, chosen};

pub(super) const CONTROL: Control = Control {
    name: "acceptance",
    does: "records acceptance apart from consent",
    gives: &["use-acceptance"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: chosen,
};
