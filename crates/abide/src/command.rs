//! The commands, one file each, and the list that names them.

mod access;
mod attest;
mod backup;
mod bundle;
mod check;
mod correct;
mod decide;
mod demo;
mod diff;
mod doctor;
mod erase;
mod explain;
mod fmt;
mod keys;
mod mail;
mod map;
mod mode;
mod notice;
mod person;
mod plan;
mod policy;
mod prove;
mod requests;
mod restore;
mod scan;
mod serve;
mod sweep;
mod verify;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Subcommand, ValueEnum};

/// Who acted, in the evidence of what a command did: whoever may read the keys.
const OPERATOR: &str = "operator";

/// What a command came to.
pub enum Outcome {
    /// Nothing stands in the way.
    Clean,
    /// There are findings, or a comparison failed.
    Found,
    /// The command could not do its work.
    CouldNotRun,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::Found => Self::from(1),
            Outcome::CouldNotRun => Self::from(2),
        }
    }
}

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Answer questions, record choices and publish notices over HTTP
    Serve(serve::Arguments),
    /// Compile the policies that ship with the program and write their notices
    Demo(demo::Arguments),
    /// Check policies and say precisely what is wrong
    Check(check::Arguments),
    /// Lay policies out in one way
    Fmt(fmt::Arguments),
    /// Say what a change of policy means for people, and what must follow
    Diff(diff::Arguments),
    /// Ask whether something may be done, and why
    Decide(decide::Arguments),
    /// Explain a finding: why it matters, and an example
    Explain(explain::Arguments),
    /// Write the notice that people read, as a page per language and as JSON-LD
    Notice(notice::Arguments),
    /// Show what a policy means; publish it, and put a version in force
    Policy(policy::Arguments),
    /// Say of a database whose each row is: check a map of it, draw it, lay it out
    Map(map::Arguments),
    /// Make, list and rotate the keys
    Keys(keys::Arguments),
    /// Say what is only observed and what is enforced
    Mode(mode::Arguments),
    /// Say what an access, an erasure or a sweep would do, before anything runs
    Plan(plan::Arguments),
    /// Record what people ask for, decide about it, and carry it out in time
    Requests(requests::Arguments),
    /// Send the letters that wait, show what became of them, and how they look
    Mail(mail::Arguments),
    /// Give a person everything that the sources hold about them
    Access(access::Arguments),
    /// Write what is right over what is wrong in a person's own rows
    Correct(correct::Arguments),
    /// Erase a person from every source, and say what came of it
    Erase(erase::Arguments),
    /// Look for what erasures left behind
    Scan(scan::Arguments),
    /// Erase what has been kept for as long as it may be
    Sweep(sweep::Arguments),
    /// Say of each promise how it stands, with the evidence
    Prove(prove::Arguments),
    /// Confirm, as a named person, what only a person can know
    Attest(attest::Arguments),
    /// Copy the store while it is used
    Backup(backup::Arguments),
    /// Make a store from a backup
    Restore(restore::Arguments),
    /// Write the whole log into one file for an auditor
    Bundle(bundle::Arguments),
    /// Look at everything the server stands on, and say what to do
    Doctor(doctor::Arguments),
    /// Check a receipt, bundle, checkpoint or proof offline
    Verify(verify::Arguments),
}

/// Runs a command.
pub fn run(command: Command) -> Result<Outcome> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Fmt(arguments) => fmt::run(&arguments),
        Command::Decide(arguments) => decide::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments),
        Command::Mail(arguments) => mail::run(&arguments),
        Command::Map(arguments) => map::run(&arguments),
        Command::Mode(arguments) => mode::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Requests(arguments) => requests::run(&arguments),
        Command::Access(arguments) => access::run(&arguments),
        Command::Correct(arguments) => correct::run(&arguments),
        Command::Erase(arguments) => erase::run(&arguments),
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Sweep(arguments) => sweep::run(&arguments),
        Command::Prove(arguments) => prove::run(&arguments),
        Command::Attest(arguments) => attest::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Bundle(arguments) => bundle::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Notice(arguments) => notice::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
    }
}
