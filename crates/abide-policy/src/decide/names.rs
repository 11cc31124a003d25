//! The names of a question, looked up. An unknown name is refused with the nearest known one, never guessed.

use crate::leaf_set::LeafSet;
use crate::model::{NounUse, Policy, SlotUse};
use crate::nouns::NounId;
use crate::suggest::closest;
use crate::vocabulary::{Action, Kind, Slot, Takes};

use super::ground::nearest;
use super::question::{Deed, Question};
use super::refusal::Refusal;

/// The noun of that name, of the first of the kinds that has it.
pub(super) fn find(policy: &Policy, kinds: &[Kind], name: &str) -> Option<NounId> {
    kinds.iter().find_map(|kind| policy.nouns.find(*kind, name))
}

/// A name that was given, and all that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Which.
    pub id: NounId,
    /// All that belongs to it.
    pub set: LeafSet,
}

/// Who gets the data.
#[derive(Debug, Clone)]
pub(super) enum Receiver {
    /// Nobody else.
    Nobody,
    /// Nobody has said.
    Unknown,
    /// This one.
    Named(Named),
}

/// A question in the names of a policy.
#[derive(Debug)]
pub(super) struct Asked {
    /// The deed as given.
    pub deed: Deed,
    /// The action of lines that speak of it.
    pub action: Action,
    /// The data, or what is asked for.
    pub data: Vec<Named>,
    /// Purpose.
    pub purpose: Option<Named>,
    /// Recipient.
    pub receiver: Receiver,
    /// What the policy says of the recipient.
    pub terms: Terms,
    /// Place.
    pub place: Option<LeafSet>,
    /// Form.
    pub form: LeafSet,
    /// Origins.
    pub origin: Vec<Named>,
    /// Those who act.
    pub actor: Vec<Named>,
    /// Points.
    pub point: Vec<Named>,
    /// Channels.
    pub channel: Vec<Named>,
    /// Events that the deed is.
    pub events: Vec<Named>,
}

impl Deed {
    /// The action that lines name it by.
    pub(super) fn action(self) -> Action {
        match self {
            Self::Collect => Action::Collect,
            Self::Use | Self::Message => Action::Use,
            Self::Share | Self::Transfer => Action::Share,
            Self::Sell => Action::Sell,
            Self::Keep => Action::Keep,
            Self::Link => Action::Link,
            Self::Erase => Action::Erase,
            Self::Prompt => Action::Ask,
        }
    }

    /// The events that it is by itself.
    fn events(self) -> &'static [&'static str] {
        match self {
            Self::Collect => &["collection"],
            Self::Use | Self::Message => &["use"],
            Self::Share => &["disclosure"],
            Self::Transfer => &["disclosure", "transfer"],
            Self::Sell => &["disclosure", "sale"],
            Self::Keep | Self::Link | Self::Erase | Self::Prompt => &[],
        }
    }
}

impl Asked {
    /// Looks all names of a question up.
    pub(super) fn of(policy: &Policy, question: &Question) -> Result<Self, Refusal> {
        let action = question.action.action();
        let names = Lookup { policy, action };
        let fewest = if action == Action::Link { 2 } else { 1 };
        if question.data.len() < fewest {
            return Err(Refusal::missing(question.action, "data"));
        }
        if question.action == Deed::Transfer && question.place.is_none() {
            return Err(Refusal::missing(question.action, "in"));
        }
        if question.action == Deed::Message && question.channel.is_empty() {
            return Err(Refusal::missing(question.action, "via"));
        }
        let one = |slot: Slot, name: &Option<String>| {
            name.as_ref().map(|name| names.slot(slot, name)).transpose()
        };
        let many = |slot: Slot, all: &[String]| -> Result<Vec<Named>, Refusal> {
            all.iter().map(|name| names.slot(slot, name)).collect()
        };
        let receiver = match one(Slot::With, &question.recipient)? {
            Some(named) => Receiver::Named(named),
            None if matches!(action, Action::Share | Action::Sell) => Receiver::Unknown,
            None => Receiver::Nobody,
        };
        let terms = Terms::of(policy, action, &receiver);
        let form = question.form.clone().or_else(|| Some("clear".to_owned()));
        let own = question.action.events().iter();
        let mut events: Vec<Named> = own
            .filter_map(|name| policy.nouns.find(Kind::Event, name))
            .map(|id| names.named(id))
            .collect();
        for name in &question.events {
            events.push(names.name("when", &[Kind::Event], name)?);
        }
        let place = match one(Slot::In, &question.place)? {
            Some(named) => Some(named.set),
            None => terms.place.clone(),
        };
        Ok(Self {
            deed: question.action,
            action,
            data: question
                .data
                .iter()
                .map(|name| names.name("data", action.objects(), name))
                .collect::<Result<_, _>>()?,
            purpose: one(Slot::For, &question.purpose)?,
            receiver,
            terms,
            place,
            form: one(Slot::As, &form)?.map_or(LeafSet::EMPTY, |named| named.set),
            origin: many(Slot::From, &question.origin)?,
            actor: many(Slot::By, &question.actor)?,
            point: many(Slot::At, &question.point)?,
            channel: many(Slot::Via, &question.channel)?,
            events,
        })
    }

