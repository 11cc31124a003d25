//! Databases nobody thought of, against the slow evaluator: what is read, what is left, and that nothing else changed.

use std::collections::BTreeSet;

use abide_map::plan::{Held, Hold, Plan};
use abide_map::promise::Promises;
use abide_sources::{Address, SourceOptions};

use crate::desk::{Desk, Tables, planner, text};
use crate::evaluator::{Evaluator, Id, Owner, people};
use crate::place::{Database, Engine, Folder};
use crate::world::{Cells, Dice, WIDE, World};
use abide_map::schema::Dialect;

/// Seeds that found something once.
const FOUND: [u64; 5] = [1047, 1887, 2870, 3564, 3696];

/// How often an erasure is gone over: what goes may have been all that made somebody else an owner.
const ROUNDS: usize = 4;

/// Seeds of so many databases and a quarter as many wide ones; `ABIDE_SEED` asks for one only.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("ABIDE_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => (0..count)
            .chain(FOUND.into_iter().filter(|seed| *seed >= count))
            .chain(WIDE..WIDE + count / 4)
            .collect(),
    }
}

/// `ABIDE_DEEP` asks for more.
fn is_deep() -> bool {
    std::env::var_os("ABIDE_DEEP").is_some()
}

/// Whether a hold lies on somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnHold {
    Nobody,
    Somebody,
}

/// What came of one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Erased,
    /// Rows that stay would have to lead to rows that go: the plan says so.
    Refused,
    /// Tables refer to each other so that no statement can be the first.
    Stuck,
}

#[tokio::test]
async fn random_databases_in_sqlite() {
    let story = in_sqlite(150, OnHold::Nobody).await;
    // SQLite looks at references at the end, so that there is always an order; a ring may leave rows without an owner.
    assert!(story.stuck <= 8, "{} stuck", story.stuck);
    story.tell(60);
}

/// What somebody on hold owns too stays as it is, whatever the map says of it.
#[tokio::test]
async fn random_databases_with_a_hold_in_sqlite() {
    in_sqlite(100, OnHold::Somebody).await.tell(20);
}

async fn in_sqlite(count: u64, on_hold: OnHold) -> Story {
    let mut story = Story::default();
    for seed in seeds(if is_deep() { 4000 } else { count }) {
        let world = World::made_from(seed);
        let statements = world.statements(Dialect::Sqlite);
        let name = format!("random-{on_hold:?}-{seed}");
        let desk = Desk::sqlite(&name, &statements, &world.map()).await;
        story.take(seed, round_trip(seed, &world, &desk, on_hold).await);
    }
    story
}

#[tokio::test]
async fn random_databases_in_postgresql() {
    let story = on_a_server(Engine::Postgres, Dialect::Postgresql, OnHold::Nobody).await;
    story.tell(40);
}

#[tokio::test]
async fn random_databases_in_mariadb() {
    let story = on_a_server(Engine::Mariadb, Dialect::Mariadb, OnHold::Nobody).await;
    story.tell(40);
}

#[tokio::test]
async fn random_databases_with_a_hold_in_postgresql() {
    let story = on_a_server(Engine::Postgres, Dialect::Postgresql, OnHold::Somebody).await;
    story.tell(10);
}

#[tokio::test]
async fn random_databases_with_a_hold_in_mariadb() {
    let story = on_a_server(Engine::Mariadb, Dialect::Mariadb, OnHold::Somebody).await;
    story.tell(10);
}

/// Fewer of the same: only the language differs.
async fn on_a_server(engine: Engine, dialect: Dialect, on_hold: OnHold) -> Story {
    let mut story = Story::default();
    let folder = Folder::new();
    for seed in seeds(if is_deep() { 160 } else { 8 }) {
        let world = World::made_from(seed);
        // MariaDB needs minutes and all memory for the statements of a ring of more than four tables.
        if dialect == Dialect::Mariadb && world.tables.len() > 4 {
            continue;
        }
        let database = Database::create(engine, "random", &folder).await;
        let address = Address::parse(&database.url).unwrap();
        let source = abide_sources::open(&address, SourceOptions::new("test")).unwrap();
        let desk = Desk::with(source, None, &world.statements(dialect), &world.map()).await;
        story.take(seed, round_trip(seed, &world, &desk, on_hold).await);
        desk.source.close().await.unwrap();
    }
    story
}

/// What came of many databases.
#[derive(Debug, Default)]
struct Story {
    erased: usize,
    refused: usize,
    stuck: usize,
    failed: Vec<String>,
}

impl Story {
    fn take(&mut self, seed: u64, outcome: Result<Outcome, String>) {
        match outcome {
            Ok(Outcome::Erased) => self.erased += 1,
            Ok(Outcome::Refused) => self.refused += 1,
            Ok(Outcome::Stuck) => self.stuck += 1,
            Err(story) => self.failed.push(format!("seed {seed}: {story}")),
        }
    }

    /// Fails if any failed, or if fewer than so many of a hundred were erased.
    fn tell(mut self, percent: usize) {
        self.failed.sort_by_key(String::len);
        let count = self.erased + self.refused + self.stuck + self.failed.len();
        let lines = self.failed.iter().filter_map(|story| story.lines().next());
        let heads: Vec<&str> = lines.collect();
        let shortest = self.failed.first().map_or("", String::as_str);
        let sum = format!(
            "{} of {count} failed, {} erased, {} refused, {} stuck",
            self.failed.len(),
            self.erased,
            self.refused,
            self.stuck
        );
        println!("{sum}");
        let heads = heads.join("\n");
        assert!(self.failed.is_empty(), "{sum}\n{heads}\n\n{shortest}");
        assert!(count == 1 || self.erased * 100 >= count * percent, "{sum}");
    }
}

