//! Years of mixed requests with crashes, jumps of the clock, duplicates, holds and sources that cannot be reached. What must
//! hold, holds after every day; a failure prints its seed. `ABIDE_DEEP=1` runs two hundred years, `ABIDE_SEED` one seed.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use abide_policy::Library;
use abide_rights::Mapped;
use abide_rights::request::{Ask, Holding, Kind, Parcel, Reason, Work};
use abide_store::{Acting, EntryId, Identifier, SubjectRequest, WhichRequests};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};

use crate::office::{Office, ask};
use crate::place::Engine;

/// A stream of numbers that a seed repeats (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(all.len() as u64);
        &all[usize::try_from(at).unwrap()]
    }
}

/// Work that is cut off after so many looks at it, as by a power failure: nobody learns whether what was under way came
/// about.
struct Cut<'a, T> {
    work: Pin<&'a mut dyn Future<Output = T>>,
    looks: u64,
}

impl<T> Future for Cut<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.looks == 0 {
            return Poll::Ready(None);
        }
        self.looks -= 1;
        self.work.as_mut().poll(context).map(Some)
    }
}

/// One run.
struct World {
    office: Office,
    chance: Chance,
    opened: BTreeMap<EntryId, Kind>,
    away: Vec<Mapped>,
    held: Vec<EntryId>,
    next_person: u64,
    delivered: BTreeMap<EntryId, u64>,
    days: u64,
}

impl World {
    async fn new(engine: Engine, seed: u64) -> Self {
        let mut office = Office::open(engine, &format!("sim_{seed}")).await;
        office.rules.approve = vec![Kind::Erase];
        Self {
            office,
            chance: Chance(seed),
            opened: BTreeMap::new(),
            away: Vec::new(),
            held: Vec::new(),
            next_person: 3,
            delivered: BTreeMap::new(),
            days: 0,
        }
    }

    /// One day, or more after a jump.
    async fn day(&mut self) {
        let hours = match self.chance.below(20) {
            0 => 24 * 40,
            1 => 24 * 9,
            // A clock that was wrong and is set right.
            2 => -3,
            _ => 24,
        };
        // No hold outlives what is known of whom it lies on.
        if hours > 24 || self.held.len() > 3 || self.chance.once_in(4) {
            self.lift().await;
        }
        self.office.now = self
            .office
            .now
            .checked_add(SignedDuration::from_hours(hours))
            .unwrap();
        if self.chance.once_in(6) {
            self.source_comes_and_goes();
        }
        for _ in 0..self.chance.below(3) {
            self.somebody_asks().await;
        }
        for _ in 0..self.chance.below(4) {
            self.somebody_decides().await;
        }
        self.go_on().await;
        self.days += 1;
        self.check(match self.days % 20 {
            0 => WhichRequests::All,
            _ => WhichRequests::Open,
        })
        .await;
    }

    fn source_comes_and_goes(&mut self) {
        std::mem::swap(&mut self.office.sources, &mut self.away);
    }

    /// A person of the source, or one whom nobody knows.
    async fn person(&mut self) -> String {
        if self.chance.once_in(3) {
            let number = self.next_person;
            self.next_person += 1;
            let sql = format!(
                "INSERT INTO users VALUES ({number}, 'p{number}@example.org', 'P', NULL, NULL)"
            );
            self.office.shop.run(&sql).await;
            return format!("p{number}@example.org");
        }
        format!("p{}@example.org", self.chance.below(self.next_person + 3))
    }

    async fn somebody_asks(&mut self) {
        let kind = *self.chance.of(Kind::ALL);
        let mut asked: Ask = ask(kind, &self.person().await);
        if self.chance.once_in(3) {
            asked.verified = Some("account".into());
        }
        asked.acting = *self.chance.of(&[
            Acting::Subject,
            Acting::Subject,
            Acting::Agent,
            Acting::Staff,
        ]);
        asked.details.residence = self
            .chance
            .of(&[None, Some("US-CA".to_owned()), Some("NL".to_owned())])
            .clone();
        if self.chance.once_in(8) {
            // It lay on a desk for a while.
            let today = self.office.now.to_zoned(TimeZone::UTC).date();
            asked.received =
                Some(today.saturating_sub(i64::try_from(self.chance.below(60)).unwrap().days()));
        }
        // Sent again by somebody who did not see the answer.
        for _ in 0..=u64::from(self.chance.once_in(4)) {
            let opened = self.office.desk().open(&asked).await.unwrap();
            assert!(!opened.is_duplicate || self.opened.contains_key(&opened.id));
            self.opened.insert(opened.id, kind);
        }
    }

