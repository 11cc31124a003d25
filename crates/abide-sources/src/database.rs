//! A source as a value: one pool of connections, and the ways in which it is asked. Each way is a file of its own.

use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use abide_map::sample::{Contained, Containment, TableSample};
use abide_map::schema::{Dialect, Schema, Table};
use abide_map::statement::Statement;

use crate::address::{Access, Address, SourceOptions};
use crate::connect;
use crate::error::{SourceError, Trouble};
use crate::link::{Link, Pool};
use crate::source::{Snapshot, Source, SourceFuture};
use crate::view::View;
use crate::work::{Done, Marker, Work};
use crate::{marker, running, sampling, schema, trouble};

/// A database of any of the three kinds.
pub(crate) struct Database {
    pool: RwLock<Pool>,
    pub(crate) options: SourceOptions,
    /// Whether the table of markers is known to be there.
    pub(crate) is_marking: AtomicBool,
}

impl Database {
    pub(crate) fn new(address: &Address, options: SourceOptions) -> Result<Self, SourceError> {
        Ok(Self {
            pool: RwLock::new(connect::pool(address, &options)?),
            options,
            is_marking: AtomicBool::new(false),
        })
    }

    fn pool(&self) -> Pool {
        let pool = self.pool.read();
        pool.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Leaves the connections that are open to themselves. Those of MariaDB go by the grants of when they began, so that an
    /// account that was granted what it lacked would still be refused.
    pub(crate) fn connect_anew(&self) {
        let pool = self.pool.write();
        let mut pool = pool.unwrap_or_else(PoisonError::into_inner);
        *pool = pool.afresh();
    }

    /// A connection.
    pub(crate) async fn link(&self) -> Result<Link, SourceError> {
        let pool = self.pool();
        pool.link().await.map_err(|error| {
            trouble::of_connecting(
                &self.options.name,
                self.options.connect_timeout.as_secs(),
                pool.size() > 0,
                &error,
            )
        })
    }

    /// One state of the database. `limit` is what the server itself allows one statement; nothing leaves it to the reader.
    pub(crate) async fn view(&self, limit: Option<Duration>) -> Result<View, SourceError> {
        let link = self.link().await?;
        View::begin(
            link,
            self.dialect(),
            &self.options.name,
            self.options.statement_timeout,
            limit,
        )
        .await
    }

    /// A view whose statements are all short.
    pub(crate) async fn short_view(&self) -> Result<View, SourceError> {
        self.view(Some(self.options.statement_timeout)).await
    }

    /// Trouble of our own making.
    pub(crate) fn trouble(&self, doing: &str, trouble: Trouble) -> SourceError {
        SourceError::new(&self.options.name, doing, trouble)
    }
}

impl Source for Database {
    fn name(&self) -> &str {
        &self.options.name
    }

    fn dialect(&self) -> Dialect {
        self.pool().dialect()
    }

    fn version(&self) -> SourceFuture<'_, String> {
        Box::pin(async move {
            let mut view = self.short_view().await?;
            let version = schema::version(&mut view).await?;
            view.end().await?;
            Ok(version)
        })
    }

    fn schema(&self) -> SourceFuture<'_, Schema> {
        Box::pin(async move {
            let mut view = self.short_view().await?;
            let schema = schema::read(&mut view).await?;
            view.end().await?;
            Ok(schema)
        })
    }

    fn sample<'a>(&'a self, table: &'a Table, rows: u64) -> SourceFuture<'a, TableSample> {
        Box::pin(async move {
            let mut view = self.short_view().await?;
            let sample = sampling::sample(&mut view, table, rows).await?;
            view.end().await?;
            Ok(sample)
        })
    }

    fn contained<'a>(
        &'a self,
        schema: &'a Schema,
        questions: &'a [Containment],
    ) -> SourceFuture<'a, Vec<Contained>> {
        Box::pin(crate::containment::answer(self, schema, questions))
    }

    fn snapshot(&self) -> SourceFuture<'_, Box<dyn Snapshot>> {
        Box::pin(async move {
            let view = self.view(None).await?;
            Ok(Box::new(view) as Box<dyn Snapshot>)
        })
    }

    fn numbers<'a>(&'a self, statements: &'a [Statement]) -> SourceFuture<'a, Vec<u64>> {
        Box::pin(async move {
            let mut view = self.short_view().await?;
            let numbers = view.numbers(statements).await?;
            view.end().await?;
            Ok(numbers)
        })
    }

    fn run<'a>(&'a self, work: &'a Work) -> SourceFuture<'a, Done> {
        Box::pin(async move {
            if self.options.access == Access::Read {
                return Err(self.trouble("beginning", Trouble::ReadOnly));
            }
            running::run(self, work).await
        })
    }

    fn is_marking(&self) -> SourceFuture<'_, bool> {
        Box::pin(async move {
            match self.options.access {
                Access::Read => Ok(false),
                Access::Change => marker::is_granted(self).await,
            }
        })
    }

    fn marker<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        Box::pin(marker::read(self, intent))
    }

    fn fence<'a>(&'a self, intent: &'a str) -> SourceFuture<'a, Marker> {
        Box::pin(async move {
            if self.options.access == Access::Read {
                return Err(self.trouble("closing off an intent", Trouble::ReadOnly));
            }
            marker::fence(self, intent).await
        })
    }

    fn close(&self) -> SourceFuture<'_, ()> {
        Box::pin(async move {
            self.pool().close().await;
            Ok(())
        })
    }
}

/// Its name and language; the pool knows a password.
impl fmt::Debug for Database {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Source({}, {:?})", self.options.name, self.dialect())
    }
}
