//! Sends the letters that are due, a few at a time over a few connections, and records what came of each.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use abide_store::{
    Identifier, Mailing, MessageFacts, Posted, Refusal, Store, StoreError, SubjectToken,
};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::compose::{Cover, Stream, compose};
use super::line::{Line, MESSAGE, Said};
use super::{Class, Composed, Post, unsubscribe};
use crate::clock::Clock;
use crate::decider::Decider;
use crate::http::app::App;
use crate::http::metric;

/// How often a server looks for letters.
const PACE: Duration = Duration::from_secs(2);
/// How many letters are taken at once.
const AT_ONCE: u32 = 32;
/// How long they are held: what a sender that died held is tried again after this.
const HELD: SignedDuration = SignedDuration::from_mins(10);
/// How long it is before a letter that was not taken is tried again, at first; it doubles.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How far it doubles.
const DOUBLINGS: i64 = 8;
/// How long nothing is tried after the server could not be reached.
const DOWN: SignedDuration = SignedDuration::from_secs(30);
/// After so long a letter that the server keeps putting off counts as refused.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(5 * 24);
/// Who sends in a server, in the evidence.
const ACTOR: &str = "server";

/// What came of a round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many were sent.
    pub sent: u64,
    /// How many were put off.
    pub put_off: u64,
    /// How many were refused for good.
    pub refused: u64,
    /// How many go another way than by mail.
    pub by_hand: u64,
    /// How many were not sent, because of what is promised to the person.
    pub suppressed: u64,
    /// Why the round ended early: what is wrong with the server.
    pub trouble: Option<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.put_off += other.put_off;
        self.refused += other.refused;
        self.by_hand += other.by_hand;
        self.suppressed += other.suppressed;
        self.trouble = self.trouble.take().or(other.trouble);
    }
}

/// Sends letters until told to stop.
pub async fn keep_sending(app: &App, mut stop: watch::Receiver<bool>) {
    let mut tick = tokio::time::interval(PACE);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut down_until = Timestamp::MIN;
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let now = app.clock.now();
        if let (Some(post), true) = (&app.post, down_until <= now) {
            match send_due(&app.store, post, &app.decider, &app.clock, ACTOR).await {
                Err(error) => tracing::warn!(%error, "letters wait"),
                Ok(Tally {
                    trouble: Some(trouble),
                    ..
                }) => {
                    tracing::warn!(trouble, "letters wait");
                    down_until = after(now, DOWN);
                }
                Ok(_) => {}
            }
        }
        if let Ok(mail) = app.store.mail().await {
            let waited = mail.oldest.map(|since| now.duration_since(since));
            metric::set_letters(mail.waiting, mail.refused, waited);
        }
    }
}

/// Sends everything that is due. Trouble with the server ends it and is told; trouble with our own records is an error.
pub async fn send_due(
    store: &Store,
    post: &Post,
    decider: &Decider,
    clock: &Clock,
    actor: &str,
) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    while tally.trouble.is_none() {
        let now = clock.now();
        let due = store.due_letters(now, AT_ONCE).await?;
        if due.is_empty() {
            break;
        }
        let until = after(now, HELD);
        // Whoever cannot be reached costs no letter a try.
        let line = match post.exchange.connect().await {
            Ok(line) => line,
            Err(error) => {
                tally.trouble = Some(format!("{error:#}"));
                break;
            }
        };
        let held = store.claim_letters(due, until, now).await?;
        let round = Round {
            store,
            post,
            decider,
            clock,
            actor,
            until,
            held: Mutex::new(held.into()),
        };
        tally.add(round.run(line).await?);
    }
    Ok(tally)
}

fn after(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

/// Letters that are held, and what they are sent with.
struct Round<'a> {
    store: &'a Store,
    post: &'a Post,
    decider: &'a Decider,
    clock: &'a Clock,
    actor: &'a str,
    until: Timestamp,
    held: Mutex<VecDeque<Mailing>>,
}

