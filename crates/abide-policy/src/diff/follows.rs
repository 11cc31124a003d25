//! What must follow a change: by the rules for changes in the policy that is in force, and by its laws. Says what they
//! say and who said it; it invents no duty.

mod class;
mod phrase;

use schemars::JsonSchema;
use serde::Serialize;

use class::Applies;

use super::favour::Judgement;
use super::lines::{self, Moved};
use super::names::NewName;
use super::{Change, VersionChange, VersionState};
use crate::leaf_set::LeafSet;
use crate::library::Library;
use crate::model::{Authority, Condition, Norm, NounUse, Polarity, Policy, Verified};
use crate::nouns::{NounId, Nouns};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// One thing to do, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// What kind of thing.
    pub kind: StepKind,
    /// The whole step in words.
    pub text: String,
    /// Whom it concerns.
    pub who: Vec<String>,
    /// By which channels or at which places.
    pub channels: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// By when, in words; relative to the change, because nothing here knows today's date.
    pub deadline: Option<String>,
    /// The clauses or lines that say so.
    pub clauses: Vec<String>,
    /// The law that says so.
    pub law: Option<LawReference>,
    /// Whether it is certain that the rule applies; else a person decides, as for a class of change that no program can
    /// tell.
    pub certain: bool,
}

/// What kind of thing follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// The version date must be raised.
    Version,
    /// The policy in force rules this change out.
    Forbidden,
    /// Something must be on file first.
    Confirm,
    /// People must be told.
    Tell,
    /// People must be asked for consent.
    Ask,
    /// The text is published, and from when it holds.
    Publish,
    /// The earlier terms stay in force for some.
    Keep,
    /// People may object, or see the earlier text.
    Right,
}

/// Where a law says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LawReference {
    /// Name of the law pack.
    pub law: String,
    /// Citation.
    pub cite: String,
    /// Whether the fact was read in the text or a named secondary source.
    pub checked: bool,
}

/// What the steps follow from.
pub(super) struct Facts<'a> {
    pub(super) library: &'a Library,
    pub(super) old: &'a Policy,
    pub(super) new: &'a Policy,
    pub(super) version: &'a VersionChange,
    pub(super) changes: &'a [Change],
    pub(super) moved: &'a [Moved<'a>],
    pub(super) new_names: &'a [NewName],
}

/// Every step, in the order in which to take them.
pub(super) fn steps(facts: &Facts<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(version(facts.version));
    for norm in &facts.old.norms {
        steps.extend(by_rule(facts, norm, None));
    }
    let mut laws: Vec<&str> = Vec::new();
    for law in facts.old.laws.iter().chain(&facts.new.laws) {
        if !laws.contains(&law.value.as_str()) {
            laws.push(&law.value);
        }
    }
    for law in laws.iter().filter_map(|name| facts.library.law(name)) {
        for norm in &law.norms {
            steps.extend(by_rule(facts, norm, law.place));
        }
    }
    steps.extend(facts.moved.iter().filter_map(|line| consent(facts, line)));
    if !steps.iter().any(|step| step.kind == StepKind::Publish) {
        let text = "Publish it. The policy in force does not say when such a change takes effect";
        steps.push(Step::new(StepKind::Publish, text));
    }
    steps.sort_by_key(|step| step.kind);
    steps.dedup();
    steps
}

fn version(version: &VersionChange) -> Option<Step> {
    let date = version.old.as_deref().unwrap_or("none");
    let text = match version.state {
        VersionState::Later | VersionState::Same => return None,
        VersionState::NotRaised => {
            format!("Raise `version`: the text changed, and its date is still {date}")
        }
        VersionState::Backwards => {
            format!(
                "Correct `version`: it is earlier than {date}, the date of the version in force"
            )
        }
        VersionState::Missing => {
            "Write `version=\"…\"` on the policy line, so that people can tell the versions apart"
                .to_owned()
        }
    };
    Some(Step::new(StepKind::Version, text))
}

impl Step {
    fn new(kind: StepKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            who: Vec::new(),
            channels: Vec::new(),
            purposes: Vec::new(),
            deadline: None,
            clauses: Vec::new(),
            law: None,
            certain: true,
        }
    }
}

