//! `abide mail send`: sends every letter that is due, as a running server does by itself.

use anyhow::{Result, bail};

use super::post;
use crate::clock::Clock;
use crate::command::Outcome;
use crate::decider::Decider;
use crate::installation::Installation;
use crate::mail::send_due;
use crate::output::print;

/// Runs the command: found if a letter was refused.
pub(super) async fn run(installation: &Installation, by: &str) -> Result<Outcome> {
    let post = post(&installation.config)?;
    let (config, store) = (&installation.config, &installation.store);
    let decider = Decider::new(config.assume.clone(), config.observe.clone());
    decider.refresh(store).await?;
    let tally = send_due(store, &post, &decider, &Clock::system(), by).await?;
    print(&format!(
        "{} sent, {} put off, {} refused, {} suppressed, {} by hand",
        tally.sent, tally.put_off, tally.refused, tally.suppressed, tally.by_hand
    ))?;
    if let Some(trouble) = tally.trouble {
        bail!("{trouble}; letters wait, and `abide mail send` goes on");
    }
    Ok(match tally.refused {
        0 => Outcome::Clean,
        _ => Outcome::Found,
    })
}