impl Round<'_> {
    /// Sends over a few connections, so that one wait for the disk serves several letters.
    async fn run(&self, line: Line) -> Result<Tally, StoreError> {
        let (one, two, three, four) = tokio::join!(
            self.work(Some(line)),
            self.work(None),
            self.work(None),
            self.work(None)
        );
        let mut tally = Tally::default();
        for part in [one, two, three, four] {
            tally.add(part?);
        }
        // What trouble left over is not held on to.
        while let Some(mailing) = self.next() {
            self.put_off(&mailing, "unreachable").await?;
            tally.put_off += 1;
        }
        Ok(tally)
    }

    fn next(&self) -> Option<Mailing> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.pop_front()
    }

    /// Sends one letter after another until there is none or the server does not go on.
    async fn work(&self, mut line: Option<Line>) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        while tally.trouble.is_none() {
            let Some(mailing) = self.next() else {
                break;
            };
            let patience = SignedDuration::try_from(MESSAGE * 2).unwrap_or(HELD);
            if after(self.clock.now(), patience) > self.until {
                // Somebody else may hold it before it is through.
                self.put_off(&mailing, "slow").await?;
                continue;
            }
            let composed = match self.written(&mailing).await? {
                Written::Ready(composed) => composed,
                Written::Over(over) => {
                    tally.add(over);
                    continue;
                }
            };
            if line.as_ref().is_none_or(|line| !line.is_open()) {
                line = match self.post.exchange.connect().await {
                    Ok(line) => Some(line),
                    Err(error) => {
                        tally.trouble = Some(format!("{error:#}"));
                        None
                    }
                };
            }
            let said = match &mut line {
                Some(line) => self.hand_over(line, &composed).await,
                None => Said::Closed("unreachable".to_owned()),
            };
            if matches!(said, Said::Closed(_)) {
                line = None;
            }
            tally.add(self.record(&mailing, &composed, said).await?);
        }
        if let Some(line) = line {
            line.close().await;
        }
        Ok(tally)
    }

    async fn hand_over(&self, line: &mut Line, composed: &Composed) -> Said {
        match self.post.signed(composed, self.clock.now()) {
            Ok(message) => {
                let from = &self.post.from.email;
                line.send(from, &composed.to, &message).await
            }
            Err(error) => Said::Closed(format!("{error:#}")),
        }
    }

    /// The letter as a message, or what became of it instead.
    async fn written(&self, mailing: &Mailing) -> Result<Written, StoreError> {
        let queued = &mailing.queued;
        let Some(letter) = &queued.letter else {
            // Whom it was for is forgotten: there is nobody to send it to.
            return Ok(Written::Over(self.refuse(mailing, "forgotten").await?));
        };
        if letter.channel != "email" {
            self.store
                .leave_letter_by_hand(mailing, self.clock.now())
                .await?;
            return Ok(Written::Over(Tally {
                by_hand: 1,
                ..Tally::default()
            }));
        }
        let stream = match &mailing.message {
            None => Stream::Request,
            Some(facts) => match self.stream(mailing, facts, &letter.to).await? {
                Ok(stream) => stream,
                Err(over) => return Ok(Written::Over(over)),
            },
        };
        let cover = Cover {
            id: queued.id,
            at: queued.queued_at,
            lang: &queued.lang,
            from: &self.post.from,
            centre: self.post.centre.as_deref(),
            stream,
        };
        match compose(letter, &cover) {
            Ok(composed) => Ok(Written::Ready(composed)),
            Err(why) => Ok(Written::Over(self.refuse(mailing, why).await?)),
        }
    }

    /// In which stream a message goes, if what is promised to the person lets it go at this moment.
    async fn stream(
        &self,
        mailing: &Mailing,
        facts: &MessageFacts,
        address: &str,
    ) -> Result<Result<Stream, Tally>, StoreError> {
        let (id, now) = (mailing.queued.id, self.clock.now());
        let mut known_as: Vec<SubjectToken> = facts.subject.into_iter().collect();
        if let Ok(address) = Identifier::new("email", address) {
            known_as.push(self.store.subject(&address).await?);
        }
        known_as.dedup();
        let decided = self
            .decider
            .message(self.store, facts, &known_as, now)
            .await;
        let why = match decided {
            Ok(verdict) => verdict.suppressed,
            // No policy that knows the purpose is in force: it waits for one.
            Err(_) => {
                self.put_off(mailing, "no-policy").await?;
                return Ok(Err(Tally {
                    put_off: 1,
                    ..Tally::default()
                }));
            }
        };
        if let Some(why) = why {
            let tx = self
                .store
                .begin_suppression(id, facts, why, self.actor, now)?;
            unless_changed(tx.commit().await)?;
            return Ok(Err(Tally {
                suppressed: 1,
                ..Tally::default()
            }));
        }
        Ok(match (Class::of(&facts.class), &self.post.centre) {
            (Some(Class::Marketing), Some(centre)) => Ok(Stream::Marketing {
                unsubscribe: format!("{centre}{}", unsubscribe::path(self.store, id)?),
            }),
            // It would not say how it is stopped.
            (Some(Class::Marketing) | None, _) => {
                Err(self.refuse(mailing, "no-unsubscribe").await?)
            }
            (Some(Class::Service), _) => Ok(Stream::Service),
            (Some(Class::Notice), _) => Ok(Stream::Notice),
        })
    }

    async fn record(
        &self,
        mailing: &Mailing,
        composed: &Composed,
        said: Said,
    ) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        let (letter, now) = (mailing.queued.id, self.clock.now());
        match said {
            Said::Taken => {
                let sha256 = composed.sha256();
                let posted = Posted {
                    message_id: &composed.message_id,
                    sha256: &sha256,
                };
                let sent = self.store.letter_mailed(mailing, &posted, self.actor, now);
                unless_changed(sent.await)?;
                tracing::debug!(%letter, "a letter was sent");
                tally.sent = 1;
            }
            Said::Refused(code) => tally = self.refuse(mailing, &code).await?,
            Said::Later(code) => {
                let age = now.duration_since(mailing.queued.queued_at);
                if age > GIVE_UP {
                    return self.refuse(mailing, &code).await;
                }
                self.put_off(mailing, &code).await?;
                tally.put_off = 1;
            }
            Said::Closed(why) => {
                self.put_off(mailing, "unreachable").await?;
                tally.put_off = 1;
                tally.trouble = Some(why);
            }
        }
        Ok(tally)
    }

    async fn refuse(&self, mailing: &Mailing, code: &str) -> Result<Tally, StoreError> {
        let now = self.clock.now();
        let refused = self.store.letter_refused(mailing, code, self.actor, now);
        unless_changed(refused.await)?;
        tracing::error!(letter = %mailing.queued.id, code, "a letter was refused; see `abide mail list`");
        Ok(Tally {
            refused: 1,
            ..Tally::default()
        })
    }

    async fn put_off(&self, mailing: &Mailing, why: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let doublings = u32::try_from((mailing.tries - 1).clamp(0, DOUBLINGS)).unwrap_or(0);
        let next_at = after(now, AGAIN * 2_i32.pow(doublings));
        self.store.put_letter_off(mailing, why, next_at, now).await
    }
}

/// What a letter comes to before it is sent.
enum Written {
    /// A message.
    Ready(Composed),
    /// It is not sent.
    Over(Tally),
}

/// Somebody else, who took the letter when our time was over, recorded it.
fn unless_changed<T>(written: Result<T, StoreError>) -> Result<(), StoreError> {
    match written {
        Ok(_) | Err(StoreError::Refused(Refusal::Changed)) => Ok(()),
        Err(error) => Err(error),
    }
}
