//! Opening databases that other programs wrote.

use std::path::Path;

use abide_store::{ConsentState, Store, StoreOptions};
use sha2::{Digest as _, Sha256};
use sqlx::Connection as _;

use crate::place::{Place, at, consent, person};

/// Runs SQL past the store.
async fn run(place: &Place, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if place.is_postgres() {
        let mut connection = sqlx::PgConnection::connect(&place.url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let url = format!("{}?mode=rwc", place.url);
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// What the first program ever released would have left behind: its schema and some rows.
async fn write_first_schema(place: &Place) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/0001_core.sql");
    let sql = std::fs::read_to_string(file).unwrap();
    let hash: String = Sha256::digest(&sql)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    run(place, &sql).await;
    run(place, "CREATE TABLE migrations (tenant TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (tenant, name))").await;
    run(
        place,
        &format!("INSERT INTO migrations VALUES ('', '0001_core', '{hash}', 0)"),
    )
    .await;
    run(
        place,
        "INSERT INTO policies VALUES ('main', 'bikes', 'ab', '2026-03-01', '{}', 0, '\\x00')",
    )
    .await;
    if place.is_postgres() {
        run(place, "CREATE SEQUENCE abide_arrivals").await;
    }
}

on_both! {
    async fn a_database_of_the_first_schema_is_brought_up_to_date(place: Place) {
        write_first_schema(&place).await;
        let store = place.open().await;
        let choice = consent(ConsentState::ConsentGiven, "newsletter");
        store.record(&person("anna"), &choice, at(1)).await.unwrap();
        store.close().await;
        run(&place, "INSERT INTO cases (tenant, case_id, facts, opened_at, entry_id) SELECT tenant, policy, '', 0, entry_id FROM policies").await;
        // Opening again changes nothing.
        place.open().await.close().await;
    }

    async fn a_database_of_a_later_program_is_refused(place: Place) {
        place.open().await.close().await;
        run(&place, "INSERT INTO migrations VALUES ('', '9999_later', '00', 0)").await;
        let opened = Store::open(&place.url, place.keys.clone(), StoreOptions::default(), at(0)).await;
        let error = opened.unwrap_err().to_string();
        assert!(error.contains("`9999_later`") && error.contains("later program"), "{error}");
    }

    async fn keys_of_another_store_open_nothing(place: Place) {
        let store = place.open().await;
        let choice = consent(ConsentState::ConsentGiven, "newsletter");
        let anna = store.record(&person("anna"), &choice, at(1)).await.unwrap();
        store.close().await;
        let keys = abide_store::Keys::generate().unwrap();
        let store = Store::open(&place.url, keys, StoreOptions::default(), at(2)).await.unwrap();
        let error = store.entry(anna.entry_id).await.err().unwrap().to_string();
        assert!(error.contains("the key file that belongs to this store"), "{error}");
        store.close().await;
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_repeating_it() {
    for url in [
        "",
        "mysql://a:secret@b/c",
        ":memory:",
        "postgres://a:secret@b:notaport/c",
    ] {
        let keys = abide_store::Keys::generate().unwrap();
        let opened = Store::open(url, keys, StoreOptions::default(), at(0)).await;
        let error = opened.unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
