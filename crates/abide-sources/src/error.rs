//! What can go wrong with somebody else's database. Never holds a value of a row or a credential.

use std::fmt;

/// Why a source did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// The source.
    pub source: String,
    /// What was being done: `step 3 of 7`.
    pub doing: String,
    /// What went wrong.
    pub trouble: Trouble,
    /// The server's code for it: a SQLSTATE, a number.
    pub code: Option<String>,
    /// Whether it happened while the transaction was being committed, so that nobody can say from here if it was.
    pub is_in_doubt: bool,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The address or an option cannot be used; why.
    Address(String),
    /// The server cannot be reached, or its certificate is not trusted; why.
    Unreachable(String),
    /// The server does not know the account or its password, or lets it not into the database.
    SignIn,
    /// The server has no database of that name.
    NoDatabase,
    /// The account lacks a permission, on this object if the server names it.
    Refused(Option<String>),
    /// A policy hides rows of this table from the account, so that nothing can be said of them.
    HiddenRows(Option<String>),
    /// The source is read only: by its configuration, or because the server is a replica.
    ReadOnly,
    /// Somebody else held a lock for too long.
    LockTimeout,
    /// A statement took too long, or no connection was free in time.
    Timeout,
    /// The transaction and another were in each other's way.
    Conflict,
    /// A declared constraint would not hold; its name or table if the server tells it.
    ConstraintViolated(Option<String>),
    /// The server has no room left.
    DiskFull,
    /// The schema is not the one that the statement was written for: a table, column or type is another.
    Stale(Option<String>),
    /// A value cannot be one of the column's type: text where a number is kept.
    WrongValue,
    /// A check of the work did not hold.
    CheckFailed {
        /// What was checked.
        what: String,
        /// What it had to answer.
        expected: u64,
        /// What it answered.
        found: u64,
    },
    /// The intent was carried out before.
    AlreadyDone,
    /// The connection was lost.
    Gone,
    /// Something else; the code says what.
    Other,
}

impl SourceError {
    /// Trouble at a source while doing something, without a code.
    pub(crate) fn new(source: &str, doing: &str, trouble: Trouble) -> Self {
        Self {
            source: source.to_owned(),
            doing: doing.to_owned(),
            trouble,
            code: None,
            is_in_doubt: false,
        }
    }

    /// Whether the transaction may have been committed in spite of the error. Otherwise nothing of it stayed.
    pub fn may_be_done(&self) -> bool {
        self.is_in_doubt || self.trouble == Trouble::AlreadyDone
    }

    /// Whether the same work may succeed later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.trouble,
            Trouble::Unreachable(_)
                | Trouble::LockTimeout
                | Trouble::Timeout
                | Trouble::Conflict
                | Trouble::DiskFull
                | Trouble::Gone
        )
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "source `{}`, {}: {}",
            self.source, self.doing, self.trouble
        )?;
        if let Some(code) = &self.code {
            write!(out, " (code {code})")?;
        }
        if self.is_in_doubt {
            out.write_str("; it may have been committed, resume to find out")?;
        }
        Ok(())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |out: &mut fmt::Formatter<'_>,
                     before: &str,
                     name: &Option<String>,
                     after: &str| match name {
            Some(name) => write!(out, "{before} `{name}`{after}"),
            None => write!(out, "{before} something{after}"),
        };
        match self {
            Self::Address(why) => write!(out, "the address cannot be used: {why}"),
            Self::Unreachable(why) => write!(out, "it cannot be reached: {why}"),
            Self::SignIn => out.write_str(
                "the server refuses the account: check its name and its password, and where the password is read from",
            ),
            Self::NoDatabase => out.write_str("the server has no database of that name"),
            Self::Refused(name) => named(out, "the account may not do this to", name, "; `abide map grants` prints what it needs"),
            Self::HiddenRows(name) => named(out, "a policy hides rows from the account in", name, "; nothing was done, let it see all of them with `ALTER ROLE … BYPASSRLS`"),
            Self::ReadOnly => out.write_str(
                "it is read only; take `read-only` out of its section, or name the primary server",
            ),
            Self::LockTimeout => {
                out.write_str("somebody else held a lock for too long; nothing was done, try again")
            }
            Self::Timeout => out.write_str("it took too long; raise `statement-seconds`, or try when there is less to do"),
            Self::Conflict => {
                out.write_str("another transaction was in the way; nothing was done, try again")
            }
            Self::ConstraintViolated(name) => named(out, "the constraint", name, " would not hold; nothing was done, run `abide map check`"),
            Self::DiskFull => out.write_str("the server has no room left; nothing was done, make room and try again"),
            Self::Stale(name) => named(out, "the schema is another than the map's: see", name, "; run `abide map check`"),
            Self::WrongValue => out.write_str("a value is not of the column's type; check the identifier and the map"),
            Self::CheckFailed { what, expected, found } => {
                write!(out, "{what} must be {expected} and is {found}; nothing was done")
            }
            Self::AlreadyDone => out.write_str("this was done before"),
            Self::Gone => out.write_str("the connection was lost"),
            Self::Other => out.write_str("the server refuses the statement"),
        }
    }
}

impl std::error::Error for SourceError {}
