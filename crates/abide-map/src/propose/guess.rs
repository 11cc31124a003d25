//! Which column another may point at, by names and types alone. Never sees a value.

use super::catalogue::{Catalogue, Described, Likeness, is_truth, without_marks};
use super::people::People;
use crate::schema::{Column, TypeClass};
use crate::words;

/// A column that another may point at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Guess {
    /// The table, by its place in the catalogue.
    pub target: usize,
    /// How sure, 0 to 1.
    pub value: f64,
    /// Why.
    pub reason: String,
}

/// Words that mean something of their own in each table: `order.state` is an `order_state` rather than a `state`.
const LOCAL: &[&str] = &[
    "state", "status", "type", "kind", "stage", "reason", "level", "priority",
];

/// Words for a row of the same table.
const SELF: &[&str] = &[
    "parent",
    "ancestor",
    "superior",
    "predecessor",
    "successor",
    "previous",
    "next",
    "root",
    "original",
    "canonical",
    "effective",
    "merged",
    "duplicate",
    "supersedes",
    "replaces",
    "prior",
];

/// Two words for a row of the same table.
const SELF_PAIRS: &[[&str; 2]] = &[
    ["reply", "to"],
    ["reports", "to"],
    ["based", "on"],
    ["duplicate", "of"],
    ["copied", "from"],
    ["cloned", "from"],
    ["replaced", "by"],
    ["forked", "from"],
    ["version", "of"],
];

/// Words that make a name say how much, how many or whether.
const AMOUNTS: &[&str] = &[
    "quantity", "qty", "per", "of", "out", "in", "min", "max", "is", "has", "num", "count",
    "total", "days", "hours", "minutes", "seconds", "percent", "rate", "price", "cost", "score",
    "length", "width", "height", "depth",
];

/// Last words of tables that tell what happened to something.
const TALES: &[&str] = &[
    "event", "log", "history", "histori", "audit", "trail", "change", "revision", "version",
    "archive",
];

/// Words of tables in which a row joins two things, so that a parent is no row of the same table.
const JOINS: &[&str] = &[
    "member",
    "relation",
    "relationship",
    "link",
    "closure",
    "path",
    "hierarchi",
    "tree",
    "map",
    "mapping",
];

/// Words before `order` and the like that make it a place in a list.
const MEASURES: &[&str] = &[
    "order", "count", "total", "number", "position", "level", "size", "index", "rank", "weight",
    "version", "time", "date", "value", "year", "page", "line",
];

/// The columns that one may point at, surest first.
pub(super) fn guesses(
    catalogue: &Catalogue<'_>,
    people: &People,
    at: usize,
    column_at: usize,
) -> Vec<Guess> {
    let Some(one) = catalogue.tables.get(at) else {
        return Vec::new();
    };
    let (Some(column), Some(all)) = (one.table.columns.get(column_at), one.columns.get(column_at))
    else {
        return Vec::new();
    };
    let pointing = matches!(
        column.class,
        TypeClass::Integer
            | TypeClass::Decimal
            | TypeClass::Uuid
            | TypeClass::Text
            | TypeClass::Binary
    );
    if let Some(shared) = shared_key(catalogue, one, column_at) {
        return vec![shared];
    }
    if !pointing
        || column.is_generated
        || is_truth(column)
        || is_own_key(catalogue, one, at, column_at)
    {
        return Vec::new();
    }
    let bare = without_marks(all);
    if bare.is_empty() {
        return Vec::new();
    }
    let look = Look {
        catalogue,
        people,
        one,
        at,
        column,
        all,
        is_marked: bare.len() < all.len() && has_mark(all),
        stems: words::stems(&bare),
        bare,
    };
    let mut found = look.all_guesses();
    found.retain(|guess| look.holds(guess));
    found.sort_by(|left, right| {
        right
            .value
            .total_cmp(&left.value)
            .then(left.target.cmp(&right.target))
    });
    let mut seen = Vec::new();
    found.retain(|guess| {
        !seen.contains(&guess.target) && {
            seen.push(guess.target);
            true
        }
    });
    found
}

/// Whether a name has a word that says "a key".
fn has_mark(words: &[String]) -> bool {
    let bare = without_marks(words);
    let digits = words
        .iter()
        .rev()
        .take_while(|word| word.chars().all(|letter| letter.is_ascii_digit()))
        .count();
    bare.len() + digits < words.len()
}