    /// The leaves of all data, in order.
    pub(super) fn leaves(&self) -> Vec<u32> {
        let mut all = LeafSet::EMPTY;
        for named in &self.data {
            all.add(&named.set);
        }
        all.leaves().unwrap_or_default()
    }
}

struct Lookup<'a> {
    policy: &'a Policy,
    action: Action,
}

impl Lookup<'_> {
    fn named(&self, id: NounId) -> Named {
        Named {
            id,
            set: self.policy.nouns.set(id).clone(),
        }
    }

    fn slot(&self, slot: Slot, name: &str) -> Result<Named, Refusal> {
        let kinds = match self.action.takes(slot) {
            Takes::Names(kinds) | Takes::NamesOrDate(kinds) | Takes::WordOrName(_, kinds) => kinds,
            _ => &[],
        };
        self.name(slot.word(), kinds, name)
    }

    fn name(&self, slot: &'static str, kinds: &[Kind], name: &str) -> Result<Named, Refusal> {
        if let Some(id) = find(self.policy, kinds, name) {
            return Ok(self.named(id));
        }
        let known = self
            .policy
            .nouns
            .iter()
            .filter(|(_, noun)| kinds.contains(&noun.kind))
            .map(|(_, noun)| noun.name.as_ref());
        Err(Refusal::UnknownName {
            slot,
            kind: kinds.first().map_or("name", |kind| kind.word()),
            name: name.to_owned(),
            nearest: closest(name, known).map(str::to_owned),
        })
    }
}

/// What the policy says of the recipient.
#[derive(Debug, Default)]
pub(super) struct Terms {
    /// It acts on behalf of the company.
    pub is_processor: bool,
    /// The contracts that passing data on to it waits for: one fact of each.
    pub contracts: Vec<Vec<NounUse>>,
    /// Where it is, if its own line or a wider one says so.
    place: Option<LeafSet>,
}

impl Terms {
    fn of(policy: &Policy, action: Action, receiver: &Receiver) -> Self {
        let Receiver::Named(named) = receiver else {
            return Self::default();
        };
        let nouns = &policy.nouns;
        let own = nouns.get(named.id);
        let mut places = own.slots(Slot::In).flat_map(SlotUse::names).peekable();
        let place = places.peek().is_some().then(|| {
            places.fold(LeafSet::EMPTY, |mut set, place| {
                set.add(nouns.set(place.id));
                set
            })
        });
        if own.kind != Kind::Recipient {
            return Self {
                place,
                ..Self::default()
            };
        }
        let wider: Vec<NounId> = nouns
            .iter()
            .filter(|(id, noun)| {
                noun.kind == Kind::Recipient
                    && (*id == named.id || nouns.set(*id).contains(&named.set))
            })
            .map(|(id, _)| id)
            .collect();
        let says_role = |id: &NounId| nouns.get(*id).slots(Slot::Role).next().is_some();
        let roles = if says_role(&named.id) {
            vec![named.id]
        } else {
            nearest(nouns, named.id, wider.iter().copied().filter(says_role))
        };
        let passes_on = matches!(action, Action::Share | Action::Sell);
        Self {
            is_processor: roles.iter().any(|id| {
                nouns
                    .get(*id)
                    .texts(Slot::Role)
                    .any(|role| role == "processor")
            }),
            contracts: wider
                .iter()
                .filter(|_| passes_on)
                .flat_map(|id| nouns.get(*id).slots(Slot::If))
                .map(|used| used.names().cloned().collect())
                .collect(),
            place,
        }
    }
}