/// The steps that one line of the policy in force, or of a law, asks for.
fn by_rule(facts: &Facts<'_>, norm: &Norm, place: Option<NounId>) -> Vec<Step> {
    let rule = Rule {
        facts,
        norm,
        nouns: &facts.old.nouns,
        place,
    };
    match (norm.mode, norm.action) {
        (Mode::May, Action::Change) => rule.takes_effect().into_iter().collect(),
        (Mode::Never, Action::Change) => rule.held_back(),
        (Mode::Must, Action::Tell) => rule.tells().into_iter().collect(),
        (Mode::Must, Action::Ask) => rule.asks().into_iter().collect(),
        (Mode::May, Action::Right) => rule.gives_right().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A line that may ask for something, and what it is read with.
struct Rule<'a> {
    facts: &'a Facts<'a>,
    norm: &'a Norm,
    nouns: &'a Nouns,
    /// Where the law holds; `None` for the policy's own lines.
    place: Option<NounId>,
}

impl Rule<'_> {
    /// `change any when=posted`: from when a change holds.
    fn takes_effect(&self) -> Option<Step> {
        let applies = self.change_class()?;
        let moments: Vec<String> = self
            .norm
            .names(Slot::When)
            .map(|event| match event.name.as_ref() {
                "posted" => "from the moment it is posted".to_owned(),
                "effective" => "from the date it gives as effective".to_owned(),
                _ => format!("from this on: {}", self.nouns.get(event.id).label("")),
            })
            .collect();
        let moment = if moments.is_empty() {
            "at any time".to_owned()
        } else {
            moments.join(" or ")
        };
        let text = format!(
            "Publish it. It holds {moment}{}{}",
            self.only_for(),
            self.conditions(),
        );
        Some(self.step(StepKind::Publish, applies, text))
    }

    /// `never change weaker unless=explicit-consent`: what a change waits for.
    fn held_back(&self) -> Vec<Step> {
        let Some(applies) = self.change_class() else {
            return Vec::new();
        };
        let waits = Slot::Before == self.waiting_slot();
        let unless: Vec<&Condition> = self
            .norm
            .conditions
            .iter()
            .filter(|condition| condition.polarity == Polarity::Unless)
            .collect();
        if unless.is_empty() {
            let text = if waits {
                let events = self.labels(self.norm.names(Slot::Before));
                return vec![self.step(
                    StepKind::Confirm,
                    applies,
                    format!("Do not apply it before it is {}", events.join(" or ")),
                )];
            } else if let Some(length) = self.length() {
                let events = self.labels(self.norm.names(Slot::When));
                return vec![self.step(
                    StepKind::Confirm,
                    applies,
                    format!(
                        "Do not apply it within {length} after {}",
                        events.join(" or ")
                    ),
                )];
            } else {
                format!(
                    "Withdraw it: the policy in force rules it out{}",
                    self.conditions()
                )
            };
            return vec![self.step(StepKind::Forbidden, applies, text)];
        }
        let used: Vec<&NounUse> = unless.iter().flat_map(|one| &one.facts).collect();
        let labels = self.labels(used.iter().copied());
        let fact = labels.join(" or ");
        let is_consent = used
            .iter()
            .any(|fact| self.nouns.is_a(fact.id, Kind::Fact, "consent"));
        if !is_consent {
            let text = format!("Have on file before the change: {fact}");
            return vec![self.step(StepKind::Confirm, applies, text)];
        }
        let who = self.who();
        let mut ask = self.step(
            StepKind::Ask,
            applies,
            format!("Ask {who} for {fact} to {}", self.what_changed()),
        );
        ask.purposes = self.purposes();
        let keep = self.step(
            StepKind::Keep,
            applies,
            format!("Keep the earlier terms for {who} without {fact}"),
        );
        vec![ask, keep]
    }

    /// `must tell change when=material via=email before=effective`.
    fn tells(&self) -> Option<Step> {
        let applies = self.told_of()?;
        let topics = self
            .norm
            .objects
            .iter()
            .map(|topic| match topic.name.as_ref() {
                "change" => "the change".to_owned(),
                _ => self.nouns.get(topic.id).label(""),
            });
        let mut topics: Vec<String> = topics.collect();
        if topics.is_empty() {
            topics.push("the change".to_owned());
        }
        let to = self.labels(self.norm.names(Slot::To));
        let who = if to.is_empty() {
            self.who()
        } else {
            to.join(" and ")
        };
        let channels = self.labels(self.norm.names(Slot::Via).chain(self.norm.names(Slot::At)));
        let by = if channels.is_empty() {
            String::new()
        } else {
            format!(", by {}", channels.join(" or "))
        };
        let deadline = self.deadline();
        let when = deadline
            .as_ref()
            .map_or_else(String::new, |when| format!(", {when}"));
        let text = format!(
            "Tell {who} about: {}{by}{when}{}",
            topics.join(", "),
            self.conditions()
        );
        let mut step = self.step(StepKind::Tell, applies, text);
        step.channels = channels;
        step.deadline = deadline;
        Some(step)
    }

    /// `must ask explicit-consent before=new-purpose`.
    fn asks(&self) -> Option<Step> {
        let events = self
            .norm
            .names(Slot::When)
            .chain(self.norm.names(Slot::Before));
        let applies = self.best(events.filter_map(|event| self.class(event)))?;
        let fact = self.labels(self.norm.objects.iter()).join(" and ");
        let purposes = self.purposes();
        let whom = self.who();
        let of = if purposes.is_empty() {
            self.what_changed()
        } else {
            purposes.join(", ")
        };
        let deadline = self.deadline();
        let when = deadline
            .as_ref()
            .map_or_else(String::new, |when| format!(", {when}"));
        let text = format!(
            "Ask {whom} for {fact}, for: {of}{when}{}",
            self.conditions()
        );
        let mut step = self.step(StepKind::Ask, applies, text);
        step.purposes = purposes;
        step.deadline = deadline;
        Some(step)
    }

    /// A right to object to what is added, and a right to see earlier versions.
    fn gives_right(&self) -> Option<Step> {
        if self.place.is_some() || self.norm.authority.is_some() {
            return None;
        }
        let named = |name: &str| {
            let mut objects = self.norm.objects.iter();
            objects.any(|object| object.name.as_ref() == name)
        };
        if named("old-versions") {
            let text = "Keep the earlier version where people can see it";
            return Some(self.step(StepKind::Right, Applies::Yes, text));
        }
        if !named("object") {
            return None;
        }
        let nouns = &self.facts.new.nouns;
        let added: Vec<&NounUse> = self
            .weaker_lines()
            .filter_map(|line| line.new)
            .flat_map(|norm| norm.names(Slot::For))
            .filter(|purpose| {
                let known = self.nouns.find(Kind::Purpose, &purpose.name);
                let covers = |id: NounId| self.norm.region.purpose.overlaps(self.nouns.set(id));
                known.map_or(self.norm.region.purpose == LeafSet::Any, covers)
            })
            .collect();
        if added.is_empty() {
            return None;
        }
        let mut purposes: Vec<String> = added
            .iter()
            .map(|purpose| nouns.get(purpose.id).label(""))
            .collect();
        purposes.sort();
        purposes.dedup();
        let text = format!(
            "Take objections from {} to: {}",
            self.who(),
            purposes.join(", ")
        );
        let mut step = self.step(StepKind::Right, Applies::Yes, text);
        step.purposes = purposes;
        Some(step)
    }

    fn step(&self, kind: StepKind, applies: Applies, text: impl Into<String>) -> Step {
        let text = text.into();
        let mut step = match applies {
            Applies::Yes => Step::new(kind, text),
            _ => Step::new(
                kind,
                format!(
                    "If a person decides that it is {}: {text}",
                    self.class_label()
                ),
            ),
        };
        step.certain = applies == Applies::Yes;
        step.who = vec![self.who()];
        step.clauses = if self.norm.clauses.is_empty() {
            vec![lines::call(self.norm)]
        } else {
            self.norm
                .clauses
                .iter()
                .map(|id| id.value.clone())
                .collect()
        };
        step.law = self
            .norm
            .authority
            .as_ref()
            .map(|authority: &Authority| LawReference {
                law: authority.law.clone(),
                cite: authority.cite.clone(),
                checked: authority.verified != Verified::Unverified,
            });
        step
    }

    /// Which slot a `never change` line waits with.
    fn waiting_slot(&self) -> Slot {
        if self.norm.slot(Slot::Before).is_some() {
            Slot::Before
        } else {
            Slot::When
        }
    }
}

