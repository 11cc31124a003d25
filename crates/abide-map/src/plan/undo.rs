//! An erasure taken back: statements that put rows back as they were, each for one row, and what each row needs. A row returns
//! only to rows that are themselves back: whoever has come by their keys meanwhile is somebody else. Reads no row.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{KnownAs, Row};
use crate::map::{EdgeKind, MappedTable, Replacement};
use crate::ownership::{Node, Ownership};
use crate::schema::{Column, Dialect, TableName};
use crate::statement::{Statement, Value};

mod order;
mod statement;

use order::groups;
use statement::{Maker, Values, is_whole};

/// The rows of one step of an erasure, as they were before it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptStep {
    /// The table.
    pub table: TableName,
    /// The columns that tell rows apart; none where the table has none.
    pub key: Vec<String>,
    /// The columns that were read.
    pub columns: Vec<String>,
    /// What was written over which column; nothing where the rows were deleted.
    pub written: Vec<(String, Written)>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
    /// Those of them that were put back, by their places.
    pub back: BTreeSet<usize>,
}

/// What was written over a value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Written {
    /// Nothing, or the empty value of the column's type.
    Empty,
    /// This text.
    Text(String),
    /// What nobody else has.
    Unique,
}

impl From<&Replacement> for Written {
    fn from(replacement: &Replacement) -> Self {
        match replacement {
            Replacement::Empty => Self::Empty,
            Replacement::Text(text) => Self::Text(text.clone()),
            Replacement::Unique => Self::Unique,
        }
    }
}

impl From<&Written> for Replacement {
    fn from(written: &Written) -> Self {
        match written {
            Written::Empty => Self::Empty,
            Written::Text(text) => Self::Text(text.clone()),
            Written::Unique => Self::Unique,
        }
    }
}

/// Hides the rows.
impl std::fmt::Debug for KeptStep {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "KeptStep({}, {} rows)", self.table, self.rows.len())
    }
}

/// Where a row stands in what was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which of the capsules.
    pub capsule: usize,
    /// Which of its steps.
    pub step: usize,
    /// Which of the step's rows.
    pub row: usize,
}

/// What puts one row back.
#[derive(Debug, Clone)]
pub struct Restoring {
    /// Its table.
    pub table: TableName,
    /// Whether the row was deleted, rather than written over.
    pub was_deleted: bool,
    /// Where it was kept: more than once, if nobody knows what came of the first attempt to erase it.
    pub places: Vec<Place>,
    /// The statement: it changes one row, or none if that is not possible any more. Nothing where no statement can tell the row
    /// from others.
    pub statement: Option<Statement>,
    /// A statement that answers one number: how many rows are as it was, whoever put them back.
    pub standing: Statement,
    /// How many of those there have to be for this one to be back.
    pub least: u64,
    /// Whom its values name.
    pub names: Vec<KnownAs>,
    /// The rows without which it may not return, by their places among all that return.
    pub needs: Vec<usize>,
}

/// An erasure to be taken back.
#[derive(Debug, Clone)]
pub struct Restoration {
    /// What runs first.
    pub opening: Vec<Statement>,
    /// The rows.
    pub rows: Vec<Restoring>,
    /// Their order, by their places: each group after those that it needs. The rows of a group need each other.
    pub order: Vec<Vec<usize>>,
}

/// What puts back what these capsules hold, each the steps of one erasure in the order in which they ran, oldest first.
///
/// # Errors
/// The table or column that the schema does not have any more.
pub fn restore(ownership: &Ownership, capsules: &[Vec<KeptStep>]) -> Result<Restoration, String> {
    let mut restorer = Restorer {
        ownership,
        back: BTreeSet::new(),
        emptied: BTreeMap::new(),
        deleted: BTreeMap::new(),
        written: BTreeSet::new(),
        put: BTreeMap::new(),
        made: BTreeMap::new(),
        origins: Vec::new(),
        found: Vec::new(),
    };
    for (capsule, steps) in capsules.iter().enumerate() {
        for (step, kept) in steps.iter().enumerate() {
            restorer.note(capsule, step, kept);
        }
    }
    for (capsule, steps) in capsules.iter().enumerate().rev() {
        for (step, kept) in steps.iter().enumerate().rev() {
            restorer.take(capsule, step, kept)?;
        }
    }
    restorer.lead();
    // A server that looks at declared references and keys only at the end would refuse the whole for one row.
    let opening = (ownership.dialect == Dialect::Postgresql).then(|| Statement {
        sql: "SET CONSTRAINTS ALL IMMEDIATE".to_owned(),
        values: Vec::new(),
    });
    let needs: Vec<Vec<usize>> = restorer.found.iter().map(|row| row.needs.clone()).collect();
    Ok(Restoration {
        opening: opening.into_iter().collect(),
        rows: restorer.found,
        order: groups(&needs),
    })
}

