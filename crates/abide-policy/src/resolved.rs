//! The resolved model as JSON: what `abide policy --format json` prints, with names in place of numbers. Holds no meaning
//! that the model does not.

use schemars::JsonSchema;
use serde::Serialize;

use crate::leaf_set::LeafSet;
use crate::length::Length;
use crate::model::{
    Condition, Except, Norm, NounUse, Part, Polarity, Policy, Region, Say, SlotUse, Value,
};
use crate::nouns::{Noun, Nouns};
use crate::source::{Position, SourceFile, Span};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// A resolved policy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Resolved policy", extend("$id" = "https://abide.example/schema/policy.json"))]
pub struct ResolvedPolicy {
    /// Its name.
    pub name: String,
    /// The version's date, `2026-03-01`.
    pub version: Option<String>,
    /// Legal names of the controllers.
    pub controllers: Vec<String>,
    /// Law packs it is under.
    pub laws: Vec<String>,
    /// Languages of the notice.
    pub languages: Vec<String>,
    /// Names that the policy declares or adds to.
    pub nouns: Vec<ResolvedNoun>,
    /// One per line.
    pub norms: Vec<ResolvedNorm>,
    /// Parts with the slots that their lines inherit.
    pub parts: Vec<ResolvedPart>,
    /// Readings of clashing clauses.
    pub readings: Vec<ResolvedReading>,
}

/// A name that the policy declares.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedNoun {
    /// What it stands for.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its label in the policy's language.
    pub label: String,
    /// Parents: names, or terms of the Data Privacy Vocabulary.
    pub is: Vec<String>,
    /// Members.
    pub of: Vec<String>,
    /// Clauses stated by its lines.
    pub clauses: Vec<String>,
    /// Its lines: each holds by itself, the slots of one line hold together.
    pub lines: Vec<Vec<ResolvedSlot>>,
}

/// One promise.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedNorm {
    /// Stable id: the first clause, or a hash of the line's words.
    pub id: String,
    /// The clauses it states.
    pub clauses: Vec<String>,
    /// Permission, prohibition, duty or claim.
    pub mode: Mode,
    /// What it is about doing.
    pub action: Action,
    /// The objects as written; `any` for every object.
    pub objects: Vec<String>,
    /// The slots as written, those inherited from a part included.
    pub slots: Vec<ResolvedSlot>,
    /// What it covers, leaf by leaf.
    pub region: ResolvedRegion,
    /// What is cut out of it.
    pub excepts: Vec<ResolvedExcept>,
    /// Conditions, all of which must hold.
    pub conditions: Vec<ResolvedCondition>,
    /// The part it stands in.
    pub part: Option<String>,
    /// Texts that replace the generated sentence.
    pub says: Vec<ResolvedText>,
    /// Where it is written.
    pub place: Place,
}

/// A slot with its values.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedSlot {
    /// Which.
    pub slot: Slot,
    /// Its values.
    pub values: Vec<ResolvedValue>,
    /// Whether it is the part's.
    pub inherited: bool,
}

/// A value of a slot.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResolvedValue {
    /// Every value.
    Any,
    /// A name.
    Name {
        /// What it stands for.
        kind: Kind,
        /// The name.
        name: String,
    },
    /// A length of time.
    Length {
        /// The firm length.
        length: Length,
        /// The vague word that the notice prints.
        vague: Option<String>,
    },
    /// A law constant.
    Constant(String),
    /// A date.
    Date(String),
    /// So many times per period.
    Rate {
        /// How many times.
        count: u32,
        /// The period.
        per: Length,
    },
    /// An age bound, `<13`.
    Age(String),
    /// Text or a closed word.
    Text(String),
}

/// What a line covers. A dimension that is absent covers everything; leaves are `kind:name`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedRegion {
    /// Objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Vec<String>>,
    /// Purposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Vec<String>>,
    /// Recipients.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Vec<String>>,
    /// Places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Vec<String>>,
    /// Origins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Vec<String>>,
    /// Forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<String>>,
    /// People.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<String>>,
    /// People of the part, who must also be concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Vec<String>>,
    /// Actors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Vec<String>>,
    /// Collection points and properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<Vec<String>>,
    /// Channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Vec<String>>,
}

