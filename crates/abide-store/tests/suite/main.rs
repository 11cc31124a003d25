//! The store from outside, each test on both engines. Never looks at what a test can learn through the store itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Makes of each test one on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($place:ident: Place) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn test($place: Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test(Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test(Place::postgres(stringify!($name)).await).await;
            }
        }
    )*};
}

mod backup;
mod choice;
mod erase;
mod keys;
mod ledger;
mod mail;
mod place;
mod request;
mod schema;
mod server;
mod subject;
mod write;
