//! What the columns of a table, and their values, say of whether its rows are people, whatever the table is called. Never
//! repeats a value.

use super::catalogue::Described;
use super::tables::{BOOKS, LISTS};
use crate::recognise::{Surroundings, recognise};
use crate::sample::TableSample;
use crate::words;

/// Words at the end of a table's name for what has a name, a mailbox and a telephone, too, and is no person.
const ORGANISATIONS: &[&str] = &[
    "company",
    "organisation",
    "organization",
    "org",
    "firm",
    "business",
    "supplier",
    "vendor",
    "manufacturer",
    "carrier",
    "shop",
    "store",
    "branch",
    "office",
    "department",
    "library",
    "publisher",
    "hotel",
    "venue",
    "restaurant",
    "school",
    "university",
    "institution",
    "clinic",
    "hospital",
    "agency",
    "bank",
    "brand",
    "club",
    "team",
    "warehouse",
    "location",
    "place",
    "site",
    "tenant",
    "workspace",
    "project",
    "property",
];

/// What people write in tables for it: a row is what somebody sent, rather than somebody.
const SAID: &[&str] = &[
    "messages",
    "comment",
    "post",
    "feedback",
    "support-history",
    "complaint-text",
    "survey-answers",
];

/// Words for mailboxes and what they are reached by, which have an address and a password of their own.
const MAILBOXES: &[&str] = &["mail", "email", "smtp", "imap", "mailbox", "server"];

/// How many values that differ have to be seen before they say that no two rows share one.
const ENOUGH: usize = 5;

/// How far values tell rows apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Apart {
    /// The schema sees to it.
    Declared,
    /// Among the rows that were looked at.
    Seen,
    /// Not at all, or nobody has looked.
    Shared,
}

/// What the columns of a table hold, by name, type and values: each column's place and category.
pub(super) fn nouns(
    one: &Described<'_>,
    is_people: bool,
    sample: Option<&TableSample>,
) -> Vec<(usize, &'static str)> {
    let around = |is_people| Surroundings {
        table: &one.words,
        is_people,
        has_address: false,
    };
    let noun = |at: usize, is_people: bool| {
        let column = one.table.columns.get(at)?;
        let values = sample.and_then(|sample| sample.columns.get(at));
        let found = recognise(column, one.columns.get(at)?, &around(is_people), values)?;
        found.nouns.first().copied()
    };
    let mut found: Vec<(usize, &'static str)> = (0..one.columns.len())
        .filter_map(|at| Some((at, noun(at, is_people)?)))
        .collect();
    let reaches = |noun: &str| ["email", "phone", "mobile-phone", "birth-date"].contains(&noun);
    if !is_people && found.iter().any(|(_, noun)| reaches(noun)) {
        let is_name = |at: &usize| {
            let words = one.columns.get(*at).map(Vec::as_slice).unwrap_or_default();
            words.last().is_some_and(|last| last == "name")
                && found.iter().all(|(known, _)| known != at)
        };
        let names: Vec<usize> = (0..one.columns.len()).filter(is_name).collect();
        found.extend(
            names
                .into_iter()
                .filter_map(|at| Some((at, noun(at, true)?))),
        );
    }
    found
}

/// How far the columns alone say that rows are people: 7 and more is enough, 0 is not at all. A list of addresses is not
/// enough, nor is what people send or buy. `is_referred` is whether other tables point at its rows.
pub(super) fn points(
    one: &Described<'_>,
    nouns: &[(usize, &'static str)],
    sample: Option<&TableSample>,
    is_referred: bool,
) -> f64 {
    let called = |stem: &String, some: &[&str]| some.iter().any(|word| words::stem(word) == *stem);
    let is_else = { one.stems.iter() }.any(|stem| {
        [BOOKS, LISTS, MAILBOXES]
            .iter()
            .any(|some| called(stem, some))
    });
    if is_else || nouns.iter().any(|(_, noun)| SAID.contains(noun)) {
        return 0.0;
    }
    let is_organisation = { one.stems.last() }.is_some_and(|last| called(last, ORGANISATIONS));
    let has = |some: &[&str]| nouns.iter().any(|(_, noun)| some.contains(noun));
    let apart = |some: &[&str]| {
        let columns = nouns.iter().filter(|(_, noun)| some.contains(noun));
        let found = columns.map(|(at, _)| apart(one, *at, sample));
        found.min_by_key(|apart| *apart as u8)
    };
    let weigh = |apart: Option<Apart>, declared: f64, seen: f64, shared: f64| match apart {
        Some(Apart::Declared) => declared,
        Some(Apart::Seen) => seen,
        Some(Apart::Shared) => shared,
        None => 0.0,
    };
    let part = |some: &[&str], points: f64| if has(some) { points } else { 0.0 };
    let (email, phone) = (apart(&["email"]), apart(&["phone", "mobile-phone"]));
    let is_born = has(&["birth-date", "national-id-number", "passport"]);
    let human = is_born || has(&["password", "first-name", "last-name"]);
    let founded = is_born
        || has(&["password"])
        || email == Some(Apart::Declared)
        || phone == Some(Apart::Declared)
        || (is_referred && email == Some(Apart::Seen));
    if !founded || (is_organisation && !human) {
        return 0.0;
    }
    weigh(email, 5.0, 5.0, 2.0)
        + weigh(phone, 3.0, 2.0, 1.0)
        + part(&["first-name", "last-name"], 1.0)
        + part(&["first-name", "last-name", "full-name"], 2.0)
        + part(&["birth-date", "national-id-number", "passport"], 3.0)
        + part(&["password"], 3.0)
        + part(&["username"], 1.0)
        + part(&["gender"], 1.0)
        + part(&["street"], 1.0)
}

fn apart(one: &Described<'_>, at: usize, sample: Option<&TableSample>) -> Apart {
    let Some(column) = one.table.columns.get(at) else {
        return Apart::Shared;
    };
    if one.table.is_unique(std::slice::from_ref(&column.name)) {
        return Apart::Declared;
    }
    let seen = sample.and_then(|sample| Some((sample.rows, sample.columns.get(at)?)));
    let is_apart = seen.is_some_and(|(rows, seen)| {
        let differ = u64::try_from(seen.values.len()).unwrap_or(u64::MAX);
        seen.values.len() >= ENOUGH && differ.saturating_add(seen.nulls) == rows
    });
    if is_apart { Apart::Seen } else { Apart::Shared }
}
