//! What of everything ever said still counts. Pure: choices in, choices out.

use jiff::Timestamp;

use super::{Choice, ConsentState, PastChoice};

/// The choices that count at `now`, oldest first, without those that a later word about the same matter covers.
///
/// A later word that covers only some of an earlier one leaves both: the later counts where both speak. Being asked is no
/// word, and leaves what was said before. `at` is set so that later words are not earlier in time, also where a clock went
/// back, and never lies ahead of `now`.
pub fn current_of(mut history: Vec<PastChoice>, now: Timestamp) -> Vec<PastChoice> {
    end_expired(&mut history, now);
    put_in_order(&mut history);
    let mut current: Vec<PastChoice> = Vec::new();
    for mut choice in history {
        choice.at = choice.at.min(now);
        let is_word = !choice.state.is_asking();
        current.retain(|earlier| {
            earlier.matter != choice.matter
                || !choice.scope.covers(&earlier.scope)
                || !(is_word || earlier.state.is_asking())
        });
        current.push(choice);
    }
    current
}

/// An expiry speaks of one earlier choice and of nothing else; a choice past its time has expired whether or not the
/// ledger says so already.
fn end_expired(history: &mut Vec<PastChoice>, now: Timestamp) {
    let ended: Vec<_> = history.iter().filter_map(|choice| choice.ends).collect();
    history.retain(|choice| choice.ends.is_none());
    for choice in history {
        let over = choice.until.is_some_and(|until| until <= now);
        if over && choice.state.holds() == Some(true) || ended.contains(&choice.entry_id) {
            choice.state = ConsentState::ConsentExpired;
        }
    }
}

/// In the order of arrival; what was imported stands where its own time puts it among what had arrived before, whatever
/// arrived later comes after it.
fn put_in_order(history: &mut [PastChoice]) {
    history.sort_by_key(|choice| choice.arrival);
    let mut latest = Timestamp::MIN;
    for choice in history.iter_mut() {
        if choice.source != Choice::TAKEN_OVER {
            choice.at = choice.at.max(latest);
        }
        latest = latest.max(choice.at);
    }
    history.sort_by_key(|choice| (choice.at, choice.arrival));
}
