//! A request arrives: what it sets running is worked out and kept with it. Never says whether somebody is known.

use abide_policy::clocks::{Asking, Clocks, clocks};
use abide_policy::decide::Subject;
use abide_policy::vocabulary::Kind as Noun;
use abide_store::{
    Acting, Duplicates, EntryId, Identifier, NewSubjectRequest, Refusal, StoreError,
    SubjectRequest, SubjectToken, WriteTx,
};
use jiff::ToSpan as _;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{Desk, Happening};
use crate::error::RightsError;
use crate::request::event::Event;
use crate::request::kind::Kind;
use crate::request::standing::{Details, Outcome, Standing, day_of};

/// How many identifiers one request may name.
const IDENTIFIERS: usize = 16;

/// How long ago a request may have arrived that is recorded today.
const YEARS: i64 = 10;

/// A request as it arrives.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is asked for.
    pub kind: Kind,
    /// In which role.
    pub acting: Acting,
    /// The day on which it really arrived, where that is not today.
    pub received: Option<Date>,
    /// In which language people are written to.
    pub lang: String,
    /// Who asks and for what.
    pub details: Details,
    /// How everything that it names was verified before it arrived: such as `account` by the company's own sign-in.
    pub verified: Option<String>,
}

/// A request that is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Which.
    pub id: EntryId,
    /// Whether it was there before: the same was asked for the same person and is open.
    pub is_duplicate: bool,
}

