//! How often is asked. Never refuses as too often what is not.

use super::{Control, Grade, Ground, counts_requests, denied};

pub(super) const CONTROL: Control = Control {
    name: "request-count",
    does: "counts requests, and refuses none as too often that is not",
    gives: &["freq-fee"],
    keeps: counts_requests,
    grade: Grade::Blocks,
    ground: Ground::Requests,
    days: 400,
    recognises: denied,
};