/// Whether a column is what tells the rows of its own table apart, and at home there.
fn is_own_key(catalogue: &Catalogue<'_>, one: &Described<'_>, at: usize, column_at: usize) -> bool {
    let words = one
        .columns
        .get(column_at)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let home = catalogue.home(words);
    one.key == Some(column_at)
        && (home.is_none_or(|home| home == at) || one.ends_with(&without_marks(words)))
}

/// Last words of tables that hold more of the rows of another, under the same key.
const MORE: &[&str] = &["text", "detail", "info", "content", "bodi", "extra"];

/// The table whose key a table without a key of its own name shares: `story_texts.id` is `stories.id`.
fn shared_key(catalogue: &Catalogue<'_>, one: &Described<'_>, column_at: usize) -> Option<Guess> {
    let [first @ .., last] = one.stems.as_slice() else {
        return None;
    };
    let alone = one.columns.get(column_at)?.as_slice() == ["id"] && one.key == Some(column_at);
    if !alone || !MORE.contains(&last.as_str()) {
        return None;
    }
    let target = catalogue.exact(first)?;
    let there = catalogue.tables.get(target)?;
    let fits = catalogue.can_hold(one.table.columns.get(column_at)?, there.key_column()?);
    // A column of either that names the other says how they hang together.
    let names = |from: &Described<'_>, to: &Described<'_>| {
        let mut columns = from.columns.iter();
        columns.any(|words| words.len() > 1 && words::stems(&without_marks(words)) == to.stems)
    };
    let said = names(one, there) || names(there, one);
    (fits && !said).then(|| Guess {
        target,
        value: 0.7,
        reason: format!(
            "holds more of the rows of `{}`, under its key",
            there.table.name
        ),
    })
}

/// One column, looked at.
struct Look<'a, 'b> {
    catalogue: &'b Catalogue<'a>,
    people: &'b People,
    one: &'b Described<'a>,
    at: usize,
    column: &'b Column,
    all: &'b [String],
    bare: Vec<String>,
    stems: Vec<String>,
    is_marked: bool,
}

impl Look<'_, '_> {
    fn all_guesses(&self) -> Vec<Guess> {
        let mut found = Vec::new();
        found.extend(self.same_name());
        if matches!(self.column.class, TypeClass::Text | TypeClass::Binary) {
            if self.is_marked {
                found.extend(self.whole_name());
            }
            return found;
        }
        if self.is_marked && self.stems == self.one.stems {
            return found;
        }
        found.extend(self.in_context());
        if self.is_local() {
            found.extend(self.part_in_context());
        }
        if found.is_empty() && !self.is_marked && (self.is_local() || self.measures()) {
            return found;
        }
        found.extend(self.whole_name());
        if found.is_empty() {
            found.extend(self.part_of_name());
        }
        if found.is_empty() {
            found.extend(self.part_in_context());
        }
        if found.is_empty() {
            found.extend(self.of_first_words());
        }
        if found.is_empty() {
            found.extend(self.of_same_table());
        }
        if found.is_empty() {
            found.extend(self.by_role());
        }
        if found.is_empty() {
            found.extend(self.loosely());
        }
        found
    }

    /// Whether the name ends with a word that means something of its own in each table.
    fn is_local(&self) -> bool {
        self.bare
            .last()
            .is_some_and(|last| LOCAL.contains(&last.as_str()))
    }

    /// Whether the name says how much or how many.
    fn measures(&self) -> bool {
        self.bare
            .iter()
            .any(|word| AMOUNTS.contains(&word.as_str()))
    }

    /// Whether types fit, and whether a name that does not say "a key" can be one at all.
    fn holds(&self, guess: &Guess) -> bool {
        let Some(target) = self.catalogue.tables.get(guess.target) else {
            return false;
        };
        let Some(key) = target.key_column() else {
            return false;
        };
        let plain = self.is_marked || self.is_plausible_bare(key);
        let itself = guess.target == self.at
            && target.key.is_some_and(|at| {
                target
                    .table
                    .columns
                    .get(at)
                    .is_some_and(|key| key.name == self.column.name)
            });
        plain && !itself && self.catalogue.can_hold(self.column, key)
    }

