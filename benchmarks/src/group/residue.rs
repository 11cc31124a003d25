//! The scan for what an erasure left behind, for a hundred people at once, against reading the same columns.

use abide_rights::{Excuses, Needles, scan};

use crate::house::{self, House, Size, TABLES};
use crate::peer::by_hand::ByHand;
use crate::postgres::{Postgres, said};
use crate::ratio;
use crate::scratch::Scratch;
use crate::site::{Site, by_email};

/// 800,000 rows.
const HOUSE: House = House {
    people: 20_000,
    size: Size::Thin,
};

/// How many people are looked for.
const SOUGHT: u64 = 100;

/// Print `residue-vs-select`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("residue")?;
    let server = Postgres::start(scratch.path())?;
    let url = server.filled("house", &HOUSE.sql())?;
    let site = Site::open(&scratch.path().join("ours"), &url, &house::map())?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let step = HOUSE.people / SOUGHT;
    let people: Vec<_> = (0..SOUGHT)
        .map(|number| by_email([house::email(number * step + 1)]))
        .collect();
    let needles = Needles::of(&people).map_err(said)?;
    // What the scan reads: the key, and what can hold text.
    let selects: Vec<String> = TABLES
        .iter()
        .map(|table| match table.owner() {
            None => format!("SELECT id, email, name, phone FROM {}", table.name),
            Some(_) => format!("SELECT id, label, body FROM {}", table.name),
        })
        .collect();
    let ours = || {
        let mapped = site.mapped();
        let excuses = Excuses::default();
        let scanning = scan(mapped.source.as_ref(), &mapped.schema, &needles, &excuses);
        let scanned = site.runtime.block_on(scanning).map_err(said)?;
        let found: u64 = scanned.residues.iter().map(|residue| residue.rows).sum();
        match (scanned.rows, found) {
            (rows, SOUGHT) if rows == HOUSE.rows() => Ok(()),
            (rows, found) => Err(format!("{found} people were found in {rows} rows")),
        }
    };
    let theirs = || {
        let mut rows = 0;
        for select in &selects {
            rows += site.runtime.block_on(by_hand.take(select, None))?.rows;
        }
        match rows == HOUSE.rows() {
            true => Ok(()),
            false => Err(format!("{rows} rows were read")),
        }
    };
    let medians = ratio::try_turns(ours, theirs)?;
    ratio::at_least("residue-vs-select", medians.quicker(), 0.5);
    medians.also("a scan of 800,000 rows for a hundred people");
    Ok(())
}