/// A row, by the capsule that holds it.
type Whose = (usize, TableName, Row);

struct Restorer<'a> {
    ownership: &'a Ownership,
    /// Values that a later statement need not put back: the row has been put back with them.
    back: BTreeSet<(Whose, String)>,
    /// Values that were emptied, by the number of the step: a row that was deleted after that is put back without them,
    /// because what they lead to may have to be put back in between.
    emptied: BTreeMap<(Whose, String), usize>,
    /// Rows that were deleted, by the number of the step.
    deleted: BTreeMap<Whose, usize>,
    /// Columns in which something was written, of whichever capsule.
    written: BTreeSet<(TableName, Row, String)>,
    /// What puts a deleted row back, by its place among what was found.
    put: BTreeMap<Whose, usize>,
    /// What was found, by its statement.
    made: BTreeMap<(String, Vec<Value>), usize>,
    /// Where each of what was found comes from.
    origins: Vec<Origin<'a>>,
    found: Vec<Restoring>,
}

/// Where something comes from that puts a row back.
struct Origin<'a> {
    step: &'a KeptStep,
    row: &'a [Option<String>],
    whose: Option<Whose>,
    /// The columns that it writes.
    columns: BTreeSet<&'a str>,
}

/// What puts a row back, before anybody knows what it needs.
struct Made {
    statement: Option<Statement>,
    standing: Statement,
    least: u64,
}

/// What a row leads to: the columns here, the table there and its columns.
struct Reference {
    columns: Vec<String>,
    target: TableName,
    target_columns: Vec<String>,
    /// Whether it says whose the row is.
    is_owning: bool,
}

