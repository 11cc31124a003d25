//! A schema with its names taken apart: words of tables and columns, and the column that others point at. Never holds rows.

use std::collections::{HashMap, HashSet};

use crate::schema::{Column, Dialect, Schema, Table, TableName, TypeClass};
use crate::words::{self, Lexicon};

/// Words at the end of a table's name that say what sort of table it is, not what is in it.
const SORTS: &[&str] = &[
    "info",
    "data",
    "detail",
    "dictionari",
    "master",
    "table",
    "tbl",
    "list",
    "record",
    "entri",
    "area",
    "log",
    "base",
    "main",
    "type",
    "def",
];

/// A schema, taken apart once.
pub(super) struct Catalogue<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// Its tables; partitions are left out, since their rows are those of their parents.
    pub tables: Vec<Described<'a>>,
    exact: HashMap<String, Vec<usize>>,
    other: HashMap<String, Vec<usize>>,
    prefixed: HashMap<String, Vec<usize>>,
    last: HashMap<String, Vec<usize>>,
    initials: HashMap<String, Vec<usize>>,
    homes: HashMap<String, usize>,
}

/// A table and its names.
pub(super) struct Described<'a> {
    /// The table.
    pub table: &'a Table,
    /// The words of its name, without a beginning that all tables share.
    pub words: Vec<String>,
    /// Their stems.
    pub stems: Vec<String>,
    /// The words of each column's name.
    pub columns: Vec<Vec<String>>,
    /// The column by which other tables point at its rows.
    pub key: Option<usize>,
}

/// How a table was found by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// By the beginnings of its words: `cf` is `calculated_field`.
    Initials,
    /// By some of its letters: `dept` is `department`.
    Short,
    /// By its last word: `blob` is `active_storage_blobs`.
    LastWord,
    /// Without a word that says little: `contact` is `contact_info`.
    Other,
    /// By its whole name.
    Exact,
}

impl<'a> Catalogue<'a> {
    /// Takes a schema apart.
    pub fn new(schema: &'a Schema) -> Self {
        let whole: Vec<&Table> = schema
            .tables
            .iter()
            .filter(|table| table.partition_of.is_none())
            .collect();
        let lexicon = Lexicon::new(
            whole.iter().map(|table| table.name.name.as_str()),
            whole
                .iter()
                .flat_map(|table| &table.columns)
                .map(|column| column.name.as_str()),
        );
        let shared = shared_beginning(&whole);
        let tables: Vec<Described<'a>> = whole
            .into_iter()
            .map(|table| Described::new(table, &lexicon, shared.as_deref()))
            .collect();
        let mut catalogue = Self {
            schema,
            tables,
            exact: HashMap::new(),
            other: HashMap::new(),
            prefixed: HashMap::new(),
            last: HashMap::new(),
            initials: HashMap::new(),
            homes: HashMap::new(),
        };
        catalogue.index_names();
        catalogue.settle_parts();
        catalogue.find_homes();
        catalogue
    }

