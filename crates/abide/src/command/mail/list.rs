//! `abide mail list`: every letter that is not sent, with how its sending stands. Shows no address and no text.

use abide_store::MailingState;
use anyhow::Result;

use crate::command::Outcome;
use crate::installation::Installation;
use crate::output::print;

/// Letters read at once.
const AT_ONCE: u32 = 1000;

/// Runs the command: found if a letter was refused.
pub(super) async fn run(installation: &Installation) -> Result<Outcome> {
    let (mut after, mut outcome, mut count) = (None, Outcome::Clean, 0);
    loop {
        let letters = installation.store.mailings(after, AT_ONCE).await?;
        let Some(last) = letters.last() else {
            break;
        };
        after = Some(last.id);
        for letter in &letters {
            count += 1;
            if letter.is_refused() {
                outcome = Outcome::Found;
            }
            print(&line(letter))?;
        }
    }
    if count == 0 {
        print("no letter waits")?;
    }
    Ok(outcome)
}

fn line(letter: &MailingState) -> String {
    let stands = match (&letter.failure, letter.next_at) {
        _ if letter.is_by_hand() => "goes by hand: see `abide requests letters`".to_owned(),
        (Some(failure), None) => format!("refused: {failure}"),
        (Some(failure), Some(at)) => {
            format!("tried {} times, again at {at:.0}: {failure}", letter.tries)
        }
        (None, Some(at)) => format!("being sent, or again at {at:.0}"),
        (None, None) => "waits".to_owned(),
    };
    format!(
        "{}  {}  {}  since {:.0}  {stands}",
        letter.id, letter.kind, letter.lang, letter.queued_at
    )
}
