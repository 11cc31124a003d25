//! How a store is, for whoever looks after it. Changes nothing: a database that is behind stays behind.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::Store;
use crate::engine::{Engine, EngineOptions};
use crate::error::StoreError;
use crate::mailing::{self, MailHealth};
use crate::migrate;
use crate::statement::Value;

/// What can be seen of a store from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The engine's name, for people.
    pub engine: &'static str,
    /// How many steps the schema lacks; they are made when the store is next opened.
    pub migrations_lacking: usize,
    /// The tenant's log; none before the store was opened for the first time.
    pub log: Option<LogHealth>,
    /// The policies that have a version in force.
    pub policies: Vec<String>,
    /// Requests that are not closed.
    pub requests: RequestHealth,
    /// What people ask for.
    pub asked: AskedHealth,
    /// Letters that wait.
    pub mail: MailHealth,
}

/// How many people wait for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AskedHealth {
    /// How many requests are open.
    pub open: u64,
    /// By when the first of them is answered.
    pub first_due: Option<Date>,
    /// How many letters wait to be sent.
    pub letters: u64,
}

/// How many requests wait, and for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestHealth {
    /// How many are open: something is left to do.
    pub open: u64,
    /// When the oldest of them was opened.
    pub oldest_open: Option<Timestamp>,
    /// How many are carried out and wait for a scan.
    pub checked: u64,
    /// When the oldest of them was opened.
    pub oldest_checked: Option<Timestamp>,
}

/// How a log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHealth {
    /// Its name.
    pub origin: String,
    /// How many entries have a number.
    pub size: u64,
    /// How many wait for one.
    pub pending: u64,
    /// When the one that waits longest was written.
    pub oldest_pending: Option<Timestamp>,
    /// The latest time that an entry bears.
    pub last_entry: Option<Timestamp>,
    /// Until when a sequencer holds the log, if any ever did.
    pub lease_until: Timestamp,
}

impl Health {
    /// Looks at the store at `url`, which is as for [`crate::Store::open`], and at the log of `tenant`.
    pub async fn read(
        url: &str,
        tenant: &str,
        options: &EngineOptions,
    ) -> Result<Self, StoreError> {
        let engine = Engine::open(url, options).await?;
        let health = look(&engine, tenant).await;
        engine.close().await;
        health
    }
}

impl Store {
    /// How many people wait for an answer.
    pub async fn asked(&self) -> Result<AskedHealth, StoreError> {
        asked(self.engine(), self.tenant()).await
    }
}

async fn look(engine: &Engine, tenant: &str) -> Result<Health, StoreError> {
    let migrations_lacking = migrate::lacking(engine).await?;
    let mut health = Health {
        engine: engine.name(),
        migrations_lacking,
        log: None,
        policies: Vec::new(),
        requests: RequestHealth::default(),
        asked: AskedHealth::default(),
        mail: MailHealth::default(),
    };
    if migrations_lacking == 0 {
        health.log = log(engine, tenant).await?;
        health.policies = policies(engine, tenant).await?;
        health.requests = requests(engine, tenant).await?;
        health.asked = asked(engine, tenant).await?;
        health.mail = mailing::health(engine, tenant).await?;
    }
    Ok(health)
}

async fn requests(engine: &Engine, tenant: &str) -> Result<RequestHealth, StoreError> {
    let sql = "SELECT state, COUNT(*), MIN(opened_at) FROM requests WHERE tenant = $1 AND state IN ('open', 'checked') GROUP BY state";
    let mut requests = RequestHealth::default();
    let doing = "looking at requests";
    for row in engine.rows(doing, sql, vec![tenant.into()]).await? {
        let (count, oldest) = (row.size(1)?, Some(crate::moment(row.int(2)?)?));
        match row.text(0)?.as_str() {
            "open" => (requests.open, requests.oldest_open) = (count, oldest),
            _ => (requests.checked, requests.oldest_checked) = (count, oldest),
        }
    }
    Ok(requests)
}

async fn asked(engine: &Engine, tenant: &str) -> Result<AskedHealth, StoreError> {
    let sql = "SELECT COUNT(*), MIN(due_on), (SELECT COUNT(*) FROM letters WHERE tenant = $1 AND sent_at IS NULL) FROM subject_requests WHERE tenant = $1 AND closed_at IS NULL";
    let doing = "looking at requests";
    let row = engine.row(doing, sql, vec![tenant.into()]).await?;
    let Some(row) = row else {
        return Ok(AskedHealth::default());
    };
    Ok(AskedHealth {
        open: row.size(0)?,
        // Dates are written so that the first is the least.
        first_due: row.maybe_text(1)?.and_then(|due| due.parse().ok()),
        letters: row.size(2)?,
    })
}

async fn policies(engine: &Engine, tenant: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT DISTINCT policy FROM activations WHERE tenant = $1 ORDER BY policy";
    let rows = engine
        .rows("looking at policies", sql, vec![tenant.into()])
        .await?;
    rows.iter().map(|row| row.text(0)).collect()
}

async fn log(engine: &Engine, tenant: &str) -> Result<Option<LogHealth>, StoreError> {
    let doing = "looking at the log";
    let row = engine
        .row(
            doing,
            "SELECT origin, size, lease_until, (SELECT COUNT(*) FROM pending WHERE tenant = $1) FROM logs WHERE tenant = $1",
            vec![tenant.into()],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let moment = |sql| async move {
        let row = engine.row(doing, sql, vec![Value::from(tenant)]).await?;
        row.map(|row| crate::moment(row.int(0)?)).transpose()
    };
    Ok(Some(LogHealth {
        origin: row.text(0)?,
        size: row.size(1)?,
        pending: row.size(3)?,
        lease_until: crate::moment(row.int(2)?)?,
        oldest_pending: moment(
            "SELECT e.written_at FROM pending p JOIN evidence e ON e.tenant = p.tenant AND e.id = p.entry_id WHERE p.tenant = $1 ORDER BY p.arrival LIMIT 1",
        )
        .await?,
        // An id begins with the time of its entry.
        last_entry: moment(
            "SELECT written_at FROM evidence WHERE tenant = $1 ORDER BY id DESC LIMIT 1",
        )
        .await?,
    }))
}
