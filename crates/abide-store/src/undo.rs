//! Erasures that are taken back: recorded before a source is touched and after, and certified, so that nobody shows a
//! certificate of what is there again. Never keeps the key of a capsule of which everything was put back, and never
//! destroys that of another.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::Store;
use crate::capsule::{Capsule, CapsuleState, about};
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::request::Sensitive;

/// The grade of a certificate that takes those before it back.
pub const UNDONE: &str = "undone";

/// What came of putting back what a capsule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undoing {
    /// All of it is back: the capsule is ended, and its key destroyed.
    Whole,
    /// Some of it is. The capsule holds from here on these bytes, which say what is left.
    InPart(Sensitive),
    /// Nothing is, as far as anybody can tell; the capsule stays as it was. Why, without anything of a person.
    Nothing(String),
}

impl Undoing {
    fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::InPart(_) => "in-part",
            Self::Nothing(_) => "nothing",
        }
    }
}

impl Store {
    /// Records that what these capsules of a request hold is about to be put back; on disk when it answers, and before a
    /// source is touched. From here on nobody goes on with the request, whoever is at it, and `text` is its last certificate.
    pub async fn intend_undo(
        &self,
        request: EntryId,
        capsules: &[Capsule],
        text: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let mut evidence = Evidence::new("request.undone", actor, now);
        evidence.outcome = Some(UNDONE.to_owned());
        evidence.private = serde_json::json!({
            "request": request.to_string(),
            "shown": abide_ledger::shown_seal(text),
        });
        let mut tx = self.begin(evidence)?;
        let entry = tx.entry_id();
        tx.keep_certificate(request, UNDONE, text, now);
        for capsule in capsules {
            let mut evidence = Evidence::new("undo.intended", actor, now);
            evidence.counts = BTreeMap::from([("rows".to_owned(), capsule.rows)]);
            evidence.private = about(capsule);
            tx.witness(&evidence)?;
        }
        self.close_request(&mut tx, request, now);
        tx.commit().await?;
        Ok(entry)
    }

    /// Records what came of putting back what a capsule holds. `counts` says how many rows are back, and how many are not. A
    /// capsule that was ended meanwhile is refused as [`Refusal::Changed`].
    pub async fn settle_undo(
        &self,
        capsule: &Capsule,
        undoing: &Undoing,
        counts: BTreeMap<String, u64>,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut evidence = Evidence::new("undo.settled", actor, now);
        evidence.outcome = Some(undoing.word().to_owned());
        evidence.counts = counts;
        evidence.private = about(capsule);
        if let (Undoing::Nothing(why), Some(private)) = (undoing, evidence.private.as_object_mut())
        {
            private.insert("why".to_owned(), why.as_str().into());
        }
        let mut tx = self.begin(evidence)?;
        match undoing {
            Undoing::Whole => {
                let ended = tx.end_capsule(capsule.id, CapsuleState::Opened, now);
                tx.push(ended.or_refuse(Refusal::Changed));
            }
            Undoing::InPart(left) => tx.keep_rest(capsule.id, left),
            Undoing::Nothing(_) => {}
        }
        tx.commit().await.map(drop)
    }

    /// Whether what was erased for a request was put back since, or is being.
    pub async fn is_undone(&self, request: EntryId) -> Result<bool, StoreError> {
        let certificates = self.certificates(request).await?;
        Ok(certificates.iter().any(|(_, grade, _)| grade == UNDONE))
    }
}
