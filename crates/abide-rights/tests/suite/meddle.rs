//! Somebody in between us and a source: another process that goes on with the same request, a connection that is lost with
//! the answer to a COMMIT. Each effect is recorded once, as it was.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use abide_map::sample::{Contained, Containment, TableSample};
use abide_map::schema::{Dialect, Schema, Table};
use abide_rights::{Mapped, Progress};
use abide_sources::{
    Access, Done, Marker, Snapshot, Source, SourceError, SourceFuture, Trouble, Work,
};
use abide_store::{IntentState, RequestState};

use crate::shop::{Shop, known, mapped};

/// What somebody does, once.
type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What happens around a piece of work.
#[derive(Default)]
pub(crate) struct Between {
    before: Mutex<Option<Deed>>,
    after: Mutex<Option<Deed>>,
    /// Work is committed, and neither that nor anything about it comes through.
    loses_commits: bool,
    /// Nobody has granted the table of markers yet.
    is_unmarked: bool,
}

impl Between {
    pub(crate) fn without_markers() -> Self {
        Self {
            is_unmarked: true,
            ..Self::default()
        }
    }

    pub(crate) fn losing_commits() -> Self {
        Self {
            loses_commits: true,
            ..Self::default()
        }
    }
}

async fn happens(deed: &Mutex<Option<Deed>>) {
    let deed = deed.lock().unwrap().take();
    if let Some(deed) = deed {
        deed.await;
    }
}

/// The shop's source with somebody in between.
pub(crate) async fn between(shop: &Shop, between: Between) -> Mapped {
    let mut mapped = mapped(&shop.database.url, Access::Change).await;
    mapped.source = Box::new(Meddled {
        inner: mapped.source,
        between,
    });
    mapped
}

struct Meddled {
    inner: Box<dyn Source>,
    between: Between,
}

impl fmt::Debug for Meddled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Meddled({:?})", self.inner)
    }
}

impl Meddled {
    fn lost(&self) -> SourceError {
        SourceError {
            source: self.name().to_owned(),
            doing: "committing".to_owned(),
            trouble: Trouble::Gone,
            code: None,
            is_in_doubt: true,
        }
    }
}

impl Source for Meddled {
    fn name(&self) -> &str {
        self.inner.name()
    }
    fn dialect(&self) -> Dialect {
        self.inner.dialect()
    }
    fn version(&self) -> SourceFuture<'_, String> {
        self.inner.version()
    }
    fn schema(&self) -> SourceFuture<'_, Schema> {
        self.inner.schema()
    }
    fn sample<'a>(&'a self, table: &'a Table, rows: u64) -> SourceFuture<'a, TableSample> {
        self.inner.sample(table, rows)
    }
    fn contained<'a>(
        &'a self,
        schema: &'a Schema,
        questions: &'a [Containment],
    ) -> SourceFuture<'a, Vec<Contained>> {
        self.inner.contained(schema, questions)
    }
    fn snapshot(&self) -> SourceFuture<'_, Box<dyn Snapshot>> {
        self.inner.snapshot()
    }
    fn run<'a>(&'a self, work: &'a Work) -> SourceFuture<'a, Done> {
        Box::pin(async move {
            happens(&self.between.before).await;
            let intent = match self.between.is_unmarked {
                true => String::new(),
                false => work.intent.clone(),
            };
            let work = Work {
                intent,
                ..work.clone()
            };
            let done = self.inner.run(&work).await?;
            happens(&self.between.after).await;
            match self.between.loses_commits {
                true => Err(self.lost()),
                false => Ok(done),
            }
        })
    }
    fn is_marking(&self) -> SourceFuture<'_, bool> {
        match self.between.is_unmarked {
            true => Box::pin(async { Ok(false) }),
            false => self.inner.is_marking(),
        }
    }
    fn marker<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        self.inner.marker(intent)
    }
    fn fence<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        match (self.between.loses_commits, self.between.is_unmarked) {
            (true, _) => Box::pin(async move { Err(self.lost()) }),
            (_, true) => Box::pin(async { Ok(Marker::Untold) }),
            _ => self.inner.fence(intent),
        }
    }
    fn close(&self) -> SourceFuture<'_, ()> {
        self.inner.close()
    }
}

