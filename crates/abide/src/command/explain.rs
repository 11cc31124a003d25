//! `abide explain CODE`: the manual page of a finding.

use abide_policy::check::{self, CHECKS};
use abide_policy::suggest::closest;
use anyhow::{Result, bail};

use super::Outcome;
use crate::output::print;

/// Arguments of `abide explain`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The code (`P0203`) or name (`unknown-name`) of the finding; without it, all are listed
    code: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let Some(code) = &arguments.code else {
        for check in CHECKS {
            print(&format!("{} {}", check.code, check.name))?;
        }
        return Ok(Outcome::Clean);
    };
    let Some(check) = check::find(code) else {
        let known = CHECKS.iter().flat_map(|check| [check.code, check.name]);
        match closest(code, known) {
            Some(likely) => bail!("no finding is called `{code}`; did you mean `{likely}`?"),
            None => bail!("no finding is called `{code}`; `abide explain` lists them"),
        }
    };
    print(&format!("{} {}\n{}", check.code, check.name, check.manual))?;
    Ok(Outcome::Clean)
}
