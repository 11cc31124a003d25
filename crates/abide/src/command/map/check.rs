//! `abide map check FILE`: holds a map against the live schema and the policy; with `--accept`, takes the schema as the one
//! that the map is for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use abide_map::check::{Context as Held, run_all, stale_map, stops_plans};
use abide_map::map::Map;
use abide_map::plan::fingerprint;
use abide_map::read;
use abide_map::schema::TableName;
use abide_map::write::accept;
use abide_policy::diagnostic::{self, Findings, Severity};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_rights::count_of;
use anyhow::{Context as _, Result, bail};

use super::live::{Found, Live};
use super::{Outcome, file};
use crate::command::Format;
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide map check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The map file
    file: PathBuf,
    /// The policy that the source is under: a file, a folder, or the name of one that ships
    #[arg(long, value_name = "PATH")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    live: Live,
    /// Write the fingerprint of the schema into the map, if nothing is wrong that would spoil a plan
    #[arg(long)]
    accept: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let (mut sources, policy) = policy(arguments.policy.as_ref())?;
    let index = u32::try_from(sources.len()).unwrap_or(u32::MAX);
    sources.push(file::text(&arguments.file)?);
    let source = sources.last().context("no file")?;
    let (map, mut findings) = read::read(source, index);
    let found = arguments.live.find(&map)?;
    let print_of = found.as_ref().map(|found| fingerprint(&found.schema));
    if is_clean(&findings) {
        findings.extend(run_all(&Held {
            map: &map,
            schema: found
                .as_ref()
                .map(|found| &found.schema)
                .zip(print_of.as_deref()),
            policy: policy.as_ref(),
            library: Library::standard(),
            samples: found.as_ref().map_or(&[], |found| &found.samples),
        }));
    }
    if arguments.accept {
        let print_of = print_of
            .context("name the source whose schema is accepted: `--source` or `--schema`")?;
        findings.retain(|finding| finding.code != stale_map::CHECK.code);
        if !findings.iter().any(stops_plans) {
            let text = accept(&source.text, &map, &print_of).with_context(|| {
                format!(
                    "cannot write into `{}`; write `fingerprint \"{print_of}\"` by hand",
                    source.path
                )
            })?;
            file::replace(&arguments.file, &text)?;
        }
    }
    report(arguments, &map, found.as_ref(), &findings, &sources)?;
    if arguments.accept && arguments.format == Format::Text {
        let left = findings
            .iter()
            .filter(|finding| stops_plans(finding))
            .count();
        print(&match left {
            0 => "accepted: plans may be made over it while the schema stays as it is".to_owned(),
            left => format!(
                "not accepted: {} left that would spoil a plan",
                count_of(left, "error")
            ),
        })?;
    }
    Ok(if is_clean(&findings) {
        Outcome::Clean
    } else {
        Outcome::Found
    })
}

fn is_clean(findings: &Findings) -> bool {
    findings
        .iter()
        .all(|finding| finding.severity != Severity::Error)
}

/// The files of the policy and what it means; nothing if none is named.
fn policy(path: Option<&PathBuf>) -> Result<(Vec<SourceFile>, Option<Policy>)> {
    let Some(path) = path else {
        return Ok((Vec::new(), None));
    };
    let files = files::read_named(path)?;
    let compiled = compile(Library::standard(), &files, Some(clock::today()));
    let reading: Findings = compiled
        .findings
        .into_iter()
        .filter(|finding| finding.is_of_reading() && finding.severity == Severity::Error)
        .collect();
    if !reading.is_empty() {
        let report = diagnostic::render_all(&reading, &files);
        bail!(
            "the policy `{}` has lines that cannot be read\n\n{report}",
            path.display()
        );
    }
    match <[Policy; 1]>::try_from(compiled.policies) {
        Ok([policy]) => Ok((files, Some(policy))),
        Err(all) => bail!(
            "`{}` holds {} policies; name a file or folder with one",
            path.display(),
            all.len()
        ),
    }
}

fn ownerless(found: Option<&Found>) -> &[(TableName, u64)] {
    found.map_or(&[], |found| &found.ownerless)
}

fn report(
    arguments: &Arguments,
    map: &Map,
    found: Option<&Found>,
    findings: &Findings,
    files: &[SourceFile],
) -> Result<()> {
    if arguments.format == Format::Json {
        let findings: Vec<_> = findings
            .iter()
            .map(|finding| diagnostic::to_json(finding, files))
            .collect();
        let json = serde_json::json!({
            "map": map.name.value,
            "tables": map.tables.len(),
            "held-against-schema": found.is_some(),
            "held-against-policy": arguments.policy.is_some(),
            "ownerless": ownerless(found)
                .iter()
                .map(|(table, rows)| (table.to_string(), *rows))
                .collect::<BTreeMap<String, u64>>(),
            "findings": findings,
        });
        return print(&serde_json::to_string_pretty(&json)?);
    }
    if !findings.is_empty() {
        print(&diagnostic::render_all(findings, files))?;
    }
    for (table, rows) in ownerless(found) {
        print(&format!(
            "{} of `{table}` should be somebody's and {} to nobody: no request finds {}",
            count_of(*rows, "row"),
            if *rows == 1 { "leads" } else { "lead" },
            if *rows == 1 { "it" } else { "them" },
        ))?;
    }
    let count = |severity| {
        findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let against = match (found.is_some(), arguments.policy.is_some()) {
        (true, true) => "held against schema and policy",
        (true, false) => "held against the schema; `--policy` holds it against a policy too",
        (false, true) => "held against the policy; `--source` holds it against a schema too",
        (false, false) => "held against nothing; `--source` and `--policy` say against what",
    };
    print(&format!(
        "`{}`: {}, {}, {}; {against}",
        map.name.value,
        count_of(map.tables.len(), "table"),
        count_of(count(Severity::Error), "error"),
        count_of(count(Severity::Warning), "warning"),
    ))
}
