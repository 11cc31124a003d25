//! Tells a scenario: plays it, proves its policy, and says what was planted and what was found. Adds nothing to what the board
//! says.

use std::collections::BTreeSet;
use std::path::Path;

use abide_policy::source::SourceFile;
use abide_promise::{Board, Status};
use anyhow::{Context, Result};

use super::scenario::Scenario;
use super::story::{POLICY, Played, lay_out, play};
use crate::command::notice;
use crate::command::prove::proof;
use crate::config::Config;
use crate::installation::{self, runtime};
use crate::output::print;
use crate::policies::{self, Publishable};
use crate::{prove, samples};

/// Who looks, in the evidence.
const ACTOR: &str = "scenario";

/// Whether exactly what was planted was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// All of it and nothing else.
    AsPlanted,
    /// Less, or more.
    Otherwise,
}

/// Tells the scenario of that name, the first without one, in a folder of its own in `output`.
pub(super) fn tell(name: Option<&str>, output: &Path) -> Result<Told> {
    let mut scenarios = samples::scenarios();
    let found = scenarios.find(|(known, _)| name.is_none_or(|name| name == *known));
    let (name, files) = found.with_context(|| {
        let names: Vec<&str> = samples::scenarios().map(|(name, _)| name).collect();
        format!(
            "there is no such scenario; there are `{}`",
            names.join("`, `")
        )
    })?;
    let file = files
        .iter()
        .find(|file| file.path.ends_with("scenario.kdl"));
    let scenario = Scenario::read(file.context("a scenario has no `scenario.kdl`")?)?;
    let folder = output.join(name);
    let (policy, files): (Vec<SourceFile>, Vec<SourceFile>) = files
        .into_iter()
        .partition(|file| file.path.ends_with("policy.kdl"));
    let policy = match policy.is_empty() {
        true => samples::find(name).context("a scenario has no `policy.kdl`")?,
        false => policy,
    };
    lay_out(&folder, &files, &policy)?;
    runtime()?.block_on(async {
        let played = play(&folder, &scenario).await?;
        let (publishable, board) = look(&played).await?;
        say(&scenario, &played, &publishable, &board)
    })
}

/// Looks at everything at the end of the scenario, and leaves the notice, the bundle and the board.
async fn look(played: &Played) -> Result<(Publishable, Board)> {
    let folder = &played.folder;
    let now = played.end;
    let config = Config::load(Some(&folder.join("abide.kdl")))?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let publishable = policies::read(&folder.join(POLICY), today)?;
    let keys = installation::keys(&config)?;
    let store = installation::open(&config, keys, now).await?;
    let world = prove::gather(&publishable, &config, Some(&store), now).await?;
    prove::record(&store, &world, &prove::look(&world), ACTOR, || now).await?;
    let (header, size) = store.bundle_header().await?;
    let board = prove::of_log(&store, &world, size, now).await?;
    let proof = folder.join("board.proof");
    proof::write(&store, &proof, (&header, size), &publishable.files, &board).await?;
    let ring = store.key_ring().await?;
    let vkeys: Vec<String> = ring.verifiers().map(ToString::to_string).collect();
    std::fs::write(folder.join("log.vkey"), vkeys.join("\n") + "\n")?;
    let page = prove::page(&board, &publishable.policy);
    std::fs::write(folder.join("board.html"), page)?;
    let languages = notice::languages_of(&publishable.policy)?;
    notice::write(&publishable.policy, &languages, None, folder)?;
    store.close().await;
    Ok((publishable, board))
}

fn say(
    scenario: &Scenario,
    played: &Played,
    publishable: &Publishable,
    board: &Board,
) -> Result<Told> {
    print("\nThe board of its promises at the end:\n")?;
    print(&prove::text(
        board,
        &publishable.policy,
        prove::Standing::InForce,
    ))?;
    let broken: BTreeSet<String> = board
        .clauses
        .iter()
        .filter(|clause| clause.status == Status::Broken)
        .map(|clause| clause.id.clone())
        .collect();
    let as_planted = [
        compare("broken, and found", &scenario.broken, &broken)?,
        compare("tried, and held back", &scenario.blocked, &played.blocked)?,
    ];
    print(&closing(&played.folder))?;
    Ok(match as_planted {
        [true, true] => Told::AsPlanted,
        _ => Told::Otherwise,
    })
}

/// Says what was planted and found; whether it is the same.
fn compare(what: &str, planted: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<bool> {
    let list = |ids: Vec<&String>| {
        let ids: Vec<&str> = ids.into_iter().map(String::as_str).collect();
        if ids.is_empty() {
            "none".to_owned()
        } else {
            ids.join(" ")
        }
    };
    let missed: Vec<&String> = planted.difference(found).collect();
    let alarms: Vec<&String> = found.difference(planted).collect();
    print(&format!(
        "{what}: {} of {} planted ({}); false alarms: {}",
        planted.intersection(found).count(),
        planted.len(),
        list(planted.iter().collect()),
        list(alarms.clone())
    ))?;
    if !missed.is_empty() {
        print(&format!("  missed: {}", list(missed.clone())))?;
    }
    Ok(missed.is_empty() && alarms.is_empty())
}

fn closing(folder: &Path) -> String {
    let shown = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    format!(
        "\nEverything is in {}: policy, map, database, records, notice, the package and the certificate, the board as a page \
         (board.html) and as a proof that anyone can check:\n    abide verify {}/board.proof --key {}/log.vkey\n\n\
         Next, with a policy and a database of your own:\n    \
         abide check my-policy.kdl          what is wrong with it, and why\n    \
         abide serve --policy my-policy.kdl answers your applications\n    \
         abide map propose sqlite:my.db     drafts the map of a database\n    \
         abide prove my-policy.kdl          how each promise stands",
        shown.display(),
        folder.display(),
        folder.display()
    )
}
