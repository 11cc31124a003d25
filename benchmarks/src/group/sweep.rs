//! Retention: a tenth of a million rows is due and goes in batches, against a loop of batched deletions; and what the
//! application notices of it.

use std::thread;
use std::time::Duration;

use abide_rights::{Pace, Swept, sweep};

use crate::peer::by_hand::ByHand;
use crate::postgres::{Postgres, said};
use crate::ratio;
use crate::scratch::Scratch;
use crate::site::Site;

/// How many rows go in one transaction on either side, and how long `abide sweep` lets the application breathe between two,
/// unless told otherwise.
const BATCH: u64 = 1000;
const PAUSE: Duration = Duration::from_millis(50);

const ROUNDS: usize = 7;
const DUE: u64 = 100_000;

/// How long the application is watched, and how many of its connections.
const WATCH: Duration = Duration::from_secs(4);
const CLIENTS: usize = 2;

const TABLES: &str = "
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, visits bigint NOT NULL);
INSERT INTO users SELECT i, 'user' || i || '@example.org', 0 FROM generate_series(1, 10000) i;
CREATE TABLE events (id bigint PRIMARY KEY, users_id bigint NOT NULL REFERENCES users, body text NOT NULL, seen_at timestamptz NOT NULL);
INSERT INTO events SELECT i, 1 + i % 10000, 'something happened, number ' || i, CASE WHEN i % 10 = 0 THEN now() - interval '2 years'
    ELSE now() END + i * interval '1 s' / 100 FROM generate_series(1, 1000000) i;
CREATE INDEX ON events (users_id);
CREATE INDEX ON events (seen_at);";

/// What is due comes back.
const REFILL: &str = "INSERT INTO events SELECT i, 1 + i % 10000, 'something happened, number ' || i, now() - interval '2 years'
    + i * interval '1 s' / 100 FROM generate_series(10, 1000000, 10) i ON CONFLICT DO NOTHING";

const MAP: &str = "map house {
    source house
    table users { subject; identity email email; erase delete }
    table events { owned-by users_id to=users; retain \"1 year\" from=seen_at; erase delete }
}";

/// What the application does meanwhile: looks at events, the swept table, and counts a visit.
const TRAFFIC: &str = "\\set event random(1, 1000000)
\\set person random(1, 10000)
SELECT body FROM events WHERE id = :event;
SELECT count(*) FROM events WHERE users_id = :person;
UPDATE users SET visits = visits + 1 WHERE id = :person;
";

/// Print `sweep-vs-batches` and `sweep-traffic`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("sweep")?;
    let server = Postgres::start(scratch.path())?;
    let url = server.filled("house", TABLES)?;
    let site = Site::open(&scratch.path().join("ours"), &url, MAP)?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let refill = || {
        server.sql(&url, REFILL)?;
        server.sql(&url, "VACUUM ANALYZE events")?;
        server.sql(&url, "CHECKPOINT").map(drop)
    };
    let deletion = format!(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE seen_at < now() - interval '1 year' LIMIT {BATCH})"
    );
    let medians = ratio::prepared(
        ROUNDS,
        refill,
        || all(swept(&site, Duration::ZERO)?.deleted),
        || all(site.runtime.block_on(by_hand.exhaust(&deletion))?),
    )?;
    ratio::at_least("sweep-vs-batches", medians.quicker(), 0.8);
    medians.also("a sweep of 100,000 rows without pauses");

    let traffic = || server.bench(&url, TRAFFIC, CLIENTS, WATCH);
    let rates = ratio::rates(
        || {
            refill()?;
            thread::scope(|scope| {
                let sweeping = scope.spawn(|| swept(&site, PAUSE));
                let rate = traffic();
                let is_over = sweeping.is_finished();
                let swept = sweeping.join().map_err(|_| "the sweep broke off")??;
                match is_over {
                    true => Err(format!(
                        "the sweep of {} rows was over too soon",
                        swept.deleted
                    )),
                    false => rate,
                }
            })
        },
        || {
            refill()?;
            traffic()
        },
    )?;
    ratio::at_most("sweep-traffic", rates.theirs / rates.ours, 1.07);
    ratio::also("transactions a second during a sweep", rates.ours.round());
    ratio::also("transactions a second without one", rates.theirs.round());
    Ok(())
}

fn swept(site: &Site, pause: Duration) -> Result<Swept, String> {
    let pace = Pace {
        batch: BATCH,
        actor: "bench",
        now: site.now,
    };
    let breathe = async || {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    };
    let sweeping = sweep(&site.store, site.mapped(), pace, breathe);
    site.runtime.block_on(sweeping).map_err(said)
}

fn all(deleted: u64) -> Result<(), String> {
    match deleted {
        DUE => Ok(()),
        deleted => Err(format!("{deleted} rows went, and {DUE} were due")),
    }
}
