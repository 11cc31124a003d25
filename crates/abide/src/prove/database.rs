//! What a mapped source says of promises: columns that break one, and rows whose time is over. Asks nothing itself.

use abide_map::check::plain_password;
use abide_promise::{Bindings, Control, Look};

use super::{Looked, World};

/// The code of passwords that may be read.
const PLAIN: &str = plain_password::CHECK.code;

/// A mapped source as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Whether it could be asked.
    pub answer: Answer,
    /// Errors of its map, held against schema and policy.
    pub found: Vec<Found>,
    /// How many columns hold passwords.
    pub passwords: usize,
    /// Rows whose time is over and that are still there.
    pub overdue: Vec<Overdue>,
    /// The clauses whose end of keeping its map can find: a table of theirs says when a row's time is over.
    pub timed: Vec<String>,
}

/// Whether a source could be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Answer {
    /// It answered.
    #[default]
    Answered,
    /// It did not.
    Silent,
}

/// An error of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its code, `M0303`.
    pub code: String,
    /// The table or column.
    pub place: String,
    /// The clauses that it breaks.
    pub clauses: Vec<String>,
}

/// Rows that should be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
    /// The clauses that ask for their end.
    pub clauses: Vec<String>,
}

/// Looks at a control that stands on mapped sources.
pub(super) fn look(world: &World<'_>, bindings: &Bindings, control: &Control) -> Looked {
    let mut looked = Looked::new(control.name, Look::Well);
    if world.databases.is_empty() {
        looked.look = Look::Groundless;
        return looked;
    }
    let answered = |database: &&Database| database.answer == Answer::Answered;
    if !world.databases.iter().all(|database| answered(&database)) {
        looked.look = Look::Unknown;
    }
    for database in world.databases.iter().filter(answered) {
        match control.name {
            "forbidden-fields" => forbidden(database, |code| code != PLAIN, &mut looked),
            "password-hashes" => forbidden(database, |code| code == PLAIN, &mut looked),
            "data-map" => unmapped(database, bindings, control, &mut looked),
            "retention" => overdue(database, &mut looked),
            _ => {}
        }
    }
    match control.name {
        "retention" => untimed(world, bindings, control, &mut looked),
        "password-hashes"
            if world
                .databases
                .iter()
                .all(|database| database.passwords == 0) =>
        {
            looked.look = Look::Groundless;
        }
        _ => {}
    }
    looked
}

/// Columns that hold what a promise says is never held, or not in this form.
fn forbidden(database: &Database, is_meant: fn(&str) -> bool, looked: &mut Looked) {
    for found in database.found.iter().filter(|found| is_meant(&found.code)) {
        for clause in &found.clauses {
            let place = format!("{}:{}", database.name, found.place);
            looked.fail(clause, &found.code, &place, 1);
        }
    }
}

/// What the map does not know breaks every promise that rests on it.
fn unmapped(database: &Database, bindings: &Bindings, control: &Control, looked: &mut Looked) {
    let of_no_clause = database
        .found
        .iter()
        .filter(|found| found.clauses.is_empty());
    for found in of_no_clause {
        for binding in bindings.kept_by(control.name) {
            let place = format!("{}:{}", database.name, found.place);
            looked.fail(&binding.clause, &found.code, &place, 1);
        }
    }
}

fn overdue(database: &Database, looked: &mut Looked) {
    for overdue in &database.overdue {
        for clause in &overdue.clauses {
            let place = format!("{}:{}", database.name, overdue.table);
            looked.fail(clause, "overdue", &place, overdue.rows);
        }
    }
}

/// An end of keeping that no map can find is not kept by sweeps.
fn untimed(world: &World<'_>, bindings: &Bindings, control: &Control, looked: &mut Looked) {
    for binding in bindings.kept_by(control.name) {
        let mut timed = world.databases.iter().flat_map(|database| &database.timed);
        if !timed.any(|clause| *clause == binding.clause || binding.lines.contains(clause)) {
            let key = format!("{}/{}/-", binding.clause, Look::Groundless.word());
            looked.counts.insert(key, 1);
        }
    }
}
