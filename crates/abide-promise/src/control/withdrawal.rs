//! Withdrawals. Never asks why.

use super::{Control, Grade, Ground, any, withdrawn};

pub(super) const CONTROL: Control = Control {
    name: "withdrawal",
    does: "makes a withdrawal hold for the very next question",
    gives: &["withdraw"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: withdrawn,
};
