//! The gate in front of messages. Never sends one.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "message-gate",
    does: "refuses messages that may not be sent, by channel",
    gives: &["message-gate"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
