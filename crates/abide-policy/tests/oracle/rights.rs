//! *Signals* and *exercised rights*: what a person's choices forbid, whether or not a line of the policy says so.

use abide_policy::decide::{Held, Line, Matter, Needed};
use abide_policy::model::{Norm, NounUse, Verified};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use jiff::Timestamp;

use crate::asked::With;
use crate::case::{At, Case, line};
use crate::facts::ReadAs;
use crate::names::has_slot;
use crate::slots::{LeftOut, Match, names_in};
use crate::time::Within;
use crate::truth::Value;

/// The rights of the table.
const TABLE: [&str; 13] = [
    "optout-sale",
    "optout-sharing",
    "optout-ads",
    "optout-analytics",
    "refuse-cookies",
    "stop-marketing",
    "stop-contact",
    "stop-newsletter",
    "unsubscribe",
    "limit-sensitive",
    "stop-collection",
    "object",
    "restrict",
];

/// What each signal counts as.
const SIGNALS: [(&str, &[&str]); 6] = [
    ("gpc", &["optout-sale", "optout-sharing", "optout-ads"]),
    ("gpp", &["optout-sale", "optout-sharing", "optout-ads"]),
    ("dnt", &["optout-ads", "optout-analytics"]),
    ("limit-ad-tracking", &["optout-ads"]),
    ("ad-choice", &["optout-ads"]),
    ("cookie-refusal", &["refuse-cookies"]),
];

const EVERY_OPTOUT: [&str; 4] = [
    "optout-sale",
    "optout-sharing",
    "optout-ads",
    "optout-analytics",
];

/// The slots of a `right` line that narrow what it forbids, besides `of`.
const NARROWING: [Slot; 5] = [Slot::For, Slot::With, Slot::In, Slot::From, Slot::As];

/// What an exercised right forbids.
pub struct Forbidden {
    pub row: &'static str,
    pub value: Value,
    pub lines: Vec<Line>,
    since: Timestamp,
}

