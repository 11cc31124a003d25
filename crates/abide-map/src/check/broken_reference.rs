//! A declared reference to rows that are deleted, from rows that stay.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Span;

use super::{Check, Context, deletes_rows, named};
use crate::map::{Edge, EdgeErase, EdgeKind, Erase, MappedTable, Standing};
use crate::schema::{ForeignKey, OnDelete, Table};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0216",
    name: "broken-reference",
    severity: Severity::Error,
    manual: r#"
The database refuses to delete a row that another refers to, or deletes the other along with it (`ON DELETE CASCADE`). So where a
person's row goes and a row that refers to it stays (kept, made anonymous, no one's, or somebody else's too), a plan empties the
reference. Where its columns may not be empty, the other row goes too, or the person's row stays and is made anonymous.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table notes { owned-by author_id to=users; erase keep because=tax-law }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase anonymise { overwrite name; overwrite email with=unique } }
    table notes { owned-by author_id to=users; erase keep because=tax-law }
}
```
"#,
    run: Some(run),
};

fn run(cx: &Context<'_>, findings: &mut Findings) {
    let Some(schema) = cx.live() else {
        return;
    };
    for live in &schema.tables {
        let Some(child) = cx.map.table(&live.name) else {
            continue;
        };
        for key in &live.foreign_keys {
            let parent = cx.map.table(&key.target).filter(|parent| deletes_rows(parent));
            let Some(parent) = parent else {
                continue;
            };
            if let Some(survivor) = survivor(live, child, parent, key) {
                report(live, key, parent, survivor, findings);
            }
        }
    }
}

fn report(
    live: &Table,
    key: &ForeignKey,
    parent: &MappedTable,
    (span, why): (Span, &str),
    findings: &mut Findings,
) {
    let columns = named(key.columns.iter().map(String::as_str));
    let parent_name = &parent.name;
    findings.push(
        CHECK
            .at(
                span,
                format!("a row of `{}` that {why} must lead to a row of `{}`, which goes", live.name, parent_name.value),
            )
            .here("stays")
            .label(parent_name.span, "goes")
            .help(format!(
                "let these rows go too (`erase delete`, on the edge where they are somebody else's), make the rows of `{}` anonymous, or let {columns} be empty in the database",
                parent_name.value
            )),
    );
}

/// Where it is said that a row stays while the one that it refers to goes, and which rows those are. What may be empty is
/// emptied by the plan.
fn survivor(live: &Table, child: &MappedTable, parent: &MappedTable, key: &ForeignKey) -> Option<(Span, &'static str)> {
    let may_be_empty = |name: &String| {
        live.column(name).is_some_and(|column| column.nullable) && !live.primary_key.contains(name)
    };
    let is_settled = matches!(key.on_delete, OnDelete::SetNull | OnDelete::SetDefault);
    if is_settled || key.columns.iter().any(may_be_empty) || child.standing == Standing::Undecided {
        return None;
    }
    let edge = edge_of(child, key);
    let is_owned = edge.is_some_and(|edge| edge.kind == EdgeKind::OwnedBy);
    let is_counted = matches!(child.standing, Standing::Subject | Standing::Linked);
    if is_owned && is_counted {
        if !matches!(child.erase, Erase::Delete | Erase::Undecided) {
            return Some((child.name.span, "the map leaves in place"));
        }
        if owners(child) == 1 {
            return None;
        }
    }
    // Whoever owned the row that goes by this one owned it too, and nobody else did: it goes by itself.
    let goes_along = edge.is_some_and(|edge| edge.kind == EdgeKind::Owns && edge.when.is_empty())
        && is_counted
        && child.erase == Erase::Delete
        && owners(child) > 0
        && parent.standing != Standing::Subject;
    if goes_along {
        return None;
    }
    let why = if is_counted { "is somebody else's" } else { "is no one's" };
    let goes = edge.is_some_and(|edge| edge.erase == Some(EdgeErase::Delete));
    (!goes).then(|| (edge.map_or(child.name.span, |edge| edge.span), why))
}

/// The edge of the map that stands for a declared reference.
fn edge_of<'a>(child: &'a MappedTable, key: &ForeignKey) -> Option<&'a Edge> {
    child.edges.iter().find(|edge| {
        edge.target.value == key.target
            && edge.columns.len() == key.columns.len()
            && edge.columns.iter().all(|column| key.columns.contains(&column.value))
    })
}

/// In how many ways a row comes to an owner.
fn owners(child: &MappedTable) -> usize {
    let edges = child.edges.iter().filter(|edge| edge.kind == EdgeKind::OwnedBy);
    edges.count() + child.identities.len() + usize::from(child.standing == Standing::Subject)
}
