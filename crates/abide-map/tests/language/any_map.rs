//! Maps of every shape, with names of every spelling.

use abide_map::map::{
    Case, Condition, Confidence, Edge, EdgeErase, EdgeKind, Erase, Hidden, Holds, Identity, Keep,
    Map, MappedColumn, MappedTable, Overwrite, Replacement, Retain, Standing,
};
use abide_map::schema::TableName;
use abide_policy::source::{Span, Spanned};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const NOWHERE: Span = Span {
    file: 0,
    start: 0,
    end: 0,
};

fn spanned<T>(value: T) -> Spanned<T> {
    Spanned {
        value,
        span: NOWHERE,
    }
}

fn word() -> impl Strategy<Value = Spanned<String>> {
    let word = prop_oneof![4 => "[a-z][a-z0-9_-]{0,8}", 1 => "\\PC{1,10}", 1 => "[ -~\n\t]{1,8}"];
    word.prop_map(spanned)
}

fn words() -> impl Strategy<Value = Vec<Spanned<String>>> {
    vec(word(), 1..3)
}

fn table_name() -> impl Strategy<Value = Spanned<TableName>> {
    (option::weighted(0.2, word()), word()).prop_map(|(schema, name)| {
        spanned(TableName {
            schema: schema.map(|schema| schema.value),
            name: name.value,
        })
    })
}

fn overwrites() -> impl Strategy<Value = Vec<Overwrite>> {
    let with = prop_oneof![
        Just(Replacement::Empty),
        Just(Replacement::Unique),
        Just(Replacement::Text("unique".to_owned())),
        Just(Replacement::Text(String::new())),
        word().prop_map(|word| Replacement::Text(word.value)),
    ];
    let one = (word(), with).prop_map(|(column, with)| Overwrite { column, with });
    vec(one, 1..4)
}

fn hides() -> impl Strategy<Value = Vec<Hidden>> {
    let one = (word(), option::of(word())).prop_map(|(column, because)| Hidden { column, because });
    vec(one, 0..2)
}

fn confidence() -> impl Strategy<Value = Option<Confidence>> {
    let one = (0_u32..=100, word()).prop_map(|(percent, reason)| Confidence {
        value: f64::from(percent) / 100.0,
        reason: reason.value,
    });
    option::of(one)
}

fn edge() -> impl Strategy<Value = Edge> {
    let kind = prop_oneof![
        Just(EdgeKind::OwnedBy),
        Just(EdgeKind::Owns),
        Just(EdgeKind::AccessibleBy),
        Just(EdgeKind::Accesses),
        Just(EdgeKind::Refers),
    ];
    let erase = prop_oneof![
        Just(EdgeErase::Delete),
        Just(EdgeErase::Detach),
        Just(EdgeErase::Leave),
        overwrites().prop_map(EdgeErase::Anonymise),
    ];
    let when = (word(), word()).prop_map(|(column, value)| Condition {
        column,
        value: value.value,
    });
    let pairs = vec((word(), word()), 1..3);
    let rest = (hides(), option::of(erase), confidence());
    (
        kind,
        pairs,
        any::<bool>(),
        table_name(),
        vec(when, 0..2),
        rest,
    )
        .prop_map(
            |(kind, pairs, is_implied, target, when, (hides, erase, confidence))| {
                let (columns, target_columns) = pairs.into_iter().unzip();
                Edge {
                    kind,
                    columns,
                    target,
                    target_columns: if is_implied {
                        Vec::new()
                    } else {
                        target_columns
                    },
                    when,
                    hides,
                    erase,
                    confidence,
                    span: NOWHERE,
                }
            },
        )
}

fn erase() -> impl Strategy<Value = Erase> {
    let keep = (
        word(),
        option::of((word(), word())),
        option::of(overwrites()),
    );
    prop_oneof![
        Just(Erase::Delete),
        Just(Erase::Detach),
        Just(Erase::Undecided),
        overwrites().prop_map(Erase::Anonymise),
        keep.prop_map(|(because, time, overwrites)| {
            let (until, from) = time.unzip();
            Erase::Keep(Keep {
                because,
                until,
                from,
                overwrites: overwrites.unwrap_or_default(),
            })
        }),
    ]
}

fn column() -> impl Strategy<Value = MappedColumn> {
    let holds = prop_oneof![
        words().prop_map(Holds::Data),
        Just(Holds::Key),
        Just(Holds::Ordinary),
        Just(Holds::File),
        Just(Holds::Undecided),
    ];
    (word(), holds, confidence()).prop_map(|(name, holds, confidence)| MappedColumn {
        name,
        holds,
        confidence,
    })
}

fn table() -> impl Strategy<Value = MappedTable> {
    let standing = prop_oneof![
        Just(Standing::Subject),
        Just(Standing::Linked),
        Just(Standing::Undecided),
        word().prop_map(|word| Standing::Ordinary(word.value)),
    ];
    let case = prop_oneof![Just(Case::Any), Just(Case::Lower)];
    let identity = (word(), word(), case);
    let identity = identity.prop_map(|(kind, column, case)| Identity { kind, column, case });
    let retain = (word(), word(), option::of(word())).prop_map(|(length, from, clause)| Retain {
        length,
        from,
        clause,
    });
    let ties = (vec(identity, 0..3), vec(edge(), 0..3), vec(column(), 0..4));
    let acts = (erase(), hides(), option::of(retain), vec(word(), 0..2));
    (table_name(), standing, ties, acts).prop_map(
        |(name, standing, (identities, edges, columns), (erase, hides, retain, clauses))| {
            let mut table = MappedTable {
                name,
                standing,
                identities,
                edges,
                columns,
                erase,
                hides,
                retain,
                clauses,
                span: NOWHERE,
            };
            // What is no one's has nothing to be found by and nothing to erase.
            if matches!(table.standing, Standing::Ordinary(_)) {
                table.identities.clear();
                table.edges.retain(|edge| edge.kind == EdgeKind::Refers);
                (table.erase, table.retain) = (Erase::Undecided, None);
            }
            once(&mut table.identities, |a| {
                format!("{:?}", (&a.kind, &a.column))
            });
            once(&mut table.columns, |a| a.name.value.clone());
            once(&mut table.edges, |a| {
                let ends = (&a.columns, &a.target, &a.target_columns);
                format!("{:?}", (a.kind, ends, &a.when))
            });
            table
        },
    )
}

/// Drops what has the same key as something before it.
fn once<T>(all: &mut Vec<T>, key: impl Fn(&T) -> String) {
    let mut seen = Vec::new();
    all.retain(|one| {
        let key = key(one);
        let is_first = !seen.contains(&key);
        seen.push(key);
        is_first
    });
}

/// A map that reads without findings.
pub fn any_map() -> impl Strategy<Value = Map> {
    let days = (1_u32..400).prop_map(|days| {
        spanned(
            abide_policy::length::Length {
                value: days,
                unit: abide_policy::length::Unit::Days,
            }
            .to_string(),
        )
    });
    let head = (
        word(),
        option::of(word()),
        option::of(days.clone()),
        option::of(days),
        option::of(word()),
    );
    (head, vec(table(), 0..5)).prop_map(|((name, source, backups, undo, fingerprint), tables)| {
        let mut map = Map {
            name,
            source,
            backups,
            undo,
            fingerprint,
            tables,
        };
        once(&mut map.tables, |table| table.name.value.to_string());
        map
    })
}
