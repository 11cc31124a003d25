//! The only file that reads the clock. Everything else takes the time as an argument.

use jiff::civil::Date;

/// Today's date in the system's time zone.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
pub fn today() -> Date {
    jiff::Zoned::now().date()
}
