//! The four roles and their mixes of operations. The first three are those of the files that were published with K9db; for
//! the regulator none was published, and the weights are those that the paper states.

use super::choice::{Choice, fraction};
use super::{OBJECTS, PEOPLE, RECORDS};
use crate::random::Random;

/// One operation. A number is that of a record, whose person or purpose is meant where the name says so.
#[derive(Clone, Copy)]
pub enum Operation {
    /// A record is written.
    Create(u64),
    /// A record goes.
    Erase(u64),
    /// The person corrects a record.
    Correct(u64),
    /// A field of the metadata of all records with a purpose, or of a person, is set.
    MarkPurpose(u64, &'static str),
    MarkPerson(u64, &'static str),
    /// Records are used for their purpose.
    Use(u64),
    UsePurpose(u64),
    UsePerson(u64),
    /// Somebody is given a record, or all of a person.
    Give(u64),
    GivePerson(u64),
    /// The last lines of the log are read.
    Log(u64),
    /// Whether a record is gone.
    Verify(u64),
}

/// A role.
pub struct Role {
    pub name: &'static str,
    choice: Choice,
    /// How many operations. The controller has fewer: each second one changes 4 % of the table.
    count: u64,
    /// Each kind with its share of a hundred.
    mix: &'static [(u64, Kind)],
}

#[derive(Clone, Copy)]
enum Kind {
    Create,
    Erase,
    Correct,
    MarkPurpose,
    MarkPerson,
    Use,
    UsePurpose,
    UsePerson,
    Give,
    GivePerson,
    Log,
    Verify,
}

pub const ROLES: &[Role] = &[
    Role {
        name: "processor",
        choice: Choice::Zipfian,
        count: 10_000,
        mix: &[
            (80, Kind::Use),
            (10, Kind::UsePurpose),
            (10, Kind::UsePerson),
        ],
    },
    Role {
        name: "customer",
        choice: Choice::Zipfian,
        count: 10_000,
        mix: &[
            (20, Kind::Give),
            (20, Kind::GivePerson),
            (40, Kind::Correct),
            (20, Kind::Erase),
        ],
    },
    Role {
        name: "regulator",
        choice: Choice::Zipfian,
        count: 10_000,
        mix: &[(46, Kind::GivePerson), (31, Kind::Log), (23, Kind::Verify)],
    },
    Role {
        name: "controller",
        choice: Choice::Uniform,
        count: 1000,
        mix: &[
            (25, Kind::Create),
            (25, Kind::Erase),
            (25, Kind::MarkPurpose),
            (25, Kind::MarkPerson),
        ],
    },
];

/// What is set by an operation that marks.
const FIELDS: &[&str] = &["ttl", "usr", "obj", "dec", "acl", "shr", "src", "cat"];

impl Role {
    /// The operations, the same in every run.
    pub fn operations(&self) -> Vec<Operation> {
        let mut random = Random::new(7);
        let mut created = RECORDS;
        (0..self.count)
            .map(|_| {
                let mut left = random.next() % 100;
                let kind = self.mix.iter().find(|(share, _)| {
                    let is_it = left < *share;
                    left = left.saturating_sub(*share);
                    is_it
                });
                let record = self.choice.draw(&mut random, RECORDS);
                let field = FIELDS[random.below(FIELDS.len())];
                let lines = 1 + (fraction(&mut random) * 1000.0) as u64;
                match kind.map_or(Kind::Use, |(_, kind)| *kind) {
                    Kind::Create => {
                        created += 1;
                        Operation::Create(created - 1)
                    }
                    Kind::Erase => Operation::Erase(record),
                    Kind::Correct => Operation::Correct(record),
                    Kind::MarkPurpose => Operation::MarkPurpose(record, field),
                    Kind::MarkPerson => Operation::MarkPerson(record, field),
                    Kind::Use => Operation::Use(record),
                    Kind::UsePurpose => Operation::UsePurpose(record),
                    Kind::UsePerson => Operation::UsePerson(record),
                    Kind::Give => Operation::Give(record),
                    Kind::GivePerson => Operation::GivePerson(record),
                    Kind::Log => Operation::Log(lines),
                    Kind::Verify => Operation::Verify(record),
                }
            })
            .collect()
    }
}

/// What stands in a field after a mark. It differs from what stood there.
pub fn mark(field: &str, record: u64) -> String {
    match field {
        "ttl" => (10_000 + record % 10 * 1000).to_string(),
        "usr" => format!("user{}", (record + 1) % PEOPLE),
        "obj" => format!("obj{}", (record + 1) % OBJECTS),
        field => format!("{field}{}", (record + 1) % 10),
    }
}
