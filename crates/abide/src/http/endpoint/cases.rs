//! Cases, such as one request of an authority, with the facts that hold of them. A question names the case it belongs to.

pub mod close;
pub mod list;
pub mod open;
