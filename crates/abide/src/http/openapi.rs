//! The description of the API, derived from the endpoints and their types. Nothing in it is written twice.

use std::sync::OnceLock;

use abide_policy::decide::{Decision, Known, Needed, Question};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::{ArrayBuilder, Ref, RefOr, Schema};

use super::access::Needs;
use super::endpoint::*;
use super::problem::ProblemBody;
use super::router::{self, Route};

/// The endpoints in the order of the page.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Abide",
        description = "Ask before data is collected, used, shared, sold, kept or erased; record choices; publish notices; \
                       prove what was done."
    ),
    paths(
        healthz::answer,
        readyz::answer,
        metrics::answer,
        decide::answer,
        audience::answer,
        consents::record::answer,
        consents::import::answer,
        consents::history::answer,
        subjects::read::answer,
        subjects::write::answer,
        subjects::join::answer,
        subjects::receipts::answer,
        subjects::erase::answer,
        occurrences::answer,
        requests::open::answer,
        requests::list::answer,
        requests::read::answer,
        requests::verify::answer,
        requests::authorise::answer,
        requests::approve::answer,
        requests::refuse::answer,
        requests::appeal::answer,
        requests::extend::answer,
        requests::fulfil::answer,
        requests::revoke::answer,
        messages::send::answer,
        messages::read::answer,
        register::read::answer,
        register::write::answer,
        cases::list::answer,
        cases::open::answer,
        cases::close::answer,
        policies::list::answer,
        policies::publish::answer,
        policies::read::answer,
        policies::version::answer,
        policies::preview::answer,
        policies::activate::answer,
        policies::rollback::answer,
        policies::mode::answer,
        notice::latest,
        notice::past,
        ledger::checkpoint::answer,
        ledger::tile::answer,
        ledger::inclusion::answer,
        ledger::consistency::answer,
        ledger::keys::answer,
        ledger::receipt::answer,
        ledger::bundle::answer,
        openapi::answer,
        docs::answer,
    ),
    components(schemas(ProblemBody))
)]
struct Endpoints;

/// The document.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut document = serde_json::to_value(Endpoints::openapi()).unwrap_or_default();
        document["openapi"] = json!("3.1.0");
        document["info"]["license"] = json!({ "name": "Apache-2.0", "identifier": "Apache-2.0" });
        if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
            schemas.extend(language_schemas());
        }
        document["components"]["securitySchemes"]["key"] = json!({
            "type": "http",
            "scheme": "bearer",
            "description": "An API key: `abide keys api add`. Each operation says which scope it takes.",
        });
        for route in router::internal() {
            complete(&mut document, &route, "internal");
        }
        for route in router::public() {
            complete(&mut document, &route, "public");
        }
        document
    })
}

/// Says at an operation what the list of routes knows: listeners, key, scope, and the problems that any request may meet.
fn complete(document: &mut Value, route: &Route, listener: &str) {
    let Some(operations) = document["paths"]
        .get_mut(route.described_path())
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let method = route.method.as_str().to_lowercase();
    if let Some(operation) = operations.get_mut(&method) {
        match operation["x-listeners"].as_array_mut() {
            Some(listeners) => listeners.push(json!(listener)),
            None => operation["x-listeners"] = json!([listener]),
        }
        let mut problems = vec!["429", "500", "503"];
        if let Needs::Scope(scope) = route.needs {
            operation["security"] = json!([{ "key": [] }]);
            operation["x-scope"] = json!(scope.word());
            problems.extend(["401", "403"]);
        }
        problems.extend(["400", "408"]);
        let has_body = operation.get("requestBody").is_some();
        if has_body {
            problems.extend(["413", "415"]);
        }
        // What a body or a parameter names may not exist, or be no name at all.
        if has_body || operation.get("parameters").is_some() {
            problems.extend(["404", "422"]);
        }
        if let Some(responses) = operation["responses"].as_object_mut() {
            for status in problems {
                responses.entry(status).or_insert_with(problem);
            }
        }
    }
}

fn problem() -> Value {
    json!({
        "description": "A problem",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/ProblemBody" } } },
    })
}

/// Schemas of the language's own types, which describe themselves with `schemars`.
fn language_schemas() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    generator.subschema_for::<Question>();
    generator.subschema_for::<Known>();
    generator.subschema_for::<Decision>();
    generator.subschema_for::<Needed>();
    generator.take_definitions(true)
}

/// A reference to a type of the language.
fn named<T: JsonSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::schema_name()).into()
}

/// For fields that hold a question.
pub fn question() -> RefOr<Schema> {
    named::<Question>()
}

/// For fields that hold what is known.
pub fn known() -> RefOr<Schema> {
    named::<Known>()
}

/// For fields that hold lines.
pub fn lines() -> RefOr<Schema> {
    list_of::<abide_policy::decide::Line>()
}

/// For fields that hold one line.
pub fn line() -> RefOr<Schema> {
    named::<abide_policy::decide::Line>()
}

/// For fields that hold one thing that is missing.
pub fn needed() -> RefOr<Schema> {
    named::<abide_policy::decide::Needed>()
}

/// For fields that hold what is missing.
pub fn missing() -> RefOr<Schema> {
    list_of::<abide_policy::decide::Missing>()
}

fn list_of<T: JsonSchema>() -> RefOr<Schema> {
    ArrayBuilder::new().items(named::<T>()).into()
}

/// For fields that hold an effect.
pub fn effect() -> RefOr<Schema> {
    named::<abide_policy::decide::Effect>()
}
