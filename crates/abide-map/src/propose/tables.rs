//! What a draft says of each table. Never says that a table is nobody's while a column of it looks personal.

use super::catalogue::{Catalogue, Described};
use super::columns::{self, Found};
use super::ownership::Ties;
use super::people::{People, is_staff};
use super::reference::{Origin, Reference};
use super::{NOWHERE, Samples, written};
use crate::map::{
    Case, Condition, Confidence, Edge, EdgeErase, EdgeKind, Erase, Identity, MappedTable, Standing,
};
use crate::words;

/// Words for what tax law or a contract may keep alive: a person says what an erasure does to it.
const BOOKS: &[&str] = &[
    "invoice",
    "order",
    "payment",
    "bill",
    "billing",
    "receipt",
    "tax",
    "transaction",
    "ledger",
    "credit",
    "refund",
    "slip",
    "sale",
    "purchase",
    "subscription",
    "contract",
    "voucher",
    "accounting",
    "charge",
    "payout",
    "booking",
];

/// Words for tables that name people only by an address and hold nothing else.
const LISTS: &[&str] = &[
    "newsletter",
    "subscription",
    "subscriber",
    "invitation",
    "invite",
    "signup",
    "waitlist",
    "lead",
];

/// Categories that say something of a person by themselves; a city alone does not.
const PERSONAL: &[&str] = &[
    "email",
    "phone",
    "mobile-phone",
    "fax",
    "first-name",
    "last-name",
    "full-name",
    "street",
    "birth-date",
    "password",
    "ip",
    "card-number",
    "card",
    "bank-account",
    "national-id-number",
    "passport",
    "username",
    "device-id",
    "cardholder-name",
    "coordinates",
    "gender",
    "cvc",
    "health",
];

/// The kind of identifier that the key of a table of people is.
const ACCOUNT: &str = "account-id";

/// What a draft says of every table, in the order of the schema.
pub(super) fn all(
    catalogue: &Catalogue<'_>,
    people: &People,
    samples: &Samples,
    ties: &Ties,
) -> Vec<MappedTable> {
    let mut tables: Vec<MappedTable> = (0..catalogue.tables.len())
        .filter_map(|at| Some((at, catalogue.tables.get(at)?)))
        .map(|(at, one)| table(at, one, people, samples, ties))
        .collect();
    let of_staff: Vec<bool> = catalogue.tables.iter().map(is_staff).collect();
    number_apart(&mut tables, &of_staff);
    tables
}

/// Tables of people that count apart: one keeps `account-id`, which requests bring, if possible not one of staff; the
/// others get a kind of their own, because the same number is another person's there.
fn number_apart(tables: &mut [MappedTable], of_staff: &[bool]) {
    let has_account = |table: &MappedTable| {
        let is_account = |identity: &Identity| identity.kind.value == ACCOUNT;
        table.standing == Standing::Subject && table.identities.iter().any(is_account)
    };
    let mut keeper: Option<usize> = None;
    for (at, table) in tables.iter().enumerate().filter(|(_, it)| has_account(it)) {
        let is_staff = |at: usize| of_staff.get(at).copied().unwrap_or_default();
        let is_first = keeper.is_none_or(|kept| is_staff(kept) && !is_staff(at));
        let is_tied = |kept: usize| {
            let kept = tables.get(kept).map(|kept| &kept.name.value);
            { table.edges.iter() }.any(|edge| Some(&edge.target.value) == kept)
        };
        if is_first && !keeper.is_some_and(is_tied) {
            keeper = Some(at);
        }
    }
    let kept = keeper.and_then(|kept| Some(tables.get(kept)?.name.value.clone()));
    for (at, table) in tables.iter_mut().enumerate() {
        let is_tied = { table.edges.iter() }.any(|edge| Some(&edge.target.value) == kept.as_ref());
        if keeper == Some(at) || is_tied || table.standing != Standing::Subject {
            continue;
        }
        let own = table
            .name
            .value
            .name
            .to_lowercase()
            .replace([' ', '_'], "-");
        for identity in &mut table.identities {
            if identity.kind.value == ACCOUNT {
                identity.kind.value = format!("{own}-id");
            }
        }
    }
}

