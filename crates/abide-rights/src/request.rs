//! What people ask for, from the first word to the last letter. [`advance`](advance::advance) says what is next and knows
//! nobody; [`Desk`] does it. Never looks for a person by anything that was not verified, and never does a thing twice.

mod advance;
mod desk;
mod event;
mod kind;
mod letter;
mod standing;

pub use advance::{Rules, Step, advance};
pub use desk::{Ask, Decision, Desk, Holding, Opened, Tried, Verified};
pub use event::{Deadline, Event, Packed, Reason};
pub use kind::{Kind, Work};
pub use letter::sample_letters;
pub use standing::{Details, Hindrance, Outcome, Parcel, Standing};
