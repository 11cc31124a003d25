//! Other people's databases as values: what their schema is, whose each row is, and which statements follow. Pure: does no
//! IO, reads no clock, uses no async.
//!
//! A [`Schema`](schema::Schema) is what a source says of itself; a [`Map`](map::Map) is what people say of it; a
//! [`Plan`](plan::Plan) is the two put together for some subjects. Running a plan is another crate's work.

pub mod check;
pub mod draw;
pub mod grants;
pub mod house;
pub mod map;
pub mod ownership;
pub mod plan;
pub mod promise;
pub mod propose;
pub mod read;
pub mod recognise;
pub mod sample;
pub mod schema;
pub mod statement;
mod words;
pub mod write;
