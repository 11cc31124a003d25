//! Requests that are right, made from the description of the API: what is broken afterwards. Knows no endpoint by name.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// One operation of the API.
pub struct Operation {
    pub method: String,
    pub path: String,
    parameters: Vec<Value>,
    body: Option<Value>,
}

/// Everything that the document describes.
pub fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let methods = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |it| (path, it)));
    methods
        .map(|(path, (method, operation))| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            parameters: operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default(),
            body: operation
                .pointer("/requestBody/content/application~1json/schema")
                .cloned(),
        })
        .collect()
}

impl Operation {
    /// A path with its parameters filled in, and what follows the question mark.
    pub fn fill(&self, document: &Value, random: &mut Random) -> String {
        let mut path = self.path.clone();
        let mut query = Vec::new();
        for parameter in &self.parameters {
            let name = parameter["name"].as_str().unwrap_or_default();
            let value = match value(document, &parameter["schema"], name, 0, random) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            let value = escape(&value);
            match parameter["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{name}}}"), &value),
                Some("query") if random.once_in(2) => query.push(format!("{name}={value}")),
                _ => {}
            }
        }
        match query.is_empty() {
            true => path,
            false => format!("{path}?{}", query.join("&")),
        }
    }

    /// A body of the form described; none where the operation takes none.
    pub fn body(&self, document: &Value, random: &mut Random) -> Option<Value> {
        let schema = self.body.as_ref()?;
        Some(value(document, schema, "", 0, random))
    }
}

/// Every byte but letters and digits as `%XX`.
pub fn escape(text: &str) -> String {
    let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

const DEPTH: usize = 8;

/// A value of that form. Fields with a known meaning get a name that the policy has, so that requests get past the first
/// check.
fn value(
    document: &Value,
    schema: &Value,
    field: &str,
    depth: usize,
    random: &mut Random,
) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#'));
        return value(
            document,
            target.unwrap_or(&Value::Null),
            field,
            depth,
            random,
        );
    }
    if depth > DEPTH {
        return Value::Null;
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[choice].as_array() {
            let chosen = random.pick(choices).clone();
            let mut made = value(document, &chosen, field, depth + 1, random);
            if let (Value::Object(made), Value::Object(own)) =
                (&mut made, object(document, schema, depth, random))
            {
                made.extend(own);
            }
            return made;
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        let mut merged = Map::new();
        for part in all {
            if let Value::Object(part) = value(document, part, field, depth + 1, random) {
                merged.extend(part);
            }
        }
        return Value::Object(merged);
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(values) = schema["enum"].as_array() {
        return random.pick(values).clone();
    }
    match kind(schema, random).as_str() {
        "object" => object(document, schema, depth, random),
        "array" => {
            let item =
                |random: &mut Random| value(document, &schema["items"], field, depth + 1, random);
            (0..1 + random.below(2)).map(|_| item(random)).collect()
        }
        "integer" | "number" => json!(random.below(100)),
        "boolean" => json!(random.once_in(2)),
        "null" => Value::Null,
        _ => text(schema, field, random),
    }
}

fn kind(schema: &Value, random: &mut Random) -> String {
    match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => random.pick(kinds).as_str().unwrap_or_default().to_owned(),
        _ if schema["properties"].is_object() => "object".to_owned(),
        _ => "string".to_owned(),
    }
}

fn object(document: &Value, schema: &Value, depth: usize, random: &mut Random) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let properties = schema["properties"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let fields = properties.iter().filter_map(|(name, schema)| {
        let is_required = required.iter().any(|required| required == name);
        (is_required || random.once_in(2)).then(|| {
            let made = value(document, schema, name, depth + 1, random);
            (name.clone(), made)
        })
    });
    Value::Object(fields.collect())
}

fn text(schema: &Value, field: &str, random: &mut Random) -> Value {
    if schema["format"] == "date-time" {
        return json!("2026-01-02T03:04:05Z");
    }
    let names: &[&str] = match field {
        "subject" => &["account:4711", "email:someone@example.org"],
        "kind" => &["account", "email", "device"],
        "data" => &["email", "name"],
        "for" | "purposes" | "purpose" => &["newsletter", "payment", "analytics"],
        "with" | "recipients" | "recipient" => &["paywell"],
        "fact" => &["consent", "legal-hold"],
        "right" => &["withdraw", "object"],
        "via" => &["email"],
        "policy" => &["harbour-bikes"],
        _ => &["a", "0", "2026-01-02"],
    };
    json!(random.pick(names))
}
