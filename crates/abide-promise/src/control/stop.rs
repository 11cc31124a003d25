//! The gate of mails that people stopped. Never sends one more.

use super::{Control, Grade, Ground, decided, stops};

pub(super) const CONTROL: Control = Control {
    name: "stop-gate",
    does: "refuses to mail whoever said stop",
    gives: &["unsubscribe"],
    keeps: stops,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
