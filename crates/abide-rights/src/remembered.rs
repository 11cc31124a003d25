//! Whom a request is about and where it erases, sealed with it until it closes. Never verifies an identifier: whoever brings
//! one has.

use abide_map::plan::{Identities, KnownAs};
use abide_store::{Identifier, Request};
use serde::{Deserialize, Serialize};

use crate::error::RightsError;
use crate::mapped::spellings;

/// What a request remembers, sealed, until it closes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Remembered {
    pub(crate) people: Vec<(String, String)>,
    pub(crate) sources: Vec<String>,
}

impl Remembered {
    /// What a stored request remembers.
    pub(crate) fn of(request: &Request) -> Result<Self, RightsError> {
        let sealed = request.sealed.as_ref().ok_or_else(|| {
            RightsError::Corrupt(format!(
                "request `{}` does not say any more whom it is about",
                request.id
            ))
        })?;
        serde_json::from_slice(sealed).map_err(|_| {
            RightsError::Corrupt(format!(
                "what request `{}` remembers cannot be read",
                request.id
            ))
        })
    }

    /// The person, as plans know people.
    pub(crate) fn identities(&self) -> Identities {
        let known = self.people.iter().map(|(kind, value)| KnownAs {
            kind: kind.clone(),
            value: value.clone(),
        });
        Identities(known.collect())
    }

    /// The person, as our own records know people.
    pub(crate) fn identifiers(&self) -> Result<Vec<Identifier>, RightsError> {
        identifiers(&self.identities())
    }
}

/// A person's identifiers as our own records spell them.
pub(crate) fn identifiers(people: &Identities) -> Result<Vec<Identifier>, RightsError> {
    let mut identifiers = Vec::new();
    for known in &people.0 {
        for spelled in spellings(&known.kind, &known.value) {
            let identifier = Identifier::new(&spelled.kind, &spelled.value)?;
            if !identifiers.contains(&identifier) {
                identifiers.push(identifier);
            }
        }
    }
    Ok(identifiers)
}

/// Identifiers that were found and that nobody brought.
pub(crate) fn known_beyond(people: &Identities, found: Identities) -> Vec<(String, String)> {
    let beyond = found.0.into_iter().filter(|known| !people.has(known));
    beyond.map(|known| (known.kind, known.value)).collect()
}
