//! The record of consent. Never forgets before its subject is erased.

use super::{Control, Grade, Ground, any, chosen};

pub(super) const CONTROL: Control = Control {
    name: "consent-ledger",
    does: "records who agreed to what, in which words",
    gives: &["consent-ledger"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: chosen,
};
