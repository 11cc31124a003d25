//! Facts that are nobody's choice: contracts of recipients, open cases, what happened to a subject, what holds for all.
//! Never decides anything from them.

use jiff::Timestamp;

use crate::engine::Row;
use crate::error::{Refusal, StoreError};
use crate::evidence::Evidence;
use crate::statement::{Statement, Value};
use crate::subject::SubjectToken;
use crate::{Store, WriteTx, Written, moment};

/// That a fact holds of a recipient, such as a contract that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The recipient, by name.
    pub recipient: String,
    /// The fact, by name.
    pub fact: String,
    /// From when.
    pub since: Timestamp,
    /// Up to when, that moment excluded. A contract that ended at once says that the fact does not hold.
    pub until: Option<Timestamp>,
    /// SHA-256 of the document.
    pub document_hash: Option<[u8; 32]>,
}

/// A case, such as one request of an authority, and the facts that hold of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: String,
    /// Facts, by name.
    pub facts: Vec<String>,
    /// When it began.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
}

/// An event that happened to a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The event, by name.
    pub event: String,
    /// When.
    pub at: Timestamp,
}

/// A fact that holds for everyone or for nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalFact {
    /// The fact, by name.
    pub fact: String,
    /// Whether it holds.
    pub holds: Holding,
    /// Since when.
    pub at: Timestamp,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It does.
    Holds,
    /// It does not.
    Fails,
}

impl Store {
    /// Registers a contract. A later one about the same recipient and fact replaces it.
    pub async fn register_contract(
        &self,
        contract: &Contract,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_contract(contract, actor, now)?.commit().await
    }

    /// Begins to register a contract.
    pub fn begin_contract(
        &self,
        contract: &Contract,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("register.contract", actor, now);
        evidence.private = serde_json::json!({
            "recipient": contract.recipient,
            "fact": contract.fact,
            "since": contract.since.to_string(),
            "until": contract.until.map(|until| until.to_string()),
        });
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        tx.push(Statement::new(
            "INSERT INTO register (tenant, recipient, fact, entry_id, arrival, since, until, document_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            vec![
                self.tenant().into(),
                (&contract.recipient).into(),
                (&contract.fact).into(),
                entry_id.into(),
                Value::Arrival(None),
                contract.since.as_millisecond().into(),
                contract.until.map(Timestamp::as_millisecond).into(),
                Value::Bytes(contract.document_hash.map(|hash| hash.to_vec())),
            ],
        ));
        Ok(tx)
    }

    /// The last contract of each recipient and fact, whether or not its time has come or is over.
    pub async fn contracts(&self) -> Result<Vec<Contract>, StoreError> {
        let sql = "SELECT recipient, fact, since, until, document_hash FROM register WHERE tenant = $1 ORDER BY arrival";
        let rows = self
            .engine()
            .rows("reading the register", sql, vec![self.tenant().into()])
            .await?;
        let mut contracts: Vec<Contract> = Vec::new();
        for row in &rows {
            let contract = read_contract(row)?;
            contracts.retain(|it| it.recipient != contract.recipient || it.fact != contract.fact);
            contracts.push(contract);
        }
        Ok(contracts)
    }

    /// Opens a case; refused as [`Refusal::AlreadyThere`] if there is one of this id.
    pub async fn open_case(
        &self,
        id: &str,
        facts: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_open_case(id, facts, actor, now)?.commit().await
    }

    /// Begins to open a case.
    pub fn begin_open_case(
        &self,
        id: &str,
        facts: &[String],
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin(case_evidence("register.case-opened", id, actor, now))?;
        let entry_id = tx.entry_id();
        let facts =
            serde_json::to_string(facts).map_err(|error| StoreError::corrupt("case", error))?;
        let params = vec![
            self.tenant().into(),
            id.into(),
            facts.into(),
            now.as_millisecond().into(),
            None::<i64>.into(),
            entry_id.into(),
        ];
        tx.push(
            Statement::new(
                "INSERT INTO cases (tenant, case_id, facts, opened_at, closed_at, entry_id) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                params,
            )
            .or_refuse(Refusal::AlreadyThere),
        );
        Ok(tx)
    }

    /// Closes a case; refused as [`Refusal::NotThere`] if none of this id is open.
    pub async fn close_case(
        &self,
        id: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_close_case(id, actor, now)?.commit().await
    }

    /// Begins to close a case.
    pub fn begin_close_case(
        &self,
        id: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut tx = self.begin(case_evidence("register.case-closed", id, actor, now))?;
        let params = vec![self.tenant().into(), id.into(), now.as_millisecond().into()];
        tx.push(
            Statement::new(
                "UPDATE cases SET closed_at = $3 WHERE tenant = $1 AND case_id = $2 AND closed_at IS NULL",
                params,
            )
            .or_refuse(Refusal::NotThere),
        );
        Ok(tx)
    }

    /// At most `limit` cases behind the id `after`, in the order of ids; an empty page is the end.
    pub async fn cases(&self, after: &str, limit: u32) -> Result<Vec<Case>, StoreError> {
        let sql = "SELECT case_id, facts, opened_at, closed_at FROM cases WHERE tenant = $1 AND case_id > $2 ORDER BY case_id LIMIT $3";
        let params = vec![self.tenant().into(), after.into(), i64::from(limit).into()];
        let rows = self.engine().rows("reading cases", sql, params).await?;
        rows.iter().map(read_case).collect()
    }

    /// A case.
    pub async fn case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        let sql = "SELECT case_id, facts, opened_at, closed_at FROM cases WHERE tenant = $1 AND case_id = $2";
        let params = vec![self.tenant().into(), id.into()];
        let row = self.engine().row("reading a case", sql, params).await?;
        row.as_ref().map(read_case).transpose()
    }

    /// Begins to record that something happened to a subject.
    pub fn begin_occurrence(
        &self,
        subject: SubjectToken,
        occurrence: &Occurrence,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("subject.event", actor, now);
        evidence.subject = Some(subject);
        evidence.private = serde_json::json!({
            "event": occurrence.event,
            "happened": occurrence.at.to_string(),
        });
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        tx.push(Statement::new(
            "INSERT INTO occurrences (tenant, subject, event, entry_id, at) VALUES ($1, $2, $3, $4, $5)",
            vec![
                self.tenant().into(),
                subject.into(),
                (&occurrence.event).into(),
                entry_id.into(),
                occurrence.at.as_millisecond().into(),
            ],
        ));
        Ok(tx)
    }

    /// What happened to a subject and everyone joined into it, oldest first.
    pub async fn occurrences(&self, subject: SubjectToken) -> Result<Vec<Occurrence>, StoreError> {
        let mut occurrences = Vec::new();
        for token in self.family(subject).await? {
            let sql = "SELECT event, at FROM occurrences WHERE tenant = $1 AND subject = $2";
            let params = vec![self.tenant().into(), token.into()];
            for row in self.engine().rows("reading events", sql, params).await? {
                let (event, at) = (row.text(0)?, moment(row.int(1)?)?);
                occurrences.push(Occurrence { event, at });
            }
        }
        occurrences.sort_by(|a, b| (a.at, &a.event).cmp(&(b.at, &b.event)));
        Ok(occurrences)
    }

    /// Says that a fact holds for everyone, or for nobody.
    pub async fn set_global_fact(
        &self,
        fact: &str,
        holds: Holding,
        actor: &str,
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        self.begin_global_fact(fact, holds, actor, now)?
            .commit()
            .await
    }

    /// Begins to say that a fact holds for everyone, or for nobody.
    pub fn begin_global_fact(
        &self,
        fact: &str,
        holds: Holding,
        actor: &str,
        now: Timestamp,
    ) -> Result<WriteTx, StoreError> {
        let mut evidence = Evidence::new("register.fact", actor, now);
        evidence.private = serde_json::json!({ "fact": fact, "holds": holds == Holding::Holds });
        let mut tx = self.begin(evidence)?;
        let entry_id = tx.entry_id();
        tx.push(Statement::new(
            "INSERT INTO global_facts (tenant, fact, holds, entry_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, fact) DO UPDATE SET holds = excluded.holds, entry_id = excluded.entry_id, at = excluded.at",
            vec![
                self.tenant().into(),
                fact.into(),
                i64::from(holds == Holding::Holds).into(),
                entry_id.into(),
                now.as_millisecond().into(),
            ],
        ));
        Ok(tx)
    }

    /// Facts that hold for everyone or for nobody.
    pub async fn global_facts(&self) -> Result<Vec<GlobalFact>, StoreError> {
        let sql = "SELECT fact, holds, at FROM global_facts WHERE tenant = $1 ORDER BY fact";
        let rows = self
            .engine()
            .rows("reading facts", sql, vec![self.tenant().into()])
            .await?;
        let fact = |row: &Row| {
            Ok(GlobalFact {
                fact: row.text(0)?,
                holds: match row.int(1)? {
                    0 => Holding::Fails,
                    _ => Holding::Holds,
                },
                at: moment(row.int(2)?)?,
            })
        };
        rows.iter().map(fact).collect()
    }
}