impl<'a> Restorer<'a> {
    fn node(&self, table: &TableName) -> Option<&'a Node> {
        self.ownership.tables.get(self.ownership.id(table)?)
    }

    /// Remembers which step emptied or deleted what.
    fn note(&mut self, capsule: usize, number: usize, step: &KeptStep) {
        let Some(node) = self.node(&step.table) else {
            return;
        };
        for key in step.rows.iter().filter_map(|row| key_of(step, row)) {
            let whose = (capsule, step.table.clone(), key.clone());
            if step.written.is_empty() {
                self.deleted.entry(whose).or_insert(number);
                continue;
            }
            for (name, with) in &step.written {
                self.written
                    .insert((step.table.clone(), key.clone(), name.clone()));
                if *with == Written::Empty && node.is_nullable(name) {
                    let spot = (whose.clone(), name.clone());
                    self.emptied.entry(spot).or_insert(number);
                }
            }
        }
    }

    fn take(&mut self, capsule: usize, number: usize, step: &'a KeptStep) -> Result<(), String> {
        let node = self
            .node(&step.table)
            .ok_or_else(|| format!("`{}`", step.table))?;
        let mut names = step.columns.iter();
        if let Some(name) = names.find(|name| node.table.column(name).is_none()) {
            return Err(format!("`{}.{name}`", step.table));
        }
        let mut equal: BTreeMap<&[Option<String>], u64> = BTreeMap::new();
        for (row, values) in step.rows.iter().enumerate() {
            let place = Place {
                capsule,
                step: number,
                row,
            };
            let nth = equal.entry(values).or_default();
            *nth += 1;
            match step.written.is_empty() {
                true => self.put_back(place, node, step, values, *nth),
                false => self.write_back(place, node, step, values),
            }
        }
        Ok(())
    }

    /// A row that was written over: its values return where what was written still stands, and the row still says whose it is.
    fn write_back(
        &mut self,
        place: Place,
        node: &'a Node,
        step: &'a KeptStep,
        row: &'a [Option<String>],
    ) {
        let maker = self.maker(node);
        let Some(key) = key_of(step, row) else {
            let made = Made {
                statement: None,
                standing: maker.count(&Values::new(), &values_of(node, step, row)),
                least: u64::MAX,
            };
            self.add(place, made, Origin::of(step, row, None, []));
            return;
        };
        let whose = (place.capsule, step.table.clone(), key.clone());
        let deleted = self.deleted.get(&whose);
        if deleted.is_some_and(|deleted| *deleted < place.step) {
            return;
        }
        let mut open: Vec<(&Column, &Written, Value)> = Vec::new();
        for (name, with) in &step.written {
            let is_open = self.back.insert((whose.clone(), name.clone()));
            if let (Some(column), true) = (node.table.column(name), is_open) {
                open.push((column, with, value_of(step, row, name)));
            }
        }
        if open.is_empty() {
            return;
        }
        let is_written = |name: &str| {
            let spot = (step.table.clone(), key.clone(), name.to_owned());
            self.written.contains(&spot)
        };
        let mut telling = values_of(node, step, row);
        telling.retain(|(column, _)| tells(node, &column.name) && !is_written(&column.name));
        let keyed = maker.keyed(&step.key, &key);
        let values = open
            .iter()
            .map(|(column, _, value)| (*column, value.clone()));
        let made = Made {
            statement: Some(maker.update(&keyed, &open, &telling)),
            standing: maker.count(&keyed, &values.collect()),
            least: 1,
        };
        let columns = open.iter().map(|(column, ..)| column.name.as_str());
        self.add(place, made, Origin::of(step, row, Some(whose), columns));
    }

    /// A row that was deleted.
    fn put_back(
        &mut self,
        place: Place,
        node: &'a Node,
        step: &'a KeptStep,
        row: &'a [Option<String>],
        nth: u64,
    ) {
        let maker = self.maker(node);
        let key = key_of(step, row);
        let whose = key
            .as_ref()
            .map(|key| (place.capsule, step.table.clone(), key.clone()));
        let (mut values, mut whole) = (Values::new(), Values::new());
        for (column, value) in values_of(node, step, row) {
            let spot = whose.clone().map(|whose| (whose, column.name.clone()));
            let emptied = spot.as_ref().and_then(|spot| self.emptied.get(spot));
            if emptied.is_some_and(|emptied| *emptied < place.step) {
                values.push((column, Value(None)));
                continue;
            }
            self.back.extend(spot);
            whole.push((column, value.clone()));
            values.push((column, value));
        }
        let keyed = key.map(|key| maker.keyed(&step.key, &key));
        let made = Made {
            statement: Some(maker.insert(&values, keyed.is_none().then_some(nth))),
            least: if keyed.is_some() { 1 } else { nth },
            standing: maker.count(&keyed.unwrap_or_default(), &whole),
        };
        let columns = whole.iter().map(|(column, _)| column.name.as_str());
        let origin = Origin::of(step, row, whose.clone(), columns);
        let at = self.add(place, made, origin);
        if let Some(whose) = whose {
            self.put.entry(whose).or_insert(at);
        }
    }

    fn maker(&self, node: &'a Node) -> Maker<'a> {
        Maker {
            ownership: self.ownership,
            table: &node.table,
        }
    }

    /// Adds what puts a row back, unless another capsule holds the same; its place among what was found.
    fn add(&mut self, place: Place, made: Made, origin: Origin<'a>) -> usize {
        let next = self.found.len();
        if let Some(Statement { sql, values }) = made.statement.clone() {
            let at = *self.made.entry((sql, values)).or_insert(next);
            if let Some(same) = self.found.get_mut(at) {
                same.places.push(place);
                return at;
            }
        }
        let node = self.node(&origin.step.table);
        self.found.push(Restoring {
            table: origin.step.table.clone(),
            was_deleted: origin.step.written.is_empty(),
            places: vec![place],
            statement: made.statement,
            standing: made.standing,
            least: made.least,
            names: node.map_or_else(Vec::new, |node| self.names(node, &origin)),
            needs: Vec::new(),
        });
        self.origins.push(origin);
        next
    }

    fn names(&self, node: &Node, origin: &Origin<'_>) -> Vec<KnownAs> {
        let identities = node.mapped.iter().flat_map(|mapped| &mapped.identities);
        let returning = identities.filter(|it| origin.columns.contains(it.column.value.as_str()));
        let names = returning.filter_map(|identity| {
            let image = value_of(origin.step, origin.row, &identity.column.value).0?;
            let value = self.ownership.dialect.plain(&image).to_owned();
            Some(KnownAs {
                kind: identity.kind.value.clone(),
                value: node.as_brought(&identity.column.value, value),
            })
        });
        names.collect()
    }

    /// Says of each row which of the others it needs: those that it leads to, and itself where only a part of it returns.
    fn lead(&mut self) {
        let mut index: BTreeMap<(TableName, Vec<String>), BTreeMap<Row, Vec<usize>>> =
            BTreeMap::new();
        for place in 0..self.found.len() {
            let origin = &self.origins[place];
            let mut needs = BTreeSet::new();
            if !origin.step.written.is_empty() {
                needs.extend(origin.whose.as_ref().and_then(|whose| self.put.get(whose)));
            }
            let node = self.node(&origin.step.table);
            for reference in node.map_or_else(Vec::new, |node| self.references(node, origin)) {
                let Some(leads) = self.folded(origin, &reference.columns) else {
                    continue;
                };
                let to = (reference.target, reference.target_columns);
                let there = index
                    .entry(to)
                    .or_insert_with_key(|(table, columns)| self.returning(table, columns));
                needs.extend(there.get(&leads).into_iter().flatten());
            }
            needs.remove(&place);
            self.found[place].needs = needs.into_iter().collect();
        }
    }

    /// What a row leads to by what returns of it, as the schema declares it and as the map says it.
    fn references(&self, node: &Node, origin: &Origin<'_>) -> Vec<Reference> {
        let declared = node.table.foreign_keys.iter().map(|key| Reference {
            columns: key.columns.clone(),
            target: key.target.clone(),
            target_columns: key.target_columns.clone(),
            is_owning: false,
        });
        let edges = node.mapped.iter().flat_map(|mapped| &mapped.edges);
        let holds = edges.filter(|edge| {
            edge.when.iter().all(|condition| {
                let image = value_of(origin.step, origin.row, &condition.column.value).0;
                let plain = image.as_deref().map(|it| self.ownership.dialect.plain(it));
                plain == Some(condition.value.as_str())
            })
        });
        let mapped = holds.map(|edge| {
            let there = self.node(&edge.target.value);
            let key = there.map(|there| there.table.primary_key.clone());
            let given = edge.target_columns.iter().map(|name| name.value.clone());
            Reference {
                columns: edge.columns.iter().map(|name| name.value.clone()).collect(),
                target: edge.target.value.clone(),
                target_columns: match edge.target_columns.is_empty() {
                    true => key.unwrap_or_default(),
                    false => given.collect(),
                },
                is_owning: edge.kind == EdgeKind::OwnedBy,
            }
        });
        let returns = |reference: &Reference| {
            let mut columns = reference.columns.iter();
            let comes = |name: &String| origin.columns.contains(name.as_str());
            // What is in a row is its owner's, who has to be there.
            reference.is_owning || columns.any(comes)
        };
        declared.chain(mapped).filter(returns).collect()
    }

    /// The rows of a table that others may lead to, by the values that they are led to by: those that were deleted, and
    /// those that said who somebody is.
    fn returning(&self, table: &TableName, columns: &[String]) -> BTreeMap<Row, Vec<usize>> {
        let mut found: BTreeMap<Row, Vec<usize>> = BTreeMap::new();
        for (place, origin) in self.origins.iter().enumerate() {
            let restoring = &self.found[place];
            let tells = restoring.was_deleted || !restoring.names.is_empty();
            if origin.step.table == *table
                && tells
                && let Some(values) = self.folded(origin, columns)
            {
                found.entry(values).or_default().push(place);
            }
        }
        found
    }

    /// The values of a row in these columns, without what may differ between a key and what leads to it: one too many that
    /// is needed does no harm. Nothing if one is empty.
    fn folded(&self, origin: &Origin<'_>, columns: &[String]) -> Option<Row> {
        let folded = columns.iter().map(|name| {
            let image = value_of(origin.step, origin.row, name).0?;
            let plain = self.ownership.dialect.plain(&image);
            Some(Value::text(plain.trim_end().to_lowercase()))
        });
        folded.collect()
    }
}

