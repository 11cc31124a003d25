//! Which tables have people as their rows, and which words in names of columns mean people. Never repeats a value.

use std::collections::HashSet;

use super::catalogue::{Catalogue, Described, without_marks};
use super::{Samples, evidence};
use crate::sample::TableSample;
use crate::schema::TableName;
use crate::words;

/// Words for people in names of tables, and how far each says that rows have accounts or are customers.
const PEOPLE: &[(&str, f64)] = &[
    ("user", 10.0),
    ("member", 8.0),
    ("person", 8.0),
    ("account", 6.0),
    ("customer", 7.0),
    ("client", 6.0),
    ("contact", 6.0),
    ("patient", 7.0),
    ("student", 7.0),
    ("employee", 6.0),
    ("staff", 6.0),
    ("subscriber", 6.0),
    ("guest", 4.0),
    ("participant", 6.0),
    ("donor", 6.0),
    ("applicant", 6.0),
    ("candidate", 6.0),
    ("teacher", 6.0),
    ("doctor", 6.0),
    ("author", 4.0),
    ("buyer", 6.0),
    ("seller", 6.0),
    ("driver", 6.0),
    ("passenger", 6.0),
    ("resident", 6.0),
    ("tenant", 1.0),
    ("profile", 3.0),
];

/// Words for those who work for the company.
const STAFF: &[&str] = &[
    "employee",
    "staff",
    "admin",
    "administrator",
    "operator",
    "worker",
    "clerk",
    "agent",
];

/// Roles that those who work for the company have.
const STAFF_ROLES: &[&str] = &[
    "rep",
    "representative",
    "manager",
    "supervisor",
    "agent",
    "clerk",
    "handler",
    "operator",
    "salesperson",
    "salesman",
    "staff",
    "employee",
    "technician",
    "admin",
    "administrator",
    "cashier",
    "boss",
    "dispatcher",
    "caseworker",
];

/// Roles that whoever has an account has.
const ROLES: &[&str] = &[
    "author",
    "owner",
    "creator",
    "user",
    "assignee",
    "recipient",
    "sender",
    "receiver",
    "moderator",
    "editor",
    "reviewer",
    "approver",
    "member",
    "uploader",
    "inviter",
    "invitee",
    "requester",
    "requestor",
    "reporter",
    "submitter",
    "participant",
    "subscriber",
    "follower",
    "followee",
    "buyer",
    "seller",
    "holder",
    "modifier",
    "updater",
    "contact",
    "person",
    "customer",
    "client",
    "patient",
    "assigned",
    "poster",
    "voter",
    "friend",
    "actor",
    "publisher",
    "winner",
    "referrer",
    "host",
    "guest",
    "student",
    "teacher",
    "driver",
    "borrower",
    "lender",
    "payer",
    "payee",
    "initiator",
    "organizer",
    "organiser",
    "attendee",
    "commenter",
    "account",
    "responsible",
    "blocker",
    "blocked",
    "muted",
];

/// Words beside which `client` and the like are programs.
const MACHINES: &[&str] = &[
    "oauth", "oauth2", "api", "http", "mobile", "app", "bank", "service",
];

/// The tables of people.
pub(super) struct People {
    /// For each table, how far its rows look like people; 0 for not.
    pub scores: Vec<f64>,
    /// The tables of people whose names say nothing of people.
    unnamed: Vec<usize>,
    /// The table that roles such as `author` mean.
    pub main: Option<usize>,
    /// The table of those who work for the company, where it is another.
    pub staff: Option<usize>,
}

/// The least score of a table whose rows are people.
const LEAST: f64 = 7.0;

impl People {
    /// Looks at the names of tables and columns, and at rows where there are any.
    pub fn new(catalogue: &Catalogue<'_>, samples: &Samples) -> Self {
        let referred = Referred::new(catalogue);
        let scored = catalogue.tables.iter().map(|one| {
            let sample = samples.get(&one.table.name);
            score(one, sample, referred.has(one))
        });
        let (scores, is_named): (Vec<f64>, Vec<bool>) = scored.unzip();
        let is_unnamed = |at: &usize| is_named.get(*at) == Some(&false);
        let unnamed = (0..scores.len()).filter(is_unnamed).collect();
        let best = |fits: &dyn Fn(usize) -> bool| {
            let found = scores
                .iter()
                .enumerate()
                .filter(|(at, score)| **score >= LEAST && fits(*at));
            found
                .max_by(|one, other| one.1.total_cmp(other.1).then(other.0.cmp(&one.0)))
                .map(|(at, _)| at)
        };
        let is_staff = |at: usize| catalogue.tables.get(at).is_some_and(is_staff);
        let main = best(&|at| !is_staff(at)).or_else(|| best(&|_| true));
        let staff = best(&|at| is_staff(at) && Some(at) != main);
        Self {
            scores,
            unnamed,
            main,
            staff,
        }
    }

