//! A hundred requests end to end: each person is given what there is of them and then goes, with every record, check and
//! certificate, and one scan looks for all of them at the end; against hand-written SQL that reads and deletes the same.

use std::cell::Cell;

use abide_rights::scan_requests;

use crate::house::{self, House, Size, TABLES};
use crate::peer::by_hand::ByHand;
use crate::postgres::{Postgres, said};
use crate::ratio;
use crate::scratch::Scratch;
use crate::site::{Site, by_email};

const HOUSE: House = House {
    people: 1000,
    size: Size::Full,
};

/// How many people ask in a turn.
const REQUESTS: u64 = 100;

/// After one that warms up; each takes 200 of the thousand people.
const ROUNDS: usize = 3;

/// Print `requests-vs-sql`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("requests")?;
    let server = Postgres::start(scratch.path())?;
    let url = server.filled("house", &HOUSE.sql())?;
    let site = Site::open(&scratch.path().join("ours"), &url, &house::map())?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let turn = Cell::new(0);
    let people = || {
        let first = turn.replace(turn.get() + REQUESTS);
        (first + 1..=first + REQUESTS).map(house::email)
    };
    let ours = || {
        for email in people() {
            let out = scratch.path().join(format!("{email}.zip"));
            let known = by_email([email]);
            let access =
                abide_rights::access(&site.store, &site.sources, &known, &out, "bench", site.now);
            site.runtime.block_on(access).map_err(said)?;
            site.erase(&known)?;
        }
        let eraser = site.eraser();
        let cleared = site
            .runtime
            .block_on(scan_requests(&eraser))
            .map_err(said)?;
        match cleared.iter().filter(|one| one.certified.is_some()).count() as u64 {
            REQUESTS => Ok(()),
            count => Err(format!("{count} requests were certified")),
        }
    };
    let theirs = || {
        site.runtime.block_on(async {
            for email in people() {
                by_hand.read(&email).await?;
                by_hand.erase(&email).await?;
            }
            // What is left of anyone, by reading it all once.
            for table in TABLES {
                let select = format!("SELECT * FROM {}", table.name);
                by_hand.take(&select, None).await?;
            }
            Ok::<(), String>(())
        })
    };
    let medians = ratio::prepared(ROUNDS, || Ok(()), ours, theirs)?;
    ratio::at_most("requests-vs-sql", medians.slower(), 3.0);
    medians.also("a hundred people, access and erasure each, one scan");
    Ok(())
}
