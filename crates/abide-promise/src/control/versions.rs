//! Versions of the policy. Never changes one.

use super::{Control, Grade, Ground, any, published};

pub(super) const CONTROL: Control = Control {
    name: "versions",
    does: "keeps every version, and which was in force when",
    gives: &["version-ledger"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 3650,
    recognises: published,
};
