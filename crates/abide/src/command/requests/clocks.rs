//! `abide requests clocks`: what a request would set running, before anybody asks. Records nothing.

use abide_policy::clocks::Clocks;
use abide_rights::request::{Desk, Kind};
use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::open;
use super::show::{said, said_besides};
use crate::command::Outcome;
use crate::output::print;

/// Arguments of `abide requests clocks`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What is asked for; every kind if it is not given
    #[arg(value_parser = open::kind)]
    kind: Option<Kind>,
    /// Where the person lives, as a place of the policy; unknown is the strictest of all
    #[arg(long, value_name = "PLACE")]
    lives: Option<String>,
    /// The day on which it arrives; today if nothing is said
    #[arg(long, value_name = "DATE")]
    received: Option<Date>,
    /// The policy, if several are in force
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
}

/// Runs the command.
pub(super) fn run(desk: &Desk<'_>, arguments: &Arguments) -> Result<Outcome> {
    let today = desk.now.to_zoned(TimeZone::UTC).date();
    let received = arguments.received.unwrap_or(today);
    let kinds = match &arguments.kind {
        Some(kind) => std::slice::from_ref(kind),
        None => Kind::ALL,
    };
    for kind in kinds {
        let clocks = desk.clocks(*kind, arguments.lives.as_deref());
        print(kind.word())?;
        for line in lines(desk, &clocks, received) {
            print(&format!("  {line}"))?;
        }
    }
    Ok(Outcome::Clean)
}

fn lines(desk: &Desk<'_>, clocks: &Clocks, received: Date) -> Vec<String> {
    let library = desk.library;
    let acknowledged = clocks.acknowledge_by(library, received);
    let acknowledged = acknowledged.map(|due| format!("confirmed by {}", said(&due)));
    let answered = match clocks.answer_by(library, received, &[]) {
        Some(due) => format!("answered by {}", said(&due)),
        None => "answered by nobody says when; thirty days are taken".to_owned(),
    };
    let later = clocks.extended(library, received, &[]);
    let later = later.map(|due| format!("could be put off to {}", said(&due)));
    let times = acknowledged.into_iter().chain([answered]).chain(later);
    times.chain(said_besides(clocks)).collect()
}
