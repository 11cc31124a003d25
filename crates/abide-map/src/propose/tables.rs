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
pub(super) const BOOKS: &[&str] = &[
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
pub(super) const LISTS: &[&str] = &[
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
    let mut looks: Vec<Look<'_>> = catalogue
        .tables
        .iter()
        .enumerate()
        .map(|(at, one)| look(at, one, people, samples, ties))
        .collect();
    doubt(catalogue, ties, &mut looks);
    let mut tables: Vec<MappedTable> = looks.into_iter().map(table).collect();
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

/// One table, looked at.
struct Look<'a> {
    one: &'a Described<'a>,
    references: &'a [(Reference, EdgeKind)],
    found: Vec<Found>,
    identities: Vec<Identity>,
    standing: Standing,
    is_owned: bool,
}

fn look<'a>(
    at: usize,
    one: &'a Described<'a>,
    people: &People,
    samples: &Samples,
    ties: &'a Ties,
) -> Look<'a> {
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
    Look {
        one,
        references,
        found,
        identities,
        standing,
        is_owned,
    }
}

/// Leaves open what rows are that lead to rows which are people's, or may be: nothing that was said of them so far is.
fn doubt(catalogue: &Catalogue<'_>, ties: &Ties, looks: &mut [Look<'_>]) {
    loop {
        let may_be = |to: usize| {
            looks.get(to).is_some_and(|look| match look.standing {
                Standing::Subject | Standing::Undecided => true,
                Standing::Linked => {
                    !look.identities.is_empty() || (look.is_owned && !ties.reached.contains(&to))
                }
                Standing::Ordinary(_) => false,
            })
        };
        let leads = |look: &Look<'_>| {
            let targets = look.references.iter();
            let mut targets = targets.filter_map(|(it, _)| catalogue.place(&it.target));
            matches!(look.standing, Standing::Ordinary(_)) && targets.any(may_be)
        };
        let doubted: Vec<usize> = (0..looks.len())
            .filter(|at| looks.get(*at).is_some_and(leads))
            .collect();
        if doubted.is_empty() {
            return;
        }
        for at in doubted {
            if let Some(look) = looks.get_mut(at) {
                look.standing = Standing::Undecided;
            }
        }
    }
}

fn table(look: Look<'_>) -> MappedTable {
    let one = look.one;
    let is_ordinary = matches!(look.standing, Standing::Ordinary(_));
    MappedTable {
        name: written(one.table.name.clone()),
        identities: look.identities,
        edges: look
            .references
            .iter()
            .map(|(reference, kind)| edge(one, reference, *kind))
            .collect(),
        columns: if is_ordinary {
            Vec::new()
        } else {
            look.found.into_iter().map(|found| found.column).collect()
        },
        erase: erase(one, &look.standing, look.is_owned),
        standing: look.standing,
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