    /// A name without `id` refers only if it is singular and of the very type of the key.
    fn is_plausible_bare(&self, key: &Column) -> bool {
        let last = self.bare.last().map(String::as_str).unwrap_or_default();
        let same_name = self.column.name.eq_ignore_ascii_case(&key.name);
        same_name
            || self.is_local()
            || (self.catalogue.same_type(self.column, key) && !words::is_plural(last))
    }

    fn guess(&self, target: usize, value: f64, reason: String) -> Guess {
        let indexed = self
            .one
            .table
            .indexes
            .iter()
            .any(|index| index.first() == Some(&self.column.name));
        let value = if indexed {
            value + (1.0 - value) * 0.2
        } else {
            value
        };
        Guess {
            target,
            value,
            reason,
        }
    }

    fn name(&self, target: usize) -> String {
        self.catalogue
            .tables
            .get(target)
            .map(|one| one.table.name.to_string())
            .unwrap_or_default()
    }

    /// The key of another table has this name.
    fn same_name(&self) -> Option<Guess> {
        let home = self.catalogue.home(self.all)?;
        let text = matches!(self.column.class, TypeClass::Text | TypeClass::Binary);
        let certain = self.all.len() > 1
            && (!text
                || self
                    .catalogue
                    .tables
                    .get(home)
                    .and_then(Described::key_column)
                    .is_some_and(|key| key.length == self.column.length));
        (home != self.at && certain).then(|| {
            self.guess(
                home,
                0.95,
                format!("has the name of the key of `{}`", self.name(home)),
            )
        })
    }

    /// The word of this column within the things of its table: `orders.state` is `order_state`.
    fn in_context(&self) -> Option<Guess> {
        let (target, _) = self.context(&self.stems)?;
        let value = match (self.is_local(), self.is_marked) {
            (true, _) => 0.98,
            (false, true) => 0.88,
            (false, false) => 0.76,
        };
        Some(self.guess(
            target,
            value,
            format!(
                "`{}` of `{}` is a row of `{}`",
                self.column.name,
                self.one.table.name,
                self.name(target)
            ),
        ))
    }

    /// The longest beginning of the table's name that makes a table together with these words.
    fn context(&self, stems: &[String]) -> Option<(usize, usize)> {
        let tail = stems.to_vec();
        (1..=self.one.stems.len()).rev().find_map(|end| {
            let mut name = self.one.stems.get(..end)?.to_vec();
            name.extend(tail.iter().cloned());
            let target = self
                .catalogue
                .exact(&name)
                .filter(|target| *target != self.at)?;
            Some((target, end))
        })
    }

    /// The name of a table.
    fn whole_name(&self) -> Option<Guess> {
        let (target, likeness) = self.catalogue.find(&self.stems)?;
        if target == self.at
            || (!self.is_marked && likeness != Likeness::Exact && !self.is_in_key())
        {
            return None;
        }
        let value = match likeness {
            Likeness::Exact => 0.95,
            _ => 0.9,
        };
        let value = if self.is_marked { value } else { value - 0.15 };
        Some(self.guess(
            target,
            value,
            format!("named after `{}`", self.name(target)),
        ))
    }

    /// A role and the name of a table: `manager_staff_id`, `id_address_delivery`.
    fn part_of_name(&self) -> Option<Guess> {
        let length = self.stems.len();
        let tails = (1..length).map(|start| {
            (
                self.stems.get(start..).unwrap_or_default(),
                length - start,
                true,
            )
        });
        let marked_first = self
            .all
            .first()
            .is_some_and(|first| first == "id" || first == "fk");
        let heads = (1..length)
            .filter(|_| marked_first)
            .map(|end| (self.stems.get(..end).unwrap_or_default(), end, false));
        let found = tails.chain(heads).filter_map(|(part, words, at_end)| {
            let (target, likeness) = self.catalogue.find(part)?;
            Some((words, likeness, at_end, target))
        });
        let (words, likeness, at_end, target) =
            found.max_by_key(|(words, likeness, at_end, _)| {
                (*words, *likeness, *at_end != marked_first)
            })?;
        if !self.is_marked && likeness != Likeness::Exact && !self.is_in_key() {
            return None;
        }
        let last = self.bare.last().map(String::as_str).unwrap_or_default();
        if !self.is_marked && words == 1 && at_end && MEASURES.contains(&last) {
            return None;
        }
        let base = if self.is_marked { 0.92 } else { 0.75 };
        let value = if likeness == Likeness::Exact {
            base
        } else {
            base - 0.04
        };
        Some(self.guess(
            target,
            value,
            format!("a role and the name of `{}`", self.name(target)),
        ))
    }