impl Case<'_> {
    /// Every exercised right, by the person or by a signal, for a leaf.
    pub fn exercised(&self, leaf: u32) -> Vec<Forbidden> {
        let mut found = Vec::new();
        for held in &self.known.held {
            if let Matter::Right(name) = &held.matter
                && let Some(right) = self.names().find(Kind::Right, name)
            {
                found.extend(self.exercised_by(held, right, leaf));
            }
        }
        if !self.in_signals.get() {
            found.extend(self.by_signals(leaf));
        }
        found
    }

    fn exercised_by(&self, held: &Held, right: NounId, leaf: u32) -> Vec<Forbidden> {
        let at = At { leaf, line: None };
        if !held.holds || !self.is_running(held) {
            return Vec::new();
        }
        if self.is_given_up(held, right, at) {
            self.marks.hit("a right given up");
            return Vec::new();
        }
        // *It is enough that one line does*: each line that offers the right forbids by itself, and is named by itself.
        let offers: Vec<&Norm> = self.offering(right);
        let mut ways: Vec<(Value, Line)> = offers
            .iter()
            .map(|offer| (self.narrows(offer, leaf), line(offer)))
            .collect();
        if offers.is_empty() {
            let name = format!("right {}", self.names().name(right));
            ways.push((Value::yes(), named(&name)));
        }
        let mut found = Vec::new();
        for row in self.rows_of(right) {
            let reach = Value::and([self.reach(row, Some(held), at), self.within_scope(held, at)]);
            found.extend(ways.iter().map(|(narrowed, line)| Forbidden {
                row,
                value: Value::and([reach.clone(), narrowed.clone()]),
                lines: vec![line.clone()],
                since: held.since,
            }));
        }
        found
    }

    /// *A right that was given up, or `optin-sale` for `optout-sale`, cancels one that is not younger, of the same or a
    /// narrower kind, where each list of* its *scope is empty or covers the question.*
    fn is_given_up(&self, held: &Held, right: NounId, at: At<'_>) -> bool {
        let names = self.names();
        self.known.held.iter().any(|other| {
            let Matter::Right(name) = &other.matter else {
                return false;
            };
            let Some(given_up) = names.find(Kind::Right, name) else {
                return false;
            };
            let is = |right: NounId, wide: &str| {
                names
                    .find(Kind::Right, wide)
                    .is_some_and(|wide| names.is_narrower(right, wide))
            };
            let undoes = if other.holds {
                is(given_up, "optin-sale") && is(right, "optout-sale")
            } else {
                names.is_narrower(right, given_up)
            };
            undoes
                && self.is_running(other)
                && other.since >= held.since
                && self.covers(&other.scope, at)
        })
    }

    /// *A right that is not in the table is the nearest wider ones that are.*
    pub fn rows_of(&self, right: NounId) -> Vec<&'static str> {
        let names = self.names();
        let find = |row: &&'static str| names.find(Kind::Right, row);
        if let Some(row) = TABLE.iter().find(|row| find(row) == Some(right)) {
            return vec![*row];
        }
        let wider: Vec<NounId> = TABLE
            .iter()
            .filter_map(find)
            .filter(|wide| names.is_narrower(right, *wide))
            .collect();
        let near = names.nearest(&wider);
        TABLE
            .into_iter()
            .filter(|row| find(row).is_some_and(|row| near.contains(&row)))
            .collect()
    }

    /// *Each list of its scope (lines aside) is read as a slot of a `never`.*
    fn within_scope(&self, held: &Held, at: At<'_>) -> Value {
        let names = self.names();
        let scope = &held.scope;
        let slot = |kinds: &[Kind], list: &[String], slot: Slot| {
            if list.is_empty() {
                return Value::yes();
            }
            let ids = list.iter().filter_map(|name| names.find_first(kinds, name));
            let set = names.union_of(ids);
            self.compare(&set, slot, Match::Some, LeftOut::Unknown)
        };
        let data = scope
            .data
            .iter()
            .filter_map(|name| names.find(Kind::Data, name));
        let data = scope.data.is_empty() || names.union_of(data).contains(&at.leaf);
        Value::and([
            Value::of(data),
            slot(&[Kind::Purpose], &scope.purposes, Slot::For),
            slot(
                &[Kind::Recipient, Kind::People],
                &scope.recipients,
                Slot::With,
            ),
            slot(&[Kind::People, Kind::Recipient], &scope.actors, Slot::By),
        ])
    }

    /// A row of the table, as slots of a `never`.
    fn reach(&self, row: &str, held: Option<&Held>, at: At<'_>) -> Value {
        let names = self.names();
        let action = self.asked.action;
        // *No other right* than `restrict` *forbids `erase`, and none a `prompt`.*
        if action == Action::Ask || (action == Action::Erase && row != "restrict") {
            return Value::no();
        }
        let purposes = |list: &[&str]| {
            let ids = list
                .iter()
                .filter_map(|name| names.find(Kind::Purpose, name));
            let set = names.union_of(ids);
            self.compare(&set, Slot::For, Match::Some, LeftOut::Unknown)
        };
        let is_data = |name: &str| {
            let group = names.find(Kind::Data, name);
            group.is_some_and(|group| names.belongs(group).contains(&at.leaf))
        };
        let promoting = || purposes(&["marketing", "advertising", "analytics"]);
        match row {
            "optout-sale" => Value::of(action == Action::Sell),
            "optout-sharing" => Value::and([
                Value::of(matches!(action, Action::Share | Action::Sell)),
                self.is_no_processor(),
            ]),
            "optout-ads" => purposes(&["advertising"]),
            "optout-analytics" => purposes(&["analytics"]),
            "refuse-cookies" => Value::of(
                matches!(action, Action::Collect | Action::Keep)
                    && is_data("cookie")
                    && !is_data("necessary-cookie"),
            ),
            "stop-marketing" | "stop-contact" => purposes(&["marketing"]),
            "stop-newsletter" | "unsubscribe" => purposes(&["newsletter"]),
            "limit-sensitive" => match action {
                Action::Share | Action::Sell => Value::of(is_data("sensitive")),
                Action::Use => Value::and([Value::of(is_data("sensitive")), promoting()]),
                _ => Value::no(),
            },
            "stop-collection" => Value::of(action == Action::Collect),
            "object" if action == Action::Keep => Value::no(),
            // *With an empty scope, anything for `marketing`, `advertising` and `analytics`.*
            "object" if held.is_some_and(is_unscoped) => promoting(),
            "object" => Value::yes(),
            // *`restrict` is read as `never … unless=explicit-consent`.*
            "restrict" if action == Action::Keep => Value::no(),
            "restrict" => self.has_explicit_consent(at).not(),
            other => panic!("{other} is no row of the table"),
        }
    }

    fn has_explicit_consent(&self, at: At<'_>) -> Value {
        let names = self.names();
        let Some(id) = names.find(Kind::Fact, "explicit-consent") else {
            return Value::unknown(Needed::Fact("explicit-consent".to_owned()));
        };
        let used = NounUse {
            kind: Kind::Fact,
            id,
            name: names.nouns.get(id).name.clone(),
            span: abide_policy::source::Span::new(0, 0, 0),
        };
        self.fact(&used, at)
    }

    fn is_no_processor(&self) -> Value {
        match self.asked.recipient {
            With::Named(id) => Value::of(!self.is_processor(id)),
            With::Unknown => Value::unknown(Needed::Slot("with".to_owned())),
            With::Nobody => Value::no(),
        }
    }

    /// *A recipient whose own line says `role=processor`, or, where it says no role, the nearest wider one's does.*
    fn is_processor(&self, recipient: NounId) -> bool {
        let names = self.names();
        let has_role = |id: &NounId| {
            let lines = &names.nouns.get(*id).declarations;
            lines.iter().any(|line| has_slot(line, Slot::Role))
        };
        let says = |id: NounId| {
            names
                .nouns
                .get(id)
                .texts(Slot::Role)
                .any(|role| role == "processor")
        };
        if names.kind(recipient) != Kind::Recipient {
            return false;
        }
        if has_role(&recipient) {
            return says(recipient);
        }
        let wider: Vec<NounId> = names
            .wider(recipient)
            .iter()
            .copied()
            .filter(has_role)
            .collect();
        names.nearest(&wider).into_iter().any(says)
    }

    /// *Lines that offer the right (or a wider one).*
    fn offering(&self, right: NounId) -> Vec<&Norm> {
        let lines = self.policy().norms.iter();
        lines
            .filter(|line| (line.mode, line.action) == (Mode::May, Action::Right))
            .filter(|line| self.holds_all_of(line, right))
            .collect()
    }

    /// Whether the objects of a line hold a right or signal and all that belongs to it.
    fn holds_all_of(&self, line: &Norm, name: NounId) -> bool {
        let objects = self.names().union(&line.objects);
        line.any_object || self.names().belongs(name).is_subset(&objects)
    }

    /// *They narrow it by their `of` (if it names data), `for`, `with`, `in`, `from` and `as`, read as those of a `never`.*
    fn narrows(&self, offer: &Norm, leaf: u32) -> Value {
        let at = At {
            leaf,
            line: Some(offer),
        };
        Value::and([
            Value::of(self.is_of(offer, at)),
            self.slots(&offer.slots, &NARROWING, Match::Some, LeftOut::Unknown, at),
        ])
    }

    /// Whether the leaf is among the data in `of`, if it names data.
    pub fn is_of(&self, line: &Norm, at: At<'_>) -> bool {
        let of = names_in(&line.slots, Slot::Of).unwrap_or_default();
        let data: Vec<&NounUse> = of
            .into_iter()
            .filter(|name| name.kind == Kind::Data)
            .collect();
        data.is_empty() || self.holds_leaf(data, at)
    }

    /// *A signal that is on and is honoured counts as exercised rights, in the slots of that line.*
    fn by_signals(&self, leaf: u32) -> Vec<Forbidden> {
        let mut found = Vec::new();
        self.in_signals.set(true);
        for name in &self.known.signals {
            let Some(signal) = self.names().find(Kind::Signal, name) else {
                continue;
            };
            if self.is_undone(signal, leaf) {
                self.marks.hit("a signal that is not honoured");
                continue;
            }
            for honour in self.honouring(Mode::Must, signal) {
                let counts = self.honours(honour, leaf);
                for row in self.rows_of_signal(signal) {
                    self.marks.hit("a signal that is honoured");
                    let reach = self.reach(row, None, At { leaf, line: None });
                    found.push(Forbidden {
                        row,
                        value: Value::and([reach, counts.clone()]),
                        lines: vec![line(honour)],
                        since: self.now,
                    });
                }
            }
        }
        self.in_signals.set(false);
        found
    }

    fn honouring(&self, mode: Mode, signal: NounId) -> Vec<&Norm> {
        let lines = self.policy().norms.iter();
        lines
            .filter(|line| (line.mode, line.action) == (mode, Action::Honour))
            .filter(|line| self.holds_all_of(line, signal))
            .collect()
    }

    /// *`must honour` counts if its people and conditions may hold for this person; its other slots are read as always.*
    fn honours(&self, line: &Norm, leaf: u32) -> Value {
        let at = At {
            leaf,
            line: Some(line),
        };
        Value::and([
            self.people_of(line, at).may(),
            self.conditions(&line.conditions, ReadAs::Other, at).may(),
            self.honour_slots(line, Match::Some, at),
        ])
    }

    fn honour_slots(&self, line: &Norm, how: Match, at: At<'_>) -> Value {
        let times = [Slot::When, Slot::Until, Slot::Before, Slot::After];
        let within = match line.mode {
            Mode::Must => Within::IsDeadline,
            _ => Within::Ends,
        };
        Value::and([
            self.slots(
                &line.slots,
                &crate::slots::COMPARED,
                how,
                LeftOut::Unknown,
                at,
            ),
            self.times(&line.slots, &times, ReadAs::Other, within, at),
            self.exceptions(line, at),
            self.part_applies(line, at),
        ])
    }

    /// A of an honour line, whatever the question's action.
    pub fn honour_applies(&self, line: &Norm, leaf: u32) -> Value {
        let at = At {
            leaf,
            line: Some(line),
        };
        let how = match line.mode {
            Mode::Never => Match::All,
            _ => Match::Some,
        };
        Value::and([
            self.people_of(line, at),
            self.conditions(&line.conditions, ReadAs::Other, at),
            self.honour_slots(line, how, at),
        ])
    }

    /// *`never honour` undoes it only if it certainly applies, and no law that the policy names makes the signal binding
    /// where the person may live.*
    fn is_undone(&self, signal: NounId, leaf: u32) -> bool {
        let never = self
            .honouring(Mode::Never, signal)
            .into_iter()
            .any(|line| self.after_readings(line, leaf).is_true());
        if never && self.is_binding(signal) {
            self.marks.hit("a signal that a law makes binding");
        }
        never && !self.is_binding(signal)
    }

    fn is_binding(&self, signal: NounId) -> bool {
        let names = self.names();
        // *A line of a law that is unverified, or not yet in force, makes nothing binding.*
        let is_later =
            |since: Option<jiff::civil::Date>| since.is_some_and(|since| self.today() < since);
        self.world.laws().any(|law| {
            let may_live_there = match (law.place, self.residence()) {
                (Some(place), Some(home)) => !home.is_disjoint(names.belongs(place)),
                _ => true,
            };
            let binds = law.norms.iter().any(|norm| {
                let verified = norm.authority.as_ref().map(|authority| authority.verified);
                (norm.mode, norm.action) == (Mode::Must, Action::Honour)
                    && verified != Some(Verified::Unverified)
                    && !is_later(law.since)
                    && !is_later(
                        norm.authority
                            .as_ref()
                            .and_then(|authority| authority.since),
                    )
                    && self.holds_all_of(norm, signal)
            });
            may_live_there && binds
        })
    }

    /// *The nearest signal above it in the table counts; else every right to opt out.*
    fn rows_of_signal(&self, signal: NounId) -> Vec<&'static str> {
        let names = self.names();
        let find = |name: &str| names.find(Kind::Signal, name);
        if let Some((_, rows)) = SIGNALS.iter().find(|(name, _)| find(name) == Some(signal)) {
            return rows.to_vec();
        }
        let wider: Vec<NounId> = SIGNALS
            .iter()
            .filter_map(|(name, _)| find(name))
            .filter(|wide| names.is_narrower(signal, *wide))
            .collect();
        let near = names.nearest(&wider);
        let mut rows: Vec<&'static str> = SIGNALS
            .iter()
            .filter(|(name, _)| find(name).is_some_and(|id| near.contains(&id)))
            .flat_map(|(_, rows)| rows.iter().copied())
            .collect();
        if rows.is_empty() {
            rows.extend(EVERY_OPTOUT);
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// *Where one of them forbids (`restrict` and `limit-sensitive` aside), `opted-out` and `objected` are true.*
    pub fn is_opted_out(&self, leaf: u32) -> bool {
        self.exercised(leaf)
            .iter()
            .any(|one| !matches!(one.row, "restrict" | "limit-sensitive") && one.value.is_true())
    }

    pub fn opted_out_since(&self, leaf: u32) -> Option<Timestamp> {
        let all = self.exercised(leaf);
        let brought = all
            .iter()
            .filter(|one| !matches!(one.row, "restrict" | "limit-sensitive"))
            .filter(|one| one.value.is_true());
        brought.map(|one| one.since).max()
    }
}

fn is_unscoped(held: &Held) -> bool {
    held.scope == abide_policy::decide::Scope::default()
}

/// Something that forbids without a line of the policy.
pub fn named(id: &str) -> Line {
    Line {
        id: id.to_owned(),
        clauses: Vec::new(),
    }
}
