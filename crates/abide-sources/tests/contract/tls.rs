//! Over TLS to servers whose certificate an authority of their own has signed: verified when the configuration names that
//! authority, refused when another signed it or it was made for another name.

use std::path::PathBuf;

use abide_map::schema::Dialect;
use abide_sources::{Address, Source, SourceError, SourceOptions, Trouble, open};

use crate::place::Place;

/// The authority that signed the server's certificate, as the server itself says.
async fn authority(place: &Place) -> PathBuf {
    let asked = match place.dialect {
        Dialect::Postgresql => "SELECT current_setting('ssl_ca_file')",
        _ => "SELECT @@ssl_ca",
    };
    PathBuf::from(place.text(asked).await)
}

fn at(place: &Place, host: &str, ca: PathBuf) -> Box<dyn Source> {
    let address = Address::parse(&place.url.replace("127.0.0.1", host)).unwrap();
    let mut options = SourceOptions::new("test");
    options.ca = Some(ca);
    open(&address, options).unwrap()
}

/// How many of its own connections are encrypted, as the server sees them.
async fn encrypted(place: &Place, source: &dyn Source) -> u64 {
    let asked = match place.dialect {
        Dialect::Postgresql => {
            "SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl"
        }
        _ => {
            "SELECT count(*) FROM information_schema.SESSION_STATUS \
             WHERE VARIABLE_NAME = 'SSL_CIPHER' AND VARIABLE_VALUE <> ''"
        }
    };
    let asked = place.statement(asked, &[]);
    source.numbers(&[asked]).await.unwrap()[0]
}

async fn refused(source: &dyn Source, place: &Place) -> SourceError {
    let asked = place.statement("SELECT 1", &[]);
    let error = source.numbers(&[asked]).await.unwrap_err();
    assert!(
        matches!(&error.trouble, Trouble::Unreachable(why) if why.contains("certificate")),
        "{error}"
    );
    error
}

async fn verified(place: Place, other: Place) {
    let ca = authority(&place).await;
    let source = at(&place, "127.0.0.1", ca.clone());
    assert_eq!(encrypted(&place, &*source).await, 1);

    refused(&*at(&place, "127.0.0.1", authority(&other).await), &place).await;
    refused(&*at(&place, "localhost", ca), &place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let other = Place::mariadb("tls_other").await;
    verified(Place::postgres("tls").await, other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb() {
    let other = Place::postgres("tls_other").await;
    verified(Place::mariadb("tls").await, other).await;
}
