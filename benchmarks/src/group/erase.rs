//! Erasing: one person to grade `erased`, and ten thousand in one plan, against scripts that know the schema and do nothing
//! but delete.

use std::cell::Cell;

use crate::house::{self, House, Size};
use crate::peer::by_hand::ByHand;
use crate::postgres::Postgres;
use crate::ratio;
use crate::scratch::Scratch;
use crate::site::{Site, by_email};

/// 200 rows each.
const ONE: House = House {
    people: 1000,
    size: Size::Full,
};

/// Four million rows.
const MANY: House = House {
    people: 100_000,
    size: Size::Thin,
};

/// How many people go at once.
const AT_ONCE: u64 = 10_000;

/// After one that warms up. Each takes twice as many people as go at once, so that a fifth is left at the end.
const ROUNDS: usize = 3;

/// Print `erase-vs-script`, `erase-source-vs-script` and `erase-10000-vs-sets`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("erase")?;
    let server = Postgres::start(scratch.path())?;
    one(&scratch, &server)?;
    many(&scratch, &server)
}

fn one(scratch: &Scratch, server: &Postgres) -> Result<(), String> {
    let url = server.filled("house", &ONE.sql())?;
    let site = Site::open(&scratch.path().join("ours"), &url, &house::map())?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let turn = Cell::new(0);
    let person = || {
        turn.set(turn.get() + 1);
        house::email(turn.get())
    };
    let rows = ONE.rows() / ONE.people;
    let mut script = || all(site.runtime.block_on(by_hand.erase(&person())), rows);

    let medians = ratio::try_turns(|| all(site.erase(&by_email([person()])), rows), &mut script)?;
    ratio::at_most("erase-vs-script", medians.slower(), 1.5);
    medians.also("one person to grade erased, with records");
    let bare = || {
        let email = person();
        all(site.erase_bare(&by_email([email.clone()]), &email), rows)
    };
    let medians = ratio::try_turns(bare, &mut script)?;
    ratio::at_most("erase-source-vs-script", medians.slower(), 1.5);
    medians.also("one person in the source, looking again, no records");
    Ok(())
}

fn many(scratch: &Scratch, server: &Postgres) -> Result<(), String> {
    let url = server.filled("many", &MANY.sql())?;
    let site = Site::open(&scratch.path().join("many"), &url, &house::map())?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let turn = Cell::new(0);
    // Spread over the whole of each table.
    let people = || {
        let first = turn.replace(turn.get() + 1);
        let step = MANY.people / AT_ONCE;
        (0..AT_ONCE).map(move |number| house::email(number * step + first + 1))
    };
    let rows = MANY.rows() / MANY.people * AT_ONCE;
    let ours = || {
        let people = people();
        all(
            site.erase_bare(&by_email(people), &format!("many-{}", turn.get())),
            rows,
        )
    };
    let theirs = || {
        let people: Vec<String> = people().collect();
        all(site.runtime.block_on(by_hand.erase_many(&people)), rows)
    };
    let medians = ratio::prepared(
        ROUNDS,
        || server.sql(&url, "CHECKPOINT").map(drop),
        ours,
        theirs,
    )?;
    ratio::at_most("erase-10000-vs-sets", medians.slower(), 1.5);
    medians.also("ten thousand people in the source, looking again, no records");
    Ok(())
}

/// That a side did all there was to do.
fn all(gone: Result<u64, String>, rows: u64) -> Result<(), String> {
    match gone? {
        gone if gone == rows => Ok(()),
        gone => Err(format!("{gone} rows went, and there were {rows}")),
    }
}