    /// Whether the column is part of its table's key.
    fn is_in_key(&self) -> bool {
        self.one.table.primary_key.contains(&self.column.name)
    }

    /// A thing of any kind, in a table that is called after what it is about: `order_event.entity_id`.
    fn of_first_words(&self) -> Option<Guess> {
        let generic = self.is_marked
            && matches!(self.bare.as_slice(), [word] if ["entity", "object", "record", "item"].contains(&word.as_str()));
        let tells = self
            .one
            .words
            .last()
            .is_some_and(|last| TALES.contains(&words::stem(last).as_str()));
        if !generic || !tells {
            return None;
        }
        let target = (1..self.one.stems.len())
            .rev()
            .find_map(|end| self.catalogue.exact(self.one.stems.get(..end)?))?;
        let stems = &self.catalogue.tables.get(target)?.stems;
        let said = self
            .one
            .columns
            .iter()
            .any(|words| words::stems(&without_marks(words)) == *stems);
        (!said && target != self.at).then(|| {
            self.guess(
                target,
                0.6,
                format!(
                    "`{}` is called after `{}`",
                    self.one.table.name,
                    self.name(target)
                ),
            )
        })
    }

    /// A role, and a word within the things of the table: `product_shop.default_attribute` is a `product_attribute`.
    fn part_in_context(&self) -> Option<Guess> {
        let last = self.bare.last().map(String::as_str).unwrap_or_default();
        if !self.is_marked && MEASURES.contains(&last) {
            return None;
        }
        let target = (1..self.stems.len())
            .find_map(|start| Some(self.context(self.stems.get(start..)?)?.0))?;
        Some(self.guess(
            target,
            0.78,
            format!(
                "a role, and a word for `{}` within `{}`",
                self.name(target),
                self.one.table.name
            ),
        ))
    }

    /// Another row of the same table.
    fn of_same_table(&self) -> Option<Guess> {
        let last = self.bare.last().map(String::as_str).unwrap_or_default();
        let pair = self
            .all
            .iter()
            .rev()
            .take(2)
            .map(String::as_str)
            .collect::<Vec<_>>();
        let paired = SELF_PAIRS.iter().any(|[one, two]| pair == [*two, *one])
            || (self.is_marked
                && matches!(self.bare.as_slice(), [.., one, two] if SELF_PAIRS.contains(&[one.as_str(), two.as_str()])));
        let joins = self
            .one
            .stems
            .last()
            .is_some_and(|last| JOINS.contains(&last.as_str()));
        let named = SELF.contains(&last) && (self.is_marked || last == "parent") && !joins;
        (paired || named).then(|| {
            self.guess(
                self.at,
                0.85,
                format!("another row of `{}`", self.one.table.name),
            )
        })
    }

    /// What people are called for what they do: `author`, `updated_by`.
    fn by_role(&self) -> Option<Guess> {
        let own = self
            .stems
            .iter()
            .zip(&self.one.stems)
            .take_while(|(here, there)| here == there)
            .count();
        let by = self.bare.last().is_some_and(|last| last == "by");
        if !self.is_marked && !by && self.bare.len() - own > 1 {
            return None;
        }
        let target = self.people.by_role(&self.bare)?;
        let value = if self.is_marked || by { 0.85 } else { 0.75 };
        Some(self.guess(
            target,
            value,
            format!("a role of people, who are rows of `{}`", self.name(target)),
        ))
    }

    /// The last word of a table's name, or its initials.
    fn loosely(&self) -> Option<Guess> {
        let tail = self.stems.get(self.stems.len().checked_sub(1)?..)?;
        let (target, likeness) = self.catalogue.find_loosely(tail)?;
        let (value, how) = match likeness {
            Likeness::Initials if self.stems.len() == 1 => (0.65, "short for"),
            Likeness::Short if self.stems.len() == 1 => (0.7, "short for"),
            Likeness::LastWord => (0.7, "the last word of"),
            _ => return None,
        };
        self.is_marked
            .then(|| self.guess(target, value, format!("{how} `{}`", self.name(target))))
    }
}
