//! `abide requests open`: records what somebody asks for, as of the day on which it arrived.

use abide_rights::request::{Ask, Desk, Details, Kind};
use abide_store::{Acting, Identifier};
use anyhow::{Context, Result};
use jiff::civil::Date;

use super::say;
use crate::command::Outcome;
use crate::output::print;

/// Arguments of `abide requests open`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What is asked for, such as `access`, `erase` or `opt-out-sale`
    #[arg(value_parser = kind)]
    kind: Kind,
    /// By what the person is known, such as `email:ann@example.org`; several if there are several
    #[arg(long = "as", value_name = "KIND:VALUE", required = true)]
    known: Vec<String>,
    /// In which role: `self`, `parent`, `agent`, `school`, `staff`
    #[arg(long, default_value = "self", value_parser = acting)]
    acting: Acting,
    /// How all of it was verified already: `account`, `document`, `known-data`, `in-person`
    #[arg(long, value_name = "HOW", value_parser = ["account", "document", "known-data", "in-person"])]
    verified: Option<String>,
    /// The day on which it really arrived; today if nothing is said
    #[arg(long, value_name = "DATE")]
    received: Option<Date>,
    /// Where the person lives, as a place of the policy; unknown is the strictest of all
    #[arg(long, value_name = "PLACE")]
    lives: Option<String>,
    /// The language that the person is written to in
    #[arg(long, default_value = "en")]
    lang: String,
    /// For which purpose, where that matters
    #[arg(long, value_name = "PURPOSE")]
    purpose: Vec<String>,
    /// What the person wrote; it is sealed
    #[arg(long, default_value = "")]
    text: String,
    /// Who asks on the person's behalf; it is sealed
    #[arg(long, value_name = "NAME")]
    on_behalf: Option<String>,
    /// Where letters go, if not to the person: `post:…`, `email:…`
    #[arg(long, value_name = "KIND:VALUE")]
    reply_to: Option<String>,
    /// The policy under which it is answered, if several are in force
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
}

/// Runs the command.
pub(super) async fn run(desk: &Desk<'_>, arguments: &Arguments) -> Result<Outcome> {
    let ask = Ask {
        kind: arguments.kind,
        acting: arguments.acting,
        received: arguments.received,
        lang: arguments.lang.clone(),
        details: Details {
            people: people(&arguments.known)?,
            residence: arguments.lives.clone(),
            purposes: arguments.purpose.clone(),
            data: Vec::new(),
            text: arguments.text.clone(),
            on_behalf: arguments.on_behalf.clone(),
            reply_to: arguments.reply_to.as_deref().map(pair).transpose()?,
        },
        verified: arguments.verified.clone(),
    };
    let opened = desk.open(&ask).await?;
    if opened.is_duplicate {
        print("the same was asked before and is on its way")?;
    }
    desk.advance(opened.id).await?;
    say(desk, opened.id).await
}

/// Identifiers in their one spelling. What is wrong with one never repeats it.
pub(super) fn people(known: &[String]) -> Result<Vec<(String, String)>> {
    let read = |(number, text): (usize, &String)| {
        let nth = number + 1;
        let (kind, value) =
            pair(text).with_context(|| format!("the {nth}. identifier has no kind"))?;
        let known = Identifier::new(&kind, &value)
            .with_context(|| format!("the {nth}. identifier is none"))?;
        Ok((known.kind().to_owned(), known.value().to_owned()))
    };
    known.iter().enumerate().map(read).collect()
}

fn pair(text: &str) -> Result<(String, String)> {
    let (kind, value) = text
        .split_once(':')
        .context("write the kind in front, such as `email:ann@example.org`")?;
    Ok((kind.to_owned(), value.to_owned()))
}

/// The kind with this word.
pub(super) fn kind(word: &str) -> Result<Kind, String> {
    Kind::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("write one of {}", words.join(", "))
    })
}

/// The role with this word.
pub(super) fn acting(word: &str) -> Result<Acting, String> {
    Acting::from_word(word).ok_or_else(|| "write self, parent, agent, school or staff".to_owned())
}
