//! Databases of real programs, each with a finished map: what a person is given, what an erasure changes, and that it
//! changes nothing else. Schemas lie beside the repository, and are skipped loudly where they do not; rows are made up
//! where a schema comes without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod dump;
mod load;
#[allow(dead_code, reason = "the other suite of this crate uses all of it")]
#[path = "../suite/place.rs"]
mod place;
mod round;
mod rows;
mod rules;
mod value;

use load::Program;
use round::{Filling, Person, Trip};

/// One round trip for each program: where its schema lies, its map, and whose rows go.
macro_rules! real {
    ($($name:ident: $load:expr, $map:literal, $filling:expr, [$($person:expr),* $(,)?];)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            for filling in $filling.all() {
                let Some(program) = $load.await else { return };
                let map = include_str!(concat!("maps/", $map, ".kdl"));
                Trip::begin(program, map, filling).await.run(&[$($person),*]).await;
            }
        }
    )*};
}

use Filling::{Made, There};

real! {
    music_on_postgres: Program::postgres(&["chinook.pg.sql.gz"], ""), "chinook", There,
        [Person::nth("customer", 4), Person::nth("customer", 20), Person::nth("employee", 2), Person::nth("employee", 1)];
    music_on_mariadb: Program::mariadb("chinook.mysql.sql.gz"), "chinook_camel", There,
        [Person::nth("Customer", 4), Person::nth("Employee", 2), Person::nth("Employee", 1)];
    music_on_sqlite: Program::sqlite("chinook.sqlite.sql.gz"), "chinook_camel", There,
        [Person::nth("Customer", 4), Person::nth("Employee", 2), Person::nth("Employee", 1)];
    rentals_on_postgres: Program::postgres(&["pagila_fef9675.schema.pg.sql", "pagila_fef9675.data.pg.sql.gz"], ""), "pagila", There,
        [Person::where_("customer", "customer_id", "182"), Person::nth("customer", 7), Person::nth("staff", 0)];
    shop_on_postgres: Program::shop(), "shop", There,
        [Person::where_("customers", "id", "6"), Person::where_("customers", "id", "7"), Person::where_("customers", "id", "12")];
    forum_on_sqlite: Program::sqlite("lobsters.sqlite.sql"), "lobsters", Made(1),
        [Person::nth("users", 1), Person::nth("users", 2), Person::nth("users", 0), Person::guest()];
    prestashop_on_mariadb: Program::mariadb("prestashop.mysql.sql"), "prestashop", Made(2),
        [Person::nth("ps_customer", 1), Person::nth("ps_employee", 1), Person::nth("ps_customer", 0), Person::guest()];
    blog_on_mariadb: Program::mariadb("wordpress61.mysql.sql"), "wordpress", Made(3),
        [Person::nth("wp_users", 1), Person::nth("wp_users", 2), Person::guest()];
    conference_on_mariadb: Program::mariadb("hotcrp.mysql.sql"), "hotcrp", Made(4),
        [Person::nth("ContactInfo", 1), Person::nth("ContactInfo", 2), Person::nth("ContactInfo", 0), Person::guest()];
    desk_on_mariadb: Program::mariadb("rt5.mysql.sql"), "rt", Made(5),
        [Person::nth("Users", 1), Person::nth("Users", 2), Person::nth("Users", 0)];
    desk_on_postgres: Program::postgres(&["rt5.pg.sql"], ""), "rt_pg", Made(5),
        [Person::nth("users", 1), Person::nth("users", 2), Person::nth("users", 0)];
    things_on_postgres: Program::postgres(&["tb.pg.sql"], load::PARTITIONS), "thingsboard", Made(6),
        [Person::nth("tb_user", 1), Person::nth("customer", 1), Person::nth("tb_user", 2), Person::nth("customer", 0)];
}
