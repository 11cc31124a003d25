//! `abide plan`: what an access, an erasure or a sweep would do, step by step with rows, reasons and clauses. Changes
//! nothing.

use abide_map::plan::{Doing, Identities};
use abide_rights::{Explained, explain};
use anyhow::{Context as _, Result};
use clap::Subcommand;

use super::person::{Person, Which};
use super::{Format, Outcome};
use crate::clock;
use crate::installation::{Place, runtime};
use crate::mapped::{self, Drafts};
use crate::output::print;

/// Arguments of `abide plan`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    planned: Planned,
}

/// What is planned.
#[derive(Subcommand)]
enum Planned {
    /// What a person would be given
    Access(OfPerson),
    /// What an erasure would do
    Erase(OfPerson),
    /// What has been kept for as long as it may be
    Sweep(OfAll),
}

#[derive(clap::Args)]
struct OfPerson {
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    rest: OfAll,
}

#[derive(clap::Args)]
struct OfAll {
    #[command(flatten)]
    which: Which,
    /// Say what the clauses say, and the statements, which hold no values
    #[arg(long)]
    explain: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let (doing, people, rest) = match &arguments.planned {
        Planned::Access(of) => (Doing::Access, of.person.identities()?, &of.rest),
        Planned::Erase(of) => (Doing::Erase, of.person.identities()?, &of.rest),
        Planned::Sweep(rest) => (Doing::Sweep, Identities::default(), rest),
    };
    let config = arguments.place.config()?;
    let plans = runtime()?.block_on(async {
        let mut plans = Vec::new();
        let held = mapped::held_if_known(&config)
            .await
            .context("the legal holds cannot be read, which a plan has to respect")?;
        let names = rest.which.names(&config)?;
        let sources = mapped::open_with(&config, &names, &held, Drafts::Taken).await?;
        mapped::are_kinds(&sources, &people)?;
        for mapped in sources {
            plans.push(explain(&mapped, doing, &people, clock::now()).await?);
        }
        anyhow::Ok(plans)
    })?;
    match rest.format {
        Format::Json => print(&serde_json::to_string_pretty(&plans)?)?,
        Format::Text => print(text(&plans, rest.explain).trim_end())?,
    }
    Ok(Outcome::Clean)
}

/// The plans one after the other, with what their clauses say and their statements if `explain` asks for them.
fn text(plans: &[Explained], explain: bool) -> String {
    let mut out = String::new();
    for plan in plans {
        out.push_str(&plan.text());
        if explain {
            if !plan.clauses.is_empty() {
                out.push_str("     clauses\n");
            }
            for (clause, said) in &plan.clauses {
                out.push_str(&format!("       {clause}: {}\n", said.join(" ")));
            }
            out.push_str("     statements\n");
            for statement in &plan.statements {
                out.push_str(&format!("       {statement}\n"));
            }
        }
    }
    out
}