fn case_evidence(kind: &str, id: &str, actor: &str, now: Timestamp) -> Evidence {
    let mut evidence = Evidence::new(kind, actor, now);
    evidence.private = serde_json::json!({ "case": id });
    evidence
}

fn read_case(row: &Row) -> Result<Case, StoreError> {
    Ok(Case {
        id: row.text(0)?,
        facts: serde_json::from_str(&row.text(1)?)
            .map_err(|_| StoreError::corrupt("case", "its facts cannot be read"))?,
        opened_at: moment(row.int(2)?)?,
        closed_at: row.maybe_int(3)?.map(moment).transpose()?,
    })
}

fn read_contract(row: &Row) -> Result<Contract, StoreError> {
    let hash = row.maybe_bytes(4)?.map(<[u8; 32]>::try_from).transpose();
    Ok(Contract {
        recipient: row.text(0)?,
        fact: row.text(1)?,
        since: moment(row.int(2)?)?,
        until: row.maybe_int(3)?.map(moment).transpose()?,
        document_hash: hash.map_err(|_| StoreError::corrupt("contract", "its hash is none"))?,
    })
}

impl Contract {
    /// Whether the fact holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.since <= now && self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_holds_between_its_ends() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut contract = Contract {
            recipient: "courier".into(),
            fact: "dpa".into(),
            since: at(10),
            until: Some(at(20)),
            document_hash: None,
        };
        let held: Vec<bool> = [9, 10, 19, 20]
            .map(|second| contract.holds(at(second)))
            .into();
        assert_eq!(held, [false, true, true, false]);
        contract.until = None;
        assert!(contract.holds(at(1_000_000)));
    }
}
