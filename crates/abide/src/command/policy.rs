//! `abide policy`: shows what a policy means, and publishes, lists and puts in force its versions.

mod activate;
mod preview;
mod publish;
mod show;
mod version;

use anyhow::Result;

use super::Outcome;

/// Arguments of `abide policy`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    show: show::Arguments,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Keep this text as a version of the policy, for good
    Publish(publish::Arguments),
    /// List the published versions, and which of them is in force
    Versions(version::Arguments),
    /// Put a published version in force
    Activate(activate::Arguments),
    /// Put the version in force that was before
    Rollback(activate::Rollback),
    /// Say which recent decisions another version would have answered otherwise
    Preview(preview::Arguments),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    match &arguments.action {
        None => show::run(&arguments.show),
        Some(Action::Publish(arguments)) => publish::run(arguments),
        Some(Action::Versions(arguments)) => version::run(arguments),
        Some(Action::Activate(arguments)) => activate::run(arguments),
        Some(Action::Rollback(arguments)) => activate::roll_back(arguments),
        Some(Action::Preview(arguments)) => preview::run(arguments),
    }
}
