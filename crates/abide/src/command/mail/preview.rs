//! `abide mail preview`: how letters look that the program writes, in each language, before any is sent. Sends none and reads
//! nobody's.

use std::path::PathBuf;

use abide_rights::request::sample_letters;
use abide_store::EntryId;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use lettre::message::Mailbox;

use crate::clock;
use crate::command::Outcome;
use crate::config::Config;
use crate::mail::{Composed, Cover, Stream, compose};
use crate::output::print;

/// Languages in which letters are written.
const LANGUAGES: [&str; 2] = ["en", "zh"];

/// The form in which letters are shown.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// As text
    Text,
    /// As a page
    Html,
    /// As it goes to the mail server, but for the signature
    Message,
}

/// Arguments of `abide mail preview`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Only letters of this kind
    kind: Option<String>,
    /// Only letters in this language
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// The form
    #[arg(long, value_enum, default_value = "text")]
    form: Form,
    /// Write files into this folder instead
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<Outcome> {
    let mail = config.mail.as_ref();
    let unset: Mailbox = "Privacy <privacy@example.org>".parse()?;
    let mut shown = 0;
    for lang in LANGUAGES {
        if arguments.lang.as_deref().is_some_and(|only| only != lang) {
            continue;
        }
        for (number, (kind, letter)) in (1_u8..).zip(sample_letters(lang, clock::today())) {
            if arguments.kind.as_deref().is_some_and(|only| only != kind) {
                continue;
            }
            let cover = Cover {
                id: EntryId([number; 16]),
                at: clock::now(),
                lang,
                from: mail.map_or(&unset, |mail| &mail.from),
                centre: mail.and_then(|mail| mail.centre.as_deref()),
                stream: Stream::Request,
            };
            let composed = compose(&letter, &cover);
            let composed = composed
                .map_err(|why| anyhow::anyhow!("letter `{kind}` cannot be written: {why}"))?;
            show(arguments, kind, lang, &letter.subject, &composed)?;
            shown += 1;
        }
    }
    if shown == 0 {
        let kinds = sample_letters("en", clock::today());
        let kinds: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
        bail!(
            "there is no such letter; there are `{}`, in `en` and `zh`",
            kinds.join("`, `")
        );
    }
    Ok(Outcome::Clean)
}

fn show(
    arguments: &Arguments,
    kind: &str,
    lang: &str,
    subject: &str,
    composed: &Composed,
) -> Result<()> {
    let message = String::from_utf8_lossy(&composed.bytes);
    let (body, ending) = match arguments.form {
        Form::Text => (format!("{subject}\n\n{}", composed.text), "txt"),
        Form::Html => (composed.html.clone(), "html"),
        Form::Message => (message.into_owned(), "eml"),
    };
    let Some(folder) = &arguments.out else {
        return print(&format!("== {kind}, {lang}\n{body}"));
    };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    let path = folder.join(format!("{kind}.{lang}.{ending}"));
    std::fs::write(&path, body).with_context(|| format!("cannot write `{}`", path.display()))?;
    print(&format!("`{}`", path.display()))
}