/// An exception.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedExcept {
    /// What is cut out.
    pub region: ResolvedRegion,
    /// Whether a part that replaces the base cut it out.
    pub implied: bool,
}

/// A condition: one of its facts decides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedCondition {
    /// `if`: one must hold; `unless`: one lifts the line.
    pub polarity: String,
    /// The facts.
    pub facts: Vec<String>,
}

/// A part.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedPart {
    /// Its name.
    pub name: String,
    /// Clauses on its line.
    pub clauses: Vec<String>,
    /// The part around it.
    pub parent: Option<String>,
    /// Slots its lines inherit.
    pub defaults: Vec<ResolvedSlot>,
    /// Whether it replaces the base for its people.
    pub instead: bool,
    /// The company's role in it.
    pub role: Option<String>,
    /// Version date.
    pub version: Option<String>,
    /// Date of the last review.
    pub reviewed: Option<String>,
}

/// A reading.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedReading {
    /// The clauses that clash.
    pub clauses: Vec<String>,
    /// The one that wins.
    pub win: Option<String>,
    /// What the notice says.
    pub texts: Vec<ResolvedText>,
}

/// A text in a language.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResolvedText {
    /// Language tag; absent for the policy's own.
    pub lang: Option<String>,
    /// The text.
    pub text: String,
}

/// Where a line is written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Its first character.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
}

/// The policy in its JSON form; `files` are those it was compiled from.
pub fn resolved(policy: &Policy, files: &[SourceFile]) -> ResolvedPolicy {
    let nouns = policy
        .nouns
        .iter()
        .map(|(_, noun)| noun)
        .filter(|noun| !noun.is_shipped());
    ResolvedPolicy {
        name: policy.name.clone(),
        version: policy.version.as_ref().map(|date| date.value.to_string()),
        controllers: policy
            .controllers
            .iter()
            .map(|controller| controller.label.clone())
            .collect(),
        laws: values(&policy.laws),
        languages: values(&policy.languages),
        nouns: nouns.map(noun).collect(),
        norms: policy
            .norms
            .iter()
            .map(|line| norm(line, policy, files))
            .collect(),
        parts: policy
            .parts
            .iter()
            .map(|opened| part(opened, policy))
            .collect(),
        readings: policy
            .readings
            .iter()
            .map(|reading| ResolvedReading {
                clauses: values(&reading.clauses),
                win: reading.win.as_ref().map(|win| win.value.clone()),
                texts: texts(&reading.texts),
            })
            .collect(),
    }
}

/// The JSON Schema of [`ResolvedPolicy`], draft 2020-12.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(ResolvedPolicy).to_value()
}

fn values(words: &[crate::source::Spanned<String>]) -> Vec<String> {
    words.iter().map(|word| word.value.clone()).collect()
}

fn names(uses: &[NounUse]) -> Vec<String> {
    uses.iter().map(|used| used.name.to_string()).collect()
}

fn texts(says: &[Say]) -> Vec<ResolvedText> {
    says.iter()
        .map(|say| ResolvedText {
            lang: say.lang.clone(),
            text: say.text.value.clone(),
        })
        .collect()
}

fn noun(noun: &Noun) -> ResolvedNoun {
    let own = || {
        noun.declarations
            .iter()
            .filter(|line| !line.span.is_library())
    };
    ResolvedNoun {
        kind: noun.kind,
        name: noun.name.to_string(),
        label: noun.label(""),
        is: names(&noun.is)
            .into_iter()
            .chain(values(&noun.terms))
            .collect(),
        of: names(&noun.of),
        clauses: own().flat_map(|line| values(&line.clauses)).collect(),
        lines: own()
            .map(|line| line.slots.iter().map(slot).collect())
            .collect(),
    }
}

