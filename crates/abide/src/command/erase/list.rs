//! `abide erase list`: requests and where they stand. Says of nobody whom they are about.

use abide_rights::recoverable_until;
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
            let (store, now) = (&installation.store, installation.now);
            let undo = match recoverable_until(store, request.id, now).await? {
                Some(until) => format!(
                    "; `abide erase undo` takes it back until {}",
                    until.strftime("%Y-%m-%d %H:%M UTC")
                ),
                None => String::new(),
            };
            let taken_back = match store.is_undone(request.id).await? {
                true => ", taken back",
                false => "",
            };
            print(&format!(
                "{} {} {}{taken_back}, asked for {day}{}{undo}",
                request.id,
                request.right,
                state.word(),
                next(state)
            ))?;
        }
    }
    if count == 0 {
        print("there is no request")?;
    }
    Ok(Outcome::Clean)
}

/// What a request of this state waits for.
fn next(state: RequestState) -> &'static str {
    match state {
        RequestState::Open => "; `abide erase resume` goes on with it",
        RequestState::Checked => "; `abide scan` looks for what is left, and closes it",
        RequestState::Closed => "",
    }
}
