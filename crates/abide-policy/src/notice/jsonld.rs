//! The policy as linked data in terms of the W3C Data Privacy Vocabulary. Says nothing that the page does not say.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use crate::library::Library;
use crate::model::{Norm, NounUse, Policy, Value};
use crate::nouns::{NounId, Nouns};
use crate::sentence::{self, Language};
use crate::vocabulary::{Action, Kind, Mode, Slot};

/// How far up the parents a term is looked for.
const CLIMB_LIMIT: usize = 16;

struct Document<'a> {
    policy: &'a Policy,
    lang: Language,
    /// The groups that list a noun as a member.
    groups: HashMap<NounId, Vec<NounId>>,
}

/// The document: the notice, who answers for it, the recipients and places, and one process per line about data.
pub(super) fn document(policy: &Policy, library: &Library, lang: Language) -> Json {
    let document = Document {
        policy,
        lang,
        groups: groups(&policy.nouns),
    };
    let mut graph = vec![document.notice(library)];
    graph.extend((0..policy.controllers.len()).map(|index| document.controller(index)));
    graph.extend(document.recipients());
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for norm in &policy.norms {
        let count = taken.entry(&norm.id).or_default();
        *count += 1;
        let id = if *count == 1 {
            format!("#{}", norm.id)
        } else {
            format!("#{}-{count}", norm.id)
        };
        graph.extend(document.line(norm, id));
    }
    json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "justifications": "https://w3id.org/dpv/justifications#",
            "dct": "http://purl.org/dc/terms/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "@language": lang.tag(),
        },
        "@graph": graph,
    })
}

fn groups(nouns: &Nouns) -> HashMap<NounId, Vec<NounId>> {
    let mut groups: HashMap<NounId, Vec<NounId>> = HashMap::new();
    for (id, noun) in nouns.iter() {
        for member in &noun.of {
            groups.entry(member.id).or_default().push(id);
        }
    }
    groups
}

