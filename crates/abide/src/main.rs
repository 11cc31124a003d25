//! The one binary: reads the command line, runs one command, and turns its outcome into an exit code.

use std::process::ExitCode;

use abide::command;
use clap::Parser;

/// Write what you promise. Abide keeps it, and proves it.
#[derive(Parser)]
#[command(name = "abide", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    match command::run(Arguments::parse().command) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            command::Outcome::CouldNotRun.into()
        }
    }
}
