//! What one person is given: 200 rows of twenty tables, and a million rows of one, against hand-written SQL and a bound on
//! memory.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use crate::house::{self, House, Size};
use crate::peer::by_hand::ByHand;
use crate::postgres::{Postgres, said};
use crate::ratio;
use crate::scratch::Scratch;
use crate::site::{Site, by_email};

const HOUSE: House = House {
    people: 1000,
    size: Size::Full,
};

/// How many rows the person of the memory line has.
const MANY: u64 = 1_000_000;

/// Print `access-memory`, `access-vs-sql` and `access-reading-vs-sql`.
pub fn run() -> Result<(), String> {
    let scratch = Scratch::new("access")?;
    let server = Postgres::start(scratch.path())?;
    // First, while this process has used little memory.
    memory(&server, scratch.path())?;
    let url = server.filled("house", &HOUSE.sql())?;
    let site = Site::open(&scratch.path().join("ours"), &url, &house::map())?;
    let mut by_hand = site.runtime.block_on(ByHand::connect(&url))?;
    let turn = Cell::new(0);
    let person = || {
        turn.set(turn.get() + 1);
        house::email(turn.get())
    };
    let rows = HOUSE.rows() / HOUSE.people;
    let check = |taken: u64| match taken == rows {
        true => Ok(()),
        false => Err(format!("{taken} rows were read, and there are {rows}")),
    };
    let mut read = |email: &str| site.runtime.block_on(by_hand.read(email));

    let medians = ratio::try_turns(
        || check(package(&site, scratch.path(), person())?),
        || check(read(&person())?.rows),
    )?;
    ratio::at_most("access-vs-sql", medians.slower(), 1.3);
    medians.also("access of 200 rows with package and record");
    let medians = ratio::try_turns(
        || check(site.read(&by_email([person()]))?.rows),
        || check(read(&person())?.rows),
    )?;
    ratio::at_most("access-reading-vs-sql", medians.slower(), 1.3);
    medians.also("access of 200 rows, reading alone");
    Ok(())
}

/// The whole of it: package, manifest and the record that it was made. Gives how many rows it holds.
fn package(site: &Site, folder: &Path, email: String) -> Result<u64, String> {
    let out = folder.join(format!("{email}.zip"));
    let people = by_email([email]);
    let making = abide_rights::access(&site.store, &site.sources, &people, &out, "bench", site.now);
    let (manifest, _) = site.runtime.block_on(making).map_err(said)?;
    Ok(manifest.rows)
}

fn memory(server: &Postgres, folder: &Path) -> Result<(), String> {
    let url = server.filled(
        "long",
        &format!(
            "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE);
            INSERT INTO users VALUES (1, 'user1@example.org');
            CREATE TABLE entries (id bigint PRIMARY KEY, users_id bigint NOT NULL REFERENCES users, label text, at timestamptz);
            INSERT INTO entries SELECT i, 1, 'an entry of no great length, number ' || i, timestamptz '2024-01-01' + i * interval '1 s'
            FROM generate_series(1, {MANY}) i"
        ),
    )?;
    let map = "map house {
        source house
        table users { subject; identity email email; erase delete }
        table entries { owned-by users_id to=users; erase delete }
    }";
    let site = Site::open(&folder.join("long"), &url, map)?;
    let idle = status("VmRSS:")?;
    // From here on the highest use is counted anew.
    fs::write("/proc/self/clear_refs", "5").map_err(said)?;
    let rows = package(&site, &folder.join("long"), house::email(1))?;
    if rows != MANY + 1 {
        return Err(format!("{rows} rows are in the package"));
    }
    let over = status("VmHWM:")?.saturating_sub(idle);
    ratio::at_most("access-memory-mib", over as f64 / 1024.0, 64.0);
    ratio::also("idle before that package, MiB", idle / 1024);
    Ok(())
}

/// A line of what the kernel says of this process, in KiB.
fn status(name: &str) -> Result<u64, String> {
    let status = fs::read_to_string("/proc/self/status").map_err(said)?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    number.ok_or_else(|| format!("the kernel does not say `{name}`"))
}
