//! The gate of refused cookies. Never sets one again.

use super::{Control, Grade, Ground, decided, refuses_cookies};

pub(super) const CONTROL: Control = Control {
    name: "cookie-gate",
    does: "refuses to set or read the cookies that someone refused",
    gives: &["cookie-refusal"],
    keeps: refuses_cookies,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 31,
    recognises: decided,
};