    /// Staff or the person does something about a request, whether it is right or not.
    async fn somebody_decides(&mut self) {
        let ids: Vec<EntryId> = self.opened.keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let recent = &ids[ids.len().saturating_sub(12)..];
        let id = *self.chance.of(recent);
        let (what, desk) = (self.chance.below(13), self.office.desk_of("jo"));
        // Most of it is refused for where the request stands: that is how it should be.
        match what {
            0 => drop(desk.verify(id, &[], "account").await),
            1 => drop(desk.verify_by_code(id, 0, "AAAA2222").await),
            2 if !self.office.letters(id, "code").await.is_empty() => {
                let code = self.office.code(id).await;
                drop(desk.verify_by_code(id, 0, &code).await);
            }
            3 => drop(desk.approve(id).await),
            4 => drop(desk.authorise(id, "permission").await),
            5 => drop(desk.extend(id, "complexity").await),
            6 => drop(desk.fulfil(id, "done").await),
            7 => drop(desk.revoke(id).await),
            8 => drop(
                desk.refuse(id, Reason::ClaimNotCovered, Some("transaction-open"))
                    .await,
            ),
            9 => {
                if desk.hold(id, "case", Holding::Lay).await.is_ok() {
                    self.held.push(id);
                }
            }
            10 => self.lift().await,
            11 => drop(desk.appeal(id).await),
            _ => self.fetch(id).await,
        }
    }

    async fn lift(&mut self) {
        for id in std::mem::take(&mut self.held) {
            // Nobody knows any more whom some were about.
            drop(self.office.desk().hold(id, "case", Holding::Lift).await);
        }
    }

    async fn fetch(&mut self, id: EntryId) {
        let mut package = Vec::new();
        if self.office.desk().deliver(id, &mut package).await.is_ok() {
            assert!(package.starts_with(b"PK"));
            *self.delivered.entry(id).or_default() += 1;
        }
    }

    /// What a server does; sometimes the power fails while it does.
    async fn go_on(&mut self) {
        while self.chance.once_in(3) {
            let looks = self.chance.below(60);
            {
                let desk = self.office.desk();
                let work = pin!(desk.advance_due(1_000));
                drop(Cut { work, looks }.await);
            }
            self.office.reopen().await;
        }
        for _ in 0..8 {
            let done = self.office.desk().advance_due(1_000).await.unwrap();
            for (id, happened) in &done {
                assert!(happened.is_ok(), "{id}: {happened:?}");
            }
            if done.is_empty() {
                return;
            }
        }
        panic!("it goes on for ever");
    }

    /// What must hold after every day.
    async fn check(&self, which: WhichRequests) {
        let all = self.requests(which).await;
        if which == WhichRequests::All {
            assert_eq!(all.len(), self.opened.len(), "a request is lost");
        }
        let today = self.office.now.to_zoned(TimeZone::UTC).date();
        for request in all {
            let id = request.id;
            let standing = self.office.desk().standing(id).await.unwrap();
            let events = self.office.events(id).await;
            let count = |word: &str| events.iter().filter(|event| *event == word).count();
            for word in [
                "asked",
                "acknowledged",
                "recorded",
                "started",
                "packed",
                "done",
                "delivered",
                "dropped",
                "forgotten",
            ] {
                assert!(count(word) <= 1, "{word} twice: {events:?}");
            }
            let ends: usize = ["fulfilled", "denied", "revoked", "expired"]
                .map(count)
                .iter()
                .sum();
            let looks = usize::from(standing.ended.is_some()) + count("appealed");
            assert_eq!(ends, looks, "{events:?}");
            let is_over = standing.ended.is_some() || count("overdue") > 0 || standing.is_done;
            let due = standing.due(Library::standard()).date;
            assert!(due >= today || is_over, "{id} was due on {due}: {events:?}");
            if standing.kind.needs_proof() {
                let shown = events.iter().position(|event| event == "verified");
                let acts = ["recorded", "started", "packed", "done", "delivered"];
                let acted = events
                    .iter()
                    .position(|event| acts.contains(&event.as_str()));
                assert!(
                    acted.is_none() || shown < acted && shown.is_some(),
                    "nobody was verified: {events:?}"
                );
            }
            assert!(
                self.delivered
                    .get(&id)
                    .is_none_or(|times| *times == 1 && count("delivered") == 1)
            );
            if standing.is_forgotten {
                assert!(
                    self.office
                        .desk()
                        .details(id)
                        .await
                        .unwrap()
                        .people
                        .is_empty()
                );
            }
        }
    }

