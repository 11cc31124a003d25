//! Consent with its evidence through `POST /v1/consents`, by sixteen clients, against the least that a database does for one
//! row. Each consent is of someone whom nobody has heard of.

use std::path::Path;
use std::time::Duration;

use crate::load;
use crate::peer::insert::{Pgbench, Sqlite};
use crate::postgres::Postgres;
use crate::ratio::{self, Rates};
use crate::scratch::Scratch;
use crate::served::Served;

const CLIENTS: usize = 16;
const ROUND: Duration = Duration::from_secs(4);
const GOAL: f64 = 0.8;

const POLICY: &str = "policy newsletters version=\"2026-01-01\" {
    controller \"Harbour Bikes B.V.\" country=NL
    languages en
    point newsletter-form
    collect email at=newsletter-form for=newsletter
    use email for=newsletter via=email if=consent
}
";

/// Print `consent-vs-pgbench` and `consent-vs-sqlite`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("consent")?;
    let server = Postgres::start(scratch.path())?;
    let pgbench = Pgbench::new(&server)?;
    let served = Served::start(
        &scratch.path().join("on-postgres"),
        &server.database("ours")?,
        POLICY,
    )?;
    let rates = ratio::rates(|| record(&served), || pgbench.insert(CLIENTS, ROUND))?;
    print("consent-vs-pgbench", "pgbench, a row a transaction", &rates);
    drop(served);

    let folder = scratch.path().join("on-sqlite");
    let served = Served::start(&folder, &in_folder(&folder), POLICY)?;
    let mut sqlite = Sqlite::new(scratch.path())?;
    // No more of ours than there are clients can wait for the same sync.
    let rates = ratio::rates(|| record(&served), || sqlite.insert(CLIENTS, ROUND))?;
    print(
        "consent-vs-sqlite",
        "SQLite, as many rows a sync as there are clients",
        &rates,
    );
    let alone = ratio::rates(|| record(&served), || sqlite.insert(1, ROUND))?;
    print("consent-vs-sqlite-alone", "SQLite, a row a sync", &alone);
    Ok(())
}

fn in_folder(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("abide.db").display())
}

fn print(name: &str, peer: &str, rates: &Rates) {
    ratio::at_least(name, rates.ours / rates.theirs, GOAL);
    ratio::also(&format!("{name}, consents a second"), rates.ours.round());
    ratio::also(peer, rates.theirs.round());
}

/// Consents a second.
fn record(served: &Served) -> Result<f64, String> {
    // Every round has people of its own.
    let round = std::time::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_millis();
    let request = |client: usize, number: u64| {
        served.post(
            "/v1/consents",
            &format!(
                "{{\"subject\":{{\"kind\":\"account\",\"value\":\"person-{round}-{client}-{number}\"}},\"fact\":\"consent\",\
                 \"scope\":{{\"purposes\":[\"newsletter\"]}},\"source\":\"newsletter-form\"}}"
            ),
        )
    };
    load::drive(served.address()?, CLIENTS, ROUND, &request)
}
