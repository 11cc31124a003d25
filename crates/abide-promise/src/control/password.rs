//! Passwords as they are stored. Looks at a sample of rows, and shows no value.

use abide_policy::vocabulary::Kind;

use super::{Control, Grade, Ground, never};

pub(super) const CONTROL: Control = Control {
    name: "password-hashes",
    does: "finds passwords that anyone could read",
    gives: &["crypto"],
    keeps: |said| {
        said.mentions(Kind::Form, &["hash"]) || said.mentions(Kind::Control, &["password-hashing"])
    },
    grade: Grade::Watches,
    ground: Ground::Sources,
    days: 2,
    recognises: never,
};