    async fn all(&self) -> Vec<SubjectRequest> {
        self.requests(WhichRequests::All).await
    }

    async fn requests(&self, which: WhichRequests) -> Vec<SubjectRequest> {
        let store = &self.office.store;
        store.subject_requests(which, None, 100_000).await.unwrap()
    }

    /// Once everybody does what they have to, everything comes to an end, and no effect happened twice.
    async fn end(mut self) {
        if self.office.sources.is_empty() {
            self.source_comes_and_goes();
        }
        self.lift().await;
        for _ in 0..3 {
            for (id, kind) in self.opened.clone() {
                let desk = self.office.desk_of("kim");
                drop(desk.verify(id, &[], "account").await);
                drop(desk.authorise(id, "permission").await);
                drop(desk.approve(id).await);
                if kind.work() == Work::Hands {
                    drop(desk.fulfil(id, "done").await);
                }
            }
            self.office.now = self
                .office
                .now
                .checked_add(SignedDuration::from_hours(25))
                .unwrap();
            self.go_on().await;
            self.check(WhichRequests::All).await;
        }
        for request in self.all().await {
            assert!(
                request.closed_at.is_some(),
                "{request:?} {:?}",
                self.office.events(request.id).await
            );
        }
        self.check_choices().await;
        self.office.now = self
            .office
            .now
            .checked_add(SignedDuration::from_hours(24 * 100))
            .unwrap();
        self.go_on().await;
        for request in self.all().await {
            let standing = self.office.desk().standing(request.id).await.unwrap();
            assert!(standing.is_forgotten && !matches!(standing.parcel, Parcel::Ready(..)));
        }
        assert!(
            self.office
                .store
                .letters(None, 100_000)
                .await
                .unwrap()
                .is_empty()
        );
    }

    /// Each opt-out was recorded once, unless the person was erased since.
    async fn check_choices(&self) {
        for number in 0..self.next_person {
            let who = Identifier::new("email", &format!("p{number}@example.org")).unwrap();
            let subject = self.office.store.subject(&who).await.unwrap();
            let said = self.office.store.history(subject).await.unwrap();
            let about = self.office.store.requests_about(subject).await.unwrap();
            let limits = about
                .iter()
                .filter(|it| it.kind == "limit-sensitive")
                .count();
            let recorded = said
                .iter()
                .filter(|it| it.matter == abide_store::Matter::Right("limit-sensitive".to_owned()));
            assert_eq!(recorded.count(), limits, "p{number}");
        }
    }
}

async fn run(engine: Engine, seed: u64, days: u64) {
    println!("repeat with ABIDE_SEED={seed}");
    let mut world = World::new(engine, seed).await;
    for _ in 0..days {
        world.day().await;
    }
    world.end().await;
}

/// Seeds and days of a run: a few weeks of each kind of trouble, or two hundred years.
fn runs(shallow: u64) -> (Vec<u64>, u64) {
    if let Ok(seed) = std::env::var("ABIDE_SEED") {
        return (vec![seed.parse().unwrap()], 365);
    }
    match std::env::var_os("ABIDE_DEEP") {
        // A day of the world is three of the calendar, with its jumps.
        Some(_) => ((1..=100).collect(), 240),
        None => ((1..=shallow).collect(), 25),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    let (seeds, days) = runs(3);
    for seed in seeds {
        run(Engine::Sqlite, seed, days).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let (seeds, days) = runs(2);
    for seed in seeds {
        run(Engine::Postgres, seed, days).await;
    }
}
