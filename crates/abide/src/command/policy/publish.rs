//! `abide policy publish PATH`: keeps a text as a version of its policy, for good. Never publishes a policy with errors.

use std::path::PathBuf;

use abide_policy::diagnostic;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_store::{ActivationKind, Refusal, StoreError};
use anyhow::{Context, Result, bail};

use crate::command::{OPERATOR, Outcome};
use crate::installation::{Installation, Place};
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide policy publish`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The policy: a file, a folder of them, or the name of one that ships with the program
    path: PathBuf,
    /// Put it in force as well
    #[arg(long)]
    activate: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let path = arguments.path.display();
    let files = files::read_named(&arguments.path)?;
    let compiled = compile(Library::standard(), &files, Some(clock::today()));
    if !compiled.is_clean() {
        eprintln!("{}", diagnostic::render_all(&compiled.findings, &files));
        bail!("`{path}` has errors, so it is not published; mend them, see `abide check {path}`");
    }
    let [policy] = compiled.policies.as_slice() else {
        bail!(
            "`{path}` holds {} policies; publish one at a time",
            compiled.policies.len()
        );
    };
    let date = policy.version.as_ref().map(|date| date.value.to_string());
    let date = date.with_context(|| {
        format!(
            "policy `{}` has no version; add `version=\"…\"`",
            policy.name
        )
    })?;
    let texts = texts(&files);
    arguments.place.work(clock::now(), async |installation| {
        let hash = publish(installation, &policy.name, &date, &texts).await?;
        if arguments.activate {
            let (store, now) = (&installation.store, installation.now);
            store
                .activate(&policy.name, &hash, ActivationKind::Activate, OPERATOR, now)
                .await?;
            print("it is in force; running servers know within a second")?;
        }
        Ok(())
    })?;
    Ok(Outcome::Clean)
}

async fn publish(
    installation: &Installation,
    policy: &str,
    date: &str,
    texts: &[(String, String)],
) -> Result<String> {
    let published = installation
        .store
        .publish(policy, date, texts, OPERATOR, installation.now)
        .await;
    let (hash, said) = match published {
        Ok(hash) => (hash, "is published as"),
        Err(StoreError::Refused(Refusal::AlreadyThere)) => {
            (abide_store::policy_hash(texts), "was published already, as")
        }
        Err(error) => return Err(error.into()),
    };
    print(&format!(
        "policy `{policy}` of {date} {said} version {}",
        super::version::short(&hash)
    ))?;
    Ok(hash)
}

/// Texts by file name: the version is the same from whatever folder it is published.
fn texts(files: &[SourceFile]) -> Vec<(String, String)> {
    let named = |file: &SourceFile| {
        let name = file.path.rsplit(['/', '\\']).next().unwrap_or_default();
        (name.to_owned(), file.text.clone())
    };
    files.iter().map(named).collect()
}
