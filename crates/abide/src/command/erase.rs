//! `abide erase`: erases a person from every source, says what came of it, and goes on with what is open. Without `--yes`
//! it only says what it would do.

mod certificate;
mod list;
mod replay;

use abide_map::plan::Doing;
use abide_rights::{Eraser, Progress, explain};
use abide_store::{EntryId, RequestState};
use anyhow::{Context, Result};
use clap::Subcommand;

use super::person::{Person, Which};
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::{Installation, Place};
use crate::mapped;
use crate::output::print;

/// How many open requests are gone on with at once.
const AT_ONCE: u32 = 10_000;

/// Arguments of `abide erase`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    other: Option<Other>,
    #[command(flatten)]
    person: Option<Person>,
    #[command(flatten)]
    which: Which,
    /// Do it; without, only say what would be done
    #[arg(long)]
    yes: bool,
    /// A clause that it answers to
    #[arg(long, value_name = "ID")]
    clause: Vec<String>,
}

/// What else can be done with erasures.
#[derive(Subcommand)]
enum Other {
    /// Go on with every request that is open
    Resume(ResumeArguments),
    /// List requests and where they stand
    List,
    /// Write the certificate of a request, with its place in the log, for `abide verify`
    Certificate(certificate::Arguments),
    /// After a backup of a source was restored: find those who came back, and erase them again
    Replay(replay::Arguments),
}

#[derive(clap::Args)]
struct ResumeArguments {
    /// Only this request
    request: Option<String>,
}

/// Runs the command: found if something is left to do.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let place = &arguments.place;
    match &arguments.other {
        None => erase(arguments),
        Some(Other::Resume(resume)) => place.work(clock::now(), async |installation| {
            go_on(installation, resume.request.as_deref(), &arguments.which).await
        }),
        Some(Other::List) => place.work(clock::now(), list::run),
        Some(Other::Certificate(certificate)) => place.work(clock::now(), async |installation| {
            certificate::run(installation, certificate).await
        }),
        Some(Other::Replay(replay)) => place.work(clock::now(), async |installation| {
            replay::run(installation, replay, &arguments.which).await
        }),
    }
}

fn erase(arguments: &Arguments) -> Result<Outcome> {
    let person = arguments
        .person
        .as_ref()
        .context("say whom to erase: `abide erase --as email:ann@example.org`")?;
    let people = person.identities()?;
    arguments.place.set_up(clock::now(), async |installation| {
        let sources = mapped::open(
            &installation.config,
            &arguments.which.names(&installation.config)?,
        )
        .await?;
        if !arguments.yes {
            for mapped in &sources {
                let plan = explain(mapped, Doing::Erase, &people, &[], installation.now).await?;
                print(plan.text().trim_end())?;
            }
            print("nothing was done; add `--yes` to do it")?;
            return Ok(Outcome::Clean);
        }
        let names: Vec<String> = sources.iter().map(|it| it.name().to_owned()).collect();
        let eraser = eraser(installation, &sources);
        let progress = eraser.erase(&people, &names, &arguments.clause).await?;
        report(&progress)
    })
}

/// What erasing needs, in this installation.
fn eraser<'a>(installation: &'a Installation, sources: &'a [abide_rights::Mapped]) -> Eraser<'a> {
    Eraser {
        store: &installation.store,
        sources,
        holds: &[],
        actor: OPERATOR,
        now: installation.now,
    }
}

fn report(progress: &Progress) -> Result<Outcome> {
    for (source, why) in &progress.stuck {
        print(&format!("source `{source}` is not done: {why}"))?;
    }
    if let Some((_, certificate)) = &progress.certified {
        print(certificate.text().trim_end())?;
        return Ok(Outcome::Clean);
    }
    print(&format!(
        "request `{}` stays open; mend what is in the way, then `abide erase resume`",
        progress.request
    ))?;
    Ok(Outcome::Found)
}

async fn go_on(
    installation: &Installation,
    request: Option<&str>,
    which: &Which,
) -> Result<Outcome> {
    let requests = match request {
        Some(text) => vec![request_id(text)?],
        None => {
            let open = installation
                .store
                .requests(RequestState::Open, None, AT_ONCE)
                .await?;
            open.iter().map(|request| request.id).collect()
        }
    };
    if requests.is_empty() {
        print("no request is open")?;
        return Ok(Outcome::Clean);
    }
    let names = which.names(&installation.config)?;
    let (sources, failed) = mapped::open_reachable(&installation.config, &names).await;
    for (_, error) in &failed {
        print(&format!("{error:#}"))?;
    }
    let eraser = eraser(installation, &sources);
    let mut outcome = Outcome::Clean;
    for request in requests {
        if let Outcome::Found = report(&eraser.advance(request).await?)? {
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

/// Reads the id of a request.
fn request_id(text: &str) -> Result<EntryId> {
    EntryId::parse(text)
        .with_context(|| format!("`{text}` is no request; `abide erase list` lists them"))
}
