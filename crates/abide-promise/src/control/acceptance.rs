//! Acceptance of the notice. Never counts as consent.

use super::{Control, Grade, Ground, any, chosen};

pub(super) const CONTROL: Control = Control {
    name: "acceptance",
    does: "records acceptance apart from consent",
    gives: &["use-acceptance"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: chosen,
};