impl Document<'_> {
    fn notice(&self, library: &Library) -> Json {
        let laws: Vec<&str> = self
            .policy
            .laws
            .iter()
            .filter_map(|law| library.law(&law.value))
            .map(|law| law.label.as_str())
            .collect();
        let controllers: Vec<Json> = (0..self.policy.controllers.len())
            .map(|index| json!({ "@id": controller_id(index) }))
            .collect();
        let mut notice = json!({ "@id": "#notice", "@type": "dpv:PrivacyNotice", "dct:language": self.lang.tag(), "dct:identifier": self.policy.name });
        if let Some(map) = notice.as_object_mut() {
            if let Some(version) = &self.policy.version {
                map.insert(
                    "dct:issued".into(),
                    json!({ "@value": version.value.to_string(), "@type": "xsd:date" }),
                );
            }
            put(map, "dpv:hasDataController", controllers);
            put(
                map,
                "dpv:hasApplicableLaw",
                laws.into_iter()
                    .map(|law| json!({ "rdfs:label": law }))
                    .collect(),
            );
        }
        notice
    }

    fn controller(&self, index: usize) -> Json {
        let Some(controller) = self.policy.controllers.get(index) else {
            return Json::Null;
        };
        let mut found = json!({ "@id": controller_id(index), "@type": "dpv:DataController", "dpv:hasName": controller.label });
        if let (Some(map), Some(country)) = (found.as_object_mut(), controller.country()) {
            put(map, "dpv:hasCountry", vec![self.place(country.id)]);
        }
        found
    }

    /// The recipients that lines name.
    fn recipients(&self) -> Vec<Json> {
        let named = self
            .policy
            .norms
            .iter()
            .flat_map(Norm::all_names)
            .filter(|name| name.kind == Kind::Recipient);
        let ids: std::collections::BTreeSet<NounId> = named.map(|name| name.id).collect();
        ids.into_iter().map(|id| self.recipient(id)).collect()
    }

    fn recipient(&self, id: NounId) -> Json {
        let noun = self.policy.nouns.get(id);
        let groups = self
            .groups
            .get(&id)
            .into_iter()
            .flatten()
            .map(|group| self.policy.nouns.get(*group));
        let role = noun
            .texts(Slot::Role)
            .next()
            .or_else(|| groups.flat_map(|group| group.texts(Slot::Role)).next());
        let kind = match role {
            Some("processor") => "dpv:DataProcessor".to_owned(),
            Some("joint") => "dpv:JointDataControllers".to_owned(),
            _ => self.term(id).unwrap_or_else(|| "dpv:Recipient".to_owned()),
        };
        let mut found = json!({ "@id": recipient_id(&noun.name), "@type": kind, "rdfs:label": noun.label(self.lang.tag()) });
        let places = noun
            .slots(Slot::In)
            .flat_map(|slot| slot.names())
            .map(|place| self.place(place.id))
            .collect();
        if let Some(map) = found.as_object_mut() {
            put(map, "dpv:hasLocation", places);
        }
        found
    }

    fn line(&self, norm: &Norm, id: String) -> Option<Json> {
        let mut map = Map::new();
        map.insert("@id".into(), id.into());
        let text = sentence::sentence(norm, self.policy, self.lang);
        map.insert("dct:description".into(), text.into());
        let clauses = norm
            .clauses
            .iter()
            .map(|clause| clause.value.as_str().into());
        put(&mut map, "dct:identifier", clauses.collect());
        let objects = norm.objects.iter().map(|object| self.concept(object));
        if let Some(processing) = processing(norm.action) {
            let rule = rule(norm.mode).map(|rule| json!({ "@type": rule }));
            map.insert("@type".into(), "dpv:PersonalDataHandling".into());
            map.insert("dpv:hasProcessing".into(), json!({ "@id": processing }));
            put(&mut map, "dpv:hasRule", rule.into_iter().collect());
            put(&mut map, "dpv:hasPersonalData", objects.collect());
        } else if norm.action == Action::Right {
            map.insert("@type".into(), "dpv:RightExerciseNotice".into());
            put(&mut map, "dpv:hasRight", objects.collect());
        } else {
            return None;
        }
        self.put_slots(&mut map, norm);
        Some(Json::Object(map))
    }

    fn put_slots(&self, map: &mut Map<String, Json>, norm: &Norm) {
        let concepts = |slot: Slot| norm.names(slot).map(|name| self.concept(name)).collect();
        let recipients = norm
            .names(Slot::With)
            .map(|name| json!({ "@id": recipient_id(&name.name) }));
        let places = norm.names(Slot::In).map(|place| self.place(place.id));
        put(map, "dpv:hasPurpose", concepts(Slot::For));
        put(map, "dpv:hasDataSubject", concepts(Slot::About));
        put(map, "dpv:hasRecipient", recipients.collect());
        put(map, "dpv:hasLocation", places.collect());
        put(map, "dpv:hasLegalBasis", self.bases(norm));
        put(map, "dpv:hasStorageCondition", self.storage(norm));
    }

    /// The ground on the line; else those of its purposes; else consent, where the line waits for it.
    fn bases(&self, norm: &Norm) -> Vec<Json> {
        let own: Vec<Json> = norm
            .names(Slot::Because)
            .map(|ground| self.concept(ground))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let purposes = norm
            .names(Slot::For)
            .flat_map(|purpose| self.policy.nouns.get(purpose.id).slots(Slot::Because));
        let mut bases: Vec<Json> = purposes
            .flat_map(|slot| slot.names())
            .map(|ground| self.concept(ground))
            .collect();
        if norm.mode == Mode::May && norm.needs_fact(&self.policy.nouns, "consent") {
            bases.push(json!({ "@type": "dpv:Consent" }));
        }
        bases
    }

    fn storage(&self, norm: &Norm) -> Vec<Json> {
        if norm.action != Action::Keep || norm.mode == Mode::Never {
            return Vec::new();
        }
        let mut conditions = Vec::new();
        for slot in norm
            .slots
            .iter()
            .filter(|used| matches!(used.slot, Slot::Within | Slot::Until))
        {
            for value in &slot.values {
                let text = match value {
                    Value::Length { length, .. } => length.to_string(),
                    Value::Constant { name, .. } => name.replace('-', " "),
                    Value::Noun(noun) => self.policy.nouns.get(noun.id).label(self.lang.tag()),
                    Value::Date(date) => date.value.to_string(),
                    _ => continue,
                };
                let kind = if slot.slot == Slot::Until {
                    "dpv:UntilEventDuration"
                } else {
                    "dpv:TemporalDuration"
                };
                conditions.push(json!({ "@type": "dpv:StorageDuration", "dpv:hasDuration": { "@type": kind, "rdfs:label": text } }));
            }
        }
        conditions
    }

    /// A name as an instance of the term it stands under.
    fn concept(&self, used: &NounUse) -> Json {
        let label = self.policy.nouns.get(used.id).label(self.lang.tag());
        match self.term(used.id) {
            Some(term) => json!({ "@type": term, "rdfs:label": label }),
            None => json!({ "rdfs:label": label }),
        }
    }

    fn place(&self, id: NounId) -> Json {
        let noun = self.policy.nouns.get(id);
        json!({ "dct:identifier": noun.name.as_ref(), "rdfs:label": noun.label(self.lang.tag()) })
    }

    /// The outside term of a noun, or of the closest noun that it is or is listed under.
    fn term(&self, id: NounId) -> Option<String> {
        let mut level = vec![id];
        for _ in 0..CLIMB_LIMIT {
            let terms = level
                .iter()
                .flat_map(|id| &self.policy.nouns.get(*id).terms);
            if let Some(term) = terms.map(|term| term.value.as_str()).next() {
                return Some(term.to_owned());
            }
            let parents = level
                .iter()
                .flat_map(|id| self.policy.nouns.get(*id).is.iter().map(|parent| parent.id));
            let mut next: Vec<NounId> = parents.collect();
            next.extend(level.iter().filter_map(|id| self.groups.get(id)).flatten());
            next.dedup();
            if next.is_empty() {
                return None;
            }
            level = next;
        }
        None
    }
}

fn put(map: &mut Map<String, Json>, key: &str, mut values: Vec<Json>) {
    match values.len() {
        0 => {}
        1 => {
            map.extend(values.pop().map(|value| (key.to_owned(), value)));
        }
        _ => {
            map.insert(key.to_owned(), values.into());
        }
    }
}

fn controller_id(index: usize) -> String {
    format!("#controller-{}", index + 1)
}

fn recipient_id(name: &str) -> String {
    format!("#recipient-{name}")
}

fn processing(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::Collect => "dpv:Collect",
        Action::Use => "dpv:Use",
        Action::Share | Action::Sell => "dpv:Share",
        Action::Keep => "dpv:Store",
        Action::Link => "dpv:Combine",
        Action::Erase => "dpv:Erase",
        _ => return None,
    })
}

/// A claim about the record is no rule.
fn rule(mode: Mode) -> Option<&'static str> {
    match mode {
        Mode::May => Some("dpv:Permission"),
        Mode::Never => Some("dpv:Prohibition"),
        Mode::Must => Some("dpv:Obligation"),
        Mode::Did => None,
    }
}
