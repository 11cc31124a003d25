//! Legal demands as cases. Never weighs one.

use super::{Control, Grade, Ground, released};

pub(super) const CONTROL: Control = Control {
    name: "release-gate",
    does: "refuses a release without an open case",
    gives: &["legal-release"],
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: released,
};
