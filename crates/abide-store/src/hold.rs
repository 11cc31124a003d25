//! Legal holds: who must not be erased for as long as a hold lasts, by everything that they are known by here. Lifts none.

use crate::Store;
use crate::error::StoreError;
use crate::subject::{Identifier, SubjectToken, parse_profile};

/// How many subjects are read at once.
const PAGE: i64 = 1000;

/// Someone on whom a hold lies.
pub struct HeldSubject {
    /// The holds, by name.
    pub holds: Vec<String>,
    /// Everything that they are known by, also by way of a device that was joined into them.
    pub identifiers: Vec<Identifier>,
}

/// Hides who it is.
impl std::fmt::Debug for HeldSubject {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "HeldSubject({:?} …)", self.holds)
    }
}

impl Store {
    /// Everyone on whom a legal hold lies. The holds of all that someone is known by count for each of it.
    pub async fn held(&self) -> Result<Vec<HeldSubject>, StoreError> {
        // The profile is JSON of our own: the text finds candidates, and reading it decides.
        let sql = "SELECT token, profile FROM subjects WHERE tenant = $1 AND token > $2 AND profile LIKE '%\"holds\":[\"%' ORDER BY token LIMIT $3";
        let (mut held, mut after) = (Vec::new(), Vec::new());
        loop {
            let params = vec![self.tenant().into(), after.clone().into(), PAGE.into()];
            let rows = self.engine().rows("reading holds", sql, params).await?;
            let Some(last) = rows.last() else {
                return Ok(held);
            };
            after = last.bytes(0)?;
            for row in &rows {
                let holds = parse_profile(&row.text(1)?)?.holds;
                if !holds.is_empty() {
                    let token = SubjectToken(row.array(0)?);
                    let identifiers = self.identifiers_of(token).await?;
                    held.push(HeldSubject { holds, identifiers });
                }
            }
        }
    }

    /// Everything that is kept of what someone is known by.
    async fn identifiers_of(&self, token: SubjectToken) -> Result<Vec<Identifier>, StoreError> {
        let mut family = self.family(token).await?;
        // A hold on a device counts for the device too.
        if !family.contains(&token) {
            family.push(token);
        }
        let mut identifiers = Vec::new();
        for token in family {
            identifiers.extend(self.identifier(token).await?);
        }
        Ok(identifiers)
    }
}
