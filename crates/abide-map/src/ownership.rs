//! Map and schema put together: which rows lead to which, through which columns, and what each table does with its rows.
//! Knows no person and no statement.
//!
//! Whose a row is is the least answer to these rules, so cycles need no rule of their own: a row of a subject table is its
//! own person's; a row with an `identity` column is the person's who is known by its value; `owned-by` hands a row to the
//! owners of the row it leads to; `owns` hands the row it leads to to this row's owners. The vocabulary is that of
//! Albab, Sharma, Adam, Kilimnik, Jeyaraj, Paul, Agvanian, Spiegelberg and Schwarzkopf, "K9db: Privacy-Compliant Storage
//! For Web Applications By Construction" (OSDI 2023).

use abide_policy::diagnostic::{Diagnostic, Findings};

use crate::map::{
    Condition, Edge, EdgeErase, EdgeKind, Erase, Hidden, Map, MappedTable, Replacement, Standing,
};
use crate::schema::{Dialect, ForeignKey, Schema, Table, TableName, Trigger, TypeClass};

mod finding;
mod reach;

pub(crate) use finding::{cannot, cannot_plan};
pub(crate) use reach::Reach;

/// A table's place in [`Ownership::tables`].
pub(crate) type TableId = usize;

/// A map over a schema, resolved: what plans are made from.
#[derive(Debug, Clone)]
pub struct Ownership {
    pub(crate) dialect: Dialect,
    pub(crate) fingerprint: String,
    pub(crate) map: Map,
    pub(crate) tables: Vec<Node>,
    pub(crate) links: Vec<Link>,
    pub(crate) triggers: Vec<Trigger>,
}

/// A table of the schema, with what the map says of it.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) table: Table,
    /// Nothing where the map leaves it out.
    pub(crate) mapped: Option<MappedTable>,
    /// Columns that tell its rows apart and hold something in each; empty without any.
    pub(crate) key: Vec<String>,
    /// Places in [`Ownership::links`] of what leads from other rows to its rows.
    pub(crate) inward: Vec<usize>,
}

/// A step from rows of one table to rows of another: who has the first has, or may see, the second.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) source: TableId,
    pub(crate) source_columns: Vec<String>,
    pub(crate) dependent: TableId,
    pub(crate) dependent_columns: Vec<String>,
    pub(crate) kind: EdgeKind,
    /// Conditions on the row that the edge is written at: the dependent's, unless the kind is `owns` or `accesses`.
    pub(crate) when: Vec<Condition>,
    pub(crate) hides: Vec<Hidden>,
    pub(crate) erase: Option<EdgeErase>,
    /// Whether the source columns tell its rows apart.
    pub(crate) is_source_unique: bool,
    /// Whether the database itself sees to it that the dependent's columns lead to a row.
    pub(crate) is_declared: bool,
    pub(crate) edge: Edge,
}

impl Link {
    /// Whether it hands on ownership rather than sight.
    pub(crate) fn is_owning(&self) -> bool {
        matches!(self.kind, EdgeKind::OwnedBy | EdgeKind::Owns)
    }

    /// Whether the edge's columns stand in the dependent row.
    pub(crate) fn is_pull(&self) -> bool {
        matches!(self.kind, EdgeKind::OwnedBy | EdgeKind::AccessibleBy)
    }
}

impl Ownership {
    /// The map over the schema it was read for. Tables the map leaves out take part only with their declared keys.
    ///
    /// # Errors
    /// A list of findings (`M04…`) if no plan could be made over them: the schema is not the one that the map was held
    /// against, a table is undecided, or a name leads nowhere. `abide map check` says more.
    pub fn resolve(map: &Map, schema: &Schema) -> Result<Self, Findings> {
        let mut findings = Findings::new();
        let fingerprint = crate::plan::fingerprint(schema);
        if let Some(held) = &map.fingerprint
            && held.value != fingerprint
        {
            return Err(vec![finding::stale(held)]);
        }
        let tables = schema.tables.iter().map(|table| node(table, map)).collect();
        let mut ownership = Self {
            dialect: schema.dialect,
            fingerprint,
            map: map.clone(),
            tables,
            links: Vec::new(),
            triggers: schema.triggers.clone(),
        };
        for mapped in &map.tables {
            ownership.take(mapped, &mut findings);
        }
        ownership.check_subjects(&mut findings);
        if findings.is_empty() {
            Ok(ownership)
        } else {
            Err(findings)
        }
    }

