//! Parts for places and languages: each can be drawn. Never decides who is where.

use super::{Control, Grade, Ground, any, never};

pub(super) const CONTROL: Control = Control {
    name: "addenda",
    does: "publishes parts for their people, in each language",
    gives: &["audience-addenda"],
    keeps: any,
    grade: Grade::Watches,
    ground: Ground::Policy,
    days: 1,
    recognises: never,
};
