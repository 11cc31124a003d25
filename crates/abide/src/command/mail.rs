//! `abide mail`: letters that wait are sent, listed, tried again, looked at. Says of nobody whom a letter goes to.

mod list;
mod preview;
mod send;

use abide_store::{EntryId, Refusal, StoreError};
use anyhow::{Context, Result, bail};
use clap::Subcommand;

use super::{OPERATOR, Outcome};
use crate::clock;
use crate::config::Config;
use crate::installation::{Installation, Place, runtime};
use crate::mail::Post;
use crate::output::print;

/// Arguments of `abide mail`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Who works here, for the evidence
    #[arg(long, value_name = "NAME", global = true, default_value = OPERATOR)]
    by: String,
    #[command(subcommand)]
    action: Action,
}

/// What to do.
#[derive(Subcommand)]
enum Action {
    /// Send every letter that is due
    Send,
    /// List the letters that wait and those that were refused
    List,
    /// Try a letter again that was refused
    Again(One),
    /// Show how letters look, in each language
    Preview(preview::Arguments),
    /// Print the record of the DNS with which others check the signature of letters
    Dkim,
    /// Sign in at the mail server, and send nothing
    Check,
}

#[derive(clap::Args)]
struct One {
    /// The letter
    letter: String,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let place = &arguments.place;
    match &arguments.action {
        Action::Preview(preview) => preview::run(&place.config()?, preview),
        Action::Dkim => dkim(&place.config()?),
        Action::Check => check(&place.config()?),
        action => place.work(clock::now(), async |installation| match action {
            Action::Send => send::run(installation, &arguments.by).await,
            Action::Again(one) => again(installation, &one.letter).await,
            _ => list::run(installation).await,
        }),
    }
}

/// What letters are sent with.
fn post(config: &Config) -> Result<Post> {
    let mail = config.mail.as_ref().context(
        "no mail server is set; write the section `mail` in `abide.kdl`, or send letters by hand with `abide requests letters`",
    )?;
    Post::open(mail)
}

fn dkim(config: &Config) -> Result<Outcome> {
    let post = post(config)?;
    let signer = post
        .signer()
        .context("letters are not signed; write `dkim` into the section `mail` of `abide.kdl`")?;
    let (name, text) = signer.record();
    print(&format!("{name}. IN TXT {}", quoted(&text)))?;
    Ok(Outcome::Clean)
}

/// A text of the DNS: strings of 255 bytes at most.
fn quoted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let strings = chars.chunks(255);
    let strings: Vec<String> = strings
        .map(|part| format!("\"{}\"", part.iter().collect::<String>()))
        .collect();
    strings.join(" ")
}

fn check(config: &Config) -> Result<Outcome> {
    let post = post(config)?;
    runtime()?.block_on(post.try_out())?;
    print("the mail server lets us in")?;
    Ok(Outcome::Clean)
}

async fn again(installation: &Installation, letter: &str) -> Result<Outcome> {
    let id = EntryId::parse(letter);
    let id =
        id.with_context(|| format!("`{letter}` is no letter; `abide mail list` lists them"))?;
    match installation
        .store
        .try_letter_again(id, installation.now)
        .await
    {
        Ok(()) => {}
        Err(StoreError::Refused(Refusal::NotThere)) => {
            bail!("letter `{letter}` was not refused; `abide mail list` lists those that were")
        }
        Err(error) => return Err(error.into()),
    }
    print(&format!("letter `{letter}` is due again"))?;
    Ok(Outcome::Clean)
}
