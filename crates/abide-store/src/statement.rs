//! Statements and their values, before any engine sees them. Never shows a value, which may be a person's.

use std::fmt;

use crate::error::Refusal;

/// A value bound to a statement. A NULL carries its type, because PostgreSQL prepares the statement with it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// TEXT.
    Text(Option<String>),
    /// BIGINT.
    Int(Option<i64>),
    /// BYTEA.
    Bytes(Option<Vec<u8>>),
    /// BIGINT: a place in the order of arrival, given each time the write is tried.
    Arrival(Option<i64>),
}

impl Value {
    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.as_deref(),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub(crate) fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) | Self::Arrival(number) => *number,
            _ => None,
        }
    }

    /// The bytes, if it is some.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => bytes.as_deref(),
            _ => None,
        }
    }
}

/// Hides the value, which may be a person's.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Text(None) | Self::Int(None) | Self::Bytes(None) => "null",
            Self::Text(_) => "text",
            Self::Int(_) => "int",
            Self::Bytes(_) => "bytes",
            Self::Arrival(_) => "arrival",
        })
    }
}

macro_rules! value_from {
    ($($from:ty => |$it:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self { $to }
        }
    )*};
}

value_from! {
    &str => |it| Self::Text(Some(it.to_owned()));
    String => |it| Self::Text(Some(it));
    &String => |it| Self::Text(Some(it.clone()));
    Option<String> => |it| Self::Text(it);
    Option<&str> => |it| Self::Text(it.map(str::to_owned));
    i64 => |it| Self::Int(Some(it));
    Option<i64> => |it| Self::Int(it);
    Vec<u8> => |it| Self::Bytes(Some(it));
    &[u8] => |it| Self::Bytes(Some(it.to_vec()));
    Option<Vec<u8>> => |it| Self::Bytes(it);
    [u8; 16] => |it| Self::Bytes(Some(it.to_vec()));
    [u8; 32] => |it| Self::Bytes(Some(it.to_vec()));
}

/// What a statement must have done for the transaction to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Any,
    /// Exactly this many rows written, or the whole write is refused for the reason given.
    Rows(u64, Refusal),
}

/// One SQL statement with `$1` placeholders, its values, and what it must have done.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The text, accepted by both engines.
    pub sql: &'static str,
    /// Values for `$1`, `$2` and so on.
    pub params: Vec<Value>,
    /// What it must have done.
    pub expect: Expect,
}

impl Statement {
    /// A statement that may write any number of rows.
    pub fn new(sql: &'static str, params: Vec<Value>) -> Self {
        Self {
            sql,
            params,
            expect: Expect::Any,
        }
    }

    /// The same, but the write is refused unless it writes exactly one row.
    pub fn or_refuse(mut self, refusal: Refusal) -> Self {
        self.expect = Expect::Rows(1, refusal);
        self
    }

    /// Head and tail of an insert of one row, between which more rows may stand: what of its text surrounds
    /// `($1, …, $n)`. Nothing for any other statement.
    pub(crate) fn as_insert(&self) -> Option<(&'static str, &'static str)> {
        let (head, rest) = self.sql.split_once(" VALUES (")?;
        let (_, tail) = rest.split_once(')')?;
        let joins = tail.is_empty() || tail.starts_with(" ON CONFLICT ");
        (head.starts_with("INSERT INTO ") && joins).then_some((head, tail))
    }
}
