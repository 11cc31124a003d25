//! One statement in a source's own language, with its values apart from its text. Never holds a value in the text.

use std::fmt;

use crate::schema::TypeClass;

/// A statement and its values.
#[derive(Clone, PartialEq)]
pub struct Statement {
    /// The text, with the dialect's placeholders.
    pub sql: String,
    /// The values, in the order of the placeholders.
    pub values: Vec<Value>,
}

/// The text only: values may be anyone's.
impl fmt::Debug for Statement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Statement({}, {} values)", self.sql, self.values.len())
    }
}

/// A value as it goes to a source. It is always sent as text; the statement casts it to the column's type.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(pub Option<String>);

impl Value {
    /// A value that is there.
    pub fn text(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }
}

/// Hides the value.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0.is_some() {
            "Value(…)"
        } else {
            "Value(none)"
        })
    }
}

/// What comes back in a column of a read: every value is read as text, bytes as hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadColumn {
    /// The column's name.
    pub name: String,
    /// What sort of value it holds, for writing it as JSON.
    pub class: TypeClass,
}
