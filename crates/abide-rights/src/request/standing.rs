//! Where a request stands: what its events come to. Knows nobody.

use std::collections::{BTreeMap, BTreeSet};

use abide_policy::Library;
use abide_policy::clocks::{Clocks, Due};
use abide_store::Acting;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::event::{Deadline, Event, Packed, Reason};
use super::kind::Kind;

/// By when something is answered of which neither policy nor law says it.
const HOUSE_DAYS: i64 = 30;

/// Who asks and for what. It is sealed, and forgotten some time after the request closed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Details {
    /// What the person is said to be known by: kind and value.
    pub people: Vec<(String, String)>,
    /// Where the person is said to live.
    pub residence: Option<String>,
    /// For which purposes, where that matters. None is every one.
    pub purposes: Vec<String>,
    /// About which data, where that matters. None is all.
    pub data: Vec<String>,
    /// In the person's own words.
    pub text: String,
    /// Who asks on the person's behalf.
    pub on_behalf: Option<String>,
    /// Where letters go if not to the person: kind and address.
    pub reply_to: Option<(String, String)>,
}

/// Hides everything.
impl std::fmt::Debug for Details {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Details({} identifiers …)", self.people.len())
    }
}

/// How a request ended, in the words of the Data Rights Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was answered.
    Fulfilled,
    /// It was refused.
    Denied(Reason),
    /// The person took it back.
    Revoked,
    /// Nobody showed in time who asks.
    Expired,
}

impl Outcome {
    /// The state's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fulfilled => "fulfilled",
            Self::Denied(_) => "denied",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// What became of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Parcel {
    /// There is none.
    #[default]
    None,
    /// It waits to be fetched, since that day.
    Ready(Packed, Date),
    /// It was handed over, and has yet to be removed.
    Delivered,
    /// It was handed over, and is gone.
    Fetched,
    /// It is gone, and nobody fetched it in time.
    Dropped,
}

/// Where a request stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What is asked for.
    pub kind: Kind,
    /// In which role.
    pub acting: Acting,
    /// The day on which it arrived.
    pub received: Date,
    /// What it set running.
    pub clocks: Clocks,
    /// In which language people are written to.
    pub lang: String,
    /// The policy in force when it arrived, by the hash of its version.
    pub policy: String,
    /// Whether it was asked more often than it has to be answered.
    pub is_too_often: bool,
    /// Who recorded it.
    pub opened_by: String,
    /// Kinds of what it names, by place.
    pub known_by: Vec<String>,
    /// What of it was verified, by place, and how.
    pub verified: BTreeMap<u32, String>,
    /// How whoever asks for somebody else showed that they may.
    pub authorised: Option<String>,
    /// Whether its arrival was confirmed.
    pub acknowledged_at: Option<Timestamp>,
    /// How often codes went out,
    pub codes_sent: u32,
    /// and on which day first: since then whoever asks knows that something has to be shown.
    pub proof_asked_on: Option<Date>,
    /// Whether a second person has to approve it.
    pub wants_approval: bool,
    /// Who did.
    pub approved_by: Option<String>,
    /// Who refused it last.
    pub denied_by: Option<String>,
    /// Whether the person asked for another look at that.
    pub is_appealed: bool,
    /// Until when the answer is put off.
    pub extended_to: Option<Date>,
    /// Of what somebody was reminded, with the days that were left.
    pub reminded: BTreeSet<(Deadline, u32)>,
    /// Which times were missed.
    pub overdue: BTreeSet<Deadline>,
    /// The run that carries it out.
    pub run: Option<String>,
    /// When something last stood in the way, and what: a hold, or a source.
    pub hindered: Option<(Timestamp, Hindrance)>,
    /// Whether it is done.
    pub is_done: bool,
    /// The entry of its certificate.
    pub certificate: Option<String>,
    /// What became of its package.
    pub parcel: Parcel,
    /// How it ended, and when.
    pub ended: Option<(Outcome, Timestamp)>,
    /// Whether whom it was about is forgotten.
    pub is_forgotten: bool,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Legal holds, by name.
    Held(Vec<String>),
    /// Sources, each with what is wrong.
    Stuck(Vec<(String, String)>),
}

impl Standing {
    /// Before anything happened.
    pub fn new(kind: Kind, acting: Acting, received: Date) -> Self {
        Self {
            kind,
            acting,
            received,
            clocks: Clocks::default(),
            lang: String::new(),
            policy: String::new(),
            is_too_often: false,
            opened_by: String::new(),
            known_by: Vec::new(),
            verified: BTreeMap::new(),
            authorised: None,
            acknowledged_at: None,
            codes_sent: 0,
            proof_asked_on: None,
            wants_approval: false,
            approved_by: None,
            denied_by: None,
            is_appealed: false,
            extended_to: None,
            reminded: BTreeSet::new(),
            overdue: BTreeSet::new(),
            run: None,
            hindered: None,
            is_done: false,
            certificate: None,
            parcel: Parcel::None,
            ended: None,
            is_forgotten: false,
        }
    }