    pub(crate) fn id(&self, name: &TableName) -> Option<TableId> {
        self.tables.iter().position(|node| node.table.name == *name)
    }

    /// The links that hand on ownership of, or sight of, rows of this table.
    pub(crate) fn inward(&self, id: TableId) -> impl Iterator<Item = (usize, &Link)> {
        let places = self.tables.get(id).map(|node| node.inward.as_slice());
        places
            .unwrap_or_default()
            .iter()
            .filter_map(|place| Some((*place, self.links.get(*place)?)))
    }

    /// Declared references of every table to this one, with the table they stand in.
    pub(crate) fn references_to(&self, id: TableId) -> Vec<(TableId, &ForeignKey)> {
        let Some(target) = self.tables.get(id) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (from, node) in self.tables.iter().enumerate() {
            if node.table.partition_of.is_some() {
                continue;
            }
            for key in &node.table.foreign_keys {
                if key.target == target.table.name {
                    found.push((from, key));
                }
            }
        }
        found
    }

    fn take(&mut self, mapped: &MappedTable, findings: &mut Findings) {
        if mapped.standing == Standing::Undecided {
            findings.push(finding::undecided(mapped));
            return;
        }
        let Some(id) = self.id(&mapped.name.value) else {
            findings.push(finding::no_table(&mapped.name));
            return;
        };
        self.check_columns(id, mapped, findings);
        for edge in &mapped.edges {
            match self.link(id, edge) {
                Ok(Some(link)) => {
                    let place = self.links.len();
                    if let Some(node) = self.tables.get_mut(link.dependent) {
                        node.inward.push(place);
                    }
                    self.links.push(link);
                }
                Ok(None) => {}
                Err(found) => findings.push(found),
            }
        }
    }

    /// The link that an edge makes; none for `refers`, which hands on nothing.
    fn link(&self, here: TableId, edge: &Edge) -> Result<Option<Link>, Diagnostic> {
        let there = self
            .id(&edge.target.value)
            .ok_or_else(|| finding::no_table(&edge.target))?;
        let (Some(mine), Some(theirs)) = (self.tables.get(here), self.tables.get(there)) else {
            return Ok(None);
        };
        let columns: Vec<String> = edge.columns.iter().map(|name| name.value.clone()).collect();
        let target_columns: Vec<String> = match edge.target_columns.as_slice() {
            [] => theirs.table.primary_key.clone(),
            given => given.iter().map(|name| name.value.clone()).collect(),
        };
        for name in &edge.target_columns {
            if theirs.table.column(&name.value).is_none() {
                return Err(finding::no_column(&theirs.table.name, name));
            }
        }
        if columns.is_empty() || columns.len() != target_columns.len() {
            return Err(finding::uneven(edge, target_columns.len()));
        }
        let is_declared = mine.table.foreign_keys.iter().any(|key| {
            key.target == theirs.table.name
                && key.columns == columns
                && key.target_columns == target_columns
                && !key.is_partial
        });
        let is_target_unique = theirs.table.is_unique(&target_columns);
        let is_mine_unique = mine.table.is_unique(&columns);
        let pulls = match edge.kind {
            EdgeKind::OwnedBy | EdgeKind::AccessibleBy => true,
            EdgeKind::Owns | EdgeKind::Accesses => false,
            EdgeKind::Refers => return Ok(None),
        };
        let (source, source_columns, dependent, dependent_columns) = if pulls {
            (there, target_columns, here, columns)
        } else {
            (here, columns, there, target_columns)
        };
        Ok(Some(Link {
            source,
            source_columns,
            dependent,
            dependent_columns,
            kind: edge.kind,
            when: edge.when.clone(),
            hides: edge.hides.clone(),
            erase: edge.erase.clone(),
            is_source_unique: if pulls {
                is_target_unique
            } else {
                is_mine_unique
            },
            is_declared: pulls && is_declared,
            edge: edge.clone(),
        }))
    }

