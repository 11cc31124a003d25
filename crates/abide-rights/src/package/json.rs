//! `data.json`: every table with its rows, written as they come. Never holds more than one row.

use std::io::{self, Write};

use abide_map::plan::Row;
use abide_map::schema::TypeClass;
use abide_map::statement::ReadColumn;
use jiff::Timestamp;
use serde_json::{Number, Value as Json, json};

use super::{Contents, FORMAT, Handling};

pub(super) fn begin(out: &mut impl Write, now: Timestamp) -> io::Result<()> {
    write!(
        out,
        "{{\"format\":\"{FORMAT}\",\"made_at\":\"{now}\",\"tables\":["
    )
}

pub(super) fn begin_table(
    out: &mut impl Write,
    contents: &Contents<'_>,
    path: &str,
    is_first: bool,
) -> io::Result<()> {
    let withheld = contents.withheld.iter();
    let withheld: Vec<Json> = withheld
        .map(|(column, because)| json!({ "column": column, "because": because }))
        .collect();
    let mut head = json!({
        "source": contents.source,
        "table": contents.table.to_string(),
        "csv": path,
        "rows_of": contents.rows_of,
        "because": contents.reason,
        "withheld": withheld,
    })
    .to_string();
    // The rows go where the object would end.
    head.pop();
    let comma = if is_first { "" } else { "," };
    write!(out, "{comma}\n{head},\"rows\":[")
}

pub(super) fn row(
    out: &mut impl Write,
    columns: &[ReadColumn],
    row: &Row,
    is_first: bool,
) -> io::Result<()> {
    out.write_all(if is_first { b"\n{" } else { b",\n{" })?;
    for (number, (column, value)) in columns.iter().zip(row).enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        serde_json::to_writer(&mut *out, &column.name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, &of_text(value.0.as_deref(), column.class))?;
    }
    out.write_all(b"}")
}

pub(super) fn end_table(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"]}")
}

pub(super) fn end(out: &mut impl Write, handling: &[Handling]) -> io::Result<()> {
    out.write_all(b"],\n\"handling\":")?;
    serde_json::to_writer(&mut *out, handling)?;
    out.write_all(b"}\n")
}

/// A value as JSON has it. What JSON would not keep exactly, such as a decimal fraction, stays text.
fn of_text(text: Option<&str>, class: TypeClass) -> Json {
    let Some(text) = text else { return Json::Null };
    let typed = match class {
        TypeClass::Integer => text
            .parse::<i64>()
            .map(Json::from)
            .ok()
            .or_else(|| text.parse::<u64>().map(Json::from).ok()),
        TypeClass::Float => text
            .parse::<f64>()
            .ok()
            .and_then(Number::from_f64)
            .map(Json::Number),
        TypeClass::Boolean => match text {
            "t" | "true" | "1" => Some(Json::Bool(true)),
            "f" | "false" | "0" => Some(Json::Bool(false)),
            _ => None,
        },
        TypeClass::Json => serde_json::from_str(text).ok(),
        _ => None,
    };
    typed.unwrap_or_else(|| Json::from(text))
}
