//! May this be done, to this data, for this purpose, about this person, at this moment? Values in, values out: never
//! looks anything up. What the answer means is written in `docs/language/16-decisions.md`.
//!
//! [`Tables`] hold a policy, [`Prepared`] a question, [`Facts`] a person; [`decide`] brings them together.

mod audience;
mod condition;
mod decision;
mod evaluate;
mod exercised;
mod explain;
mod expression;
mod facts;
mod gate;
mod ground;
mod known;
mod layout;
mod line;
mod link;
mod names;
pub(crate) mod number;
pub(crate) mod person;
mod prepare;
mod program;
mod question;
mod questions;
mod refusal;
mod region;
mod right;
mod tables;
mod time;
pub(crate) mod truth;
mod versions;
mod window;
mod word;

pub use audience::{Audience, Survey};
pub use decision::{Decision, Effect, Line, Missing, Needed};
pub use evaluate::{Stale, Verdict, decide};
pub use facts::Facts;
pub use known::{Held, Known, Matter, Occurrence, Scope, Subject, YearsOfAge};
pub use prepare::Prepared;
pub use question::{Deed, Question};
pub use questions::Questions;
pub use refusal::Refusal;
pub use tables::Tables;
pub use versions::{Answer, Version, Versions, unheard_of};
