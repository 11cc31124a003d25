//! Old terms. Never moves anyone to weaker ones by itself.

use super::{Control, Grade, Ground, any, decided};

pub(super) const CONTROL: Control = Control {
    name: "terms",
    does: "keeps people on the terms they know until they agree",
    gives: &["change-consent"],
    keeps: any,
    grade: Grade::Blocks,
    ground: Ground::Policy,
    days: 400,
    recognises: decided,
};
