//! What has to be done from time to time: expiries recorded, answers and decisions forgotten that are too old. Each may be
//! done by any server at any time.

use std::time::Duration;

use abide_rights::destroy_capsules;
use abide_store::StoreError;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::http::app::App;

const PACE: Duration = Duration::from_mins(1);
/// Expiries recorded at once.
const EXPIRIES: u32 = 200;
/// How long a request may be sent again with its idempotency key.
const ANSWERS: SignedDuration = SignedDuration::from_hours(48);
/// How long the token of an erased subject is kept, for servers that have not heard of it.
const ERASED: SignedDuration = SignedDuration::from_hours(1);

/// Who does it, for the evidence.
const ACTOR: &str = "housekeeping";

/// Keeps house until told to stop.
pub async fn keep_house(app: &App, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(PACE);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = once(app, app.clock.now()).await {
            tracing::warn!(%error, "housekeeping is put off");
        }
    }
}

/// Does everything that is due at `now`.
pub async fn once(app: &App, now: Timestamp) -> Result<(), StoreError> {
    loop {
        let expired = app.store.expire_due(now, EXPIRIES).await?;
        for subject in expired.iter().filter_map(|choice| choice.subject) {
            app.decider.changed(subject);
        }
        if expired.len() < EXPIRIES as usize {
            break;
        }
    }
    destroy_capsules(&app.store, ACTOR, now).await?;
    let recent = SignedDuration::try_from(app.config.limits.recent).unwrap_or(ANSWERS);
    let before = |age: SignedDuration| now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH);
    app.store.forget_answers(before(ANSWERS), now).await?;
    app.store.forget_decisions(before(recent), now).await?;
    app.store.forget_erased(before(ERASED), now).await?;
    match app.config.journal_days {
        Some(days) => {
            let oldest = SignedDuration::from_hours(24 * i64::from(days));
            app.store.forget_journal(before(oldest)).await
        }
        None => Ok(()),
    }
}