/// A permission that rests on consent and reaches further: consent given before does not carry what is added.
fn consent(facts: &Facts<'_>, line: &Moved<'_>) -> Option<Step> {
    let norm = line.new?;
    let grew = matches!(line.judgement, Judgement::Weaker | Judgement::Mixed);
    if !grew || norm.mode != Mode::May || !norm.action.is_about_data() {
        return None;
    }
    let nouns = &facts.new.nouns;
    let conditions = norm
        .conditions
        .iter()
        .filter(|one| one.polarity == Polarity::If);
    let fact = conditions
        .flat_map(|condition| &condition.facts)
        .find(|fact| nouns.is_a(fact.id, Kind::Fact, "consent"))?;
    let labels = |slot: Slot| -> Vec<String> {
        norm.names(slot)
            .map(|name| nouns.get(name.id).label(""))
            .collect()
    };
    let (about, purposes) = (labels(Slot::About), labels(Slot::For));
    let who = if about.is_empty() {
        "everyone".to_owned()
    } else {
        about.join(" and ")
    };
    let of = if purposes.is_empty() {
        "what it adds".to_owned()
    } else {
        purposes.join(", ")
    };
    let text = format!(
        "Ask {who} again for {}, for: {of}. Consent given so far does not carry what {} adds",
        nouns.get(fact.id).label(""),
        lines::call(norm)
    );
    let mut step = Step::new(StepKind::Ask, text);
    step.who = vec![who];
    step.purposes = purposes;
    step.clauses = vec![lines::call(norm)];
    Some(step)
}