    /// Takes up what happened, by whom and when.
    pub fn apply(&mut self, event: &Event, actor: &str, at: Timestamp) {
        let today = day_of(at);
        match event {
            Event::Asked {
                clocks,
                lang,
                wants_approval,
                is_too_often,
                known_by,
                policy,
            } => {
                self.policy.clone_from(policy);
                self.clocks.clone_from(clocks);
                self.lang.clone_from(lang);
                self.wants_approval = *wants_approval;
                self.is_too_often = *is_too_often;
                self.known_by.clone_from(known_by);
                actor.clone_into(&mut self.opened_by);
            }
            Event::CodesSent { .. } => {
                self.codes_sent += 1;
                self.proof_asked_on.get_or_insert(today);
            }
            Event::Verified { addresses, how } => {
                self.verified
                    .extend(addresses.iter().map(|at| (*at, how.clone())));
            }
            Event::Authorised { how } => self.authorised = Some(how.clone()),
            Event::Acknowledged => self.acknowledged_at = Some(at),
            Event::Approved => self.approved_by = Some(actor.to_owned()),
            Event::Extended { until, .. } => self.extended_to = Some(*until),
            Event::Reminded { of, days } => {
                self.reminded.insert((*of, *days));
            }
            Event::Overdue { of } => {
                self.overdue.insert(*of);
            }
            Event::Started { run } => self.run = Some(run.clone()),
            Event::TakenBack => {
                self.run = None;
                self.hindered = None;
                self.wants_approval = true;
                self.approved_by = None;
            }
            Event::Held { holds } => self.hindered = Some((at, Hindrance::Held(holds.clone()))),
            Event::Stuck { why } => self.hindered = Some((at, Hindrance::Stuck(why.clone()))),
            Event::Recorded { .. } => self.is_done = true,
            Event::Packed(packed) => {
                self.parcel = Parcel::Ready(packed.clone(), today);
                self.is_done = true;
            }
            Event::Done { certificate } => {
                self.certificate.clone_from(certificate);
                self.is_done = true;
            }
            Event::Delivered => self.parcel = Parcel::Delivered,
            Event::Dropped if self.parcel == Parcel::Delivered => self.parcel = Parcel::Fetched,
            Event::Dropped => self.parcel = Parcel::Dropped,
            Event::Fulfilled => self.ended = Some((Outcome::Fulfilled, at)),
            Event::Denied { reason, .. } => {
                self.denied_by = Some(actor.to_owned());
                self.ended = Some((Outcome::Denied(*reason), at));
            }
            Event::Appealed { until } => self.reopen(*until),
            Event::Revoked => self.ended = Some((Outcome::Revoked, at)),
            Event::Expired => self.ended = Some((Outcome::Expired, at)),
            Event::Forgotten => self.is_forgotten = true,
        }
    }

    /// A refusal is looked at again, by somebody else and within a time of its own.
    fn reopen(&mut self, until: Date) {
        self.ended = None;
        self.is_appealed = true;
        self.wants_approval = true;
        self.approved_by = None;
        self.extended_to = Some(until);
        self.overdue.remove(&Deadline::Answer);
        self.reminded.clear();
    }

    /// The state, in the words of the Data Rights Protocol.
    pub fn state(&self) -> &'static str {
        match &self.ended {
            Some((outcome, _)) => outcome.word(),
            None if self.acknowledged_at.is_none() => "open",
            None => "in_progress",
        }
    }

    /// Why it stands where it stands, where the protocol has a word for it.
    pub fn reason(&self) -> Option<&'static str> {
        match &self.ended {
            Some((Outcome::Denied(reason), _)) => Some(reason.word()),
            None if self.waits_for_proof() => Some("need_user_verification"),
            _ => None,
        }
    }

    /// Whether it waits for somebody to show who they are, or that they may ask for somebody else.
    pub fn waits_for_proof(&self) -> bool {
        let for_another = matches!(self.acting, Acting::Parent | Acting::Agent | Acting::School);
        self.kind.needs_proof()
            && (self.verified.is_empty() || (for_another && self.authorised.is_none()))
    }

    /// Whether it waits for the approval of a second person.
    pub fn waits_for_approval(&self) -> bool {
        self.wants_approval && self.approved_by.is_none()
    }

    /// By when its arrival is confirmed.
    pub fn acknowledge_by(&self, library: &Library) -> Option<Due> {
        self.clocks.acknowledge_by(library, self.received)
    }

    /// By when it is answered, and who says so: what was promised, what the law demands, or thirty days where neither says.
    pub fn due(&self, library: &Library) -> Due {
        let due = self.clocks.answer_by(library, self.received, &[]);
        let house = || Due {
            date: self.received.saturating_add(HOUSE_DAYS.days()),
            sources: Vec::new(),
        };
        let mut due = due.unwrap_or_else(house);
        if let Some(extended) = self.extended_to {
            due.date = due.date.max(extended);
        }
        due
    }
}

/// The day of a moment, in UTC.
pub(super) fn day_of(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}