    fn index_names(&mut self) {
        let alone = self
            .tables
            .iter()
            .filter_map(|one| match one.stems.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            });
        let alone: HashSet<String> = alone.collect();
        for (at, one) in self.tables.iter().enumerate() {
            self.exact.entry(one.stems.concat()).or_default().push(at);
            if let Some(other) = one.without_sort() {
                self.other.entry(other.concat()).or_default().push(at);
            }
            if let Some(other) = one.without_beginning()
                && one
                    .stems
                    .first()
                    .is_some_and(|first| !alone.contains(first))
            {
                self.prefixed.entry(other.concat()).or_default().push(at);
            }
            if let [_, .., last] = one.stems.as_slice() {
                self.last.entry(last.clone()).or_default().push(at);
                let initials = one
                    .words
                    .iter()
                    .filter_map(|word| word.chars().next())
                    .collect();
                self.initials.entry(initials).or_default().push(at);
            }
        }
    }

    /// A part of a longer key that is the key of another table tells no rows apart: `alarm_id` in `entity_alarm`.
    fn settle_parts(&mut self) {
        let foreign: Vec<usize> = (0..self.tables.len())
            .filter(|at| {
                let Some(one) = self.tables.get(*at).filter(|one| one.key_is_part()) else {
                    return false;
                };
                let words = one
                    .key
                    .and_then(|key| one.columns.get(key))
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let home = self
                    .exact
                    .get(&words::stems(&without_marks(words)).concat());
                let bare = without_marks(words);
                let whole = |other: &Described<'_>| {
                    let same = other
                        .key
                        .and_then(|key| other.columns.get(key))
                        .is_some_and(|key| key == words);
                    same && !other.key_is_part() && other.is_called(&bare)
                };
                home.is_some_and(|home| home.iter().any(|home| home != at))
                    || self.tables.iter().any(whole)
            })
            .collect();
        for at in foreign {
            if let Some(one) = self.tables.get_mut(at) {
                one.key = None;
            }
        }
    }

    /// Which table each key's name is at home in: where several have a column of that name as their key, the one that is
    /// called so.
    fn find_homes(&mut self) {
        let mut holders: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, one) in self.tables.iter().enumerate() {
            let Some(words) = one.key.and_then(|key| one.columns.get(key)) else {
                continue;
            };
            let bare = without_marks(words);
            if !bare.is_empty() && (words.len() > 1 || one.is_called(&bare)) {
                holders.entry(words.concat()).or_default().push(at);
            }
        }
        for (name, holders) in holders {
            let ranked = holders.iter().map(|at| (self.rank_home(*at), *at));
            let best =
                ranked.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
            let part = |at: usize| self.tables.get(at).is_some_and(Described::key_is_part);
            if let Some((_, at)) = best.filter(|(rank, _)| holders.len() == 1 || *rank >= 1.5)
                && (holders.len() == 1 || !part(at))
            {
                self.homes.insert(name, at);
            }
        }
    }

    fn rank_home(&self, at: usize) -> f64 {
        let Some(one) = self.tables.get(at) else {
            return 0.0;
        };
        let bare = one
            .key
            .and_then(|key| one.columns.get(key))
            .map(|words| words::stems(&without_marks(words)))
            .unwrap_or_default();
        let column = one.key_column();
        let counts_itself =
            column.is_some_and(|column| column.has_default && one.table.primary_key.len() == 1);
        let called = match () {
            () if one.stems == bare => 4.0,
            () if one.without_sort().or_else(|| one.without_beginning()) == Some(bare.clone()) => {
                3.0
            }
            () if one.stems.ends_with(&bare) => 2.0,
            () if one.stems.starts_with(&bare) => 1.5,
            () => 0.0,
        };
        let size = u32::try_from(one.table.columns.len()).unwrap_or(u32::MAX);
        called + if counts_itself { 1.0 } else { 0.0 } + f64::from(size.min(100)) / 1000.0
    }

    /// The table whose own key has this name.
    pub fn home(&self, column_words: &[String]) -> Option<usize> {
        self.homes.get(&column_words.concat()).copied()
    }

    /// The table of exactly this name, singular or plural.
    pub fn exact(&self, stems: &[String]) -> Option<usize> {
        self.only(&self.exact, stems)
    }

    /// The table that these words mean, and how they do.
    pub fn find(&self, stems: &[String]) -> Option<(usize, Likeness)> {
        if stems.is_empty() {
            return None;
        }
        let exact = self
            .only(&self.exact, stems)
            .map(|at| (at, Likeness::Exact));
        exact.or_else(|| {
            let other = self.only(&self.other, stems);
            other
                .or_else(|| self.only(&self.prefixed, stems))
                .map(|at| (at, Likeness::Other))
        })
    }

    /// The only table whose last word this is, or whose words begin so.
    pub fn find_loosely(&self, stems: &[String]) -> Option<(usize, Likeness)> {
        let [word] = stems else { return None };
        let last = self
            .only(&self.last, stems)
            .map(|at| (at, Likeness::LastWord));
        let initials = || {
            self.only(&self.initials, stems)
                .filter(|_| (2..=4).contains(&word.len()))
        };
        last.or_else(|| initials().map(|at| (at, Likeness::Initials)))
            .or_else(|| self.shortened(word).map(|at| (at, Likeness::Short)))
    }

    /// The only table of one word that is written short so: by its first letters, or by some of them in order.
    fn shortened(&self, word: &str) -> Option<usize> {
        if word.len() < 3 {
            return None;
        }
        let fits = |at: &usize, rule: fn(&str, &str) -> bool| {
            let one = self.tables.get(*at);
            one.is_some_and(|one| one.key.is_some() && matches!(one.stems.as_slice(), [stem] if stem.len() > word.len() && rule(stem, word)))
        };
        let only = |rule: fn(&str, &str) -> bool| {
            let mut found = (0..self.tables.len()).filter(|at| fits(at, rule));
            found.next().filter(|_| found.next().is_none())
        };
        only(|stem, word| stem.starts_with(word)).or_else(|| only(has_letters))
    }

    fn only(&self, index: &HashMap<String, Vec<usize>>, stems: &[String]) -> Option<usize> {
        let found = index.get(&stems.concat())?;
        let mut keyed = found
            .iter()
            .copied()
            .filter(|at| self.tables.get(*at).is_some_and(|one| one.key.is_some()));
        keyed.next().filter(|_| keyed.next().is_none())
    }

    /// The place of a table.
    pub fn place(&self, name: &TableName) -> Option<usize> {
        self.tables.iter().position(|one| one.table.name == *name)
    }

    /// Whether values of one column can be those of the other.
    pub fn can_hold(&self, column: &Column, key: &Column) -> bool {
        use TypeClass::{Binary, Decimal, Integer, Text, Uuid};
        match (column.class, key.class) {
            (Integer | Decimal, Integer | Decimal) => !is_truth(column) && !is_truth(key),
            (Uuid, Uuid) | (Text, Text) | (Binary, Binary) => true,
            (Text, Uuid) | (Uuid, Text) => column
                .length
                .or(key.length)
                .is_none_or(|length| (32..=40).contains(&length)),
            _ => false,
        }
    }

    /// Whether two columns have the same type but for how wide it is shown.
    pub fn same_type(&self, column: &Column, key: &Column) -> bool {
        let plain = |column: &Column| {
            let name = column.type_name.to_ascii_lowercase();
            name.split(['(', ' ']).next().unwrap_or_default().to_owned()
        };
        column.class == key.class
            && (self.schema.dialect == Dialect::Sqlite || plain(column) == plain(key))
    }
}

