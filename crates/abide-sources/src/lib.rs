//! Reads and changes other people's databases: PostgreSQL, MariaDB and MySQL, SQLite. Never keeps a credential in a value
//! that can be shown, never writes a value of a row to a log or an error.
//!
//! [`open`] gives a [`Source`]. It describes itself as a [`Schema`](abide_map::schema::Schema), answers questions in one
//! [`Snapshot`], and does a piece of [`Work`] in one transaction, with a [`Marker`] that says afterwards whether it was
//! done.

mod address;
mod connect;
mod containment;
mod database;
mod error;
mod link;
mod marker;
mod numbers;
mod quote;
mod running;
mod sampling;
mod schema;
mod source;
mod trouble;
mod view;
mod work;

pub use address::{Access, Address, Secret, SourceOptions};
pub use error::{SourceError, Trouble};
pub use marker::create as create_markers;
pub use source::{RowStream, Snapshot, Source, SourceFuture};
pub use work::{Attempt, Check, Done, MARKER_TABLE, Marker, Work};

/// Makes a source of an address. Connects at the first use, not here.
///
/// # Errors
///
/// [`Trouble::Address`] if the address or the certificate cannot be used.
pub fn open(address: &Address, options: SourceOptions) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(database::Database::new(address, options)?))
}
