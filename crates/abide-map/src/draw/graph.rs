//! The tables of a map and how they hang together, from the owner to what is owned. Leaves out references that say nothing
//! of anyone.

use crate::map::{Edge, EdgeKind, Erase, Map, MappedTable, Standing};
use crate::schema::TableName;

/// What is drawn.
pub(super) struct Graph {
    /// Tables with rows of people, and those of which nobody has said.
    pub nodes: Vec<Node>,
    /// From the owner to what is owned or seen, by index; each pair and way once.
    pub links: Vec<Link>,
    /// Tables whose rows are no one's.
    pub ordinary: Vec<TableName>,
}

/// A table.
pub(super) struct Node {
    /// Its name.
    pub name: String,
    /// What a row is.
    pub standing: Standing,
    /// What an erasure does, and by which columns a person is known.
    pub note: String,
}

/// One way in which a row comes to people.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// The table that the owners come from.
    pub from: usize,
    /// The table that they own or see.
    pub to: usize,
    /// Whether they own it.
    pub way: Way,
    /// The columns that say so.
    pub by: String,
}

/// Whether whoever is at the other end owns a row or may only see it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Owns it.
    Own,
    /// May see it.
    See,
}

impl Graph {
    /// The graph of a map.
    pub(super) fn of(map: &Map) -> Self {
        let is_ordinary = |table: &&MappedTable| matches!(table.standing, Standing::Ordinary(_));
        let drawn: Vec<&MappedTable> = map
            .tables
            .iter()
            .filter(|table| !is_ordinary(table))
            .collect();
        let find = |name: &TableName| drawn.iter().position(|table| table.name.value == *name);
        let mut links: Vec<Link> = Vec::new();
        for (here, table) in drawn.iter().enumerate() {
            for edge in &table.edges {
                let Some(there) = find(&edge.target.value) else {
                    continue;
                };
                let Some(link) = link(edge, here, there) else {
                    continue;
                };
                let same = |known: &&mut Link| {
                    (known.from, known.to, known.way) == (link.from, link.to, link.way)
                };
                match links.iter_mut().find(same) {
                    Some(known) => known.by = format!("{}, {}", known.by, link.by),
                    None => links.push(link),
                }
            }
        }
        let node = |table: &&MappedTable| Node {
            name: table.name.value.to_string(),
            standing: table.standing.clone(),
            note: note(table),
        };
        let ordinary = map.tables.iter().filter(is_ordinary);
        Self {
            nodes: drawn.iter().map(node).collect(),
            links,
            ordinary: ordinary.map(|table| table.name.value.clone()).collect(),
        }
    }

    /// The nodes that nothing leads to but themselves, people first; then whatever those do not reach.
    pub(super) fn roots(&self) -> Vec<usize> {
        let is_subject = |node: usize| self.nodes[node].standing == Standing::Subject;
        let is_owned = |node: usize| {
            let mut links = self.links.iter();
            links.any(|link| link.to == node && link.from != node)
        };
        let all = || 0..self.nodes.len();
        let mut order: Vec<usize> = all()
            .filter(|node| is_subject(*node) && !is_owned(*node))
            .collect();
        order.extend(all().filter(|node| is_subject(*node) && is_owned(*node)));
        order.extend(all().filter(|node| !is_subject(*node) && !is_owned(*node)));
        order.extend(all().filter(|node| !is_subject(*node) && is_owned(*node)));
        let mut seen = vec![false; self.nodes.len()];
        order.retain(|node| {
            let is_first = !seen[*node];
            self.reach(*node, &mut seen);
            is_first
        });
        order
    }

    fn reach(&self, start: usize, seen: &mut [bool]) {
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            let next = self.links.iter().filter(|link| link.from == node);
            open.extend(next.map(|link| link.to));
        }
    }
}

fn link(edge: &Edge, here: usize, there: usize) -> Option<Link> {
    let (from, to, way) = match edge.kind {
        EdgeKind::OwnedBy => (there, here, Way::Own),
        EdgeKind::Owns => (here, there, Way::Own),
        EdgeKind::AccessibleBy => (there, here, Way::See),
        EdgeKind::Accesses => (here, there, Way::See),
        EdgeKind::Refers => return None,
    };
    let columns: Vec<&str> = edge
        .columns
        .iter()
        .map(|column| column.value.as_str())
        .collect();
    let mut by = columns.join("+");
    for when in &edge.when {
        by.push_str(&format!(" where {}={}", when.column.value, when.value));
    }
    Some(Link { from, to, way, by })
}

fn note(table: &MappedTable) -> String {
    if table.standing == Standing::Undecided {
        return "undecided".to_owned();
    }
    let counted = |count: usize| format!("{count} column{}", if count == 1 { "" } else { "s" });
    let mut note = match &table.erase {
        Erase::Delete => "deleted".to_owned(),
        Erase::Detach => "detached".to_owned(),
        Erase::Undecided => "erasure undecided".to_owned(),
        Erase::Anonymise(overwrites) => format!("anonymised: {}", counted(overwrites.len())),
        Erase::Keep(keep) => {
            let mut note = format!("kept for {}", keep.because.value);
            if let Some(until) = &keep.until {
                note.push_str(&format!(", {}", until.value));
            }
            if !keep.overwrites.is_empty() {
                note.push_str(&format!(", {} overwritten", counted(keep.overwrites.len())));
            }
            note
        }
    };
    if let Some(retain) = &table.retain {
        note.push_str(&format!(", {} at most", retain.length.value));
    }
    let mut kinds: Vec<&str> = table
        .identities
        .iter()
        .map(|known| known.kind.value.as_str())
        .collect();
    kinds.dedup();
    if kinds.is_empty() {
        note
    } else {
        format!("known by {}; {note}", kinds.join(", "))
    }
}
