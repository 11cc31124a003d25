//! What people decide about a request: proof, approval, refusal, more time, an end. Every decision that takes something from
//! the person has a coded ground.

use std::io::Write;

use abide_policy::clocks::{Asking, clocks};
use abide_policy::decide::Subject;
use abide_store::{
    CodeAnswer, EntryId, Evidence, Identifier, PackageId, Refusal, StoreError, WriteTx,
};
use jiff::ToSpan as _;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::{Desk, Loaded, STEPS, Which};
use crate::error::RightsError;
use crate::request::event::{Deadline, Event, Packed, Reason};
use crate::request::kind::Work;
use crate::request::letter::Message;
use crate::request::standing::{Outcome, Parcel, day_of};

/// How something may have been verified.
const PROOFS: [&str; 4] = ["account", "document", "known-data", "in-person"];

/// How somebody may show that they ask for another.
const AUTHORITIES: [&str; 4] = ["permission", "power-of-attorney", "custody", "registration"];

/// Why an answer may be put off.
const DELAYS: [&str; 2] = ["complexity", "number-of-requests"];

/// What came of a code, before it is recorded.
pub enum Tried {
    /// It was right; the write that says so.
    Right(Box<WriteTx>),
    /// It was not; so many tries are left.
    Wrong {
        /// How many.
        tries_left: u32,
    },
    /// No code of this address counts.
    Over,
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It was right.
    Yes,
    /// It was not; so many tries are left.
    No {
        /// How many.
        tries_left: u32,
    },
    /// No code of this address counts.
    Over,
}

