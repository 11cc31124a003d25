//! Records what a subject says, for the endpoint and for programs that hold the server. Taking back is never refused for
//! what a policy says.

use abide_ledger::Receipt;
use abide_store::{Choice, EntryId, RepeatableRequest};
use axum::http::StatusCode;

use super::app::App;
use super::consent::Consent;
use super::idempotency::Kept;
use super::problem::Problem;
use super::recorded::Recorded;

impl App {
    /// Records what a subject says, unless this very request did so before. It holds for every later decision.
    pub async fn record(
        &self,
        consent: &Consent,
        once: Option<&RepeatableRequest>,
    ) -> Result<Recorded, Problem> {
        if let Some(kept) = self.answered(once).await? {
            return kept.read();
        }
        if consent.source == Choice::TAKEN_OVER {
            let wants =
                "another word; what was said elsewhere is taken over at `/v1/consents/import`";
            return Err(Problem::invalid("source", wants));
        }
        let now = self.clock.now();
        let identifier = consent.subject.identifier()?;
        let mut choice = consent.choice()?;
        self.decider
            .complete(&mut choice, consent.policy.as_deref())?;
        let subject = self.store.subject(&identifier).await?;
        let mut tx = self
            .store
            .begin_choice(subject, Some(&identifier), &choice, now)?;
        if let Some(text) = consent.text() {
            tx.show(&text);
        }
        let recorded = Recorded::of(tx.entry_id());
        let kept = Kept::json(StatusCode::CREATED, &recorded)?;
        let earlier = self.commit_once(tx, once, &kept, now).await?;
        self.decider.changed(subject);
        earlier.map_or(Ok(recorded), |kept| kept.read())
    }

    /// The receipt of what was recorded, once it is in the log; nothing if that takes too long.
    pub async fn await_receipt_of(&self, recorded: &Recorded) -> Result<Option<Receipt>, Problem> {
        match EntryId::parse(&recorded.entry) {
            Some(entry) => self.await_receipt(entry).await,
            None => Ok(None),
        }
    }
}