impl<'a> Described<'a> {
    fn new(table: &'a Table, lexicon: &Lexicon, shared: Option<&str>) -> Self {
        let mut words = lexicon.words(&table.name.name);
        if words.len() > 1 && words.first().map(String::as_str) == shared {
            words.remove(0);
        }
        let columns: Vec<Vec<String>> = table
            .columns
            .iter()
            .map(|column| lexicon.words(&column.name))
            .collect();
        let stems = words::stems(&words);
        let mut one = Self {
            table,
            words,
            stems,
            columns,
            key: None,
        };
        one.key = one.find_key();
        one
    }

    /// The column that tells its rows apart for others: a key of one column, numbers before text, else the part of a longer
    /// key that is called like the table.
    fn find_key(&self) -> Option<usize> {
        let singles = std::iter::once(&self.table.primary_key)
            .chain(&self.table.unique)
            .filter_map(|key| match key.as_slice() {
                [only] => self
                    .table
                    .columns
                    .iter()
                    .position(|column| column.name == *only),
                _ => None,
            });
        let mut singles: Vec<usize> = singles.collect();
        let named_after_all = |at: &usize| {
            let words = self.columns.get(*at).map(Vec::as_slice).unwrap_or_default();
            let bare = without_marks(words);
            let keyed = self
                .table
                .columns
                .get(*at)
                .is_some_and(|column| self.table.primary_key.contains(&column.name));
            keyed && bare.len() < words.len() && words::stems(&bare) == self.stems
        };
        if let Some(at) = (0..self.columns.len()).find(named_after_all) {
            return Some(at);
        }
        let surrogate = |at: &usize| {
            let class = self.table.columns.get(*at).map(|column| column.class);
            matches!(
                class,
                Some(TypeClass::Integer | TypeClass::Uuid | TypeClass::Decimal)
            )
        };
        if !singles.iter().any(surrogate) {
            let called = |at: &usize| {
                let bare = self
                    .columns
                    .get(*at)
                    .map(|words| without_marks(words))
                    .unwrap_or_default();
                let marked = self
                    .columns
                    .get(*at)
                    .is_some_and(|words| words.len() > bare.len());
                marked
                    && surrogate(at)
                    && !bare.is_empty()
                    && self.stems.ends_with(&words::stems(&bare))
            };
            singles.extend((0..self.columns.len()).find(called));
        }
        singles
            .iter()
            .copied()
            .find(surrogate)
            .or_else(|| singles.first().copied())
    }

