//! `abide requests list`: requests, what they wait for and by when. Says of nobody whom they are about.

use abide_policy::Library;
use abide_rights::request::{Desk, Hindrance, Parcel, Standing, Work};
use abide_store::WhichRequests;
use anyhow::Result;

use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;
use crate::requests::{Office, PolicyInForce};

/// Requests read at once.
const PAGE: u32 = 500;

/// Arguments of `abide requests list`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Also those that are over
    #[arg(long)]
    all: bool,
}

/// Runs the command: found if something was not answered in time.
pub(super) async fn run(installation: &Installation, arguments: &Arguments) -> Result<Outcome> {
    let nothing = PolicyInForce::Read(Box::default(), String::new());
    let office = Office::closed(&installation.config, nothing);
    let desk: Desk<'_> = office.desk(&installation.store, "", installation.now);
    let which = match arguments.all {
        true => WhichRequests::All,
        false => WhichRequests::Open,
    };
    let (mut after, mut count, mut outcome) = (None, 0, Outcome::Clean);
    loop {
        let page = installation
            .store
            .subject_requests(which, after, PAGE)
            .await?;
        for request in &page {
            let standing = desk.standing(request.id).await?;
            if !standing.overdue.is_empty() && standing.ended.is_none() {
                outcome = Outcome::Found;
            }
            print(&line(&request.id.to_string(), &standing, desk.library))?;
            count += 1;
        }
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some(last.id),
            _ => break,
        }
    }
    match (count, arguments.all) {
        (0, false) => print("no request is open; `--all` names those that are over")?,
        (0, true) => print("there is no request")?,
        _ => {}
    }
    Ok(outcome)
}

/// A request in a line.
pub(super) fn line(id: &str, standing: &Standing, library: &Library) -> String {
    let due = standing.due(library).date;
    let mut text = format!("{id} {} {}", standing.kind.word(), standing.state());
    if let Some(reason) = standing.reason() {
        text.push_str(&format!(" ({reason})"));
    }
    match &standing.ended {
        Some((_, at)) => text.push_str(&format!(" on {}", at.strftime("%Y-%m-%d"))),
        None => text.push_str(&format!(
            ", answer by {due}{}{}",
            waits_for(standing).map_or(String::new(), |what| format!("; waits for {what}")),
            if standing.overdue.is_empty() {
                ""
            } else {
                "; OVERDUE"
            },
        )),
    }
    if let Parcel::Ready(..) = standing.parcel {
        text.push_str("; its package waits to be fetched");
    }
    text
}

/// What has to come before anything goes on.
fn waits_for(standing: &Standing) -> Option<String> {
    if standing.waits_for_proof() {
        return Some("proof of who asks".to_owned());
    }
    if standing.waits_for_approval() {
        return Some("the approval of a second person".to_owned());
    }
    match &standing.hindered {
        Some((_, Hindrance::Held(holds))) => {
            return Some(format!("the end of hold `{}`", holds.join("`, `")));
        }
        Some((_, Hindrance::Stuck(why))) => {
            let sources: Vec<&str> = why.iter().map(|(source, _)| source.as_str()).collect();
            return Some(format!("`{}`", sources.join("`, `")));
        }
        None => {}
    }
    (standing.kind.work() == Work::Hands).then(|| "somebody to do it".to_owned())
}
