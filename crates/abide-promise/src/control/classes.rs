//! Classes of change, computed from two versions. Never judges wording.

use super::{Control, Grade, Ground, any, published};

pub(super) const CONTROL: Control = Control {
    name: "classes",
    does: "tells a weaker version from an equal one before it is put in force",
    gives: &["change-class"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 3650,
    recognises: published,
};
