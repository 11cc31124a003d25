//! Cedar, asked the questions of the scene. Entities and requests are built before anything is measured.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::scene::{self, ADULT_AGE, ADULT_PURPOSES, Asked, Form, PURPOSES, Subject};

/// Every subject as an entity, and the rules in both forms.
pub struct Cedar {
    authorizer: Authorizer,
    rules: PolicySet,
    lookup: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

impl Cedar {
    /// # Errors
    /// What Cedar says of its input.
    pub fn new(subjects: &[Subject], questions: &[Asked]) -> Result<Self, String> {
        let mut entities = purposes()?;
        for (number, subject) in subjects.iter().enumerate() {
            entities.push(entity(number, *subject)?);
        }
        let requests: Result<_, String> = questions.iter().map(request).collect();
        Ok(Self {
            authorizer: Authorizer::new(),
            rules: policies(Form::Rules)?,
            lookup: policies(Form::Lookup)?,
            entities: Entities::from_entities(entities, None)
                .map_err(|error| format!("{error}"))?,
            requests: requests?,
        })
    }

    /// Whether question number `index` is allowed.
    pub fn allows(&self, form: Form, index: usize) -> bool {
        let policies = match form {
            Form::Rules => &self.rules,
            Form::Lookup => &self.lookup,
        };
        let answer = self
            .authorizer
            .is_authorized(&self.requests[index], policies, &self.entities);
        answer.decision() == Decision::Allow
    }
}

fn policies(form: Form) -> Result<PolicySet, String> {
    // The scope alone tells each rule from the others, which is the quickest way that Cedar has.
    let rule = |number| {
        let name = scene::purpose(number);
        format!(
            "permit(principal, action == Action::\"use\", resource == Purpose::\"{name}\") when {{ principal.consents.contains(Purpose::\"{name}\") }};\n"
        )
    };
    let permit = match form {
        Form::Rules => (0..PURPOSES).map(rule).collect(),
        Form::Lookup => {
            "permit(principal, action == Action::\"use\", resource) when { principal.consents.contains(resource) };\n".to_owned()
        }
    };
    let forbid = format!(
        "forbid(principal, action == Action::\"use\", resource in Purpose::\"for-adults\") when {{ principal.age < {ADULT_AGE} }};\n"
    );
    (permit + &forbid)
        .parse()
        .map_err(|error| format!("{error}"))
}

fn purposes() -> Result<Vec<Entity>, String> {
    let adults = uid("Purpose", "for-adults")?;
    let mut entities = vec![Entity::new_no_attrs(adults.clone(), HashSet::new())];
    for number in 0..PURPOSES {
        let parents = if number < ADULT_PURPOSES {
            HashSet::from([adults.clone()])
        } else {
            HashSet::new()
        };
        let uid = uid("Purpose", &scene::purpose(number))?;
        entities.push(Entity::new_no_attrs(uid, parents));
    }
    Ok(entities)
}

fn entity(number: usize, subject: Subject) -> Result<Entity, String> {
    let consents: Result<Vec<RestrictedExpression>, String> = subject
        .purposes()
        .map(|number| uid("Purpose", &scene::purpose(number)))
        .map(|uid| uid.map(RestrictedExpression::new_entity_uid))
        .collect();
    let attributes = HashMap::from([
        (
            "consents".to_owned(),
            RestrictedExpression::new_set(consents?),
        ),
        (
            "age".to_owned(),
            RestrictedExpression::new_long(subject.age.into()),
        ),
    ]);
    let uid = uid("Subject", &format!("s{number}"))?;
    Entity::new(uid, attributes, HashSet::new()).map_err(|error| format!("{error}"))
}

fn request(asked: &Asked) -> Result<Request, String> {
    Request::new(
        uid("Subject", &format!("s{}", asked.subject))?,
        uid("Action", "use")?,
        uid("Purpose", &scene::purpose(asked.purpose))?,
        Context::empty(),
        None,
    )
    .map_err(|error| format!("{error}"))
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let kind = kind.parse().map_err(|error| format!("{error}"))?;
    Ok(EntityUid::from_type_name_and_id(
        kind,
        cedar_policy::EntityId::new(id),
    ))
}
