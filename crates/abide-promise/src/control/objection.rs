//! Objections and restrictions. Never ends one by itself.

use super::{Control, Grade, Ground, any, withdrawn};

pub(super) const CONTROL: Control = Control {
    name: "objection-gate",
    does: "refuses what someone objected to or had restricted",
    gives: &["restrict-object"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: withdrawn,
};
