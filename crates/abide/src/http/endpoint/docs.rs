//! `GET /docs`: the description of the API for people, drawn from the same document. Loads nothing and runs no script.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::http::openapi;
use crate::http::page::Page;

const STYLE: &str = include_str!("docs.css");

/// The page.
#[utoipa::path(
    get,
    path = "/docs",
    operation_id = "read-documentation",
    tag = "operation",
    responses((status = 200, description = "This API as a page", body = String, content_type = "text/html"))
)]
pub async fn answer() -> Page {
    Page(draw(openapi::document()).into_string())
}

fn draw(document: &Value) -> Markup {
    let operations = operations(document);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Abide API" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "Abide API" } p { (text(&document["info"]["description"])) } }
                nav aria-label="Operations" {
                    ul {
                        @for (path, method, _) in &operations {
                            li { a href={ "#" (anchor(path, method)) } { (method.to_uppercase()) " " (path) } }
                        }
                    }
                }
                main {
                    @for (path, method, operation) in &operations { (section(path, method, operation)) }
                    h2 id="schemas" { "Types" }
                    @for (name, schema) in members(&document["components"]["schemas"]) {
                        section id={ "type-" (name) } {
                            h3 { (name) }
                            (described(schema))
                            (fields(schema))
                        }
                    }
                }
            }
        }
    }
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    members(&document["paths"])
        .flat_map(|(path, item)| {
            members(item).map(move |(method, operation)| (path, method, operation))
        })
        .collect()
}

fn section(path: &str, method: &str, operation: &Value) -> Markup {
    html! {
        section id=(anchor(path, method)) {
            h2 { code { (method.to_uppercase()) " " (path) } }
            p { (text(&operation["summary"])) }
            (described(operation))
            p.facts {
                "Listener: " (words(&operation["x-listeners"]))
                @if let Some(scope) = operation["x-scope"].as_str() { ". Scope: " code { (scope) } }
            }
            @if let Some(parameters) = operation["parameters"].as_array() {
                table {
                    caption { "Parameters" }
                    @for parameter in parameters {
                        tr {
                            th scope="row" { code { (text(&parameter["name"])) } }
                            td { (text(&parameter["in"])) }
                            td { (text(&parameter["description"])) }
                        }
                    }
                }
            }
            @for (kind, content) in members(&operation["requestBody"]["content"]) {
                p { "Takes " (kind) ": " (kind_of(&content["schema"])) }
            }
            table {
                caption { "Answers" }
                @for (status, response) in members(&operation["responses"]) {
                    tr {
                        th scope="row" { (status) }
                        td { (text(&response["description"])) }
                        td {
                            @for (kind, content) in members(&response["content"]) {
                                (kind) ": " (kind_of(&content["schema"]))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn fields(schema: &Value) -> Markup {
    let required: Vec<&str> = list(&schema["required"])
        .filter_map(Value::as_str)
        .collect();
    html! {
        @if schema["properties"].is_object() {
            table {
                @for (name, field) in members(&schema["properties"]) {
                    tr {
                        th scope="row" { code { (name) } @if required.contains(&name) { " (required)" } }
                        td { (kind_of(field)) }
                        td { (text(&field["description"])) }
                    }
                }
            }
        }
        @for kind in ["oneOf", "allOf", "anyOf"] {
            @if schema[kind].is_array() {
                ul {
                    @for variant in list(&schema[kind]) {
                        li { (kind_of(variant)) " " (text(&variant["description"])) (fields(variant)) }
                    }
                }
            }
        }
    }
}

/// A type in few words, with links to those that have a name.
fn kind_of(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|path| path.rsplit('/').next())
    {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    if let Some(constant) = schema.get("const") {
        return html! { code { (constant) } };
    }
    if schema["enum"].is_array() {
        return html! { @for value in list(&schema["enum"]) { code { (value) } " " } };
    }
    if schema["items"].is_object() {
        return html! { "list of " (kind_of(&schema["items"])) };
    }
    for kind in ["oneOf", "anyOf"] {
        if schema[kind].is_array() {
            return html! {
                @for (order, variant) in list(&schema[kind]).enumerate() {
                    @if order > 0 { " or " } (kind_of(variant))
                }
            };
        }
    }
    match &schema["type"] {
        Value::Array(_) => html! { (words(&schema["type"])) },
        other => html! { (text(other)) },
    }
}

fn described(value: &Value) -> Markup {
    html! {
        @for paragraph in text(&value["description"]).split("\n\n").filter(|text| !text.is_empty()) {
            p { (paragraph) }
        }
    }
}

fn anchor(path: &str, method: &str) -> String {
    let path: String = path
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    format!("{method}{path}")
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn words(value: &Value) -> String {
    list(value)
        .filter_map(Value::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