/// Another process that goes on with whatever is open, over connections of its own.
fn resuming(shop: &Arc<Shop>) -> Mutex<Option<Deed>> {
    let shop = Arc::clone(shop);
    Mutex::new(Some(Box::pin(async move {
        let open = shop.store.requests(RequestState::Open, None, 10).await;
        let request = open.unwrap()[0].id;
        let sources = [mapped(&shop.database.url, Access::Change).await];
        let eraser = shop.eraser_over(&sources, 2);
        let progress = eraser.advance(request).await.unwrap();
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    })))
}

async fn erase(shop: &Shop, around: Between) -> Progress {
    let sources = [between(shop, around).await];
    let eraser = shop.eraser_over(&sources, 1);
    let person = known("email", "ann@example.org");
    eraser.erase(&person, &["shop".into()], &[]).await.unwrap()
}

/// The request is certified with all that went, and that is told of one intent alone.
async fn is_told_once(shop: &Shop, progress: &Progress) {
    let again = shop.eraser(3).advance(progress.request).await.unwrap();
    let (_, certificate) = again.certified.unwrap();
    assert_eq!(certificate.counts()["deleted"], 9, "{}", certificate.text());
    let intents = shop.store.intents(progress.request).await.unwrap();
    let ran = intents.iter().filter(|intent| {
        intent.state == IntentState::Done && intent.outcome.contains("\"delete\"")
    });
    assert_eq!(ran.count(), 1);
}

/// An erasure that is killed once it is committed, where nobody has granted the table of markers.
async fn killed_unmarked(shop: &Shop) -> Progress {
    let (told, heard) = tokio::sync::oneshot::channel();
    let dies: Deed = Box::pin(async move {
        told.send(()).unwrap();
        std::future::pending().await
    });
    let around = Between {
        after: Mutex::new(Some(dies)),
        ..Between::without_markers()
    };
    tokio::select! {
        progress = erase(shop, around) => panic!("{progress:?}"),
        it = heard => it.unwrap(),
    }
    let open = shop.store.requests(RequestState::Open, None, 10);
    Progress {
        request: open.await.unwrap()[0].id,
        stuck: Vec::new(),
        certified: None,
    }
}

on_all! {
    async fn a_marker_table_that_is_granted_later_takes_nothing_back(shop: Shop) {
        let progress = killed_unmarked(&shop).await;
        // From here on there are markers, and none of this work.
        is_told_once(&shop, &progress).await;
    }

    async fn a_key_that_is_given_out_while_nobody_can_tell_what_was_done_is_somebody_elses(shop: Shop) {
        let progress = killed_unmarked(&shop).await;
        shop.database.run("INSERT INTO users VALUES (1, 'dee@example.org', 'Dee', NULL, NULL)").await;
        shop.database.run("INSERT INTO orders VALUES (90, 1, 'Dee')").await;
        let before = shop.dump().await;
        let again = shop.eraser(2).advance(progress.request).await.unwrap();
        assert_eq!(shop.dump().await, before, "Dee is nobody's to erase");
        let (_, certificate) = again.certified.expect("nothing is left");
        assert!(certificate.text().contains("1 key"), "{}", certificate.text());
    }

    async fn another_process_takes_over_before_the_work_runs(shop: Shop) {
        let shop = Arc::new(shop);
        let around = Between { before: resuming(&shop), ..Between::default() };
        let progress = erase(&shop, around).await;
        let why = &progress.stuck[0].1;
        assert!(why.contains("another process"), "{why}");
        is_told_once(&shop, &progress).await;
    }

    async fn another_process_comes_before_the_work_is_recorded(shop: Shop) {
        let shop = Arc::new(shop);
        let around = Between { after: resuming(&shop), ..Between::default() };
        let progress = erase(&shop, around).await;
        assert!(progress.certified.is_some(), "{:?}", progress.stuck);
        is_told_once(&shop, &progress).await;
    }
}
