//! `abide requests import`: a backlog from a CSV file, each line a request as of the day on which it arrived. What is wrong
//! with a line is said by its number, never with what stands in it.

use std::path::PathBuf;

use abide_rights::count_of;
use abide_rights::request::{Ask, Desk, Details, Kind};
use abide_store::Acting;
use anyhow::{Context, Result, anyhow, bail};
use jiff::civil::Date;

use super::{open, told};
use crate::command::Outcome;
use crate::output::print;

/// The columns, in any order; the first three have to be there.
const COLUMNS: [&str; 7] = [
    "kind", "known-as", "received", "acting", "lives", "lang", "text",
];

/// Arguments of `abide requests import`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A CSV file whose first line names its columns: kind, known-as, received; and acting, lives, lang, text if you like
    file: PathBuf,
    /// The policy under which they are answered, if several are in force
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
}

/// Runs the command: found if a line was left out.
pub(super) async fn run(desk: &Desk<'_>, arguments: &Arguments) -> Result<Outcome> {
    let path = &arguments.file;
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    let asks = read(&text).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let (mut opened, mut known, mut outcome) = (0_u64, 0_u64, Outcome::Clean);
    for (line, ask) in asks {
        match desk.open(&ask).await {
            Ok(request) if request.is_duplicate => known += 1,
            Ok(request) => {
                opened += 1;
                desk.advance(request.id).await?;
            }
            Err(error) => {
                print(&format!("line {line} is left out: {}", told(error)?))?;
                outcome = Outcome::Found;
            }
        }
    }
    print(&format!(
        "recorded {}; on their way before: {known}",
        count_of(opened, "request")
    ))?;
    Ok(outcome)
}

/// Every line with its number. A line that cannot be read stops all of it, before anything is recorded.
fn read(text: &str) -> Result<Vec<(usize, Ask)>> {
    let mut lines = rows(text).into_iter();
    let (_, head) = lines.next().context("it is empty")?;
    for name in &head {
        if !COLUMNS.contains(&name.as_str()) {
            bail!(
                "its first line names another column than {}",
                COLUMNS.join(", ")
            );
        }
    }
    for name in &COLUMNS[..3] {
        if !head.iter().any(|column| column == name) {
            bail!("its first line lacks the column `{name}`");
        }
    }
    lines
        .map(|(line, row)| {
            if row.len() != head.len() {
                bail!("line {line} has {} values, not {}", row.len(), head.len());
            }
            let value = |name: &str| {
                let at = head.iter().position(|column| column == name);
                at.and_then(|at| row.get(at)).map_or("", String::as_str)
            };
            Ok((line, ask(value).with_context(|| format!("line {line}"))?))
        })
        .collect()
}

fn ask<'a>(value: impl Fn(&str) -> &'a str) -> Result<Ask> {
    let known: Vec<String> = value("known-as")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let kind: Kind = open::kind(value("kind")).map_err(|error| anyhow!("`kind`: {error}"))?;
    let acting = match value("acting") {
        "" => Acting::Staff,
        word => open::acting(word).map_err(|error| anyhow!("`acting`: {error}"))?,
    };
    let received: Date = value("received")
        .parse()
        .map_err(|_| anyhow!("`received` is no date such as 2026-01-05"))?;
    let lang = value("lang");
    Ok(Ask {
        kind,
        acting,
        received: Some(received),
        lang: if lang.is_empty() { "en" } else { lang }.to_owned(),
        details: Details {
            people: open::people(&known)?,
            residence: Some(value("lives").to_owned()).filter(|place| !place.is_empty()),
            text: value("text").to_owned(),
            ..Details::default()
        },
        verified: None,
    })
}

/// The rows of a CSV text (RFC 4180), each with the number of the line that it begins on.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut line, mut begins) = (false, 1, 1);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut field)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut field));
                rows.push((begins, std::mem::take(&mut row)));
                line += 1;
                begins = line;
            }
            c => {
                line += usize::from(c == '\n');
                field.push(c);
            }
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push((begins, row));
    }
    rows.retain(|(_, row)| row.iter().any(|value| !value.is_empty()));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_is_read_with_its_quotes() {
        let text = "kind,known-as,received,text\r\naccess,email:ann@example.org account-id:1,2026-01-05,\"a, \"\"b\"\"\nc\"\r\n\r\nerase,email:bo@example.org,2026-01-06,\r\n";
        let asks = read(text).unwrap();
        let lines: Vec<usize> = asks.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5]);
        let (_, first) = &asks[0];
        assert_eq!(first.kind, Kind::Access);
        assert_eq!(first.details.people.len(), 2);
        assert_eq!(first.details.text, "a, \"b\"\nc");
        assert_eq!(first.acting, Acting::Staff);
    }

    #[test]
    fn what_is_wrong_is_said_by_line_and_column() {
        for (text, says) in [
            ("", "it is empty"),
            ("kind,received\n", "lacks the column `known-as`"),
            ("kind,known-as,received,who\n", "another column"),
            (
                "kind,known-as,received\naccess,email:a@b.c\n",
                "line 2 has 2 values, not 3",
            ),
            (
                "kind,known-as,received\naccess,jane,2026-01-05\n",
                "1. identifier has no kind",
            ),
            (
                "kind,known-as,received\naccess,email:a@b.c,soon\n",
                "`received`",
            ),
            (
                "kind,known-as,received\nforget,email:a@b.c,2026-01-05\n",
                "`kind`",
            ),
        ] {
            let error = format!("{:#}", read(text).unwrap_err());
            assert!(error.contains(says) && !error.contains("jane"), "{error}");
        }
    }
}
