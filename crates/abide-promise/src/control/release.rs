//! Legal demands as cases. Never weighs one.

use super::{Control, Grade, Ground, any, released};

pub(super) const CONTROL: Control = Control {
    name: "release-gate",
    does: "refuses a release without an open case",
    gives: &["legal-release"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: released,
};
