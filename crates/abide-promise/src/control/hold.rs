//! Holds and statutory keeping. Never lifts one by itself.

use super::{Control, Grade, Ground, any, settled};

pub(super) const CONTROL: Control = Control {
    name: "legal-hold",
    does: "keeps what law or a hold demands out of every erasure",
    gives: &["legal-hold"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Sources,
    days: 400,
    recognises: settled,
};
