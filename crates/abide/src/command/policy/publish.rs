//! `abide policy publish PATH`: keeps a text as a version of its policy, for good. Never publishes a policy with errors.

use std::path::PathBuf;

use abide_store::{Refusal, StoreError};
use anyhow::{Result, bail};

use super::version::short;
use crate::clock;
use crate::command::{OPERATOR, Outcome};
use crate::installation::{Installation, Place};
use crate::output::print;
use crate::policies::{self, Publishable};

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
    let policy = policies::read(&arguments.path, clock::today())?;
    let name = &policy.policy.name;
    let date = policies::version_date(&policy.policy);
    if date.is_empty() {
        bail!("policy `{name}` has no version; add `version=\"…\"`");
    }
    let said = arguments.place.set_up(clock::now(), async |installation| {
        let said = publish(installation, &policy, &date).await?;
        if arguments.activate {
            let Installation { store, now, .. } = installation;
            policies::put_in_force(store, &policy, OPERATOR, *now).await?;
        }
        Ok(said)
    })?;
    print(&format!(
        "policy `{name}` of {date} {said} version {}",
        short(&policy.hash)
    ))?;
    if arguments.activate {
        print("it is in force; running servers know within a second")?;
    }
    Ok(Outcome::Clean)
}

async fn publish(
    installation: &Installation,
    policy: &Publishable,
    date: &str,
) -> Result<&'static str> {
    let Installation { store, now, .. } = installation;
    let (name, files) = (&policy.policy.name, &policy.files);
    match store.publish(name, date, files, OPERATOR, *now).await {
        Ok(_) => Ok("is published as"),
        Err(StoreError::Refused(Refusal::AlreadyThere)) => Ok("was published already, as"),
        Err(error) => Err(error.into()),
    }
}
