//! The end of keeping. Never erases what a hold names.

use super::{Control, Grade, Ground, any, never};

pub(super) const CONTROL: Control = Control {
    name: "retention",
    does: "finds rows whose time is over, and erases them in sweeps",
    gives: &["retention"],
    keeps: any,
    grade: Grade::Watches,
    ground: Ground::Sources,
    days: 2,
    recognises: never,
};
