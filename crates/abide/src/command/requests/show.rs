//! `abide requests show`: where a request stands, by when what is due and who says so, and what happened to it.

use abide_policy::clocks::{Clocks, Due, Source};
use abide_rights::request::{Desk, Hindrance};
use anyhow::{Context, Result};

use super::list::line;
use super::request_id;
use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;

/// Arguments of `abide requests show`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The request
    request: String,
    /// Also whom it is about and what they wrote
    #[arg(long)]
    private: bool,
}

/// Runs the command.
pub(super) async fn run(
    desk: &Desk<'_>,
    installation: &Installation,
    arguments: &Arguments,
) -> Result<Outcome> {
    let id = request_id(&arguments.request)?;
    let found = installation.store.subject_request(id).await?;
    found.with_context(|| format!("there is no request `{id}`; see `abide requests list`"))?;
    let standing = desk.standing(id).await?;
    print(&line(&id.to_string(), &standing, desk.library))?;
    print(&format!("arrived on {}", standing.received))?;
    if let Some(due) = standing.acknowledge_by(desk.library) {
        print(&format!("confirmed by {}", said(&due)))?;
    }
    print(&format!(
        "answered by {}",
        said(&standing.due(desk.library))
    ))?;
    let later = standing
        .clocks
        .extended(desk.library, standing.received, &[]);
    if let Some(later) =
        later.filter(|_| standing.extended_to.is_none() && standing.ended.is_none())
    {
        print(&format!("could be put off to {}", said(&later)))?;
    }
    if standing.is_too_often {
        print("asked more often than it has to be answered: `too_many_requests` is a reason")?;
    }
    for line in said_besides(&standing.clocks) {
        print(&line)?;
    }
    if let Some((_, Hindrance::Stuck(why))) = &standing.hindered {
        for (what, why) in why {
            print(&format!("`{what}` is in the way: {why}"))?;
        }
    }
    for event in installation.store.request_events(id).await? {
        let at = event.at.strftime("%Y-%m-%d %H:%M UTC");
        print(&format!("  {at}  {}  {}", event.event, event.actor))?;
    }
    if arguments.private {
        let details = desk.details(id).await?;
        print(&serde_json::to_string_pretty(&details)?)?;
    }
    Ok(Outcome::Clean)
}

/// How often it may be asked, on what grounds it may be refused, and what it costs: a line for each.
pub(super) fn said_besides(clocks: &Clocks) -> Vec<String> {
    let counters = clocks.counters.iter().map(|counter| {
        let because = sources(std::slice::from_ref(&counter.source));
        format!(
            "may be asked {} times in {} {because}",
            counter.count, counter.per
        )
    });
    let grounds = clocks.grounds.iter().map(|ground| {
        let because = sources(&ground.sources);
        format!("could be refused if `{}` {because}", ground.fact)
    });
    let free = (!clocks.free.is_empty()).then(|| {
        let because = sources(&clocks.free);
        match clocks.fee_if.is_empty() {
            true => format!("costs nothing {because}"),
            false => format!(
                "costs nothing, unless `{}` {because}",
                clocks.fee_if.join("`, `")
            ),
        }
    });
    counters.chain(grounds).chain(free).collect()
}

pub(super) fn said(due: &Due) -> String {
    match due.sources.is_empty() {
        true => format!("{} (neither policy nor law says it)", due.date),
        false => format!("{} {}", due.date, sources(&due.sources)),
    }
}

fn sources(all: &[Source]) -> String {
    let each = all.iter().map(|source| {
        let clauses = source.clauses.join(", ");
        match &source.law {
            None => clauses,
            Some(law) if law.is_read => format!("{clauses}: {}", law.cite),
            Some(law) => format!("{clauses}: {}, which nobody has read", law.cite),
        }
    });
    let mut texts: Vec<String> = each.collect();
    texts.dedup();
    format!("({})", texts.join("; "))
}