    fn check_columns(&self, id: TableId, mapped: &MappedTable, findings: &mut Findings) {
        let Some(node) = self.tables.get(id) else {
            return;
        };
        let overwrites = match &mapped.erase {
            Erase::Anonymise(overwrites) => overwrites.as_slice(),
            Erase::Keep(keep) => keep.overwrites.as_slice(),
            _ => &[],
        };
        let from = match &mapped.erase {
            Erase::Keep(keep) => keep.from.as_ref(),
            _ => None,
        };
        let edges = mapped.edges.iter().flat_map(|edge| {
            let written = match &edge.erase {
                Some(EdgeErase::Anonymise(overwrites)) => overwrites.as_slice(),
                _ => &[],
            };
            let here = edge.columns.iter();
            let conditions = edge.when.iter().map(|condition| &condition.column);
            // What an edge that pushes overwrites or hides stands in the table it leads to.
            let pulls = matches!(edge.kind, EdgeKind::OwnedBy | EdgeKind::AccessibleBy);
            let beyond = written
                .iter()
                .map(|overwrite| &overwrite.column)
                .chain(edge.hides.iter().map(|hidden| &hidden.column))
                .filter(move |_| pulls);
            here.chain(conditions).chain(beyond)
        });
        let named = mapped
            .identities
            .iter()
            .map(|identity| &identity.column)
            .chain(mapped.columns.iter().map(|column| &column.name))
            .chain(mapped.hides.iter().map(|hidden| &hidden.column))
            .chain(overwrites.iter().map(|overwrite| &overwrite.column))
            .chain(from)
            .chain(mapped.retain.iter().map(|retain| &retain.from))
            .chain(edges);
        for name in named {
            if node.table.column(&name.value).is_none() {
                findings.push(finding::no_column(&node.table.name, name));
            }
        }
    }

    /// A person's row is found again by its key, and so are rows that lead to each other.
    fn check_subjects(&self, findings: &mut Findings) {
        for id in Reach::new(self).nameless() {
            let node = self.tables.get(*id);
            if let Some(mapped) = node.and_then(|node| node.mapped.as_ref()) {
                findings.push(finding::nameless(mapped));
            }
        }
        for node in &self.tables {
            let Some(mapped) = &node.mapped else { continue };
            if mapped.standing == Standing::Subject && node.key.is_empty() {
                findings.push(finding::subject_without_key(mapped));
            }
        }
    }
}

impl Node {
    /// Whether the column may hold nothing; a column that is not there may not.
    pub(crate) fn is_nullable(&self, column: &str) -> bool {
        self.table
            .column(column)
            .is_some_and(|column| column.nullable && !column.is_generated)
    }

    /// What is written over a column so that it says nothing: what nobody else has, where rows must differ in it and may
    /// not be empty.
    pub(crate) fn freed(&self, column: &str) -> Replacement {
        let keys = self.table.unique.iter().chain([&self.table.primary_key]);
        let has = |key: &Vec<String>| key.iter().any(|name| name == column);
        match keys.into_iter().any(has) && !self.is_nullable(column) {
            true => Replacement::Unique,
            false => Replacement::Empty,
        }
    }

    /// A value that was read, as people write it: the text that bytes spell, where they spell one.
    pub(crate) fn as_brought(&self, column: &str, value: String) -> String {
        let class = self.table.column(column).map(|column| column.class);
        if class != Some(TypeClass::Binary) {
            return value;
        }
        let pairs = value.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        let text = bytes.collect::<Option<Vec<u8>>>();
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        let is_plain = |text: &String| !text.chars().any(char::is_control);
        text.filter(is_plain).unwrap_or(value)
    }

    /// Whether a row is a person.
    pub(crate) fn is_subject(&self) -> bool {
        self.mapped
            .as_ref()
            .is_some_and(|mapped| mapped.standing == Standing::Subject)
    }
}

fn node(table: &Table, map: &Map) -> Node {
    Node {
        mapped: map.table(&table.name).cloned(),
        key: table.row_key().to_vec(),
        table: table.clone(),
        inward: Vec::new(),
    }
}
