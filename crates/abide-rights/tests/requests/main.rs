//! Requests of people from the first word to the last letter, on both engines of our own store. Never looks inside: what
//! happened is read from the course of events, from letters, packages and the source itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Makes of each test one on SQLite and one on PostgreSQL.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($office:ident: Office) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn test($office: Office) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test(Office::open(crate::place::Engine::Sqlite, stringify!($name)).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test(Office::open(crate::place::Engine::Postgres, stringify!($name)).await).await;
            }
        }
    )*};
}

mod course;
mod office;
#[path = "../suite/place.rs"]
#[allow(dead_code, reason = "shared with the suite, which uses more of it")]
mod place;
#[path = "../suite/shop.rs"]
#[allow(dead_code, reason = "shared with the suite, which uses more of it")]
mod shop;
mod simulation;
mod year;
