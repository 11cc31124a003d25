//! Whether a legal hold lies on somebody who is to be erased: asked of our records and of every source, anew each time, since
//! one may be laid at any moment. Where it cannot be asked, nothing is erased.

use std::collections::BTreeSet;

use abide_map::plan::Identities;
use abide_store::{HeldSubject, Identifier};

use crate::erase::Eraser;
use crate::error::RightsError;
use crate::mapped::lying_on;

impl Eraser<'_> {
    /// Refuses somebody on whom a hold lies by what the request brings.
    pub(crate) async fn refuse_held(&self, identifiers: &[Identifier]) -> Result<(), RightsError> {
        let mut holds = Vec::new();
        for identifier in identifiers {
            let subject = self.store.subject(identifier).await?;
            holds.extend(self.store.profile(subject).await?.holds);
        }
        holds.sort();
        holds.dedup();
        match holds.is_empty() {
            true => Ok(()),
            false => Err(RightsError::Held(holds)),
        }
    }

    /// The same person may be known to our records by another identifier than the request brings: the sources tell. While a
    /// hold lies on anybody, each has to be asked; gives those that could not be, with why.
    pub(crate) async fn refuse_held_in(
        &self,
        sources: &[String],
        people: &Identities,
    ) -> Result<Vec<(String, String)>, RightsError> {
        let held = self.store.held().await?;
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let open = self.sources.iter().map(|mapped| mapped.name().to_owned());
        let names: BTreeSet<String> = open.chain(sources.iter().cloned()).collect();
        let (mut holds, mut silent) = (Vec::new(), Vec::new());
        for name in names {
            match self.holds_in(&name, people, &held).await {
                Ok(lying) => holds.extend(lying),
                Err(error) => silent.push((
                    name,
                    format!(
                        "whether a legal hold names this person cannot be asked here, and nothing is erased anywhere until it is; {error}"
                    ),
                )),
            }
        }
        holds.sort();
        holds.dedup();
        match holds.is_empty() {
            true => Ok(silent),
            false => Err(RightsError::Held(holds)),
        }
    }

    /// The holds that lie on a person, as a source knows people.
    async fn holds_in(
        &self,
        name: &str,
        people: &Identities,
        held: &[HeldSubject],
    ) -> Result<Vec<String>, RightsError> {
        let mapped = self.named(name)?;
        let holds = mapped.holds_of(held, self.now).await?;
        let planner = mapped.planner_under(&holds, self.now);
        let mut snapshot = mapped.source.snapshot().await?;
        let keys = mapped.look_up(&planner, people, snapshot.as_mut()).await?;
        snapshot.end().await?;
        Ok(lying_on(&holds, &mapped.subjects(&planner, people, &keys)))
    }
}