    /// Whether the key is only a part of the table's own key.
    pub fn key_is_part(&self) -> bool {
        let name = self.key_column().map(|column| column.name.clone());
        name.is_some_and(|name| !self.table.is_unique(&[name]))
    }

    /// The key's column.
    pub fn key_column(&self) -> Option<&'a Column> {
        self.table.columns.get(self.key?)
    }

    /// The name without a short first word, which may be the application's.
    fn without_beginning(&self) -> Option<Vec<String>> {
        match self.stems.as_slice() {
            [first, rest @ ..] if first.len() <= 3 && !rest.is_empty() => Some(rest.to_vec()),
            _ => None,
        }
    }

    /// The name without a last word that says what sort of table it is.
    fn without_sort(&self) -> Option<Vec<String>> {
        match self.stems.as_slice() {
            [rest @ .., last] if SORTS.contains(&last.as_str()) && !rest.is_empty() => {
                Some(rest.to_vec())
            }
            _ => None,
        }
    }

    /// Whether the table's name ends with these words.
    pub fn ends_with(&self, bare: &[String]) -> bool {
        self.stems.ends_with(&words::stems(bare))
    }

    fn is_called(&self, bare: &[String]) -> bool {
        let bare = words::stems(bare);
        self.stems == bare || self.stems.ends_with(&bare) || self.stems.starts_with(&bare)
    }
}

/// Whether the letters of a word stand in another in order, the first one first: `acct` in `account`.
fn has_letters(stem: &str, word: &str) -> bool {
    let mut rest = stem.chars();
    stem.chars().next() == word.chars().next()
        && word.chars().all(|letter| rest.any(|other| other == letter))
}

/// Whether a column can only say yes or no.
pub(super) fn is_truth(column: &Column) -> bool {
    column.class == TypeClass::Boolean
        || column
            .type_name
            .to_ascii_lowercase()
            .starts_with("tinyint(1)")
}

/// The words of a column's name without those that only say "a key": `id_product_1` is `product`.
pub(super) fn without_marks(words: &[String]) -> Vec<String> {
    let mark = |word: &String| MARKS.contains(&word.as_str());
    let digits = |word: &String| word.chars().all(|letter| letter.is_ascii_digit());
    let mut bare: Vec<String> = words.to_vec();
    while bare.len() > 1 && bare.last().is_some_and(digits) {
        bare.pop();
    }
    if bare.last().is_some_and(mark) {
        bare.pop();
    } else if bare.first().is_some_and(mark) {
        bare.remove(0);
    }
    bare
}

/// Words that say "a key" and nothing else.
const MARKS: &[&str] = &["id", "uuid", "guid", "fk", "pk", "oid"];

/// A short first word that nearly all tables share.
fn shared_beginning(tables: &[&Table]) -> Option<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for table in tables {
        if let [first, _, ..] = words::split(&table.name.name).as_slice() {
            *counts.entry(first.clone()).or_default() += 1;
        }
    }
    let most = counts
        .into_iter()
        .max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)))?;
    (most.1 >= 3 && most.1 * 10 >= tables.len() * 8).then_some(most.0)
}
