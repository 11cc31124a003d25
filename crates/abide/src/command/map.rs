//! `abide map`: what people say of a database. Reads other people's databases at most; never changes one.

mod check;
mod file;
mod fmt;
mod grants;
mod live;
mod own;
mod propose;
mod schema;
mod show;

use anyhow::Result;

use super::Outcome;

/// Arguments of `abide map`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Write a first draft of a map from a live database, with how sure each line is and why
    Propose(propose::Arguments),
    /// Hold a map against the live schema and the policy, and say precisely what is wrong
    Check(check::Arguments),
    /// Draw whose rows hang on whose
    Show(show::Arguments),
    /// Lay a map out in one way
    Fmt(fmt::Arguments),
    /// Print the least an account needs at the server, as SQL
    Grants(grants::Arguments),
    /// Write what a source says of itself, as JSON
    Schema(schema::Arguments),
    /// Print the map of Abide's own store
    Own(own::Arguments),
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    match &arguments.action {
        Action::Propose(arguments) => propose::run(arguments),
        Action::Check(arguments) => check::run(arguments),
        Action::Show(arguments) => show::run(arguments),
        Action::Fmt(arguments) => fmt::run(arguments),
        Action::Grants(arguments) => grants::run(arguments),
        Action::Schema(arguments) => schema::run(arguments),
        Action::Own(arguments) => own::run(arguments),
    }
}
