//! The only file that reads the clock. Everything else takes the time as an argument.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Today's date in the system's time zone.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn today() -> Date {
    jiff::Zoned::now().date()
}

/// The present moment.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A mark to measure how long something took. Says nothing of the time of day.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn mark() -> Instant {
    Instant::now()
}

/// What a running server asks for the time: the system's clock, or one that a test sets.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    set_ms: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is set.
    pub fn standing_at(moment: Timestamp) -> Self {
        Self {
            set_ms: Some(Arc::new(AtomicI64::new(moment.as_millisecond()))),
        }
    }

    /// Sets a standing clock. Does nothing to the system's.
    pub fn set(&self, moment: Timestamp) {
        if let Some(set_ms) = &self.set_ms {
            set_ms.store(moment.as_millisecond(), Ordering::SeqCst);
        }
    }

    /// The day in UTC by this clock.
    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    /// The present moment by this clock.
    pub fn now(&self) -> Timestamp {
        match &self.set_ms {
            None => now(),
            Some(set_ms) => {
                Timestamp::from_millisecond(set_ms.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }
}
