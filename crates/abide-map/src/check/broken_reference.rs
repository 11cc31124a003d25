//! A declared reference to rows that are deleted, from rows that stay.

use abide_policy::diagnostic::{Findings, Severity};
use abide_policy::source::Span;

use super::{Check, Context, deletes_rows, named};
use crate::map::{Edge, EdgeErase, EdgeKind, Erase, MappedTable, Overwrite, Replacement, Standing};
use crate::schema::{ForeignKey, OnDelete, Table};

/// See the manual page.
pub const CHECK: Check = Check {
    code: "M0216",
    name: "broken-reference",
    severity: Severity::Error,
    manual: r#"
The database refuses to delete a row that another refers to, or deletes the other along with it (`ON DELETE CASCADE`). So where a
person's row goes and a row that refers to it stays (kept, made anonymous, no one's, or somebody else's too), the reference is
emptied, or the person's row stays as well and is made anonymous.

```kdl wrong
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table orders { owned-by user_id to=users; erase keep because=tax-law }
}
```

```kdl right
map shop {
    table users { subject; identity email email; column name is=name; erase delete }
    table orders { owned-by user_id to=users; erase keep because=tax-law { overwrite user_id } }
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
            if let Some((span, why)) = survivor(live, child, key) {
                report(live, key, parent, span, why, findings);
            }
        }
    }
}

fn report(live: &Table, key: &ForeignKey, parent: &MappedTable, span: Span, why: &str, findings: &mut Findings) {
    let columns = named(key.columns.iter().map(String::as_str));
    let what = match key.on_delete {
        OnDelete::Cascade => "and the database would delete it with the row that it refers to",
        _ => "and the database would refuse to delete what it refers to",
    };
    let is_open = key.columns.iter().any(|name| live.column(name).is_some_and(|column| column.nullable));
    let help = if is_open {
        format!("empty {columns} (`overwrite`, or `erase detach` on the edge), or make the rows of `{}` anonymous", parent.name.value)
    } else {
        format!("delete these rows too, make the rows of `{}` anonymous, or let {columns} be empty in the database", parent.name.value)
    };
    findings.push(
        CHECK
            .at(span, format!("a row of `{}` that {why} keeps {columns}, {what}", live.name))
            .here("stays")
            .label(parent.name.span, "goes")
            .help(help),
    );
}

/// Where it is said that a row stays while the one that it refers to goes, and which rows those are.
fn survivor(live: &Table, child: &MappedTable, key: &ForeignKey) -> Option<(Span, &'static str)> {
    if matches!(key.on_delete, OnDelete::SetNull | OnDelete::SetDefault) {
        return None;
    }
    let is_open = key.columns.iter().any(|name| live.column(name).is_some_and(|column| column.nullable));
    let empties = |overwrites: &[Overwrite]| {
        is_open
            && overwrites
                .iter()
                .any(|one| one.with == Replacement::Empty && key.columns.contains(&one.column.value))
    };
    let edge = edge_of(child, key);
    let is_owned = edge.is_some_and(|edge| edge.kind == EdgeKind::OwnedBy);
    let is_counted = matches!(child.standing, Standing::Subject | Standing::Linked);
    if is_owned && is_counted {
        let stays = match &child.erase {
            Erase::Delete | Erase::Undecided => false,
            Erase::Detach => !is_open,
            Erase::Anonymise(overwrites) => !empties(overwrites),
            Erase::Keep(keep) => !empties(&keep.overwrites),
        };
        if stays {
            return Some((child.name.span, "the map leaves in place"));
        }
    }
    let is_own_alone = is_owned && owners(child) == 1;
    if is_own_alone {
        return None;
    }
    let stays = match edge.and_then(|edge| edge.erase.as_ref()) {
        Some(EdgeErase::Delete) => false,
        Some(EdgeErase::Leave) => true,
        Some(EdgeErase::Anonymise(overwrites)) => !empties(overwrites),
        Some(EdgeErase::Detach) => !is_open,
        // Without a word an edge is cut if it can be; a reference that the map does not name is left as it is.
        None => edge.is_none() || !is_open,
    };
    let why = if is_counted { "is also somebody else's" } else { "is no one's" };
    let span = edge.map_or(child.name.span, |edge| edge.span);
    (stays && child.standing != Standing::Undecided).then_some((span, why))
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
