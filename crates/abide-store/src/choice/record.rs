//! Writing choices: each with its evidence, and the identifier kept sealed. Never reads what was said before: taking back
//! what was never given is recorded all the same.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{Choice, ConsentState, PastChoice, PastWord, Recorded, ShownText};
use crate::Store;
use crate::error::{Refusal, StoreError};
use crate::evidence::{EntryId, Evidence};
use crate::idempotency::{KeptAnswer, RepeatableRequest};
use crate::statement::{Statement, Value};
use crate::subject::{Identifier, SubjectToken};
use crate::write::{SealedPart, Sealing, Step, WriteTx};

/// What a sealed reference to an actor is bound to.
const ACTOR: &str = "actor";

/// How many imported choices share a transaction.
const IMPORTED_AT_ONCE: usize = 200;

impl Store {
    /// Begins the recording of a choice. The caller may add to the same write, such as an answer to keep, and commits it.
    /// With an identifier, the subject becomes known by it.
    pub fn begin_choice(
        &self,
        subject: SubjectToken,
        identifier: Option<&Identifier>,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin(evidence_of(subject, choice, now))?;
        if let Some(identifier) = identifier {
            tx.register(subject, identifier, now);
        }
        let entry_id = tx.entry_id();
        tx.push_choice(entry_id, subject, choice, now, None);
        Ok(tx)
    }

    /// Records a choice of whoever the identifier names.
    pub async fn record(
        &self,
        identifier: &Identifier,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let subject = self.subject(identifier).await?;
        let written = self
            .begin_choice(subject, Some(identifier), choice, now)?
            .commit()
            .await?;
        Ok(Recorded {
            entry_id: written.entry_id,
            subject,
            arrival: written.arrival,
        })
    }

    /// Takes back; the same as recording that state.
    pub async fn withdraw(
        &self,
        identifier: &Identifier,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let choice = choice.in_state(ConsentState::ConsentWithdrawn);
        self.record(identifier, &choice, now).await
    }

    /// Says yes again.
    pub async fn renew(
        &self,
        identifier: &Identifier,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        let choice = choice.in_state(ConsentState::RenewedConsentGiven);
        self.record(identifier, &choice, now).await
    }

    /// Takes over choices made elsewhere. One that is older than what was said here does not outlive it. Gives the entries,
    /// in order. A failure leaves those before it recorded; the same request again records the rest.
    pub async fn import(
        &self,
        choices: &[PastWord],
        once: Option<&RepeatableRequest>,
        now: Timestamp,
    ) -> Result<Vec<EntryId>, StoreError> {
        let mut entries = Vec::with_capacity(choices.len());
        for (number, chunk) in choices.chunks(IMPORTED_AT_ONCE).enumerate() {
            let part = once.map(|once| once.part(number));
            entries.extend(self.import_part(chunk, part.as_ref(), now).await?);
        }
        Ok(entries)
    }

    /// Takes over so many in one transaction, unless that was done before.
    async fn import_part(
        &self,
        choices: &[PastWord],
        once: Option<&RepeatableRequest>,
        now: Timestamp,
    ) -> Result<Vec<EntryId>, StoreError> {
        let Some(once) = once else {
            let (tx, entries) = self.begin_import(choices, now).await?;
            return tx.commit().await.map(|_| entries);
        };
        if let Some(kept) = self.kept_answer(once).await? {
            return read_entries(&kept);
        }
        let (mut tx, entries) = self.begin_import(choices, now).await?;
        let body = entries.iter().flat_map(|entry| entry.0).collect();
        tx.keep_answer(once, &KeptAnswer { status: 200, body }, now);
        match tx.commit().await {
            Ok(_) => Ok(entries),
            Err(StoreError::Refused(Refusal::IdempotencyTaken)) => {
                let kept = self.kept_answer(once).await?;
                read_entries(&kept.ok_or(Refusal::IdempotencyTaken)?)
            }
            Err(error) => Err(error),
        }
    }

    async fn begin_import(
        &self,
        choices: &[PastWord],
        now: Timestamp,
    ) -> Result<(WriteTx, Vec<EntryId>), StoreError> {
        let mut tx = self.begin_housekeeping(now)?;
        let mut entries = Vec::with_capacity(choices.len());
        for word in choices {
            let subject = self.subject(&word.identifier).await?;
            let mut evidence = evidence_of(subject, &word.choice, now);
            evidence.kind = "consent.imported".into();
            if let Some(details) = evidence.private.as_object_mut() {
                details.insert("said".into(), word.at.to_string().into());
            }
            let entry_id = tx.witness(&evidence)?;
            tx.register(subject, &word.identifier, now);
            if let Some(text) = &word.shown {
                tx.show(text);
            }
            let mut choice = word.choice.clone();
            choice.source = Choice::TAKEN_OVER.into();
            tx.push_choice(entry_id, subject, &choice, word.at, None);
            entries.push(entry_id);
        }
        Ok((tx, entries))
    }

