//! *The question*: its names looked up, and what each slot that it leaves out means.

use std::collections::BTreeSet;

use abide_policy::decide::{Deed, Question};
use abide_policy::model::SlotUse;
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Action, Kind, Slot, Takes};

use crate::names::{Names, Set, uses};

/// Who gets the data.
#[derive(Debug, Clone)]
pub enum With {
    /// *Nobody else gets it.*
    Nobody,
    Unknown,
    Named(NounId),
}

/// A question whose names are known.
#[derive(Debug, Clone)]
pub struct Asked {
    pub action: Action,
    pub data: Vec<NounId>,
    /// *Data that is given by a group is asked about as all its members.*
    pub leaves: Set,
    pub purpose: Option<NounId>,
    pub recipient: With,
    pub place: Option<Set>,
    pub form: Set,
    pub origin: Vec<NounId>,
    pub actor: Vec<NounId>,
    pub point: Vec<NounId>,
    pub channel: Vec<NounId>,
    /// The events that it names, and those that its action is.
    pub events: BTreeSet<NounId>,
}

/// *`transfer` is `share` …; `message` is `use` …; `prompt` is `ask`.*
pub fn action_of(deed: Deed) -> Action {
    match deed {
        Deed::Collect => Action::Collect,
        Deed::Use | Deed::Message => Action::Use,
        Deed::Share | Deed::Transfer => Action::Share,
        Deed::Sell => Action::Sell,
        Deed::Keep => Action::Keep,
        Deed::Link => Action::Link,
        Deed::Erase => Action::Erase,
        Deed::Prompt => Action::Ask,
    }
}

/// *`collect` is `collection`, `use` is `use`, `share` is `disclosure` …*
fn events_of(deed: Deed) -> &'static [&'static str] {
    match deed {
        Deed::Collect => &["collection"],
        Deed::Use | Deed::Message => &["use"],
        Deed::Share => &["disclosure"],
        Deed::Transfer => &["disclosure", "transfer"],
        Deed::Sell => &["disclosure", "sale"],
        Deed::Keep | Deed::Link | Deed::Erase | Deed::Prompt => &[],
    }
}

fn kinds(slot: Slot) -> &'static [Kind] {
    match slot.takes() {
        Takes::Names(kinds) | Takes::NamesOrDate(kinds) => kinds,
        _ => &[],
    }
}

impl Asked {
    /// *Names must be declared; an unknown name is refused, never guessed.*
    pub fn new(names: &Names<'_>, question: &Question) -> Result<Self, String> {
        let action = action_of(question.action);
        let one = |kinds: &[Kind], name: &String| {
            names
                .find_first(kinds, name)
                .ok_or_else(|| format!("unknown name `{name}`"))
        };
        let all = |kinds: &[Kind], list: &[String]| {
            list.iter()
                .map(|name| one(kinds, name))
                .collect::<Result<Vec<NounId>, String>>()
        };
        let maybe = |slot: Slot, name: &Option<String>| {
            name.as_ref().map(|name| one(kinds(slot), name)).transpose()
        };
        let data = all(action.objects(), &question.data)?;
        if data.is_empty() {
            return Err("no data".to_owned());
        }
        if question.action == Deed::Transfer && question.place.is_none() {
            return Err("transfer must say `in`".to_owned());
        }
        if question.action == Deed::Message && question.channel.is_empty() {
            return Err("message must say `via`".to_owned());
        }
        if question.action == Deed::Link && data.len() < 2 {
            return Err("link names two data or more".to_owned());
        }
        let recipient = match (maybe(Slot::With, &question.recipient)?, action) {
            (Some(id), _) => With::Named(id),
            (None, Action::Share | Action::Sell) => With::Unknown,
            (None, _) => With::Nobody,
        };
        let place = match (maybe(Slot::In, &question.place)?, &recipient) {
            (Some(id), _) => Some(names.belongs(id).clone()),
            (None, With::Named(id)) => own_places(names, *id),
            (None, _) => None,
        };
        let form = maybe(Slot::As, &question.form)?
            .or_else(|| names.find(Kind::Form, "clear"))
            .map(|id| names.belongs(id).clone());
        let mut events: BTreeSet<NounId> = all(kinds(Slot::When), &question.events)?
            .into_iter()
            .collect();
        let own = events_of(question.action);
        events.extend(own.iter().filter_map(|name| names.find(Kind::Event, name)));
        Ok(Self {
            action,
            leaves: names.union_of(data.iter().copied()),
            data,
            purpose: maybe(Slot::For, &question.purpose)?,
            recipient,
            place,
            form: form.unwrap_or_default(),
            origin: all(kinds(Slot::From), &question.origin)?,
            actor: all(kinds(Slot::By), &question.actor)?,
            point: all(kinds(Slot::At), &question.point)?,
            channel: all(kinds(Slot::Via), &question.channel)?,
            events,
        })
    }
}

/// *`in` … where the own line of the recipient, or of the class of people, says it is (`in=`).*
fn own_places(names: &Names<'_>, recipient: NounId) -> Option<Set> {
    let noun = names.nouns.get(recipient);
    let lines = noun.declarations.iter();
    let places = lines.flat_map(|line| uses(&line.slots, Slot::In).flat_map(SlotUse::names));
    let set = names.union(places);
    (!set.is_empty()).then_some(set)
}
