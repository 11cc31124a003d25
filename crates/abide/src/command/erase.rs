//! `abide erase`: erases a person from every source, says what came of it, and goes on with what is open. Without `--yes`
//! it only says what it would do.

mod certificate;
mod files;
mod list;
mod replay;
mod undo;

use abide_map::plan::{Doing, Identities};
use abide_rights::{Eraser, Progress, RightsError, destroy_capsules, explain};
use abide_store::{EntryId, RequestState};
use anyhow::{Context, Result};
use clap::Subcommand;

use super::person::{Person, Which};
use super::{OPERATOR, Outcome};
use crate::clock;
use crate::installation::{Installation, Place};
use crate::mapped::{self, Drafts};
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
    /// List the files that erased rows named, or say that they are erased where they are kept
    Files(files::Arguments),
    /// Write the certificate of a request, with its place in the log, for `abide verify`
    Certificate(certificate::Arguments),
    /// After a backup of a source was restored: find those who came back, and erase them again
    Replay(replay::Arguments),
    /// Put back what an erasure took away, for as long as the map's `undo` lets it
    Undo(undo::Arguments),
}

#[derive(clap::Args)]
struct ResumeArguments {
    /// Only this request
    request: Option<String>,
}

/// Runs the command: found if something is left to do.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let Some(other) = &arguments.other else {
        return erase(arguments);
    };
    arguments.place.work(clock::now(), async |installation| {
        destroy_capsules(&installation.store, OPERATOR, installation.now).await?;
        match other {
            Other::Resume(resume) => {
                go_on(installation, resume.request.as_deref(), &arguments.which).await
            }
            Other::List => list::run(installation).await,
            Other::Files(files) => files::run(installation, files).await,
            Other::Certificate(certificate) => certificate::run(installation, certificate).await,
            Other::Replay(replay) => replay::run(installation, replay, &arguments.which).await,
            Other::Undo(undo) => undo::run(installation, undo).await,
        }
    })
}

fn erase(arguments: &Arguments) -> Result<Outcome> {
    let person = arguments
        .person
        .as_ref()
        .context("say whom to erase: `abide erase --as email:ann@example.org`")?;
    let people = person.identities()?;
    arguments.place.set_up(clock::now(), async |installation| {
        let names = arguments.which.names(&installation.config)?;
        if arguments.yes {
            return carry_out(installation, &people, &names, &arguments.clause).await;
        }
        let held = installation.store.held().await?;
        let sources = mapped::open_with(&installation.config, &names, &held, Drafts::Taken).await?;
        mapped::are_kinds(&sources, &people)?;
        for mapped in &sources {
            let plan = explain(mapped, Doing::Erase, &people, installation.now).await?;
            print(plan.text().trim_end())?;
        }
        print("nothing was done; add `--yes` to do it")?;
        Ok(Outcome::Clean)
    })
}

/// Opens the request and goes as far as it can: a source that cannot be reached, or whose map cannot be used, keeps it open.
async fn carry_out(
    installation: &Installation,
    people: &Identities,
    names: &[String],
    clauses: &[String],
) -> Result<Outcome> {
    let held = installation.store.held().await?;
    let (sources, failed) = mapped::open_reachable(&installation.config, names, &held).await;
    for (_, error) in &failed {
        print(&format!("{error:#}"))?;
    }
    // A source that is not open may be the one that knows such a kind.
    if failed.is_empty() {
        mapped::are_kinds(&sources, people)?;
    }
    destroy_capsules(&installation.store, OPERATOR, installation.now).await?;
    let eraser = eraser(installation, &sources);
    report(&eraser.erase(people, names, clauses).await?)
}

/// What erasing needs, in this installation.
fn eraser<'a>(installation: &'a Installation, sources: &'a [abide_rights::Mapped]) -> Eraser<'a> {
    Eraser {
        store: &installation.store,
        sources,
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
        print(&format!(
            "\nrequest `{}` waits for a scan of everything else that may name this person: `abide scan`",
            progress.request
        ))?;
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
    let held = installation.store.held().await?;
    let (sources, failed) = mapped::open_reachable(&installation.config, &names, &held).await;
    for (_, error) in &failed {
        print(&format!("{error:#}"))?;
    }
    let eraser = eraser(installation, &sources);
    let mut outcome = Outcome::Clean;
    for request in requests {
        let progress = eraser.advance(request).await;
        if let Outcome::Found = told(progress, &format!("request `{request}`"))? {
            outcome = Outcome::Found;
        }
    }
    Ok(outcome)
}

/// Reports what came of one of several, so that one that cannot be carried out does not hold up the others. Trouble with
/// our own records does.
fn told(progress: Result<Progress, RightsError>, what: &str) -> Result<Outcome> {
    match progress {
        Ok(progress) => report(&progress),
        Err(RightsError::Store(error)) => Err(error.into()),
        Err(error) => {
            print(&format!("{what} is not carried out: {error}"))?;
            Ok(Outcome::Found)
        }
    }
}

/// Reads the id of a request.
fn request_id(text: &str) -> Result<EntryId> {
    EntryId::parse(text)
        .with_context(|| format!("`{text}` is no request; `abide erase list` lists them"))
}
