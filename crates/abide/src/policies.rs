//! From files to a policy in force: read, compile, publish, activate. Refuses a policy with errors, and publishes the same
//! text once.

use std::path::Path;

use abide_policy::diagnostic::{self, Findings};
use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_store::{ActivationKind, Refusal, Store, StoreError, policy_hash};
use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::files;

/// Files by name, as the store keeps them.
pub type Files = Vec<(String, String)>;

/// A policy that may be published.
#[derive(Debug)]
pub struct Publishable {
    /// The policy.
    pub policy: Policy,
    /// Its files.
    pub files: Files,
    /// The hash of the version, in hex.
    pub hash: String,
}

/// Why files are no policy that may be published.
#[derive(Debug)]
pub enum Unpublishable {
    /// They have errors.
    Wrong(Findings, Vec<SourceFile>),
    /// They hold so many policies, not one.
    NotOne(usize),
}

/// Compiles files. Names are those under which they are published.
pub fn check(files: Files, today: Date) -> Result<Publishable, Unpublishable> {
    let sources: Vec<SourceFile> = files
        .iter()
        .map(|(name, text)| SourceFile::new(name.as_str(), text.as_str()))
        .collect();
    let compiled = compile(Library::standard(), &sources, Some(today));
    if !compiled.is_clean() {
        return Err(Unpublishable::Wrong(compiled.findings, sources));
    }
    let count = compiled.policies.len();
    match <[Policy; 1]>::try_from(compiled.policies) {
        Ok([policy]) => Ok(Publishable {
            hash: policy_hash(&files),
            policy,
            files,
        }),
        Err(_) => Err(Unpublishable::NotOne(count)),
    }
}

/// The policy at a path, or one that ships with the program by its name. An error holds the report with its arrows.
pub fn read(path: &Path, today: Date) -> Result<Publishable> {
    let sources = files::read_named(path)?;
    let files = sources
        .iter()
        .map(|file| (name_of(file), file.text.clone()))
        .collect();
    match check(files, today) {
        Ok(policy) => Ok(policy),
        Err(Unpublishable::Wrong(findings, sources)) => {
            let report = diagnostic::render_all(&findings, &sources);
            bail!(
                "`{}` has errors and cannot be published\n\n{report}",
                path.display()
            );
        }
        Err(Unpublishable::NotOne(count)) => {
            bail!(
                "`{}` holds {count} policies; name a file or folder with one",
                path.display()
            )
        }
    }
}

/// The last part of a file's path: where it lay says nothing of what it means.
fn name_of(file: &SourceFile) -> String {
    let name = Path::new(&file.path).file_name();
    name.map_or_else(
        || file.path.clone(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Publishes a policy and puts it in force, as far as that is not so yet.
pub async fn put_in_force(
    store: &Store,
    policy: &Publishable,
    actor: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = &policy.policy.name;
    let published = store
        .publish(
            name,
            &version_date(&policy.policy),
            &policy.files,
            actor,
            now,
        )
        .await;
    match published {
        Ok(_) | Err(StoreError::Refused(Refusal::AlreadyThere)) => {}
        Err(error) => return Err(error),
    }
    let active = store.active(name).await?;
    if active.is_none_or(|active| active.hash != policy.hash) {
        let kind = ActivationKind::Activate;
        store.activate(name, &policy.hash, kind, actor, now).await?;
    }
    Ok(())
}

/// The date that a policy gives as its version; empty without one.
pub fn version_date(policy: &Policy) -> String {
    let version = policy.version.as_ref();
    version
        .map(|date| date.value.to_string())
        .unwrap_or_default()
}