impl Desk<'_> {
    /// Tries a code for an address of a request, by its place among what the request names.
    pub async fn verify_by_code(
        &self,
        id: EntryId,
        address: u32,
        code: &str,
    ) -> Result<Verified, RightsError> {
        for _ in 0..STEPS {
            match self.try_code(id, address, code).await? {
                Tried::Wrong { tries_left } => return Ok(Verified::No { tries_left }),
                Tried::Over => return Ok(Verified::Over),
                Tried::Right(tx) => {
                    if committed(*tx).await? == Commit::Done {
                        return Ok(Verified::Yes);
                    }
                }
            }
        }
        Err(StoreError::Refused(Refusal::Changed).into())
    }

    /// The same, leaving it to the caller to commit what follows from a code that is right. The try counts already.
    pub async fn try_code(
        &self,
        id: EntryId,
        address: u32,
        code: &str,
    ) -> Result<Tried, RightsError> {
        let loaded = self.open_one(id).await?;
        match self.store.try_code(id, address, code, self.now).await? {
            CodeAnswer::Wrong { tries_left } => return Ok(Tried::Wrong { tries_left }),
            CodeAnswer::Over => return Ok(Tried::Over),
            CodeAnswer::Right => {}
        }
        let event = Event::Verified {
            addresses: vec![address],
            how: "code".to_owned(),
        };
        let mut tx = self.begin(&loaded, &event, None)?;
        tx.use_code(&loaded.request, address);
        Ok(Tried::Right(Box::new(tx)))
    }

    /// Sends codes again, to the addresses that are not verified.
    pub async fn send_codes_again(&self, id: EntryId) -> Result<(), RightsError> {
        const SENDINGS: u32 = 5;
        let loaded = self.open_one(id).await?;
        if loaded.standing.codes_sent >= SENDINGS {
            return Err(RightsError::Asked(
                "codes were sent often enough for this request; verify in another way".to_owned(),
            ));
        }
        self.send_codes(&loaded).await.map(drop)
    }

    /// Says that something that a request names was shown to be the person's; all of it if no place is named.
    pub async fn begin_verify(
        &self,
        id: EntryId,
        addresses: &[u32],
        how: &str,
    ) -> Result<WriteTx, RightsError> {
        one_of("how it was verified", how, &PROOFS)?;
        let loaded = self.open_one(id).await?;
        let count = u32::try_from(loaded.details.people.len()).unwrap_or(u32::MAX);
        let addresses = match addresses {
            [] => (0..count).collect(),
            some => some.to_vec(),
        };
        if addresses.iter().any(|at| *at >= count) {
            return Err(RightsError::Asked(format!(
                "request `{id}` names {count} identifiers, numbered from 0"
            )));
        }
        let how = how.to_owned();
        self.begin(&loaded, &Event::Verified { addresses, how }, None)
    }

    /// Says that whoever asks for somebody else showed that they may.
    pub async fn begin_authorise(&self, id: EntryId, how: &str) -> Result<WriteTx, RightsError> {
        one_of("how it was shown", how, &AUTHORITIES)?;
        let loaded = self.open_one(id).await?;
        let how = how.to_owned();
        self.begin(&loaded, &Event::Authorised { how }, None)
    }

    /// Approves a request. Whoever recorded it cannot.
    pub async fn begin_approve(&self, id: EntryId) -> Result<WriteTx, RightsError> {
        let loaded = self.open_one(id).await?;
        if !loaded.standing.waits_for_approval() {
            return Err(RightsError::Asked(format!(
                "request `{id}` does not wait for approval"
            )));
        }
        self.must_be_another(&loaded)?;
        if loaded.standing.opened_by == self.actor {
            return Err(RightsError::Asked(format!(
                "`{}` recorded request `{id}`; somebody else has to approve it",
                self.actor
            )));
        }
        self.begin(&loaded, &Event::Approved, None)
    }

    /// Refuses a request, on a ground that the policy or the law gives.
    pub async fn begin_refuse(
        &self,
        id: EntryId,
        reason: Reason,
        ground: Option<&str>,
    ) -> Result<WriteTx, RightsError> {
        let loaded = self.open_one(id).await?;
        if loaded.standing.run.is_some() || loaded.standing.is_done {
            return Err(RightsError::Asked(format!(
                "request `{id}` is being carried out and cannot be refused"
            )));
        }
        self.must_be_another(&loaded)?;
        check_ground(&loaded, reason, ground)?;
        self.begin_close(&loaded, Outcome::Denied(reason), ground)
    }

    /// The person asks for another look at a refusal, once: somebody else decides, in the time that the policy gives for an
    /// appeal.
    pub async fn begin_appeal(&self, id: EntryId) -> Result<WriteTx, RightsError> {
        let loaded = self.load(id).await?;
        let standing = &loaded.standing;
        let is_denied = matches!(standing.ended, Some((Outcome::Denied(_), _)));
        if !is_denied || standing.is_appealed || standing.is_forgotten {
            return Err(RightsError::Asked(format!(
                "request `{id}` was not refused, or was looked at again already"
            )));
        }
        let until = self.appeal_until(&loaded);
        self.begin(&loaded, &Event::Appealed { until }, None)
    }

    /// By when an appeal of today is decided; thirty days where neither policy nor law says it.
    fn appeal_until(&self, loaded: &Loaded) -> Date {
        let subject = Subject {
            residence: loaded.details.residence.clone(),
            ..Subject::default()
        };
        let asking = Asking {
            rights: &["appeal"],
            events: &["appeal-request"],
            by: "person",
            subject: &subject,
            facts: &[],
            now: self.now,
        };
        let today = day_of(self.now);
        let clocks = clocks(self.policy, self.library, &asking);
        let due = clocks.answer_by(self.library, today, &[]);
        due.map_or_else(|| today.saturating_add(30.days()), |due| due.date)
    }

    /// Whoever refused a request does not decide the appeal.
    fn must_be_another(&self, loaded: &Loaded) -> Result<(), RightsError> {
        let standing = &loaded.standing;
        match standing.is_appealed && standing.denied_by.as_deref() == Some(self.actor) {
            false => Ok(()),
            true => Err(RightsError::Asked(format!(
                "`{}` refused request `{}`; somebody else has to look at it again",
                self.actor, loaded.request.id
            ))),
        }
    }

    /// Puts an answer off, as far as policy and law let it be, and tells the person.
    pub async fn begin_extend(&self, id: EntryId, because: &str) -> Result<WriteTx, RightsError> {
        one_of("the reason", because, &DELAYS)?;
        let loaded = self.open_one(id).await?;
        let standing = &loaded.standing;
        if standing.extended_to.is_some() {
            return Err(RightsError::Asked(format!(
                "request `{id}` was put off already"
            )));
        }
        let due = standing.due(self.library).date;
        if due < day_of(self.now) || standing.overdue.contains(&Deadline::Answer) {
            return Err(RightsError::Asked(format!(
                "the answer was due on {due}: the person has to be told before that"
            )));
        }
        let later = standing
            .clocks
            .extended(self.library, standing.received, &[]);
        let later = later.ok_or_else(|| {
            RightsError::Asked("neither policy nor law lets this answer be put off".to_owned())
        })?;
        let event = Event::Extended {
            because: because.to_owned(),
            until: later.date,
        };
        let message = Message::Extended {
            because,
            until: later.date,
        };
        self.begin_and_tell(&loaded, &event, &message)
    }

    /// The person takes the request back. What was begun in a source is gone on with.
    pub async fn begin_revoke(&self, id: EntryId) -> Result<WriteTx, RightsError> {
        let loaded = self.open_one(id).await?;
        if loaded.standing.run.is_some() {
            return Err(RightsError::Asked(format!(
                "request `{id}` is being carried out and cannot be taken back"
            )));
        }
        self.begin_close(&loaded, Outcome::Revoked, None)
    }

    /// Says that what is done by hand is done; the note is sealed.
    pub async fn begin_fulfil(&self, id: EntryId, note: &str) -> Result<WriteTx, RightsError> {
        let loaded = self.open_one(id).await?;
        let standing = &loaded.standing;
        if standing.kind.work() != Work::Hands {
            return Err(RightsError::Asked(format!(
                "`{}` is carried out by itself; `abide requests advance` goes on with it",
                standing.kind.word()
            )));
        }
        if standing.waits_for_proof() || standing.waits_for_approval() {
            return Err(RightsError::Asked(format!(
                "request `{id}` still waits for proof or approval"
            )));
        }
        let event = Event::Done { certificate: None };
        self.begin(&loaded, &event, Some(note.as_bytes()))
    }

    /// Lays a legal hold on whom a request is about, or lifts it.
    pub async fn hold(&self, id: EntryId, name: &str, holding: Holding) -> Result<(), RightsError> {
        let loaded = self.load(id).await?;
        let identifiers: Vec<Identifier> = loaded.identifiers(Which::Named)?;
        if identifiers.is_empty() {
            return Err(RightsError::Asked(format!(
                "nobody can tell any more whom request `{id}` is about"
            )));
        }
        for identifier in identifiers {
            let subject = self.store.subject(&identifier).await?;
            let mut profile = self.store.profile(subject).await?;
            profile.holds.retain(|hold| hold != name);
            let kind = match holding {
                Holding::Lay => {
                    profile.holds.push(name.to_owned());
                    "subject.held"
                }
                Holding::Lift => "subject.released",
            };
            let mut evidence = Evidence::new(kind, self.actor, self.now);
            evidence.subject = Some(subject);
            evidence.private = serde_json::json!({ "hold": name });
            let mut tx = self.store.begin(evidence)?;
            tx.register(subject, &identifier, self.now);
            tx.set_profile(subject, &profile)?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Hands the package over, once. It counts as handed over when all of it was written.
    pub async fn deliver(&self, id: EntryId, out: &mut dyn Write) -> Result<u64, RightsError> {
        let loaded = self.load(id).await?;
        let packed = self.parcel(&loaded)?;
        let package = EntryId::parse(&packed.package).ok_or_else(|| {
            RightsError::Corrupt(format!(
                "request `{id}` does not say which package is its own"
            ))
        })?;
        let package = PackageId {
            request: id,
            package,
        };
        let mut hash = Sha256::new();
        for number in 0..packed.parts {
            let piece = self.store.package_part(package, number).await?;
            let piece = piece.ok_or_else(|| {
                RightsError::Corrupt(format!("the package of request `{id}` lacks a piece"))
            })?;
            hash.update(&piece);
            out.write_all(&piece).map_err(|error| {
                RightsError::Asked(format!("cannot write the package: {error}"))
            })?;
        }
        if super::carry::hex(&hash.finalize()) != packed.sha256 {
            return Err(RightsError::Corrupt(format!(
                "the package of request `{id}` is not what was packed"
            )));
        }
        // The server may just have gone on with it; who fetched it meanwhile had it, and nobody else gets it.
        for _ in 0..STEPS {
            let again = self.load(id).await?;
            if self.parcel(&again)?.package != packed.package {
                break;
            }
            if committed(self.begin(&again, &Event::Delivered, None)?).await? == Commit::Done {
                return Ok(packed.bytes);
            }
        }
        Err(StoreError::Refused(Refusal::Changed).into())
    }

    /// The package of a request that is there to be fetched.
    fn parcel<'a>(&self, loaded: &'a Loaded) -> Result<&'a Packed, RightsError> {
        match &loaded.standing.parcel {
            Parcel::Ready(packed, _) => Ok(packed),
            _ => Err(RightsError::Asked(format!(
                "there is no package of request `{}` to be fetched",
                loaded.request.id
            ))),
        }
    }

    /// A request that is not over.
    async fn open_one(&self, id: EntryId) -> Result<Loaded, RightsError> {
        let loaded = self.load(id).await?;
        match &loaded.standing.ended {
            None => Ok(loaded),
            Some((outcome, _)) => Err(RightsError::Asked(format!(
                "request `{id}` is over: {}",
                outcome.word()
            ))),
        }
    }
}

