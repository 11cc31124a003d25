//! Reading choices: everything a subject said, and what of it counts. Never merges what different subjects said.

use jiff::Timestamp;

use super::{Acting, ConsentState, Matter, PastChoice, Shown, current_of};
use crate::Store;
use crate::engine::{Row, Sql};
use crate::error::StoreError;
use crate::evidence::EntryId;
use crate::moment;
use crate::statement::Value;
use crate::subject::SubjectToken;

const COLUMNS: &str = "SELECT entry_id, arrival, subject, matter, name, state, scope, policy, shown_hash, shown_lang, shown_variant, actor, source, signals, at, until, ends FROM choices";

impl Store {
    /// Everything that a subject and everyone joined into it ever said, oldest first.
    pub async fn history(&self, subject: SubjectToken) -> Result<Vec<PastChoice>, StoreError> {
        let mut history = Vec::new();
        for token in self.family(subject).await? {
            let condition = "tenant = $1 AND subject = $2 ORDER BY arrival";
            let params = vec![self.tenant().into(), token.into()];
            history.extend(self.choices(condition, params).await?);
        }
        history.sort_by_key(|choice| choice.arrival);
        Ok(history)
    }

    /// What of it counts at `now`.
    pub async fn current(
        &self,
        subject: SubjectToken,
        now: Timestamp,
    ) -> Result<Vec<PastChoice>, StoreError> {
        Ok(current_of(self.history(subject).await?, now))
    }

    /// The choice that an entry is evidence of.
    pub async fn choice(&self, id: EntryId) -> Result<Option<PastChoice>, StoreError> {
        let params = vec![self.tenant().into(), id.into()];
        let choices = self
            .choices("tenant = $1 AND entry_id = $2", params)
            .await?;
        Ok(choices.into_iter().next())
    }

    /// The text that was shown for the choice that an entry is evidence of.
    pub(crate) async fn shown_in(&self, id: EntryId) -> Result<Option<String>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a choice",
                "SELECT s.text FROM choices c JOIN shown s ON s.tenant = c.tenant AND s.hash = c.shown_hash AND s.lang = c.shown_lang AND s.variant = c.shown_variant WHERE c.tenant = $1 AND c.entry_id = $2",
                vec![self.tenant().into(), id.into()],
            )
            .await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// The text with this hash, if it was ever shown.
    pub async fn shown(&self, shown: &Shown) -> Result<Option<String>, StoreError> {
        let row = self
            .engine()
            .row(
                "reading a text that was shown",
                "SELECT text FROM shown WHERE tenant = $1 AND hash = $2 AND lang = $3 AND variant = $4",
                vec![
                    self.tenant().into(),
                    shown.hash.into(),
                    (&shown.lang).into(),
                    (&shown.variant).into(),
                ],
            )
            .await?;
        row.map(|row| row.text(0)).transpose()
    }

    /// Choices past their time whose expiry is not recorded.
    pub(super) async fn due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<PastChoice>, StoreError> {
        let condition = "tenant = $1 AND until <= $2 AND subject IS NOT NULL AND state IN ('ConsentGiven', 'RenewedConsentGiven') AND NOT EXISTS (SELECT 1 FROM choices e WHERE e.tenant = choices.tenant AND e.ends = choices.entry_id) ORDER BY until LIMIT $3";
        let params = vec![
            self.tenant().into(),
            now.as_millisecond().into(),
            i64::from(limit).into(),
        ];
        self.choices(condition, params).await
    }

    /// Choices of the subjects behind `after` up to `last`, by subject and in the order of arrival.
    pub(crate) async fn choices_between(
        &self,
        after: &[u8],
        last: SubjectToken,
    ) -> Result<Vec<PastChoice>, StoreError> {
        let condition = "tenant = $1 AND subject > $2 AND subject <= $3 ORDER BY subject, arrival";
        let params = vec![self.tenant().into(), after.into(), last.into()];
        self.choices(condition, params).await
    }

    async fn choices(
        &self,
        condition: &'static str,
        params: Vec<Value>,
    ) -> Result<Vec<PastChoice>, StoreError> {
        let sql = Sql::from(format!("{COLUMNS} WHERE {condition}"));
        let rows = self.engine().rows("reading choices", sql, params).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<PastChoice, StoreError> {
    let wrong = |what: &str| StoreError::corrupt("choice", format!("its {what} is unknown"));
    let shown = match (row.maybe_bytes(8)?, row.maybe_text(9)?, row.maybe_text(10)?) {
        (Some(hash), Some(lang), Some(variant)) => Some(Shown {
            hash: hash.try_into().map_err(|_| wrong("text"))?,
            lang,
            variant,
        }),
        _ => None,
    };
    let ends = row
        .maybe_bytes(16)?
        .map(|bytes| bytes.try_into().map(EntryId));
    Ok(PastChoice {
        entry_id: EntryId(row.array(0)?),
        arrival: row.int(1)?,
        subject: SubjectToken::from_row(row.maybe_bytes(2)?)?,
        matter: Matter::from_row(&row.text(3)?, row.text(4)?).ok_or_else(|| wrong("matter"))?,
        state: ConsentState::from_name(&row.text(5)?).ok_or_else(|| wrong("state"))?,
        scope: serde_json::from_str(&row.text(6)?).map_err(|_| wrong("scope"))?,
        policy: row.maybe_text(7)?,
        shown,
        acting: Acting::from_word(&row.text(11)?).ok_or_else(|| wrong("actor"))?,
        source: row.text(12)?,
        signals: serde_json::from_str(&row.text(13)?).map_err(|_| wrong("signals"))?,
        at: moment(row.int(14)?)?,
        until: row.maybe_int(15)?.map(moment).transpose()?,
        ends: ends.transpose().map_err(|_| wrong("expiry"))?,
    })
}
