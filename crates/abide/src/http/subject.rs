//! How a caller names a subject. The name is personal data: it is hidden from `Debug`, logs and errors.

use std::fmt;

use abide_store::Identifier;
use serde::Deserialize;
use utoipa::ToSchema;

use super::problem::Problem;

/// A subject by something that identifies it.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectName {
    /// What kind of identifier: `account`, `email`, `phone`, `device`, `cookie` or a word of your own.
    #[schema(example = "account", max_length = 32, pattern = "^[a-z0-9-]+$")]
    pub kind: String,
    /// The identifier.
    #[schema(example = "4711", min_length = 1, max_length = 1024)]
    pub value: String,
}

impl fmt::Debug for SubjectName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SubjectName(…)")
    }
}

impl SubjectName {
    /// The identifier in its one spelling.
    pub fn identifier(&self) -> Result<Identifier, Problem> {
        Identifier::new(&self.kind, &self.value).map_err(|_| {
            let wants =
                "a `kind` of lower-case letters, digits and `-`, and a `value` of 1 to 1024 bytes";
            Problem::invalid("subject", wants)
        })
    }

    /// Reads the `kind:value` of a path.
    pub fn of_path(text: &str) -> Result<Identifier, Problem> {
        let (kind, value) = text
            .split_once(':')
            .ok_or_else(|| Problem::invalid("subject", "`kind:value`, such as `account:4711`"))?;
        let (kind, value) = (kind.to_owned(), value.to_owned());
        Self { kind, value }.identifier()
    }
}
