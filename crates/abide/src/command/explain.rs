//! `abide explain CODE`: the manual page of a finding, about a policy, a map or a plan.

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

/// What there is to say of a finding.
struct Page {
    code: &'static str,
    name: &'static str,
    manual: &'static str,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let Some(code) = &arguments.code else {
        for page in pages() {
            print(&format!("{} {}", page.code, page.name))?;
        }
        return Ok(Outcome::Clean);
    };
    let is_meant = |page: &Page| page.code.eq_ignore_ascii_case(code) || page.name == code;
    let Some(page) = pages().find(is_meant) else {
        let known = pages().flat_map(|page| [page.code, page.name]);
        match closest(code, known) {
            Some(likely) => bail!("no finding is called `{code}`; did you mean `{likely}`?"),
            None => bail!("no finding is called `{code}`; `abide explain` lists them"),
        }
    };
    print(&format!("{} {}\n{}", page.code, page.name, page.manual))?;
    Ok(Outcome::Clean)
}

fn pages() -> impl Iterator<Item = Page> {
    let policies = abide_policy::check::CHECKS.iter().map(|check| Page {
        code: check.code,
        name: check.name,
        manual: check.manual,
    });
    let maps = abide_map::check::CHECKS.iter().map(|check| Page {
        code: check.code,
        name: check.name,
        manual: check.manual,
    });
    let plans = abide_map::check::of_plans::PAGES.iter().map(|page| Page {
        code: page.code,
        name: page.name,
        manual: page.manual,
    });
    policies.chain(maps).chain(plans)
}
