//! `abide requests`: what people ask for, from a letter on the desk to the answer. Says of nobody whom a request is about
//! unless told to with `--private`.

mod clocks;
mod import;
mod letters;
mod list;
mod open;
mod package;
mod paper;
mod show;

use std::fs::File;
use std::path::Path;

use abide_policy::Library;
use abide_rights::RightsError;
use abide_rights::request::{Desk, Holding, Reason, Verified};
use abide_store::EntryId;
use anyhow::{Context, Result, bail};
use clap::Subcommand;

use super::{OPERATOR, Outcome};
use crate::clock;
use crate::decider::source_files;
use crate::installation::{Installation, Place};
use crate::output::print;
use crate::requests::{Office, PolicyInForce};

/// How many requests are gone on with at once.
const AT_ONCE: u32 = 10_000;

/// Arguments of `abide requests`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Who works here, for the evidence; approval takes somebody else than who opened a request
    #[arg(long, value_name = "NAME", global = true, default_value = OPERATOR)]
    by: String,
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Subcommand)]
enum Action {
    /// Say what a request would set running: by when, how often, on what grounds
    Clocks(clocks::Arguments),
    /// Record what somebody asks for
    Open(open::Arguments),
    /// List requests, what they wait for and by when
    List(list::Arguments),
    /// Show where a request stands and what happened to it
    Show(show::Arguments),
    /// Say that it was shown who asks: by a code that was sent, or in another way
    Verify(VerifyArguments),
    /// Send codes again, to the addresses that are not verified
    Codes(One),
    /// Say that an agent or parent showed that they may ask
    Authorise(HowArguments),
    /// Approve a request that waits for a second person
    Approve(One),
    /// Refuse a request, on a ground that policy or law gives
    Refuse(RefuseArguments),
    /// Put an answer off, as far as policy and law let it be
    Extend(ExtendArguments),
    /// Say that what is done by hand is done
    Fulfil(FulfilArguments),
    /// The person asks for another look at a refusal: somebody else decides
    Appeal(One),
    /// The person takes the request back
    Revoke(One),
    /// Lay a legal hold on whom a request is about, or lift it
    Hold(HoldArguments),
    /// Go on with everything that is due, or with one request
    Advance(AdvanceArguments),
    /// Hand a package over, once
    Package(package::Arguments),
    /// Show the letters that wait to be sent, or say that one was
    Letters(letters::Arguments),
    /// Record a backlog from a CSV file
    Import(import::Arguments),
}

#[derive(clap::Args)]
struct One {
    /// The request
    request: String,
}

#[derive(clap::Args)]
struct VerifyArguments {
    /// The request
    request: String,
    /// The code that was sent
    #[arg(long, conflicts_with = "how", required_unless_present = "how")]
    code: Option<String>,
    /// How it was shown: `account`, `document`, `known-data`, `in-person`
    #[arg(long)]
    how: Option<String>,
    /// Which of what the request names, counted from 0; the first with a code, all of it without
    #[arg(long, value_name = "NUMBER")]
    address: Vec<u32>,
}

#[derive(clap::Args)]
struct HowArguments {
    /// The request
    request: String,
    /// How it was shown: `permission`, `power-of-attorney`, `custody`, `registration`
    #[arg(long)]
    how: String,
}

#[derive(clap::Args)]
struct RefuseArguments {
    /// The request
    request: String,
    /// Why, in the words of the Data Rights Protocol
    #[arg(long, value_parser = reason)]
    reason: Reason,
    /// The ground, by the name of its fact; `abide requests show` lists them
    #[arg(long, value_name = "FACT")]
    ground: Option<String>,
}

#[derive(clap::Args)]
struct ExtendArguments {
    /// The request
    request: String,
    /// Why: `complexity` or `number-of-requests`
    #[arg(long)]
    because: String,
}

#[derive(clap::Args)]
struct FulfilArguments {
    /// The request
    request: String,
    /// What was done; it is sealed
    #[arg(long)]
    note: String,
}

#[derive(clap::Args)]
struct HoldArguments {
    /// The request
    request: String,
    /// The hold, by a name that says nothing of a person
    name: String,
    /// Lift it
    #[arg(long)]
    lift: bool,
}

#[derive(clap::Args)]
struct AdvanceArguments {
    /// Only this request
    request: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    arguments.place.set_up(clock::now(), async |installation| {
        match &arguments.action {
            Action::List(list) => return list::run(installation, list).await,
            Action::Letters(letters) => {
                return letters::run(installation, letters, &arguments.by).await;
            }
            _ => {}
        }
        let policy = policy(installation, named_policy(&arguments.action)).await?;
        let office = Office::open(&installation.config, &installation.store, policy).await?;
        let desk = office.desk(&installation.store, &arguments.by, installation.now);
        act(&desk, installation, &arguments.action).await
    })
}

async fn act(desk: &Desk<'_>, installation: &Installation, action: &Action) -> Result<Outcome> {
    let id = match action {
        Action::Clocks(clocks) => return clocks::run(desk, clocks),
        Action::Open(open) => return open::run(desk, open).await,
        Action::Show(show) => return show::run(desk, installation, show).await,
        Action::Package(package) => return package::run(desk, package).await,
        Action::Import(import) => return import::run(desk, import).await,
        Action::Advance(advance) => return go_on(desk, advance.request.as_deref()).await,
        Action::Hold(hold) => {
            let holding = if hold.lift {
                Holding::Lift
            } else {
                Holding::Lay
            };
            let id = request_id(&hold.request)?;
            desk.hold(id, &hold.name, holding).await?;
            let word = if hold.lift { "is lifted" } else { "lies" };
            print(&format!("hold `{}` {word}", hold.name))?;
            return Ok(Outcome::Clean);
        }
        decision => decide(desk, decision).await?,
    };
    desk.advance(id).await?;
    say(desk, id).await
}

