//! The notice on the page: every clause has its place on it. Never checks what a page of somebody else says.

use super::{Control, Grade, Ground, any, never};

pub(super) const CONTROL: Control = Control {
    name: "notice",
    does: "publishes the notice and looks whether every promise is on it",
    gives: &["publish-notice"],
    keeps: any,
    grade: Grade::Watches,
    ground: Ground::Policy,
    days: 1,
    recognises: never,
};
