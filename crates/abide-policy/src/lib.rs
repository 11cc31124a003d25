//! Policies as source.

pub mod calendar;
pub mod deadline;
pub mod length;
