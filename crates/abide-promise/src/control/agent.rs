//! Agents. Never acts for one whose authority was not shown.

use super::{Control, Grade, Ground, any, authorised};

pub(super) const CONTROL: Control = Control {
    name: "agent-gate",
    does: "does nothing for an agent before the authority is shown",
    gives: &["agent"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Requests,
    days: 400,
    recognises: authorised,
};