/// What somebody decides about a request.
#[derive(Clone, Copy)]
pub enum Decision<'a> {
    /// See [`Desk::begin_verify`].
    Verify {
        /// Which of what the request names, by place; all of it if none is named.
        addresses: &'a [u32],
        /// How it was shown.
        how: &'a str,
    },
    /// See [`Desk::begin_authorise`].
    Authorise {
        /// How it was shown.
        how: &'a str,
    },
    /// See [`Desk::begin_approve`].
    Approve,
    /// See [`Desk::begin_refuse`].
    Refuse {
        /// Why.
        reason: Reason,
        /// The fact of policy or law that it rests on.
        ground: Option<&'a str>,
    },
    /// See [`Desk::begin_appeal`].
    Appeal,
    /// See [`Desk::begin_extend`].
    Extend {
        /// Why.
        because: &'a str,
    },
    /// See [`Desk::begin_revoke`].
    Revoke,
    /// See [`Desk::begin_fulfil`].
    Fulfil {
        /// What was done.
        note: &'a str,
    },
}

/// Hides the note.
impl std::fmt::Debug for Decision<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Decision(…)")
    }
}

/// What came of a commit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Commit {
    /// It is done.
    Done,
    /// The request went on meanwhile, as the server does with it by itself: it has to be looked at again.
    Late,
}

