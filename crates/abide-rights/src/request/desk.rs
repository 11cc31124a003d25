//! Does what is next for requests: records, asks sources, packs, erases, writes letters. Each event commits with what it
//! says, so that a crash between any two loses nothing and repeats nothing that counts.

mod carry;
mod intake;
mod staff;

use std::path::Path;

use abide_policy::Library;
use abide_policy::model::Policy;
use abide_store::{
    Course, EntryId, Happening, Identifier, Refusal, Store, StoreError, SubjectRequest, Then,
    WriteTx,
};
use jiff::Timestamp;

use super::advance::{Rules, Step, advance};
use super::event::Event;
use super::kind::{Kind, Work};
use super::letter::{self, Message};
use super::standing::{Details, Outcome, Standing};
use crate::error::RightsError;
use crate::mapped::Mapped;

pub use intake::{Ask, Opened};
pub use staff::{Decision, Holding, Tried, Verified};

/// How many steps one request takes at a time.
const STEPS: usize = 32;

/// What requests are handled with.
#[derive(Clone, Copy, Debug)]
pub struct Desk<'a> {
    /// Our own records.
    pub store: &'a Store,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The hash of its version.
    pub policy_hash: &'a str,
    /// Laws and vocabulary.
    pub library: &'a Library,
    /// The sources that can be reached.
    pub sources: &'a [Mapped],
    /// The names of all there are.
    pub source_names: &'a [String],
    /// How requests are handled here.
    pub rules: &'a Rules,
    /// Where people live of whom nobody says it.
    pub assumed_residence: Option<&'a str>,
    /// Where packages are put together, before they are sealed.
    pub folder: &'a Path,
    /// Who acts, for the evidence.
    pub actor: &'a str,
    /// The present moment.
    pub now: Timestamp,
}

/// A request as it was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) request: SubjectRequest,
    pub(super) standing: Standing,
    pub(super) details: Details,
}

impl Loaded {
    /// What of it was verified, as our own records know people.
    fn identifiers(&self, which: Which) -> Result<Vec<Identifier>, RightsError> {
        let mut found = Vec::new();
        for (at, (kind, value)) in (0_u32..).zip(&self.details.people) {
            if which == Which::Named || self.standing.verified.contains_key(&at) {
                found.push(Identifier::new(kind, value)?);
            }
        }
        Ok(found)
    }
}

/// Which identifiers of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// All that it names: for what can only protect.
    Named,
    /// Those that were verified: for everything else.
    Verified,
}

