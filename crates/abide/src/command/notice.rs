//! `abide notice PATH -o DIR`: the notice that people read, as a page per language and as JSON-LD.

use std::fs;
use std::path::{Path, PathBuf};

use abide_policy::diagnostic;
use abide_policy::model::Policy;
use abide_policy::notice::{html, jsonld};
use abide_policy::sentence::Language;
use abide_policy::suggest::closest;
use abide_policy::vocabulary::Kind;
use abide_policy::{Library, compile};
use anyhow::{Context, Result, bail};

use super::Outcome;
use crate::output::print;
use crate::{clock, files};

/// Arguments of `abide notice`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The policy: a file, a folder of them, or the name of one that ships with the program
    path: PathBuf,
    /// Only this language; all languages of the policy without it
    #[arg(long, value_name = "L")]
    lang: Option<String>,
    /// Only what holds for people of this place, as an ISO 3166 code
    #[arg(long = "for", value_name = "PLACE")]
    place: Option<String>,
    /// The folder to write to; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Runs the command. A policy with errors is not published.
pub fn run(arguments: &Arguments) -> Result<Outcome> {
    let files = files::read_named(&arguments.path)?;
    let compiled = compile(Library::standard(), &files, Some(clock::today()));
    if !compiled.is_clean() {
        print(&diagnostic::render_all(&compiled.findings, &files))?;
        eprintln!("error: nothing was written; mend the errors above first");
        return Ok(Outcome::Found);
    }
    let [policy] = compiled.policies.as_slice() else {
        bail!(
            "`{}` holds {} policies; a notice is of one",
            arguments.path.display(),
            compiled.policies.len()
        );
    };
    let languages = match &arguments.lang {
        Some(tag) => vec![language(tag)?],
        None => languages_of(policy)?,
    };
    for path in write(
        policy,
        &languages,
        arguments.place.as_deref(),
        &arguments.output,
    )? {
        print(&path.display().to_string())?;
    }
    Ok(Outcome::Clean)
}

/// The languages that the policy names, English if it names none.
pub fn languages_of(policy: &Policy) -> Result<Vec<Language>> {
    if policy.languages.is_empty() {
        return Ok(vec![Language::English]);
    }
    policy
        .languages
        .iter()
        .map(|tag| language(&tag.value))
        .collect()
}

fn language(tag: &str) -> Result<Language> {
    let known = || Language::all().map(|language| language.tag());
    Language::of(tag).with_context(|| {
        format!(
            "there is no language `{tag}`; there are {}",
            known().collect::<Vec<_>>().join(", ")
        )
    })
}

/// Writes `NAME.LANG.html` per language (`NAME.PLACE.LANG.html` for a place) and `NAME.jsonld`; returns what was written.
pub fn write(
    policy: &Policy,
    languages: &[Language],
    place: Option<&str>,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let library = Library::standard();
    let place = place
        .map(|code| {
            let known = policy
                .nouns
                .iter()
                .filter(|(_, noun)| noun.kind == Kind::Place)
                .map(|(_, noun)| noun.name.as_ref());
            let likely = closest(code, known)
                .map(|likely| format!("; did you mean `{likely}`?"))
                .unwrap_or_default();
            policy
                .nouns
                .find(Kind::Place, code)
                .with_context(|| format!("there is no place `{code}`{likely}"))
        })
        .transpose()?;
    let whom = place
        .map(|id| format!(".{}", policy.nouns.get(id).name))
        .unwrap_or_default();
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let mut pages: Vec<(String, String)> = Vec::new();
    for language in languages {
        pages.push((
            format!("{}{whom}.{}.html", policy.name, language.tag()),
            html(policy, library, *language, place),
        ));
    }
    if let Some(first) = languages.first() {
        let text = serde_json::to_string_pretty(&jsonld(policy, library, *first))?;
        pages.push((format!("{}.jsonld", policy.name), text + "\n"));
    }
    pages
        .into_iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
            Ok(path)
        })
        .collect()
}