    /// Records the expiry of choices whose time is over, at most `limit`. Gives those that were recorded here and whose
    /// they are; another node may have been quicker with some.
    pub async fn expire_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PastChoice>, StoreError> {
        let mut expired = Vec::new();
        for due in self.due(now, limit).await? {
            let Some(subject) = due.subject else { continue };
            let choice = Choice {
                scope: due.scope.clone(),
                policy: due.policy.clone(),
                ..Choice::new(due.matter.clone(), ConsentState::ConsentExpired, "expiry")
            };
            let mut tx = self.begin(evidence_of(subject, &choice, now))?;
            let entry_id = tx.entry_id();
            tx.push_choice(entry_id, subject, &choice, now, Some(due.entry_id));
            match tx.commit().await {
                Ok(_) => expired.push(due),
                Err(StoreError::Refused(Refusal::AlreadyThere)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(expired)
    }
}

/// The entries of an import, as they are kept with its request.
fn read_entries(kept: &KeptAnswer) -> Result<Vec<EntryId>, StoreError> {
    let (entries, rest) = kept.body.as_chunks::<16>();
    match rest {
        [] => Ok(entries.iter().copied().map(EntryId).collect()),
        _ => Err(StoreError::corrupt("answer", "it is not of an import")),
    }
}

impl Choice {
    fn in_state(&self, state: ConsentState) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }
}

fn evidence_of(subject: SubjectToken, choice: &Choice, now: Timestamp) -> Evidence {
    let mut evidence = Evidence::new(choice.state.kind(), choice.actor.acting.word(), now);
    evidence.clauses.clone_from(&choice.clauses);
    evidence.policy.clone_from(&choice.policy);
    evidence.outcome = Some(choice.state.name().to_owned());
    evidence.subject = Some(subject);
    let mut private = serde_json::json!({
        "matter": choice.matter,
        "scope": choice.scope,
        "source": choice.source,
    });
    let mut add = |name: &str, value: serde_json::Value| {
        if let Some(object) = private.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    };
    if let Some(reference) = &choice.actor.reference {
        add("actor_reference", reference.as_str().into());
    }
    if !choice.signals.is_empty() {
        add("signals", choice.signals.clone().into());
    }
    if let Some(until) = choice.until {
        add("until", until.to_string().into());
    }
    if let Some(shown) = &choice.shown {
        // The spelling that a receipt looks for: `abide_ledger::shown_seal`.
        add(
            "shown",
            format!("sha256:{}", crate::hex::encode(&shown.hash)).into(),
        );
        add("shown_lang", shown.lang.as_str().into());
        add("shown_variant", shown.variant.as_str().into());
    }
    evidence.private = private;
    evidence
}

impl WriteTx {
    /// Adds a choice to the same write, with evidence of its own. The subject becomes known by the identifier.
    pub fn add_choice(
        &mut self,
        subject: SubjectToken,
        identifier: &Identifier,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<EntryId, StoreError> {
        let entry_id = self.witness(&evidence_of(subject, choice, now))?;
        self.register(subject, identifier, now);
        self.push_choice(entry_id, subject, choice, now, None);
        Ok(entry_id)
    }

    /// Keeps a text that was shown, once.
    pub fn show(&mut self, text: &ShownText) {
        let shown = text.shown();
        let params = vec![
            self.store().tenant().into(),
            shown.hash.into(),
            shown.lang.into(),
            shown.variant.into(),
            (&text.text).into(),
        ];
        self.push(Statement::new(
            "INSERT INTO shown (tenant, hash, lang, variant, text) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            params,
        ));
    }

    fn push_choice(
        &mut self,
        entry_id: EntryId,
        subject: SubjectToken,
        choice: &Choice,
        at: Timestamp,
        ends: Option<EntryId>,
    ) {
        let json = |value: serde_json::Result<String>| value.unwrap_or_default();
        let shown = choice.shown.as_ref();
        let statement = Statement::new(
            "INSERT INTO choices (tenant, entry_id, arrival, subject, matter, name, state, scope, policy, shown_hash, shown_lang, shown_variant, actor, actor_ref, source, signals, at, until, ends) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            vec![
                self.store().tenant().into(),
                entry_id.into(),
                Value::Arrival(None),
                subject.into(),
                choice.matter.kind().into(),
                choice.matter.name().into(),
                choice.state.name().into(),
                json(serde_json::to_string(&choice.scope)).into(),
                choice.policy.clone().into(),
                Value::Bytes(shown.map(|shown| shown.hash.to_vec())),
                shown.map(|shown| shown.lang.as_str()).into(),
                shown.map(|shown| shown.variant.as_str()).into(),
                choice.actor.acting.word().into(),
                Value::Bytes(None),
                (&choice.source).into(),
                json(serde_json::to_string(&choice.signals)).into(),
                at.as_millisecond().into(),
                choice.until.map(Timestamp::as_millisecond).into(),
                Value::Bytes(ends.map(|entry| entry.0.to_vec())),
            ],
        );
        match &choice.actor.reference {
            None => self.push(statement),
            Some(reference) => {
                let plain = Zeroizing::new(reference.clone().into_bytes());
                // Under the key of its evidence: the same subject in the same write.
                let sealing = Sealing {
                    subject: Some(subject),
                    key_at: None,
                    parts: vec![SealedPart {
                        at: 13,
                        purpose: ACTOR,
                        id: entry_id.0.to_vec(),
                        plain,
                    }],
                };
                self.push_step(Step::sealed(statement, sealing));
            }
        }
    }
}

impl Store {
    /// Who exactly made a choice, while the subject's key exists.
    pub async fn actor_reference(&self, id: EntryId) -> Result<Option<String>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a choice",
                "SELECT c.actor_ref, e.key_id FROM choices c JOIN evidence e ON e.tenant = c.tenant AND e.id = c.entry_id WHERE c.tenant = $1 AND c.entry_id = $2 AND c.actor_ref IS NOT NULL",
                vec![self.tenant().into(), id.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let plain = self
            .open_sealed(&row.bytes(1)?, ACTOR, &id.0, &row.bytes(0)?)
            .await?;
        plain
            .map(|plain| {
                String::from_utf8(plain.to_vec())
                    .map_err(|_| StoreError::corrupt("actor", "it is not text"))
            })
            .transpose()
    }
}
