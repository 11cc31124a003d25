//! Messages that applications ask to be sent: decided, sent by us, and proven.

pub mod read;
pub mod send;
