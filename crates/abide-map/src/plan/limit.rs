//! How long rows are kept: lengths of a map as moments. Reads no clock.

use abide_policy::diagnostic::Findings;
use abide_policy::length::{Length, Unit};
use abide_policy::source::Spanned;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::{Span, tz::TimeZone};

use super::planner::Planner;
use super::predicate::{Moment, Pred};
use super::rows::{Roots, Rows};
use crate::map::Erase;
use crate::ownership::{TableId, cannot_plan};

impl Planner<'_> {
    /// The moment before which a row's time is over.
    pub(super) fn cutoff(&self, length: &Spanned<String>) -> Result<Moment, Findings> {
        let known = Length::parse(&length.value)
            .or_else(|| self.promises.constants.get(&length.value).copied());
        known
            .and_then(|length| before(self.now, length))
            .ok_or_else(|| {
                vec![cannot_plan(
                length.span,
                format!("`{}` is no length of time that anyone can count", length.value),
                "write a length such as `7 years`, or a constant of a law that the policy names"
                    .to_owned(),
            )]
            })
    }

    /// The rows of a table whose time is over, if the map gives them one and no hold lies on them.
    pub(super) fn due(&self, id: TableId) -> Result<Option<Pred>, Findings> {
        let free = Pred::not(self.spared_by_holds(id));
        Ok(self.over(id)?.map(|over| Pred::all([over, free])))
    }

    /// The rows of a table whose time is over, if the map gives them one.
    pub(super) fn over(&self, id: TableId) -> Result<Option<Pred>, Findings> {
        let Some(node) = self.ownership.tables.get(id) else {
            return Ok(None);
        };
        let Some(retain) = node
            .mapped
            .as_ref()
            .and_then(|mapped| mapped.retain.as_ref())
        else {
            return Ok(None);
        };
        let cutoff = self.cutoff(&retain.length)?;
        Ok(Some(Pred::Before(retain.from.value.clone(), cutoff)))
    }

    /// The rows of a table with a `retain` line of which nobody can tell whether their time is over, and why.
    pub(super) fn untimed(&self, id: TableId) -> Option<(Pred, String)> {
        let mapped = self.ownership.tables.get(id)?.mapped.as_ref()?;
        let from = &mapped.retain.as_ref()?.from.value;
        Some((Pred::Untimed(from.clone()), no_moment(from)))
    }
}

/// Why rows stay that say no moment in this column.
pub(super) fn no_moment(column: &str) -> String {
    format!("nobody can tell for how long: `{column}` holds no moment in a form that is known")
}

impl Planner<'_> {
    /// The rows that a table kept for a time which is over, of people who have been erased: they lead to no row of a
    /// subject table, or only to rows that an erasure has overwritten, and no identifier stands in them. Nothing for a
    /// table that keeps no rows for a time.
    pub(super) fn due_of_erased(&self, id: TableId) -> Result<Option<Pred>, Findings> {
        let Some((until, from)) = self.kept(id) else {
            return Ok(None);
        };
        let old = Pred::Before(from.value.clone(), self.cutoff(until)?);
        let held = self.spared_by_holds(id);
        Ok(Some(Pred::all([old, self.of_erased(id), Pred::not(held)])))
    }

    /// Of the rows that a table kept of people who have been erased, those of which nobody can tell whether their time is
    /// over, and why.
    pub(super) fn untimed_of_erased(&self, id: TableId) -> Option<(Pred, String)> {
        let (_, from) = self.kept(id)?;
        let untimed = Pred::Untimed(from.value.clone());
        let rows = Pred::all([untimed, self.of_erased(id)]);
        Some((rows, no_moment(&from.value)))
    }

    /// How long an erasure keeps rows of a table, and the column that it is counted from.
    fn kept(&self, id: TableId) -> Option<(&Spanned<String>, &Spanned<String>)> {
        let mapped = self.ownership.tables.get(id)?.mapped.as_ref()?;
        let Erase::Keep(keep) = &mapped.erase else {
            return None;
        };
        keep.until.as_ref().zip(keep.from.as_ref())
    }

    fn of_erased(&self, id: TableId) -> Pred {
        Pred::not(Rows::new(self.ownership, &self.reach, Roots::Living).of_others(id))
    }
}

impl Planner<'_> {
    /// When an erasure that was asked for at `asked` and is carried out at the planner's moment can no longer be undone. Until
    /// it cannot be undone nothing is erased, so that this is never later than the answer to the request may be. Nothing if the
    /// map does not let it be undone, says no length that anyone can count, or a longer one than the answer may take; nor where
    /// no policy says how long that is.
    pub fn undone_until(&self, asked: Timestamp) -> Option<Timestamp> {
        let undo = self.ownership.map.undo.as_ref()?;
        let length = Length::parse(&undo.value)
            .or_else(|| self.promises.constants.get(&undo.value).copied())?;
        let answer = self.promises.answer?;
        if answer.shorter_than(length) == Some(true) {
            return None;
        }
        let answered = Length {
            unit: match answer.unit {
                // Working days are no fewer than as many days.
                Unit::BusinessDays => Unit::Days,
                unit => unit,
            },
            ..answer
        };
        let end = |start: Timestamp, length: Length| {
            let end = start.to_zoned(TimeZone::UTC).checked_add(span_of(length)?);
            end.ok().map(|end| end.timestamp())
        };
        let until = end(self.now, length)?.min(end(asked, answered)?);
        (until > self.now).then_some(until)
    }
}

/// A length as a calendar counts it. Working days count as calendar days and weekends on top.
fn span_of(length: Length) -> Option<Span> {
    let value = i64::from(length.value);
    match length.unit {
        Unit::Hours => Span::new().try_hours(value),
        Unit::Days => Span::new().try_days(value),
        Unit::BusinessDays => Span::new().try_days(value + 2 * (value / 5 + 1)),
        Unit::Months => Span::new().try_months(value),
        Unit::Years | Unit::CalendarYear => Span::new().try_years(value),
    }
    .ok()
}

/// The moment so long before `now`. Working days count as calendar days and weekends on top, which is never too few.
fn before(now: Timestamp, length: Length) -> Option<Moment> {
    let span = span_of(length)?;
    let start: DateTime = now
        .to_zoned(TimeZone::UTC)
        .datetime()
        .checked_sub(span)
        .ok()?;
    // A calendar year ends with the year that the length would end in.
    let start = if length.unit == Unit::CalendarYear {
        start
            .date()
            .first_of_year()
            .to_datetime(jiff::civil::Time::midnight())
    } else {
        start
    };
    let zoned = start.to_zoned(TimeZone::UTC).ok()?;
    Some(Moment(zoned.timestamp().as_second()))
}
