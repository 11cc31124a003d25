//! `abide policy activate` and `abide policy rollback`: which published version is in force. Changes no version.

use abide_store::ActivationKind;
use anyhow::{Result, bail};

use super::version::{find, in_force, short};
use crate::clock;
use crate::command::{OPERATOR, Outcome};
use crate::installation::{Installation, Place};
use crate::output::print;

/// Arguments of `abide policy activate`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The policy
    policy: String,
    /// The version, by its date or the beginning of its hash; the one published last if it is not given
    version: Option<String>,
}

/// Arguments of `abide policy rollback`.
#[derive(clap::Args)]
pub struct Rollback {
    #[command(flatten)]
    place: Place,
    /// The policy
    policy: String,
}

/// Runs `abide policy activate`.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let policy = arguments.policy.as_str();
    arguments.place.work(clock::now(), async |installation| {
        let version = find(&installation.store, policy, arguments.version.as_deref()).await?;
        put_in_force(
            installation,
            policy,
            &version.hash,
            ActivationKind::Activate,
        )
        .await
    })
}

/// Runs `abide policy rollback`.
pub fn roll_back(arguments: &Rollback) -> Result<Outcome> {
    let policy = arguments.policy.as_str();
    arguments.place.work(clock::now(), async |installation| {
        let stack = in_force(&installation.store.activations(policy).await?);
        let [.., before, _] = stack.as_slice() else {
            bail!("no version of `{policy}` was in force before the present one");
        };
        put_in_force(installation, policy, before, ActivationKind::Rollback).await
    })
}

async fn put_in_force(
    installation: &Installation,
    policy: &str,
    hash: &str,
    kind: ActivationKind,
) -> Result<Outcome> {
    let (store, now) = (&installation.store, installation.now);
    store.activate(policy, hash, kind, OPERATOR, now).await?;
    print(&format!(
        "version {} of `{policy}` is in force; running servers know within a second",
        short(hash)
    ))?;
    Ok(Outcome::Clean)
}
