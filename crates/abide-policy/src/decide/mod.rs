//! May this be done, to this data, for this purpose, about this person, at this moment? Values in, values out: never
//! looks anything up. What the answer means is written in `docs/language/16-decisions.md`.

mod decision;
mod known;
mod question;

pub use decision::{Decision, Effect, Line, Missing, Needed};
pub use known::{Held, Known, Matter, Occurrence, Scope, Subject, YearsOfAge};
pub use question::{Deed, Question};
