//! What every source has to do, each test on all three engines and on real servers. Never looks at what a test can learn
//! through the trait itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

/// Makes of each test one for each engine.
macro_rules! on_each {
    ($($(#[$doc:meta])* async fn $name:ident($place:ident: Place) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn test($place: Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                test(Place::postgres(stringify!($name)).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mariadb() {
                test(Place::mariadb(stringify!($name)).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                test(Place::sqlite(stringify!($name)).await).await;
            }
        }
    )*};
}

mod categories;
mod keys;
mod load;
mod place;
mod rows;
mod samples;
mod schema;
mod server;
mod tls;
mod trouble;
mod work;
