//! What a log signs: its origin, its size and its root, after C2SP `tlog-checkpoint`.
//! Never compares checkpoints with each other: that takes entries or a proof.

use std::fmt;
use std::str::FromStr;

use crate::error::LedgerError;
use crate::hash::Hash;
use crate::note::{Note, Signer, Verifier};
use crate::text::{parse_decimal, shortened};
use crate::tree::check_size;

/// How the extension line begins that ties a log to the one it continues.
const CONTINUES: &str = "continues ";

/// The state of a log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's identity, such as `bikes.example/evidence`.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Hash,
    /// Further lines; none of them empty.
    pub extensions: Vec<String>,
}

/// The last checkpoint known of a log that another log continues, as after a restore from a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// Origin of the log that ended.
    pub origin: String,
    /// Its last known size.
    pub size: u64,
    /// Its root at that size.
    pub root: Hash,
}

impl Checkpoint {
    /// Sign this state. With two signers an old key and its successor vouch for it together.
    pub fn sign(&self, signers: &[&Signer]) -> Result<Note, LedgerError> {
        let text = self.to_string();
        // A field with a line break inside would be read back as other fields.
        match text.parse::<Self>() {
            Ok(read) if read == *self => Note::sign(&text, signers),
            Ok(_) => Err(wrong("a field holds a line break or an extension is empty")),
            Err(error) => Err(error),
        }
    }

    /// The checkpoint in a signed note, once one of the `trusted` keys is found to have signed it.
    pub fn verify<'a>(
        note: &Note,
        trusted: impl IntoIterator<Item = &'a Verifier>,
    ) -> Result<Self, LedgerError> {
        note.verify(trusted)?;
        note.text().parse()
    }

    /// This state with a line that names the log it continues. Every checkpoint of the continuing log bears it.
    pub fn continuing(mut self, previous: &Continuation) -> Self {
        self.extensions.push(previous.to_string());
        self
    }

    /// The log that this one continues, if it says so. To name two, or itself, is an error.
    pub fn continuation(&self) -> Result<Option<Continuation>, LedgerError> {
        let mut lines = self
            .extensions
            .iter()
            .filter(|line| line.starts_with(CONTINUES));
        let stated: Option<Continuation> = lines.next().map(|line| line.parse()).transpose()?;
        if lines.next().is_some() {
            return Err(wrong("it continues two logs"));
        }
        match stated {
            Some(stated) if stated.origin == self.origin => Err(wrong("it continues itself")),
            stated => Ok(stated),
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(out, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let text = text
            .strip_suffix('\n')
            .ok_or_else(|| wrong("its last line does not end in a line break"))?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(wrong("expected origin, size and root, one a line"));
        };
        let size = parse_decimal("checkpoint", size)?;
        check_size(size)?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if origin.is_empty() || extensions.iter().any(String::is_empty) {
            return Err(wrong("it has an empty line"));
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root: Hash::from_base64(root)?,
            extensions,
        })
    }
}

impl fmt::Display for Continuation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{CONTINUES}{} {} {}",
            self.origin, self.size, self.root
        )
    }
}

impl FromStr for Continuation {
    type Err = LedgerError;

    fn from_str(line: &str) -> Result<Self, LedgerError> {
        let unreadable = || {
            wrong(&format!(
                "`{}` should read `continues ORIGIN SIZE ROOT`",
                shortened(line)
            ))
        };
        // From the right: an origin may hold spaces.
        let mut fields = line
            .strip_prefix(CONTINUES)
            .ok_or_else(unreadable)?
            .rsplitn(3, ' ');
        match (fields.next(), fields.next(), fields.next()) {
            (Some(root), Some(size), Some(origin)) if !origin.is_empty() => Ok(Self {
                origin: origin.to_owned(),
                size: parse_decimal("checkpoint", size)?,
                root: Hash::from_base64(root)?,
            }),
            _ => Err(unreadable()),
        }
    }
}

fn wrong(why: &str) -> LedgerError {
    LedgerError::malformed("checkpoint", why)
}
