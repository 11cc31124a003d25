//! *Facts*: what is held, whether it speaks for or against the question, and the conditions of a line.

use abide_policy::decide::{Held, Matter, Needed, Scope};
use abide_policy::model::{Condition, Norm, NounUse, Polarity, Value as Written};
use abide_policy::nouns::NounId;
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use jiff::Timestamp;

use crate::asked::With;
use crate::case::{At, Case};
use crate::names::uses;
use crate::truth::Value;

/// How conditions and times of a line, or of an exception, are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadAs {
    Permission,
    Other,
}

/// Something held that is a fact: its name, and the rest of what is held.
struct FactHeld<'k> {
    fact: NounId,
    held: &'k Held,
}

impl Case<'_> {
    pub fn has_begun(&self, held: &Held) -> bool {
        held.since <= self.now
    }

    pub fn is_running(&self, held: &Held) -> bool {
        self.has_begun(held) && held.until.is_none_or(|until| self.now < until)
    }

    fn facts_held(&self) -> Vec<FactHeld<'_>> {
        let names = self.names();
        let mut found = Vec::new();
        for held in &self.known.held {
            match &held.matter {
                Matter::Fact(name) => {
                    if let Some(fact) = names.find(Kind::Fact, name) {
                        found.push(FactHeld { fact, held });
                    }
                }
                // *An exercised `optin-sale` is a held `opted-in` for questions about `sell`.*
                Matter::Right(name) => {
                    let right = names.find(Kind::Right, name);
                    let optin = names.find(Kind::Right, "optin-sale");
                    if let (Some(right), Some(optin), Some(fact)) =
                        (right, optin, names.find(Kind::Fact, "opted-in"))
                        && self.asked.action == Action::Sell
                        && names.is_narrower(right, optin)
                    {
                        found.push(FactHeld { fact, held });
                    }
                }
            }
        }
        found
    }

    fn ids(&self, kinds: &[Kind], list: &[String]) -> Vec<NounId> {
        list.iter()
            .filter_map(|name| self.names().find_first(kinds, name))
            .collect()
    }

    /// *Each list of its scope is empty or covers the question.*
    pub fn covers(&self, scope: &Scope, at: At<'_>) -> bool {
        let names = self.names();
        let data = names.union_of(self.ids(&[Kind::Data], &scope.data));
        let purposes = names.union_of(self.ids(&[Kind::Purpose], &scope.purposes));
        let recipients =
            names.union_of(self.ids(&[Kind::Recipient, Kind::People], &scope.recipients));
        let purpose = self
            .asked
            .purpose
            .is_some_and(|purpose| names.belongs(purpose).is_subset(&purposes));
        let recipient = match self.asked.recipient {
            With::Named(id) => names.belongs(id).is_subset(&recipients),
            With::Nobody | With::Unknown => false,
        };
        (scope.data.is_empty() || data.contains(&at.leaf))
            && (scope.purposes.is_empty() || purpose)
            && (scope.recipients.is_empty() || recipient)
            && (scope.actors.is_empty() || self.one_actor_is(scope))
            && (scope.lines.is_empty() || is_line(scope, at.line))
    }

    /// *Each list of its scope is empty or has something in common with the question.*
    fn has_in_common(&self, scope: &Scope, at: At<'_>) -> bool {
        let names = self.names();
        let data = names.union_of(self.ids(&[Kind::Data], &scope.data));
        let purposes = names.union_of(self.ids(&[Kind::Purpose], &scope.purposes));
        let recipients =
            names.union_of(self.ids(&[Kind::Recipient, Kind::People], &scope.recipients));
        // *A slot that the question leaves out has something in common with everything.*
        let purpose = self
            .asked
            .purpose
            .is_none_or(|purpose| !names.belongs(purpose).is_disjoint(&purposes));
        let recipient = match self.asked.recipient {
            With::Named(id) => !names.belongs(id).is_disjoint(&recipients),
            With::Unknown => true,
            With::Nobody => false,
        };
        (scope.data.is_empty() || data.contains(&at.leaf))
            && (scope.purposes.is_empty() || purpose)
            && (scope.recipients.is_empty() || recipient)
            && (scope.actors.is_empty() || self.one_actor_is(scope))
            && (scope.lines.is_empty() || is_line(scope, at.line))
    }

    /// *One of the actors is.*
    fn one_actor_is(&self, scope: &Scope) -> bool {
        let names = self.names();
        let actors = names.union_of(self.ids(&[Kind::People, Kind::Recipient], &scope.actors));
        let mut given = self.asked.actor.iter();
        given.any(|actor| names.belongs(*actor).is_subset(&actors))
    }

    fn speaks_for(&self, held: &Held, at: At<'_>) -> bool {
        self.is_running(held) && held.holds && self.covers(&held.scope, at)
    }

    fn speaks_against(&self, held: &Held, at: At<'_>) -> bool {
        self.is_running(held) && !held.holds && self.has_in_common(&held.scope, at)
    }

    /// When what makes a fact true began: of each thing held that speaks for it and is not cancelled.
    pub fn beginnings(&self, fact: NounId, at: At<'_>) -> Vec<Timestamp> {
        let names = self.names();
        let all = self.facts_held();
        let fitting = all
            .iter()
            .filter(|one| names.is_narrower(one.fact, fact) && self.speaks_for(one.held, at));
        fitting
            .filter(|one| {
                let cancelled = all.iter().any(|other| {
                    self.speaks_against(other.held, at)
                        && other.held.since >= one.held.since
                        && names.is_narrower(one.fact, other.fact)
                });
                if cancelled {
                    self.marks.hit("consent that was cancelled");
                }
                !cancelled
            })
            .map(|one| one.held.since)
            .collect()
    }

    /// A fact in a condition.
    pub fn fact(&self, used: &NounUse, at: At<'_>) -> Value {
        let names = self.names();
        // *`stated` is true or unknown or false as the best A of the permissions for that leaf is; in a permission or a
        // `never apply` it is false*, and *itself is never missing*.
        if used.name.as_ref() == "stated" {
            self.marks.hit("stated");
            let waits_for_itself = |line: &Norm| {
                line.mode == Mode::May || (line.mode, line.action) == (Mode::Never, Action::Apply)
            };
            if at.line.is_none_or(waits_for_itself) {
                return Value::no();
            }
            let mut best = self.cover(at.leaf);
            best.waits.clear();
            best.refused.clear();
            return best;
        }
        // *Where one of them forbids, `opted-out` and `objected` are true.*
        let brought = ["opted-out", "objected"];
        let is_brought = brought.iter().any(|name| {
            let narrow = names.find(Kind::Fact, name);
            narrow.is_some_and(|narrow| names.is_narrower(narrow, used.id))
        });
        if is_brought && self.is_opted_out(at.leaf) {
            self.marks.hit("a right that brings a fact");
            return Value::yes();
        }
        if !self.beginnings(used.id, at).is_empty() {
            return Value::yes();
        }
        let against = self.facts_held().iter().any(|one| {
            self.speaks_against(one.held, at)
                && (names.is_narrower(one.fact, used.id) || names.is_narrower(used.id, one.fact))
        });
        if against {
            self.marks.hit("a fact that speaks against");
            return Value::refused(&used.name);
        }
        Value::unknown(Needed::Fact(used.name.to_string()))
    }

    /// *Conditions of a line, each an* or *over its facts.*
    pub fn one_of<'n>(&self, facts: impl IntoIterator<Item = &'n NounUse>, at: At<'_>) -> Value {
        Value::or(facts.into_iter().map(|fact| self.fact(fact, at)))
    }

    /// All conditions of a line together.
    pub fn conditions(&self, conditions: &[Condition], read_as: ReadAs, at: At<'_>) -> Value {
        let of = |polarity: Polarity| {
            let wanted = conditions
                .iter()
                .filter(move |one| one.polarity == polarity);
            let values = wanted.map(|one| self.one_of(&one.facts, at));
            values.collect::<Vec<Value>>()
        };
        let (ifs, unlesses) = (of(Polarity::If), of(Polarity::Unless));
        let mut parts = Vec::new();
        match read_as {
            // *Itself: unknown stays unknown, so that it can be asked for.*
            ReadAs::Permission => parts.extend(ifs),
            // *True if true, else false.*
            ReadAs::Other => {
                if ifs.iter().any(Value::is_unknown) {
                    self.marks.hit("a prohibition whose `if` is unknown");
                }
                parts.extend(ifs.into_iter().map(|value| Value::of(value.is_true())));
            }
        }
        if !unlesses.is_empty() {
            let lifted = Value::and(unlesses);
            parts.push(match read_as {
                // *Lifted only if every `unless` is true: then false. Otherwise true.*
                ReadAs::Permission => Value::of(!lifted.is_true()),
                // *Not (all of the `unless`), unknown staying unknown.*
                ReadAs::Other => lifted.not(),
            });
        }
        Value::and(parts)
    }

    /// *A permission whose legal grounds are all kinds of consent waits for one of those consents as if it said `if`.*
    pub fn consent_by_ground(&self, line: &Norm, at: At<'_>) -> Value {
        let consents = self.consents(line);
        if consents.is_empty() {
            return Value::yes();
        }
        self.marks.hit("consent by its ground");
        self.one_of(&consents, at)
    }

    /// The facts that the grounds of a permission wait for; none if one of the grounds is no consent.
    pub fn consents(&self, line: &Norm) -> Vec<NounUse> {
        let names = self.names();
        let mut facts = Vec::new();
        for ground in self.grounds(line) {
            let fact = self.consent_of(ground);
            let Some(fact) = fact.and_then(|fact| names.find(Kind::Fact, fact)) else {
                return Vec::new();
            };
            facts.push(NounUse {
                kind: Kind::Fact,
                id: fact,
                name: names.nouns.get(fact).name.clone(),
                span: line.span,
            });
        }
        facts
    }

    /// *The consent is the fact of the ground's name, if that is a kind of `consent`, else the fact `explicit-consent` or
    /// `consent`, whichever the ground is a kind of.*
    fn consent_of(&self, ground: NounId) -> Option<&str> {
        let names = self.names();
        let is_kind_of = |wide: &str| {
            names
                .find(Kind::Ground, wide)
                .is_some_and(|wide| names.is_narrower(ground, wide))
        };
        let kinds: Vec<&str> = ["explicit-consent", "consent"]
            .into_iter()
            .filter(|wide| is_kind_of(wide))
            .collect();
        let first = *kinds.first()?;
        let own = names.find(Kind::Fact, names.name(ground));
        let consent = names.find(Kind::Fact, "consent");
        match (own, consent) {
            (Some(own), Some(consent)) if names.is_narrower(own, consent) => {
                Some(names.name(ground))
            }
            _ => Some(first),
        }
    }

    /// *Its grounds are its own `because`, else, if it says `for`, those of the purpose in the question: its own, else
    /// those of the wider purposes that are nearest.*
    pub fn grounds(&self, line: &Norm) -> Vec<NounId> {
        let names = self.names();
        let own: Vec<NounId> = line.names(Slot::Because).map(|used| used.id).collect();
        if !own.is_empty() {
            return own;
        }
        let says_for =
            uses(&line.slots, Slot::For).any(|used| used.values.iter().any(is_name_or_any));
        let (true, Some(purpose)) = (says_for, self.asked.purpose) else {
            return Vec::new();
        };
        let of = |purpose: NounId| {
            let slots = names.nouns.get(purpose).slots(Slot::Because);
            slots
                .flat_map(|used| used.names().map(|ground| ground.id).collect::<Vec<_>>())
                .collect::<Vec<NounId>>()
        };
        let own = of(purpose);
        if !own.is_empty() {
            return own;
        }
        let grounded: Vec<NounId> = names
            .wider(purpose)
            .iter()
            .copied()
            .filter(|wide| !of(*wide).is_empty())
            .collect();
        self.marks.hit("the ground of a wider purpose");
        names.nearest(&grounded).into_iter().flat_map(of).collect()
    }
}

fn is_name_or_any(value: &Written) -> bool {
    matches!(value, Written::Noun(_) | Written::Any)
}

/// *One of the lines is this line*: by a clause or the norm's id.
fn is_line(scope: &Scope, line: Option<&Norm>) -> bool {
    line.is_some_and(|line| {
        scope
            .lines
            .iter()
            .any(|name| *name == line.id || line.clauses.iter().any(|id| id.value == *name))
    })
}
