//! `abide policy versions`: what was published and what is in force. Also finds a version by what a person calls it.

use abide_store::{Activation, ActivationKind, PolicyVersion, Store};
use anyhow::{Context, Result, bail};

use crate::clock;
use crate::command::{Format, Outcome};
use crate::installation::Place;
use crate::output::print;

/// How much of a hash people are shown.
const SHORT: usize = 12;

/// Arguments of `abide policy versions`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The policy; every one if it is not given
    policy: Option<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// A version as it is listed.
#[derive(serde::Serialize)]
#[serde(rename_all = "kebab-case")]
struct Listed {
    policy: String,
    version_date: String,
    hash: String,
    published_at: jiff::Timestamp,
    in_force: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let listed = arguments.place.work(clock::now(), async |installation| {
        let store = &installation.store;
        let policies = match &arguments.policy {
            Some(policy) => vec![policy.clone()],
            None => store.policies().await?,
        };
        let mut listed = Vec::new();
        for policy in policies {
            let active = in_force(&store.activations(&policy).await?).pop();
            for version in store.versions(&policy).await? {
                listed.push(Listed {
                    in_force: active.as_ref() == Some(&version.hash),
                    policy: version.policy,
                    version_date: version.version_date,
                    hash: version.hash,
                    published_at: version.published_at,
                });
            }
        }
        Ok(listed)
    })?;
    if let Some(policy) = arguments.policy.as_ref().filter(|_| listed.is_empty()) {
        bail!("no policy `{policy}` is published; see `abide policy publish`");
    }
    match arguments.format {
        Format::Json => print(&serde_json::to_string_pretty(&listed)?)?,
        Format::Text => listed.iter().try_for_each(|version| {
            let mark = if version.in_force { "  in force" } else { "" };
            print(&format!(
                "{}  {}  {}  published {:.0}{mark}",
                version.policy,
                version.version_date,
                short(&version.hash),
                version.published_at,
            ))
        })?,
    }
    Ok(Outcome::Clean)
}

/// A hash as people are shown it.
pub fn short(hash: &str) -> &str {
    hash.get(..SHORT).unwrap_or(hash)
}

/// The hashes that a rollback would go back through, the one in force last.
pub fn in_force(activations: &[Activation]) -> Vec<String> {
    let mut stack: Vec<String> = Vec::new();
    for activation in activations {
        if activation.kind == ActivationKind::Rollback {
            stack.pop();
        }
        if stack.last() != Some(&activation.hash) {
            stack.push(activation.hash.clone());
        }
    }
    stack
}

/// The one published version that `text` names by its date or by the beginning of its hash; without a text, the one
/// published last.
pub async fn find(store: &Store, policy: &str, text: Option<&str>) -> Result<PolicyVersion> {
    let mut versions = store.versions(policy).await?;
    if let Some(text) = text {
        versions.retain(|version| version.version_date == text || version.hash.starts_with(text));
        if versions.len() > 1 {
            let hashes: Vec<&str> = versions
                .iter()
                .map(|version| short(&version.hash))
                .collect();
            bail!(
                "`{text}` names several versions: {}; write the beginning of one hash",
                hashes.join(", ")
            );
        }
    }
    versions.pop().with_context(|| match text {
        Some(text) => format!(
            "no version of `{policy}` is `{text}`; `abide policy versions {policy}` lists them"
        ),
        None => format!("no version of `{policy}` is published; see `abide policy publish`"),
    })
}

#[cfg(test)]
mod tests {
    use abide_store::{Activation, ActivationKind, EntryId};

    use super::in_force;

    #[test]
    fn a_rollback_goes_back_one_version_each_time() {
        let check = |history: &str, expected: &str| {
            let activations: Vec<Activation> = history
                .split(' ')
                .map(|word| {
                    let kind = match word.starts_with('-') {
                        true => ActivationKind::Rollback,
                        false => ActivationKind::Activate,
                    };
                    Activation {
                        hash: word.trim_start_matches('-').to_owned(),
                        kind,
                        at: jiff::Timestamp::UNIX_EPOCH,
                        entry_id: EntryId([0; 16]),
                    }
                })
                .collect();
            assert_eq!(in_force(&activations).join(" "), expected, "{history}");
        };
        check("a b c", "a b c");
        check("a b b", "a b");
        check("a b c -b", "a b");
        check("a b c -b -a", "a");
        check("a b -a c", "a c");
    }
}