fn table(
    at: usize,
    one: &Described<'_>,
    people: &People,
    samples: &Samples,
    ties: &Ties,
) -> MappedTable {
    let references = ties.edges.get(&at).map(Vec::as_slice).unwrap_or_default();
    let found = columns::all(
        one,
        people.are_people(at),
        samples.get(&one.table.name),
        references,
    );
    let is_subject = ties.subjects.contains(&at);
    let is_owned = ties.owned.contains(&at);
    let identities = identities(one, &found, is_subject, is_owned);
    let is_tied = is_owned || ties.seen.contains(&at) || !identities.is_empty();
    let is_personal = found.iter().any(|found| {
        found
            .nouns()
            .iter()
            .any(|noun| PERSONAL.contains(&noun.as_str()))
    });
    let standing = match () {
        () if is_subject => Standing::Subject,
        () if is_tied => Standing::Linked,
        () if is_personal => Standing::Undecided,
        () => Standing::Ordinary(
            "no column leads to a person, and none looks like data of one".to_owned(),
        ),
    };
    let is_ordinary = matches!(standing, Standing::Ordinary(_));
    MappedTable {
        name: written(one.table.name.clone()),
        identities,
        edges: references
            .iter()
            .map(|(reference, kind)| edge(one, reference, *kind))
            .collect(),
        columns: if is_ordinary {
            Vec::new()
        } else {
            found.into_iter().map(|found| found.column).collect()
        },
        erase: erase(one, &standing, is_owned),
        standing,
        hides: Vec::new(),
        retain: None,
        clauses: Vec::new(),
        span: NOWHERE,
    }
}

/// Columns that name a person by themselves: of people, and of rows that nothing else ties to anyone.
fn identities(
    one: &Described<'_>,
    found: &[Found],
    is_subject: bool,
    is_owned: bool,
) -> Vec<Identity> {
    let identity = |kind: &str, column: &str| Identity {
        kind: written(kind.to_owned()),
        column: written(column.to_owned()),
        case: Case::Any,
    };
    let mut identities = Vec::new();
    if is_subject && let Some(key) = one.key_column() {
        identities.push(identity(ACCOUNT, &key.name));
    }
    for found in found {
        let sure = found.confidence() >= 0.8;
        match found.nouns().as_slice() {
            [noun] if noun == "email" && sure && (is_subject || !is_owned) => {
                identities.push(identity("email", &found.column.name.value))
            }
            [noun] if noun == "username" && sure && is_subject => {
                identities.push(identity("username", &found.column.name.value))
            }
            _ => {}
        }
    }
    identities
}

fn edge(one: &Described<'_>, reference: &Reference, kind: EdgeKind) -> Edge {
    let nullable = reference
        .columns
        .iter()
        .all(|name| one.table.column(name).is_some_and(|column| column.nullable));
    Edge {
        kind,
        columns: reference.columns.iter().cloned().map(written).collect(),
        target: written(reference.target.clone()),
        target_columns: reference
            .target_columns
            .iter()
            .cloned()
            .map(written)
            .collect(),
        when: reference
            .when
            .iter()
            .map(|(column, value)| Condition {
                column: written(column.clone()),
                value: value.clone(),
            })
            .collect(),
        hides: Vec::new(),
        erase: (kind == EdgeKind::AccessibleBy && nullable).then_some(EdgeErase::Detach),
        confidence: match &reference.origin {
            Origin::Declared => None,
            Origin::Hidden { confidence, reason } => Some(Confidence {
                value: *confidence,
                reason: reason.clone(),
            }),
        },
        span: NOWHERE,
    }
}

/// What an erasure does by default: deletes what is somebody's, but for what books have to keep.
fn erase(one: &Described<'_>, standing: &Standing, is_owned: bool) -> Erase {
    let called = |some: &[&str]| {
        one.stems
            .iter()
            .any(|stem| some.iter().any(|word| words::stem(word) == *stem))
    };
    match standing {
        Standing::Subject => Erase::Delete,
        Standing::Linked if is_owned && !called(BOOKS) => Erase::Delete,
        Standing::Linked if !is_owned && called(LISTS) => Erase::Delete,
        _ => Erase::Undecided,
    }
}
