//! Rights carried out over real databases, each test on every engine. Never believes a count: what is there is dumped
//! before and after, and compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Makes of each test one for each engine.
macro_rules! on_all {
    ($($(#[$doc:meta])* async fn $name:ident($shop:ident: Shop) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn test($shop: Shop) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test(Shop::open(crate::place::Engine::Sqlite, stringify!($name)).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test(Shop::open(crate::place::Engine::Postgres, stringify!($name)).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                test(Shop::open(crate::place::Engine::Mariadb, stringify!($name)).await).await;
            }
        }
    )*};
}

mod access;
mod correct;
mod disk;
mod erase;
mod house;
mod kill;
mod meddle;
mod place;
mod retain;
mod scan;
mod shop;
mod trouble;
mod undo;
mod undone;
