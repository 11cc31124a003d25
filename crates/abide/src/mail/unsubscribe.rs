//! Links that stop a stream of messages: RFC 8058. A link names a message and bears a stamp that only this installation can make;
//! it says nothing of the person.

use abide_store::{EntryId, Store, StoreError};

/// Where such a link leads, below the address of the privacy centre's site.
pub const PATH: &str = "/unsubscribe";

/// What stamps are made for.
const PURPOSE: &str = "unsubscribe";

/// The path of a link that stops messages like this one.
pub fn path(store: &Store, message: EntryId) -> Result<String, StoreError> {
    let stamp = store.stamp(PURPOSE, &message.to_string())?;
    Ok(format!("{PATH}/{message}.{stamp}"))
}

/// The message of a link, if it is one of ours.
pub fn message_of(store: &Store, token: &str) -> Option<EntryId> {
    let (message, stamp) = token.split_once('.')?;
    let id = EntryId::parse(message)?;
    // Spelled in one way only: what is stamped is what is named.
    let is_ours = id.to_string() == message && store.is_stamp(PURPOSE, message, stamp);
    is_ours.then_some(id)
}