impl<'a> Origin<'a> {
    fn of<'n>(
        step: &'a KeptStep,
        row: &'a [Option<String>],
        whose: Option<Whose>,
        columns: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        let written: BTreeSet<&str> = columns.into_iter().collect();
        let columns = step.columns.iter().map(String::as_str);
        Self {
            step,
            row,
            whose,
            columns: columns.filter(|name| written.contains(name)).collect(),
        }
    }
}

/// Whether a column tells which row it is, and whose.
fn tells(node: &Node, column: &str) -> bool {
    let mapped = |mapped: &MappedTable| {
        let mut identities = mapped.identities.iter();
        let owning = mapped
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::OwnedBy);
        let mut owning = owning.flat_map(|edge| &edge.columns);
        identities.any(|identity| identity.column.value == column)
            || owning.any(|name| name.value == column)
    };
    let mut unique = node.table.unique.iter().flatten();
    node.mapped.as_ref().is_some_and(mapped) || unique.any(|name| name == column)
}

/// The values of a row, with their columns.
fn values_of<'a>(node: &'a Node, step: &KeptStep, row: &[Option<String>]) -> Values<'a> {
    let names = step.columns.iter();
    let columns = names.filter_map(|name| node.table.column(name));
    columns
        .map(|column| (column, value_of(step, row, &column.name)))
        .collect()
}

fn value_of(step: &KeptStep, row: &[Option<String>], name: &str) -> Value {
    let place = step.columns.iter().position(|column| column == name);
    Value(place.and_then(|place| row.get(place).cloned().flatten()))
}

fn key_of(step: &KeptStep, row: &[Option<String>]) -> Option<Row> {
    let key: Row = step
        .key
        .iter()
        .map(|name| value_of(step, row, name))
        .collect();
    is_whole(&key).then_some(key)
}