async fn committed(tx: WriteTx) -> Result<Commit, RightsError> {
    match tx.commit().await {
        Ok(_) => Ok(Commit::Done),
        Err(StoreError::Refused(Refusal::Changed)) => Ok(Commit::Late),
        Err(error) => Err(error.into()),
    }
}

/// The same decisions, each committed by itself.
impl Desk<'_> {
    /// Begins a decision; the caller commits it.
    pub async fn begin_decision(
        &self,
        id: EntryId,
        decision: &Decision<'_>,
    ) -> Result<WriteTx, RightsError> {
        match *decision {
            Decision::Verify { addresses, how } => self.begin_verify(id, addresses, how).await,
            Decision::Authorise { how } => self.begin_authorise(id, how).await,
            Decision::Approve => self.begin_approve(id).await,
            Decision::Refuse { reason, ground } => self.begin_refuse(id, reason, ground).await,
            Decision::Appeal => self.begin_appeal(id).await,
            Decision::Extend { because } => self.begin_extend(id, because).await,
            Decision::Revoke => self.begin_revoke(id).await,
            Decision::Fulfil { note } => self.begin_fulfil(id, note).await,
        }
    }

    /// Records a decision. If the request went on meanwhile, it is looked at again whether the decision may still be.
    pub async fn decide(&self, id: EntryId, decision: &Decision<'_>) -> Result<(), RightsError> {
        for _ in 0..STEPS {
            if committed(self.begin_decision(id, decision).await?).await? == Commit::Done {
                return Ok(());
            }
        }
        Err(StoreError::Refused(Refusal::Changed).into())
    }

    /// See [`Desk::begin_verify`].
    pub async fn verify(
        &self,
        id: EntryId,
        addresses: &[u32],
        how: &str,
    ) -> Result<(), RightsError> {
        self.decide(id, &Decision::Verify { addresses, how }).await
    }

    /// See [`Desk::begin_authorise`].
    pub async fn authorise(&self, id: EntryId, how: &str) -> Result<(), RightsError> {
        self.decide(id, &Decision::Authorise { how }).await
    }

    /// See [`Desk::begin_approve`].
    pub async fn approve(&self, id: EntryId) -> Result<(), RightsError> {
        self.decide(id, &Decision::Approve).await
    }

    /// See [`Desk::begin_refuse`].
    pub async fn refuse(
        &self,
        id: EntryId,
        reason: Reason,
        ground: Option<&str>,
    ) -> Result<(), RightsError> {
        self.decide(id, &Decision::Refuse { reason, ground }).await
    }

    /// See [`Desk::begin_appeal`].
    pub async fn appeal(&self, id: EntryId) -> Result<(), RightsError> {
        self.decide(id, &Decision::Appeal).await
    }

    /// See [`Desk::begin_extend`].
    pub async fn extend(&self, id: EntryId, because: &str) -> Result<(), RightsError> {
        self.decide(id, &Decision::Extend { because }).await
    }

    /// See [`Desk::begin_revoke`].
    pub async fn revoke(&self, id: EntryId) -> Result<(), RightsError> {
        self.decide(id, &Decision::Revoke).await
    }

    /// See [`Desk::begin_fulfil`].
    pub async fn fulfil(&self, id: EntryId, note: &str) -> Result<(), RightsError> {
        self.decide(id, &Decision::Fulfil { note }).await
    }
}