/// What somebody decides about one request.
async fn decide(desk: &Desk<'_>, action: &Action) -> Result<EntryId> {
    let text = match action {
        Action::Codes(one) | Action::Approve(one) | Action::Appeal(one) | Action::Revoke(one) => {
            &one.request
        }
        Action::Verify(verify) => &verify.request,
        Action::Authorise(how) => &how.request,
        Action::Refuse(refuse) => &refuse.request,
        Action::Extend(extend) => &extend.request,
        Action::Fulfil(fulfil) => &fulfil.request,
        _ => bail!("there is nothing to decide"),
    };
    let id = request_id(text)?;
    match action {
        Action::Codes(_) => desk.send_codes_again(id).await?,
        Action::Approve(_) => desk.approve(id).await?,
        Action::Appeal(_) => desk.appeal(id).await?,
        Action::Revoke(_) => desk.revoke(id).await?,
        Action::Verify(it) => verify(desk, id, it).await?,
        Action::Authorise(it) => desk.authorise(id, &it.how).await?,
        Action::Refuse(it) => desk.refuse(id, it.reason, it.ground.as_deref()).await?,
        Action::Extend(it) => desk.extend(id, &it.because).await?,
        Action::Fulfil(it) => desk.fulfil(id, &it.note).await?,
        _ => {}
    }
    Ok(id)
}

async fn verify(desk: &Desk<'_>, id: EntryId, arguments: &VerifyArguments) -> Result<()> {
    if let Some(how) = &arguments.how {
        return Ok(desk.verify(id, &arguments.address, how).await?);
    }
    let address = arguments.address.first().copied().unwrap_or(0);
    let code = arguments.code.as_deref().unwrap_or_default();
    match desk.verify_by_code(id, address, code).await? {
        Verified::Yes => Ok(()),
        Verified::No { tries_left } => bail!("this is not the code; {tries_left} tries are left"),
        Verified::Over => bail!(
            "no code of this address counts any more; `abide requests codes {id}` sends another"
        ),
    }
}

async fn go_on(desk: &Desk<'_>, request: Option<&str>) -> Result<Outcome> {
    if let Some(text) = request {
        let id = request_id(text)?;
        desk.advance(id).await?;
        return say(desk, id).await;
    }
    let mut outcome = Outcome::Clean;
    let done = desk.advance_due(AT_ONCE).await?;
    for (id, happened) in &done {
        match happened {
            Ok(events) => print(&format!("{id}: {}", events.join(", ")))?,
            Err(error) => {
                print(&format!("{id} cannot be gone on with: {error}"))?;
                outcome = Outcome::Found;
            }
        }
    }
    if done.is_empty() {
        print("nothing is due")?;
    }
    Ok(outcome)
}

/// Where a request stands, in a line: found if it was not answered in time.
async fn say(desk: &Desk<'_>, id: EntryId) -> Result<Outcome> {
    let standing = desk.standing(id).await?;
    print(&list::line(&id.to_string(), &standing, desk.library))?;
    Ok(
        match standing.overdue.is_empty() || standing.ended.is_some() {
            true => Outcome::Clean,
            false => Outcome::Found,
        },
    )
}

/// The policy of that name, else the only one in force, as the store has it.
async fn policy(installation: &Installation, name: Option<&str>) -> Result<PolicyInForce> {
    let store = &installation.store;
    let mut names = store.policies().await?;
    if let Some(name) = name {
        names.retain(|known| known == name);
    }
    let mut active = Vec::new();
    for name in &names {
        active.extend(store.active(name).await?);
    }
    if active.len() > 1 && name.is_none() {
        // Only what opens a request needs it, and asks for it by name.
        active.truncate(1);
    }
    let Some(version) = active.pop() else {
        if let Some(name) = name {
            bail!("no policy `{name}` is in force; see `abide policy versions`");
        }
        return Ok(PolicyInForce::Read(Box::default(), String::new()));
    };
    let compiled = abide_policy::compile(Library::standard(), &source_files(&version), None);
    let policy = compiled.policies.into_iter().next();
    let policy = policy.context("the policy in force cannot be read")?;
    Ok(PolicyInForce::Read(Box::new(policy), version.hash))
}

fn named_policy(action: &Action) -> Option<&str> {
    match action {
        Action::Clocks(clocks) => clocks.policy.as_deref(),
        Action::Open(open) => open.policy.as_deref(),
        Action::Import(import) => import.policy.as_deref(),
        _ => None,
    }
}

/// Opens a file that only its owner reads, and that was not there.
fn fresh_file(path: &Path) -> Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Reads the id of a request.
fn request_id(text: &str) -> Result<EntryId> {
    EntryId::parse(text)
        .with_context(|| format!("`{text}` is no request; `abide requests list` lists them"))
}

fn reason(word: &str) -> Result<Reason, String> {
    Reason::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
        format!("write one of {}", words.join(", "))
    })
}

/// An error of one of many, so that it does not hold up the others; trouble with our own records does.
fn told(error: RightsError) -> Result<String> {
    match error {
        RightsError::Store(error) if error.is_outage() => Err(error.into()),
        error => Ok(error.to_string()),
    }
}