impl Desk<'_> {
    /// Records a request; one that is a duplicate leads to the first.
    pub async fn open(&self, ask: &Ask) -> Result<Opened, RightsError> {
        let tx = self.begin_open(ask).await?;
        let id = tx.entry_id();
        match tx.commit().await {
            Ok(_) => Ok(Opened {
                id,
                is_duplicate: false,
            }),
            Err(StoreError::Refused(Refusal::AlreadyThere)) => Ok(Opened {
                id: self
                    .same_as(ask)
                    .await?
                    .ok_or(StoreError::Refused(Refusal::Changed))?,
                is_duplicate: true,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// The open request of which this one is a duplicate.
    pub async fn same_as(&self, ask: &Ask) -> Result<Option<EntryId>, RightsError> {
        let subject = self.subject_of(&identifiers_of(ask)?).await?;
        let Some(subject) = subject else {
            return Ok(None);
        };
        let same = self.store.sole_request(ask.kind.word(), subject).await?;
        Ok(same.map(|it| it.id))
    }

    /// Begins to record a request; its id is that of the write.
    pub async fn begin_open(&self, ask: &Ask) -> Result<WriteTx, RightsError> {
        let identifiers = identifiers_of(ask)?;
        self.check(ask)?;
        let received = ask.received.unwrap_or_else(|| day_of(self.now));
        let subject = self.subject_of(&identifiers).await?;
        let asked = self.asked_event(ask, subject, received).await?;
        let mut standing = Standing::new(ask.kind, ask.acting, received);
        standing.apply(&asked, self.actor, self.now);
        let (word, detail) = asked.parts()?;
        let sealed = Zeroizing::new(crate::erase::to_json(&ask.details)?);
        let clauses = clauses_of(&standing);
        let new = NewSubjectRequest {
            kind: ask.kind.word(),
            acting: ask.acting,
            subject,
            duplicates: duplicates(ask),
            received,
            sealed: &sealed,
            clauses: &clauses,
        };
        let first = Happening {
            event: &word,
            detail: &detail,
            sealed: None,
            then: self.then(&standing),
        };
        let mut tx = self
            .store
            .begin_subject_request(&new, &first, self.actor, self.now)?;
        if let Some(how) = &ask.verified {
            let count = u32::try_from(identifiers.len()).unwrap_or(u32::MAX);
            let event = Event::Verified {
                addresses: (0..count).collect(),
                how: how.clone(),
            };
            self.add(&mut tx, &standing, &event, subject)?;
        }
        Ok(tx)
    }

    /// Refuses what cannot be, without repeating it.
    fn check(&self, ask: &Ask) -> Result<(), RightsError> {
        let nouns = &self.policy.nouns;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let today = day_of(self.now);
        let oldest = today.saturating_sub(YEARS.years());
        let in_time = |day: Date| oldest <= day && day <= today;
        let shipped = &self.library.nouns;
        let known = |kind: Noun, name: &String| {
            nouns
                .find(kind, name)
                .or(shipped.find(kind, name))
                .is_some()
        };
        // What takes something back is recorded whatever a policy knows.
        let mut places = ask.details.residence.iter();
        let mut purposes = ask.details.purposes.iter();
        let wrong = if !ask.received.is_none_or(in_time) {
            "the day of arrival is to come, or too long ago"
        } else if ask.lang.is_empty() || ask.lang.len() > 35 || !ask.lang.chars().all(is_word) {
            "the language is no tag such as `en`"
        } else if ask.kind.needs_proof() && !places.all(|name| known(Noun::Place, name)) {
            "the place of residence is none that the policy knows, such as `NL`"
        } else if ask.kind.needs_proof() && !purposes.all(|name| known(Noun::Purpose, name)) {
            "a purpose is none that the policy knows"
        } else {
            return Ok(());
        };
        Err(RightsError::Asked(wrong.to_owned()))
    }

    /// Adds a second event to the write that records a request.
    fn add(
        &self,
        tx: &mut WriteTx,
        standing: &Standing,
        event: &Event,
        subject: Option<SubjectToken>,
    ) -> Result<(), RightsError> {
        let then = self.then(standing);
        let request = SubjectRequest {
            id: tx.entry_id(),
            subject,
            kind: standing.kind.word().to_owned(),
            acting: standing.acting,
            state: then.state.to_owned(),
            received: standing.received,
            due: then.due,
            opened_at: self.now,
            closed_at: None,
            version: 1,
            next_at: then.next_at,
            sealed: None,
        };
        let (word, detail) = event.parts()?;
        let happening = Happening {
            event: &word,
            detail: &detail,
            sealed: None,
            then: self.then(&self.after(standing, event)),
        };
        Ok(tx.add_request_event(&request, &happening, self.actor, self.now)?)
    }

    async fn asked_event(
        &self,
        ask: &Ask,
        subject: Option<SubjectToken>,
        received: Date,
    ) -> Result<Event, RightsError> {
        let mut known = Subject::default();
        if let Some(subject) = subject {
            let profile = self.store.profile(subject).await?;
            known.residence = profile.residence;
            known.people = profile.people;
        }
        let said = ask.details.residence.clone();
        known.residence = known
            .residence
            .or(said)
            .or_else(|| self.assumed_residence.map(str::to_owned));
        let clocks = self.clocks_of(ask.kind, ask.acting, &known);
        let before = match subject {
            Some(subject) => self.before(ask.kind, subject).await?,
            None => Vec::new(),
        };
        Ok(Event::Asked {
            is_too_often: clocks.too_often(received, &before).is_some(),
            clocks: Box::new(clocks),
            lang: ask.lang.clone(),
            policy: self.policy_hash.to_owned(),
            wants_approval: self.rules.approve.contains(&ask.kind),
            known_by: ask
                .details
                .people
                .iter()
                .map(|(kind, _)| kind.clone())
                .collect(),
        })
    }

    /// What a request by somebody who lives there would set running.
    pub fn clocks(&self, kind: Kind, residence: Option<&str>) -> Clocks {
        let known = Subject {
            residence: residence.or(self.assumed_residence).map(str::to_owned),
            ..Subject::default()
        };
        self.clocks_of(kind, Acting::Subject, &known)
    }

    fn clocks_of(&self, kind: Kind, acting: Acting, subject: &Subject) -> Clocks {
        let asking = Asking {
            rights: kind.rights(),
            events: kind.events(),
            by: by(acting),
            subject,
            facts: &[],
            now: self.now,
        };
        clocks(self.policy, self.library, &asking)
    }

    /// The days on which the same was asked before and answered.
    async fn before(&self, kind: Kind, subject: SubjectToken) -> Result<Vec<Date>, RightsError> {
        let about = self.store.requests_about(subject).await?;
        let counted = about.iter().filter(|it| {
            let same = Kind::from_word(&it.kind).is_some_and(|it| it.counts_with(kind));
            same && it.state == Outcome::Fulfilled.word()
        });
        Ok(counted.map(|it| it.received).collect())
    }

    /// Whom a request is about: the first thing that it names.
    async fn subject_of(
        &self,
        identifiers: &[Identifier],
    ) -> Result<Option<SubjectToken>, RightsError> {
        match identifiers.first() {
            None => Ok(None),
            Some(first) => {
                let token = self.store.subject(first).await?;
                Ok(Some(self.store.resolve(token).await?))
            }
        }
    }
}

/// Only what somebody asks for themselves by one address, where letters go too, leads to a request that is open. One that names
/// several, that another asks or that is answered elsewhere is for itself: whoever shows that one of the addresses is theirs
/// must not be led to what another shows of another, nor to one whose letters go to somebody else.
fn duplicates(ask: &Ask) -> Duplicates {
    let (people, details) = (ask.details.people.len(), &ask.details);
    let is_answered_elsewhere = details.reply_to.is_some() || details.on_behalf.is_some();
    match (ask.acting, people) {
        (Acting::Subject, 1) if !is_answered_elsewhere => ask.kind.duplicates(),
        _ => Duplicates::Kept,
    }
}

fn identifiers_of(ask: &Ask) -> Result<Vec<Identifier>, RightsError> {
    let people = &ask.details.people;
    if people.is_empty() || people.len() > IDENTIFIERS {
        return Err(RightsError::Asked(format!(
            "say by what the person is known, such as `email:ann@example.org`; at most {IDENTIFIERS} of it"
        )));
    }
    let read = |(kind, value): &(String, String)| Identifier::new(kind, value);
    Ok(people.iter().map(read).collect::<Result<_, _>>()?)
}

/// The class of people that a role is.
fn by(acting: Acting) -> &'static str {
    match acting {
        // Staff write down what the person said.
        Acting::Subject | Acting::Staff => "person",
        Acting::Parent => "parent",
        Acting::Agent => "agent",
        Acting::School => "teacher",
    }
}

/// The clauses of the policy that a request answers to.
pub(super) fn clauses_of(standing: &Standing) -> Vec<String> {
    let clocks = standing
        .clocks
        .answer
        .iter()
        .chain(&standing.clocks.acknowledge);
    let own = clocks.filter(|clock| clock.source.law.is_none());
    let mut clauses: Vec<String> = own.flat_map(|clock| clock.source.clauses.clone()).collect();
    clauses.sort();
    clauses.dedup();
    clauses
}