impl Desk<'_> {
    /// Where a request stands, for whoever looks.
    pub async fn standing(&self, id: EntryId) -> Result<Standing, RightsError> {
        Ok(self.load(id).await?.standing)
    }

    /// Who asks and for what; empty once it is forgotten.
    pub async fn details(&self, id: EntryId) -> Result<Details, RightsError> {
        Ok(self.load(id).await?.details)
    }

    /// Goes on with everything for which something is due, at most `limit` requests. Trouble with one does not hold up the
    /// others. Gives each with what happened to it, or why nothing did.
    pub async fn advance_due(
        &self,
        limit: u32,
    ) -> Result<Vec<(EntryId, Result<Vec<String>, RightsError>)>, RightsError> {
        let mut done = Vec::new();
        for request in self.store.due_requests(self.now, limit).await? {
            match self.advance(request.id).await {
                Err(RightsError::Store(error)) if error.is_outage() => return Err(error.into()),
                Err(error) => {
                    // It waits its turn again rather than standing in front of the others.
                    let later = self.now.checked_add(jiff::SignedDuration::from_hours(1));
                    self.postpone(&request, later.ok()).await?;
                    done.push((request.id, Err(error)));
                }
                events => done.push((request.id, events)),
            }
        }
        Ok(done)
    }

    /// Goes on with a request as far as it can. Gives what happened, each in one word.
    pub async fn advance(&self, id: EntryId) -> Result<Vec<String>, RightsError> {
        let mut happened = Vec::new();
        for _ in 0..STEPS {
            let loaded = self.load(id).await?;
            let step = advance(&loaded.standing, self.rules, self.library, self.now);
            if let Step::Wait(until) = step {
                if loaded.request.next_at != until {
                    self.postpone(&loaded.request, until).await?;
                }
                return Ok(happened);
            }
            match self.take(&loaded, step).await {
                Ok(word) => happened.push(word),
                // Somebody else went on with it: look again.
                Err(RightsError::Store(StoreError::Refused(Refusal::Changed))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(happened)
    }

    async fn take(&self, loaded: &Loaded, step: Step) -> Result<String, RightsError> {
        match step {
            Step::Acknowledge => {
                let message = Message::Acknowledged {
                    due: loaded.standing.due(self.library).date,
                    waits_for_proof: loaded.standing.waits_for_proof(),
                };
                self.happen_and_tell(loaded, Event::Acknowledged, &message)
                    .await
            }
            Step::SendCodes => self.send_codes(loaded).await,
            Step::Remind(of, days) => self.happen(loaded, Event::Reminded { of, days }).await,
            Step::Escalate(of) => self.happen(loaded, Event::Overdue { of }).await,
            Step::CarryOut(Work::Choice) => self.record_choices(loaded).await,
            Step::CarryOut(Work::Package) => self.pack(loaded).await,
            Step::CarryOut(Work::Erasure) => self.erase(loaded).await,
            Step::Close(outcome) => self.close(loaded, outcome).await,
            Step::DropPackage => {
                let mut tx = self.begin(loaded, &Event::Dropped, None)?;
                tx.drop_packages(loaded.request.id, None);
                tx.commit().await?;
                Ok("dropped".to_owned())
            }
            Step::Forget => self.happen(loaded, Event::Forgotten).await,
            Step::CarryOut(Work::Hands) | Step::Wait(_) => Ok(String::new()),
        }
    }

    async fn close(&self, loaded: &Loaded, outcome: Outcome) -> Result<String, RightsError> {
        self.begin_close(loaded, outcome, None)?.commit().await?;
        Ok(outcome.word().to_owned())
    }

    /// Begins to end a request, and tells the person how it ended.
    pub(super) fn begin_close(
        &self,
        loaded: &Loaded,
        outcome: Outcome,
        ground: Option<&str>,
    ) -> Result<WriteTx, RightsError> {
        let event = match outcome {
            Outcome::Fulfilled => Event::Fulfilled,
            Outcome::Denied(reason) => Event::Denied {
                reason,
                ground: ground.map(str::to_owned),
            },
            Outcome::Revoked => Event::Revoked,
            Outcome::Expired => Event::Expired,
        };
        // Whoever was told that the package is there need not be told again.
        if outcome == Outcome::Fulfilled && loaded.standing.kind.work() == Work::Package {
            return self.begin(loaded, &event, None);
        }
        self.begin_and_tell(loaded, &event, &Message::Ended { outcome, ground })
    }

    /// Reads a request with everything that happened to it.
    pub(super) async fn load(&self, id: EntryId) -> Result<Loaded, RightsError> {
        let request = self.store.subject_request(id).await?.ok_or_else(|| {
            RightsError::Asked(format!(
                "there is no request `{id}`; see `abide requests list`"
            ))
        })?;
        let kind = Kind::from_word(&request.kind).ok_or_else(|| {
            RightsError::Corrupt(format!("request `{id}` is of a kind that does not exist"))
        })?;
        let mut standing = Standing::new(kind, request.acting, request.received);
        let mut version = 0;
        for event in self.store.request_events(id).await? {
            // What came in between the two readings is for the next time.
            if event.number > request.version {
                break;
            }
            let read = Event::read(&event.event, &event.detail)?;
            standing.apply(&read, &event.actor, event.at);
            version = event.number;
        }
        if version != request.version {
            return Err(RightsError::Corrupt(format!(
                "request `{id}` lacks an event"
            )));
        }
        let details = match &request.sealed {
            None => Details::default(),
            Some(sealed) => serde_json::from_slice(sealed).map_err(|_| {
                RightsError::Corrupt(format!("what request `{id}` asks for cannot be read"))
            })?,
        };
        Ok(Loaded {
            request,
            standing,
            details,
        })
    }

    async fn postpone(
        &self,
        request: &SubjectRequest,
        until: Option<Timestamp>,
    ) -> Result<(), RightsError> {
        match self.store.postpone_request(request, until, self.now).await {
            Ok(()) | Err(StoreError::Refused(Refusal::Changed)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins a write that says that something happened. The caller may add what belongs to it.
    pub(super) fn begin(
        &self,
        loaded: &Loaded,
        event: &Event,
        sealed: Option<&[u8]>,
    ) -> Result<WriteTx, RightsError> {
        let (word, detail) = event.parts()?;
        let after = self.after(&loaded.standing, event);
        let happening = Happening {
            event: &word,
            detail: &detail,
            sealed,
            then: self.then(&after),
        };
        let tx = self
            .store
            .begin_request_event(&loaded.request, &happening, self.actor, self.now);
        Ok(tx?)
    }

    /// Where it stands once something happened.
    pub(super) fn after(&self, standing: &Standing, event: &Event) -> Standing {
        let mut after = standing.clone();
        after.apply(event, self.actor, self.now);
        after
    }

    pub(super) fn then(&self, after: &Standing) -> Then<'static> {
        let next_at = match advance(after, self.rules, self.library, self.now) {
            Step::Wait(until) => until,
            _ => Some(self.now),
        };
        Then {
            state: after.state(),
            due: Some(after.due(self.library).date),
            next_at,
            course: match (&after.ended, after.is_forgotten) {
                (_, true) => Course::Forgotten,
                (Some(_), false) => Course::Closed,
                (None, false) => Course::Open,
            },
        }
    }

    pub(super) async fn happen(
        &self,
        loaded: &Loaded,
        event: Event,
    ) -> Result<String, RightsError> {
        self.begin(loaded, &event, None)?.commit().await?;
        Ok(event.parts()?.0)
    }

    async fn happen_and_tell(
        &self,
        loaded: &Loaded,
        event: Event,
        message: &Message<'_>,
    ) -> Result<String, RightsError> {
        self.begin_and_tell(loaded, &event, message)?
            .commit()
            .await?;
        Ok(event.parts()?.0)
    }

    /// Begins a write that says that something happened, with the letter that tells the person.
    pub(super) fn begin_and_tell(
        &self,
        loaded: &Loaded,
        event: &Event,
        message: &Message<'_>,
    ) -> Result<WriteTx, RightsError> {
        let mut tx = self.begin(loaded, event, None)?;
        self.tell(&mut tx, loaded, message)?;
        Ok(tx)
    }

    /// Puts a letter into a write, if there is an address to send it to.
    pub(super) fn tell(
        &self,
        tx: &mut WriteTx,
        loaded: &Loaded,
        message: &Message<'_>,
    ) -> Result<(), RightsError> {
        let Some(address) = letter::address(&loaded.details, &loaded.standing) else {
            return Ok(());
        };
        self.post(tx, loaded, message, address)
    }

    fn post(
        &self,
        tx: &mut WriteTx,
        loaded: &Loaded,
        message: &Message<'_>,
        address: (String, String),
    ) -> Result<(), RightsError> {
        let (id, standing) = (loaded.request.id, &loaded.standing);
        let letter = letter::write(&id.to_string(), standing, message, address);
        tx.queue_letter(id, message.word(), &standing.lang, &letter, self.now)?;
        Ok(())
    }
}