    /// Whether nothing in a table's name says that its rows are people.
    pub fn is_unnamed(&self, at: usize) -> bool {
        self.unnamed.contains(&at)
    }

    /// Whether rows of a table look like people.
    pub fn are_people(&self, at: usize) -> bool {
        self.scores.get(at).is_some_and(|score| *score >= LEAST)
    }

    /// The table that the words of a role mean: `support rep`, `last updated by`.
    pub fn by_role(&self, words: &[String]) -> Option<usize> {
        let last = words.last()?.as_str();
        let staff = STAFF_ROLES.contains(&last);
        let acted = last == "by" && words.len() > 1;
        let named = ROLES.contains(&last) || acted;
        (staff || named)
            .then(|| {
                if staff {
                    self.staff.or(self.main)
                } else {
                    self.main
                }
            })
            .flatten()
    }
}

/// Whether rows of a table are those who work for the company.
pub(super) fn is_staff(one: &Described<'_>) -> bool {
    one.stems
        .last()
        .is_some_and(|last| STAFF.iter().any(|word| words::stem(word) == *last))
}

/// What other tables point at, as far as declared keys and the names of columns tell.
struct Referred<'a> {
    declared: HashSet<&'a TableName>,
    stems: HashSet<String>,
}

impl<'a> Referred<'a> {
    fn new(catalogue: &'a Catalogue<'_>) -> Self {
        let tables = || catalogue.tables.iter();
        let keys = tables().flat_map(|one| &one.table.foreign_keys);
        let columns = tables().flat_map(|one| &one.columns);
        let marked = columns.filter_map(|words| {
            let bare = without_marks(words);
            (bare.len() < words.len()).then(|| words::stems(&bare).concat())
        });
        Self {
            declared: keys.map(|key| &key.target).collect(),
            stems: marked.collect(),
        }
    }

    fn has(&self, one: &Described<'_>) -> bool {
        self.declared.contains(&one.table.name) || self.stems.contains(&one.stems.concat())
    }
}

/// How far rows of a table look like people, and whether its name says so.
fn score(one: &Described<'_>, sample: Option<&TableSample>, is_referred: bool) -> (f64, bool) {
    if one.key.is_none() {
        return (0.0, false);
    }
    let named = name_score(one);
    let nouns = evidence::nouns(one, named > 0.0, sample);
    let has = |some: &[&str]| nouns.iter().any(|(_, noun)| some.contains(noun));
    let part = |nouns: &[&str], points: f64| if has(nouns) { points } else { 0.0 };
    let data = part(&["email"], 3.0)
        + part(&["password"], 4.0)
        + part(&["first-name", "last-name", "full-name"], 2.0)
        + part(&["username"], 1.0)
        + part(&["birth-date", "gender"], 2.0)
        + part(&["phone", "mobile-phone", "street"], 1.0);
    let is_of_machines = { one.words.iter() }.any(|word| MACHINES.contains(&word.as_str()));
    // A name alone is a list of some kind; data without the name needs more of it.
    if named >= 3.0 && data >= 3.0 {
        (named.min(10.0) + data, true)
    } else if is_of_machines {
        (0.0, false)
    } else {
        let alone = evidence::points(one, &nouns, sample, is_referred);
        (alone.max(if data >= 9.0 { data } else { 0.0 }), false)
    }
}

/// What the table's name says: the last word counts, and the one before it where the last says little.
fn name_score(one: &Described<'_>) -> f64 {
    if one
        .words
        .iter()
        .any(|word| MACHINES.contains(&word.as_str()))
    {
        return 0.0;
    }
    let points = |stem: &String| {
        let known = PEOPLE.iter().find(|(word, _)| words::stem(word) == *stem);
        known.map_or(0.0, |(_, points)| *points)
    };
    match one.stems.as_slice() {
        [.., before, last]
            if points(last) == 0.0
                && ["info", "data", "detail", "master"].contains(&last.as_str()) =>
        {
            points(before)
        }
        [.., last] => points(last),
        [] => 0.0,
    }
}