fn norm(norm: &Norm, policy: &Policy, files: &[SourceFile]) -> ResolvedNorm {
    let any = norm.any_object.then(|| "any".to_owned());
    ResolvedNorm {
        id: norm.id.clone(),
        clauses: values(&norm.clauses),
        mode: norm.mode,
        action: norm.action,
        objects: any.into_iter().chain(names(&norm.objects)).collect(),
        slots: norm.slots.iter().map(slot).collect(),
        region: region(&norm.region, &policy.nouns),
        excepts: norm
            .excepts
            .iter()
            .map(|cut| except(cut, &policy.nouns))
            .collect(),
        conditions: norm.conditions.iter().map(condition).collect(),
        part: norm
            .part
            .and_then(|part| policy.parts.get(part))
            .map(|part| part.name.clone()),
        says: texts(&norm.says),
        place: place(norm.span, files),
    }
}

fn part(part: &Part, policy: &Policy) -> ResolvedPart {
    ResolvedPart {
        name: part.name.clone(),
        clauses: values(&part.clauses),
        parent: part
            .parent
            .and_then(|parent| policy.parts.get(parent))
            .map(|parent| parent.name.clone()),
        defaults: part.defaults.iter().map(slot).collect(),
        instead: part.instead,
        role: part.role.clone(),
        version: part.version.as_ref().map(|date| date.value.to_string()),
        reviewed: part.reviewed.as_ref().map(|date| date.value.to_string()),
    }
}

fn slot(used: &SlotUse) -> ResolvedSlot {
    ResolvedSlot {
        slot: used.slot,
        values: used.values.iter().map(value).collect(),
        inherited: used.inherited,
    }
}

fn value(value: &Value) -> ResolvedValue {
    match value {
        Value::Any => ResolvedValue::Any,
        Value::Noun(noun) => ResolvedValue::Name {
            kind: noun.kind,
            name: noun.name.to_string(),
        },
        Value::Length { length, vague, .. } => ResolvedValue::Length {
            length: *length,
            vague: vague.clone(),
        },
        Value::Constant { name, .. } => ResolvedValue::Constant(name.clone()),
        Value::Date(date) => ResolvedValue::Date(date.value.to_string()),
        Value::Rate { count, per, .. } => ResolvedValue::Rate {
            count: *count,
            per: *per,
        },
        Value::Age(age) => {
            let bound = age.bound.as_ref().map_or_else(Clone::clone, u32::to_string);
            ResolvedValue::Age(format!("{}{bound}", age.comparison))
        }
        Value::Text(text) => ResolvedValue::Text(text.value.clone()),
    }
}

fn except(except: &Except, nouns: &Nouns) -> ResolvedExcept {
    ResolvedExcept {
        region: region(&except.region, nouns),
        implied: except.implied,
    }
}

fn condition(condition: &Condition) -> ResolvedCondition {
    let polarity = match condition.polarity {
        Polarity::If => "if",
        Polarity::Unless => "unless",
    };
    ResolvedCondition {
        polarity: polarity.to_owned(),
        facts: names(&condition.facts),
    }
}

fn region(region: &Region, nouns: &Nouns) -> ResolvedRegion {
    let leaves = |set: &LeafSet| {
        let named = |leaf: u32| {
            let noun = nouns.get(crate::nouns::NounId(leaf));
            format!("{}:{}", noun.kind.word(), noun.name)
        };
        Some(set.leaves()?.into_iter().map(named).collect())
    };
    ResolvedRegion {
        object: leaves(&region.object),
        purpose: leaves(&region.purpose),
        recipient: leaves(&region.recipient),
        place: leaves(&region.place),
        origin: leaves(&region.origin),
        form: leaves(&region.form),
        people: leaves(&region.people),
        scope: leaves(&region.scope),
        actor: leaves(&region.actor),
        point: leaves(&region.point),
        channel: leaves(&region.channel),
    }
}

fn place(span: Span, files: &[SourceFile]) -> Place {
    match files.get(span.file as usize) {
        Some(file) => Place {
            path: file.path.clone(),
            start: file.position(span.start),
            end: file.position(span.end),
        },
        None => {
            let nowhere = Position { line: 1, column: 1 };
            Place {
                path: String::new(),
                start: nowhere,
                end: nowhere,
            }
        }
    }
}