/// Access, erasure, check; else the story of what went wrong.
pub async fn round_trip(
    seed: u64,
    world: &World,
    desk: &Desk,
    on_hold: OnHold,
) -> Result<Outcome, String> {
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
    let held: Vec<Id> = match on_hold {
        OnHold::Nobody => Vec::new(),
        OnHold::Somebody => {
            let others = everyone.iter().filter(|id| !chosen.contains(id));
            let others: Vec<Id> = others.copied().collect();
            let one = others.get(dice.roll(others.len()));
            one.copied().into_iter().collect()
        }
    };
    let chosen: Vec<Id> = chosen.into_iter().collect();
    let under: BTreeSet<Owner> = people(world, &held);
    let evaluator = Evaluator::new(world, &chosen).holding(&under);
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let holds = match held.is_empty() {
        true => Vec::new(),
        false => {
            let planner = planner(&ownership, &promises, &[]);
            vec![Hold {
                name: "case-7".to_owned(),
                on: Held::Subjects(desk.subjects(&planner, &known(world, &held)).await),
            }]
        }
    };
    let planner = planner(&ownership, &promises, &holds);
    let subjects = desk.subjects(&planner, &known(world, &chosen)).await;
    let story = Trip {
        world,
        chosen: &chosen,
        held: &held,
    };

    let access = planner.access(&subjects);
    let expected = tables(evaluator.access().into_iter(), false);
    let given = without_nulls(desk.read(&access).await);
    if given != expected {
        return Err(story.tell("access", &access, &given, &expected));
    }
    let Ok(plan) = planner.erase(&subjects) else {
        return Ok(Outcome::Stuck);
    };
    let obstacles: Vec<_> = plan.obstacles.iter().map(|it| it.count.clone()).collect();
    let met = desk.source.numbers(&obstacles).await;
    let met = met.map_err(|error| story.tell(&error.to_string(), &plan, &"", &""))?;
    let refusals = plan.refused(&met);
    let is_refused = !refusals.is_empty();
    let is_ring = |message: &str| message.contains("row by row") || message.contains("in a ring");
    if refusals.iter().any(|it| is_ring(&it.message)) {
        return Ok(Outcome::Stuck);
    }
    if is_refused != evaluator.is_refused() {
        return Err(story.tell("refused", &plan, &met, &evaluator.is_refused()));
    }
    if is_refused {
        return Ok(Outcome::Refused);
    }
    let whose = evaluator.people.clone();
    let mut left = world.clone();
    for round in 0..ROUNDS {
        let evaluator = Evaluator::of_people(&left, whose.clone()).holding(&under);
        let erased = evaluator.erased();
        // Going over it once more may ask for what cannot be done.
        if round > 0 && evaluator.is_refused() {
            return Ok(Outcome::Erased);
        }
        let is_last = erased == left.rows;
        left.rows = erased;
        go_over(&story, &plan, desk, &left).await?;
        let again = desk.counts(&plan).await;
        let again = again.map_err(|error| story.tell(&error, &plan, &"", &""))?;
        if again.iter().all(|count| *count == 0) {
            return Ok(Outcome::Erased);
        }
        if is_last {
            return Err(story.tell("left", &plan, &again, &""));
        }
    }
    Err(story.tell("left after all rounds", &plan, &"", &""))
}

/// By what these people are known.
fn known<'w>(world: &'w World, people: &[Id]) -> Vec<(&'w str, &'w str)> {
    let mails = people
        .iter()
        .map(|id| world.rows[id]["mail"].as_deref().unwrap());
    mails.map(|mail| ("email", mail)).collect()
}

/// Carries the plan out and looks at every row.
async fn go_over(story: &Trip<'_>, plan: &Plan, desk: &Desk, left: &World) -> Result<(), String> {
    let failed = |error: String| story.tell(&error, plan, &"", &"");
    let counts = desk.counts(plan).await.map_err(failed)?;
    let done = desk.run(plan).await.map_err(failed)?;
    let after = desk.dump().await;
    let rows = left.rows.iter().map(|(id, cells)| (*id, cells.clone()));
    let mut expected = tables(rows, true);
    for place in 0..left.tables.len() {
        expected.entry(format!("t{place}")).or_default();
    }
    if after != expected {
        return Err(story.tell("erase", plan, &after, &expected));
    }
    // Two lines of a map may concern one row; the first then leaves nothing to do for the second.
    if done
        .iter()
        .zip(&counts)
        .any(|(done, counted)| done > counted)
    {
        return Err(story.tell("counted and done", plan, &done, &counts));
    }
    Ok(())
}

/// One database and for whom.
struct Trip<'a> {
    world: &'a World,
    chosen: &'a [Id],
    held: &'a [Id],
}

impl Trip<'_> {
    fn tell(
        &self,
        what: &str,
        plan: &Plan,
        found: &dyn std::fmt::Debug,
        wanted: &dyn std::fmt::Debug,
    ) -> String {
        format!(
            "{what}\n{:?}, on hold {:?}\n{}\n{}\nfound  {found:?}\nwanted {wanted:?}\nrows {:?}",
            self.chosen,
            self.held,
            self.world.map(),
            text(plan),
            self.world.rows
        )
    }
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
