//! `abide requests letters`: the letters that wait to be sent, as text or as pages to print, and word that one was. Sends none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use abide_store::{EntryId, Letter, QueuedLetter};
use anyhow::{Context, Result};
use jiff::tz::TimeZone;

use super::paper::{Sender, pages};
use super::{fresh_file, policy};
use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;

/// Letters shown at once.
const SHOWN: u32 = 1000;

/// Arguments of `abide requests letters`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Say that this letter was sent; its text is gone from then on
    #[arg(long, value_name = "LETTER")]
    sent: Option<String>,
    /// Write those to postal addresses into this file, which must not be there: pages for envelopes with a window
    #[arg(long, value_name = "FILE", conflicts_with = "sent")]
    print: Option<PathBuf>,
}

/// Runs the command.
pub(super) async fn run(
    installation: &Installation,
    arguments: &Arguments,
    by: &str,
) -> Result<Outcome> {
    let store = &installation.store;
    let waiting = store.letters(None, SHOWN).await?;
    if let Some(text) = &arguments.sent {
        let id = EntryId::parse(text);
        let letter = waiting.iter().find(|letter| Some(letter.id) == id);
        let letter = letter.with_context(|| {
            format!("no letter `{text}` waits; `abide requests letters` lists those that do")
        })?;
        store.letter_sent(letter, by, installation.now).await?;
        print(&format!("letter `{text}` is recorded as sent"))?;
        return Ok(Outcome::Clean);
    }
    if let Some(path) = &arguments.print {
        return on_paper(installation, &waiting, path).await;
    }
    for queued in &waiting {
        print(&format!(
            "letter {} ({}, {}) of request {}",
            queued.id, queued.kind, queued.lang, queued.request
        ))?;
        if let Some(letter) = &queued.letter {
            print(&format!(
                "to {}:{}\n{}\n\n{}",
                letter.channel, letter.to, letter.subject, letter.text
            ))?;
        }
    }
    if waiting.is_empty() {
        print("no letter waits")?;
    }
    Ok(Outcome::Clean)
}

async fn on_paper(
    installation: &Installation,
    waiting: &[QueuedLetter],
    path: &Path,
) -> Result<Outcome> {
    let is_post = |letter: &&Letter| letter.channel == "post";
    let with_text = |queued| {
        let queued: &QueuedLetter = queued;
        let letter = queued.letter.as_ref().filter(is_post)?;
        Some((queued, letter))
    };
    let letters: Vec<(&QueuedLetter, &Letter)> = waiting.iter().filter_map(with_text).collect();
    if letters.is_empty() {
        print("no letter waits that goes to a postal address")?;
        return Ok(Outcome::Clean);
    }
    let policy = policy(installation, None).await?;
    let today = installation.now.to_zoned(TimeZone::UTC).date();
    let text = pages(&letters, &Sender::of(policy.policy()), today);
    let mut file = fresh_file(path)?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    print(&format!("letters in `{}`:", path.display()))?;
    for (queued, _) in letters {
        print(&queued.id.to_string())?;
    }
    print("`abide requests letters --sent LETTER` says that one was sent")?;
    Ok(Outcome::Clean)
}
