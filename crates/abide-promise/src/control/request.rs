//! The desk of requests. Never lets a time pass without saying so.

use super::{Control, Grade, Ground, is_asked_for, never};

pub(super) const CONTROL: Control = Control {
    name: "request-desk",
    does: "takes what people ask for from any channel, and finds what is answered too late",
    gives: &["intake", "clocks"],
    keeps: is_asked_for,
    grade: Grade::Watches,
    ground: Ground::Requests,
    days: 2,
    recognises: never,
};
