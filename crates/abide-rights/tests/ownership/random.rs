//! Databases nobody thought of, against the slow evaluator: what is read, what is left, and that nothing else changed.

use std::collections::BTreeSet;

use abide_map::plan::Plan;
use abide_map::promise::Promises;
use abide_sources::{Address, SourceOptions};

use crate::desk::{Desk, Tables, planner, text};
use crate::evaluator::{Evaluator, Id};
use crate::place::{Database, Engine, Folder};
use crate::world::{Cells, Dice, World};
use abide_map::schema::Dialect;

/// How many databases; `ABIDE_DEEP` asks for more.
fn seeds() -> u64 {
    if std::env::var_os("ABIDE_DEEP").is_some() {
        4000
    } else {
        150
    }
}

#[tokio::test]
async fn random_databases_in_sqlite() {
    let only: Option<u64> = std::env::var("ABIDE_SEED")
        .ok()
        .map(|seed| seed.parse().unwrap());
    let range = only.map_or(0..seeds(), |seed| seed..seed + 1);
    let (mut planned, mut failed) = (0, Vec::new());
    let count = range.end - range.start;
    for seed in range {
        let world = World::made_from(seed);
        let statements = world.statements(Dialect::Sqlite);
        let desk = Desk::sqlite(&format!("random-{seed}"), &statements, &world.map()).await;
        match round_trip(seed, &world, &desk).await {
            Ok(is_planned) => planned += u64::from(is_planned),
            Err(story) => failed.push(story),
        }
    }
    failed.sort_by_key(String::len);
    let heads: Vec<&str> = failed
        .iter()
        .filter_map(|story| story.lines().next())
        .collect();
    let shortest = failed.first().map_or("", String::as_str);
    assert!(
        failed.is_empty(),
        "{} of {count} failed\n{}\n\n{shortest}",
        failed.len(),
        heads.join("\n")
    );
    assert!(
        planned * 3 >= count,
        "only {planned} of {count} could be erased"
    );
}

#[tokio::test]
async fn random_databases_in_postgresql() {
    on_a_server(Engine::Postgres, Dialect::Postgresql).await;
}

#[tokio::test]
async fn random_databases_in_mariadb() {
    on_a_server(Engine::Mariadb, Dialect::Mariadb).await;
}

/// Fewer of the same: only the language differs.
async fn on_a_server(engine: Engine, dialect: Dialect) {
    let (mut failed, mut planned) = (Vec::new(), 0);
    let count = seeds() / 30;
    let folder = Folder::new();
    // MariaDB takes minutes to plan a ring of more than four tables.
    let worlds = (0..).map(|seed| (seed, World::made_from(seed)));
    let small = worlds.filter(|(_, world)| world.tables.len() <= 4);
    for (seed, world) in small.take(usize::try_from(count).unwrap()) {
        let database = Database::create(engine, "random", &folder).await;
        let address = Address::parse(&database.url).unwrap();
        let source = abide_sources::open(&address, SourceOptions::new("test")).unwrap();
        let desk = Desk::with(source, None, &world.statements(dialect), &world.map()).await;
        match round_trip(seed, &world, &desk).await {
            Ok(is_planned) => planned += u64::from(is_planned),
            Err(story) => failed.push(story),
        }
        desk.source.close().await.unwrap();
    }
    failed.sort_by_key(String::len);
    let heads: Vec<&str> = failed
        .iter()
        .filter_map(|story| story.lines().next())
        .collect();
    let shortest = failed.first().map_or("", String::as_str);
    assert!(
        failed.is_empty(),
        "{} of {count} failed\n{}\n\n{shortest}",
        failed.len(),
        heads.join("\n")
    );
    assert!(
        planned * 5 >= count,
        "only {planned} of {count} could be erased"
    );
}

