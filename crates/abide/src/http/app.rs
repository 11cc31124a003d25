//! What the endpoints share: configuration, clock, store, policies, and the few things that several of them do. Holds no
//! request.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use abide_ledger::Receipt;
use abide_store::{ApiScope, EntryId, Identifier, Store};
use anyhow::Result;
use tokio::sync::{Notify, Semaphore};
use zeroize::Zeroizing;

use super::access::Access;
use super::endpoint::notice::Pages;
use super::pages::{AssertionKey, Follower, Sessions};
use super::problem::Problem;
use crate::clock::Clock;
use crate::config::{Config, SignIn};
use crate::decider::Decider;
use crate::mail::Post;
use crate::{installation, policies};

/// How long an answer waits for its receipt.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(2);
/// Audiences that are worked on at once.
const AUDIENCES: usize = 4;
const RECEIPT_PACE: Duration = Duration::from_millis(20);

/// Everything an endpoint may reach.
#[derive(Debug)]
pub struct App {
    /// How the server is set up.
    pub config: Config,
    /// What gives the time.
    pub clock: Clock,
    /// Our own records.
    pub store: Store,
    /// Answers questions.
    pub decider: Decider,
    /// Who may do what.
    pub access: Access,
    /// Room for audiences: each takes a thread for a while.
    pub audiences: Arc<Semaphore>,
    /// Notices that were drawn.
    pub pages: Pages,
    /// Who is signed in to the privacy centre.
    pub sessions: Sessions<Identifier>,
    /// Who follows a request, and by which of its addresses they showed that they may.
    pub followers: Sessions<Follower>,
    /// What the company's own login signs with, if there is one.
    pub assertion_key: Option<AssertionKey>,
    /// What letters are sent with, if a mail server is set.
    pub post: Option<Post>,
    /// Wakes whoever goes on with requests of people.
    pub requests_due: Notify,
    /// The entry from which on the log has to be followed.
    pub followed_from: u64,
}

impl App {
    /// Opens what the server needs: the key file, made if there is none, the journal and the store; and puts in force what
    /// the configuration names and what the store says.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        let sign_in = config.sign_in.as_ref();
        let assertion_key = sign_in.map(SignIn::assertion_key).transpose()?;
        let post = config.mail.as_ref().map(Post::open).transpose()?;
        let now = clock.now();
        // Before anything is made: a slip in a path leaves nothing behind.
        let policies = config.policies.iter();
        let policies = policies.map(|path| policies::read(path, clock.today()));
        let policies = policies.collect::<Result<Vec<_>>>()?;
        let keys = installation::keys_or_fresh(&config).await?;
        let store = installation::open(&config, keys, now).await?;
        for policy in &policies {
            policies::put_in_force(&store, policy, "configuration", now).await?;
        }
        let decider = Decider::new(config.assume.clone(), config.observe.clone());
        // The size first: what is written meanwhile is followed, perhaps twice.
        let followed_from = store.size().await?;
        decider.refresh(&store).await?;
        decider.has_come_to(followed_from);
        Ok(Self {
            access: Access::open(&store, &config.limits).await?,
            audiences: Arc::new(Semaphore::new(AUDIENCES)),
            pages: Pages::default(),
            sessions: Sessions::new("session"),
            followers: Sessions::new("request"),
            assertion_key,
            post,
            requests_due: Notify::new(),
            followed_from,
            config,
            clock,
            store,
            decider,
        })
    }

    /// Publishes the policy at a path, or a shipped one by its name, and puts it in force.
    pub async fn put_in_force(&self, path: &Path) -> Result<()> {
        let policy = policies::read(path, self.clock.today())?;
        policies::put_in_force(&self.store, &policy, "configuration", self.clock.now()).await?;
        self.decider.refresh(&self.store).await?;
        Ok(())
    }

    /// Uses the keys of the key file as it is at this moment, after a rotation.
    pub async fn reload_keys(&self) -> Result<()> {
        self.store.use_keys(installation::keys(&self.config)?);
        self.access.reload(&self.store).await?;
        Ok(())
    }

    /// Makes the first API key, which may do everything, if there is none. Its text is shown this once.
    pub async fn first_key(&self) -> Result<Option<Zeroizing<String>>> {
        if self.access.has_keys() {
            return Ok(None);
        }
        let scopes = BTreeSet::from([ApiScope::Admin]);
        let now = self.clock.now();
        let made = self
            .store
            .create_api_key("first start", &scopes, "start", now)
            .await?;
        self.access.reload(&self.store).await?;
        Ok(Some(made.0))
    }

    /// The receipt of an entry, once it is in the log; nothing if that takes too long.
    pub async fn await_receipt(&self, entry: EntryId) -> Result<Option<Receipt>, Problem> {
        let mut tick = tokio::time::interval(RECEIPT_PACE);
        let reading = async {
            loop {
                tick.tick().await;
                if let Some(receipt) = self.store.receipt(entry).await? {
                    return Ok(Some(receipt));
                }
            }
        };
        tokio::time::timeout(RECEIPT_PATIENCE, reading)
            .await
            .unwrap_or(Ok(None))
    }
}
