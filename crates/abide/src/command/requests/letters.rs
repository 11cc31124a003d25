//! `abide requests letters`: the letters that wait to be sent, and word that one was. Sends none.

use abide_store::EntryId;
use anyhow::{Context, Result};

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