/// Access, erasure, check. Whether the erasure could be planned, or the story of what went wrong.
pub async fn round_trip(seed: u64, world: &World, desk: &Desk) -> Result<bool, String> {
    let mut dice = Dice::new(seed ^ 0xabcd);
    let everyone: Vec<Id> = world
        .rows
        .keys()
        .copied()
        .filter(|id| world.tables[id.0].subject)
        .collect();
    let many = 1 + dice.roll(2);
    let chosen: BTreeSet<Id> = (0..many)
        .map(|_| everyone[dice.roll(everyone.len())])
        .collect();
    let chosen: Vec<Id> = chosen.into_iter().collect();
    let evaluator = Evaluator::new(world, &chosen);
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let mails: Vec<String> = chosen
        .iter()
        .map(|id| world.rows[id]["mail"].clone().unwrap())
        .collect();
    let known: Vec<(&str, &str)> = mails.iter().map(|mail| ("email", mail.as_str())).collect();
    let subjects = desk.subjects(&planner, &known).await;
    let story = |what: &str,
                 plan: &Plan,
                 found: &dyn std::fmt::Debug,
                 wanted: &dyn std::fmt::Debug| {
        let (map, text) = (world.map(), text(plan));
        format!(
            "seed {seed}: {what}\n{chosen:?}\n{map}\n{text}\nfound  {found:?}\nwanted {wanted:?}\nrows {:?}",
            world.rows
        )
    };

    let access = planner.access(&subjects);
    let expected = tables(evaluator.access().into_iter(), false);
    let given = without_nulls(desk.read(&access).await);
    if given != expected {
        return Err(story("access", &access, &given, &expected));
    }
    let Ok(plan) = planner.erase(&subjects) else {
        return Ok(false);
    };
    let nothing = &"";
    let counts = desk
        .counts(&plan)
        .await
        .map_err(|error| story(&error, &plan, nothing, nothing))?;
    let before = desk.dump().await;
    let done = match desk.run(&plan).await {
        Ok(done) => done,
        // A row that nobody owns and that must lead to one that goes: the database refuses, and nothing was done.
        Err(error) if error.contains("constraint") && world.owns_without_choice() => {
            let is_same = desk.dump().await == before;
            return is_same
                .then_some(false)
                .ok_or_else(|| story(&error, &plan, nothing, nothing));
        }
        Err(error) => return Err(story(&error, &plan, nothing, nothing)),
    };
    let after = desk.dump().await;
    let mut expected = tables(evaluator.erased().into_iter(), true);
    for place in 0..world.tables.len() {
        expected.entry(format!("t{place}")).or_default();
    }
    if after != expected {
        return Err(story("erase", &plan, &after, &expected));
    }
    // Two lines of a map may concern one row; the first then leaves nothing to do for the second.
    if done
        .iter()
        .zip(&counts)
        .any(|(done, counted)| done > counted)
    {
        return Err(story("counted and done", &plan, &done, &counts));
    }
    let again = desk
        .counts(&plan)
        .await
        .map_err(|error| story(&error, &plan, nothing, nothing))?;
    if again.iter().any(|count| *count != 0) {
        return Err(story("left", &plan, &again, nothing));
    }
    Ok(true)
}

fn tables(rows: impl Iterator<Item = (Id, Cells)>, with_nulls: bool) -> Tables {
    let mut tables = Tables::new();
    for ((place, _), cells) in rows {
        let mut cells: Vec<(String, Option<String>)> = cells.into_iter().collect();
        cells.sort();
        cells.retain(|(_, value)| with_nulls || value.is_some());
        tables
            .entry(format!("t{place}"))
            .or_default()
            .insert(order(cells));
    }
    tables
}

/// As the tables have them: `id`, `data`, `mail`, then each link with its condition.
fn order(mut cells: Vec<(String, Option<String>)>) -> Vec<(String, Option<String>)> {
    let rank = |name: &str| match name {
        "id" => 0,
        "data" => 1,
        "mail" => 2,
        name => {
            let nth: usize = name[1..].parse().unwrap();
            3 + 2 * nth + usize::from(name.starts_with('w'))
        }
    };
    cells.sort_by_key(|(name, _)| rank(name));
    cells
}

fn without_nulls(tables: Tables) -> Tables {
    let bare = |row: Vec<(String, Option<String>)>| {
        row.into_iter()
            .filter(|(_, value)| value.is_some())
            .collect()
    };
    tables
        .into_iter()
        .map(|(name, rows)| (name, rows.into_iter().map(bare).collect()))
        .collect()
}
