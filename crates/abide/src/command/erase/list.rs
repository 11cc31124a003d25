//! `abide erase list`: requests and where they stand. Says of nobody whom they are about.

use abide_store::RequestState;
use anyhow::Result;

use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;

/// How many requests of each state are listed.
const LISTED: u32 = 1000;

/// Runs the command.
pub(super) async fn run(installation: &Installation) -> Result<Outcome> {
    let mut count = 0;
    for state in [
        RequestState::Open,
        RequestState::Checked,
        RequestState::Closed,
    ] {
        for request in installation.store.requests(state, None, LISTED).await? {
            count += 1;
            let day = request.opened_at.strftime("%Y-%m-%d %H:%M UTC");
            print(&format!(
                "{} {} {} since {day}",
                request.id,
                request.right,
                state.word()
            ))?;
        }
    }
    if count == 0 {
        print("there is no request")?;
    }
    Ok(Outcome::Clean)
}