/// Whether a hold begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It begins.
    Lay,
    /// It ends.
    Lift,
}

/// Whether a refusal stands on a ground that the policy and the law give for this very request.
fn check_ground(loaded: &Loaded, reason: Reason, ground: Option<&str>) -> Result<(), RightsError> {
    let (standing, id) = (&loaded.standing, loaded.request.id);
    let known = ground.is_some_and(|ground| standing.clocks.ground(ground).is_some());
    let stands = match reason {
        // Whatever is named is told to the person, so that it has to be one.
        _ if ground.is_some() && !known => false,
        Reason::ClaimNotCovered | Reason::Other => known,
        Reason::TooManyRequests => standing.is_too_often,
        Reason::InsufficientVerification => standing.waits_for_proof(),
        Reason::SuspectedFraud | Reason::NoMatch | Reason::OutsideJurisdiction => true,
    };
    if stands {
        return Ok(());
    }
    let grounds: Vec<&str> = standing
        .clocks
        .grounds
        .iter()
        .map(|it| it.fact.as_str())
        .collect();
    Err(RightsError::Asked(match reason {
        Reason::TooManyRequests => {
            format!("request `{id}` is not asked more often than policy and law give")
        }
        Reason::InsufficientVerification => {
            format!("request `{id}` does not wait for proof of who asks")
        }
        _ if grounds.is_empty() => {
            format!("neither policy nor law gives a ground to refuse request `{id}`")
        }
        _ => format!(
            "a refusal needs a ground that policy and law give here: `{}`",
            grounds.join("`, `")
        ),
    }))
}

fn one_of(what: &str, word: &str, words: &[&str]) -> Result<(), RightsError> {
    match words.contains(&word) {
        true => Ok(()),
        false => Err(RightsError::Asked(format!(
            "{what} is one of `{}`",
            words.join("`, `")
        ))),
    }
}
