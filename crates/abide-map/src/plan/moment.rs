//! Which stored values say a moment, as conditions of each engine. What is no moment in a form that is known is before
//! nothing: it is never due, and there is a condition to name it by.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::predicate::Moment;
use super::render::Writer;
use crate::ownership::TableId;
use crate::schema::{Column, Dialect, TypeClass};
use crate::statement::Value;

/// How far the clocks of places are from UTC at most, in seconds. A value that does not say its zone may be as much later
/// than it reads in UTC, so its row is kept for as much longer.
const FURTHEST_ZONE: i64 = 14 * 60 * 60;

/// Numbers count from 1970: how many to a second, the least of them (September 2001) and the first beyond them (2286). Days
/// written as `20261101`, day numbers and what counts from other years are in none of these ranges.
const UNITS: [(i64, i64, i64); 3] = [
    (1, 1_000_000_000, 10_000_000_000),
    (1_000, 1_000_000_000_000, 10_000_000_000_000),
    (1_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000),
];

/// A day as ISO 8601 writes it, alone or before a time of day.
const DAY: &str =
    "^[1-9][0-9][0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])($|[ T][0-2][0-9]:)";

/// The same for SQLite, which has no regular expressions: its `date` looks at the numbers.
const DAY_GLOB: &str = "[1-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]";

/// How a column says moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// In a type that stands for one moment wherever it is read.
    Zoned,
    /// In a type for days or moments that does not say in which zone.
    Local,
    /// As text that begins with a day.
    Text,
    /// As a number.
    Number,
    /// As text or as a number, value by value: SQLite keeps either in a column of almost any type.
    TextOrNumber,
}

impl Form {
    /// Whether a value, read as text, is a moment in this form; the same as the conditions below ask a database.
    pub(crate) fn is_moment(self, value: &str) -> bool {
        match self {
            Self::Zoned | Self::Local => value == "infinity" || is_day(value),
            Self::Text => is_day(value),
            Self::Number => is_count(value),
            Self::TextOrNumber => is_day(value) || is_count(value),
        }
    }
}

impl Dialect {
    /// How a column says moments; nothing if its type cannot.
    pub(crate) fn form(self, column: &Column) -> Option<Form> {
        let name = column.type_name.to_lowercase();
        match (self, column.class) {
            (_, TypeClass::Text) => Some(Form::Text),
            (
                Self::Sqlite,
                TypeClass::Integer
                | TypeClass::Decimal
                | TypeClass::Float
                | TypeClass::Date
                | TypeClass::Timestamp
                | TypeClass::Other,
            ) => Some(Form::TextOrNumber),
            // Numbers by class, which count something else.
            (Self::Postgresql, _) if name == "money" || name == "oid" => None,
            (Self::Mariadb, _) if name.starts_with("year") => None,
            (_, TypeClass::Integer | TypeClass::Decimal | TypeClass::Float) => Some(Form::Number),
            (Self::Postgresql, TypeClass::Timestamp) if name.contains("with time zone") => {
                Some(Form::Zoned)
            }
            // It is kept in UTC, and our connections read it so.
            (Self::Mariadb, TypeClass::Timestamp) if name.starts_with("timestamp") => {
                Some(Form::Zoned)
            }
            (_, TypeClass::Timestamp | TypeClass::Date) => Some(Form::Local),
            _ => None,
        }
    }

    /// Whether what stands at `place` is a moment, if anything does.
    fn says_moment(self, place: &str, form: Form) -> String {
        match form {
            // The type begins in 1970.
            Form::Zoned if self == Self::Mariadb => format!("{place} >= '1970-01-03'"),
            // `2026-00-00` is a value to MariaDB.
            Form::Local if self == Self::Mariadb => format!(
                "{} AND MONTH({place}) > 0 AND DAYOFMONTH({place}) > 0",
                says_real_day(place)
            ),
            Form::Zoned | Form::Local => says_real_day(place),
            Form::Text => self.says_day(place),
            Form::Number => {
                let ranges = UNITS
                    .map(|(_, least, beyond)| format!("{place} >= {least} AND {place} < {beyond}"));
                format!("({})", ranges.join(" OR "))
            }
            Form::TextOrNumber => format!(
                "({} OR {} AND {})",
                self.says_day(place),
                is_numeric(place),
                self.says_moment(place, Form::Number)
            ),
        }
    }

    /// Whether what stands at `place` is something and no moment. Where that is a range, an index serves.
    fn says_none(self, place: &str, form: Form) -> String {
        match form {
            Form::Zoned if self == Self::Mariadb => format!("{place} < '1970-01-03'"),
            Form::Zoned | Form::Local if self == Self::Postgresql => format!(
                "({place} < '1901-01-01' OR {place} >= '1969-12-31' AND {place} < '1970-01-03')"
            ),
            Form::Number => {
                let [
                    (_, first, end),
                    (_, second, second_end),
                    (_, third, third_end),
                ] = UNITS;
                format!(
                    "({place} < {first} OR {place} >= {end} AND {place} < {second} OR {place} >= {second_end} AND {place} < {third} OR {place} >= {third_end})"
                )
            }
            form => format!(
                "{place} IS NOT NULL AND ({}) IS NOT TRUE",
                self.says_moment(place, form)
            ),
        }
    }

    fn says_day(self, place: &str) -> String {
        let real = says_real_day(&format!("substr({place}, 1, 10)"));
        match self {
            Self::Postgresql => format!("{place} ~ '{DAY}' AND {real}"),
            Self::Mariadb => format!("{place} REGEXP '{DAY}' AND {real}"),
            Self::Sqlite => format!(
                "({place} GLOB '{DAY_GLOB}' OR {place} GLOB '{DAY_GLOB}[ T][0-2][0-9]:*') AND date(substr({place}, 1, 10)) IS NOT NULL AND {real}"
            ),
        }
    }
}

impl Writer<'_> {
    /// The column says a moment before this one.
    pub(super) fn before(&mut self, id: TableId, alias: &str, name: &str, moment: Moment) {
        let place = self.place(alias, name);
        let column = self.column(id, name);
        let form = column.and_then(|column| self.dialect.form(column));
        let (Some(column), Some(form)) = (column, form) else {
            self.push("1 = 0");
            return;
        };
        match form {
            Form::Zoned | Form::Local | Form::Text => {
                self.stamp_before(&place, column, form, moment);
            }
            Form::Number => self.count_before(&place, column, moment),
            Form::TextOrNumber => {
                self.push("(");
                self.stamp_before(&place, column, Form::Text, moment);
                self.push(&format!(" OR {} AND ", is_numeric(&place)));
                self.count_before(&place, column, moment);
                self.push(")");
            }
        }
    }

    /// The column holds something that is no moment in a form that is known.
    pub(super) fn untimed(&mut self, id: TableId, alias: &str, name: &str) {
        let place = self.place(alias, name);
        let Some(column) = self.column(id, name) else {
            self.push("1 = 0");
            return;
        };
        let untimed = match self.dialect.form(column) {
            Some(form) => self.dialect.says_none(&place, form),
            None => format!("{place} IS NOT NULL"),
        };
        self.push(&untimed);
    }

    fn stamp_before(&mut self, place: &str, column: &Column, form: Form, moment: Moment) {
        let text = stamp(self.dialect, column, form, moment);
        self.push(&format!("{place} < "))
            .bind(&Value::text(text), Some(column));
        let is_moment = self.dialect.says_moment(place, form);
        self.push(&format!(" AND {is_moment}"));
    }

    fn count_before(&mut self, place: &str, column: &Column, moment: Moment) {
        let type_name = match (self.dialect, column.class) {
            (Dialect::Postgresql, TypeClass::Integer) => "bigint",
            (Dialect::Postgresql, TypeClass::Float) => "double precision",
            (Dialect::Postgresql, _) => "numeric",
            (Dialect::Mariadb, _) => "SIGNED",
            (Dialect::Sqlite, _) => "INTEGER",
        };
        for (nth, (unit, least, beyond)) in UNITS.into_iter().enumerate() {
            self.push(if nth == 0 { "(" } else { " OR " });
            let end = moment.0.saturating_mul(unit).min(beyond);
            self.push(&format!("{place} >= {least} AND {place} < CAST("))
                .bind(&Value::text(end.to_string()), None)
                .push(&format!(" AS {type_name})"));
        }
        self.push(")");
    }
}

/// A moment as a value of the column's type; where the value does not say its zone, as late as it may read there.
fn stamp(dialect: Dialect, column: &Column, form: Form, moment: Moment) -> String {
    let second = match form {
        Form::Zoned => moment.0,
        _ => moment.0.saturating_sub(FURTHEST_ZONE),
    };
    let stamp = Timestamp::from_second(second).unwrap_or_default();
    let zoned = stamp.to_zoned(TimeZone::UTC);
    let pattern = match form {
        Form::Zoned if dialect == Dialect::Postgresql => "%Y-%m-%d %H:%M:%S+00",
        Form::Zoned => "%Y-%m-%d %H:%M:%S",
        Form::Local if column.class == TypeClass::Timestamp => "%Y-%m-%d %H:%M:%S",
        // Text is compared from the left, and a day is what it begins with.
        _ => "%Y-%m-%d",
    };
    zoned.strftime(pattern).to_string()
}

/// Days of people who may be alive. Around the first of January 1970 stands what a clock says that was never set, before
/// 1901 what types and programs take for nothing.
fn says_real_day(place: &str) -> String {
    format!("({place} >= '1970-01-03' OR {place} >= '1901-01-01' AND {place} < '1969-12-31')")
}

fn is_numeric(place: &str) -> String {
    format!("typeof({place}) IN ('integer', 'real')")
}

fn is_day(value: &str) -> bool {
    let (Some(day), Some(rest)) = (value.get(..10), value.get(10..)) else {
        return false;
    };
    let is_written_so =
        day.as_bytes().get(4) == Some(&b'-') && day.as_bytes().get(7) == Some(&b'-');
    let is_followed = matches!(
        rest.as_bytes(),
        [] | [b' ' | b'T', b'0'..=b'2', b'0'..=b'9', b':', ..]
    );
    let is_real = |day: Date| {
        day >= date(1970, 1, 3) || (day >= date(1901, 1, 1) && day < date(1969, 12, 31))
    };
    is_written_so && is_followed && day.parse().is_ok_and(is_real)
}

fn is_count(value: &str) -> bool {
    let is_in_range = |number: f64| {
        [1e9..1e10, 1e12..1e13, 1e15..1e16]
            .iter()
            .any(|range| range.contains(&number))
    };
    value.parse().is_ok_and(is_in_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_known_by_its_form() {
        let day = [
            "2020-05-11",
            "2020-05-11 10:11:12",
            "2020-05-11T10:11:12.123+02:00",
            "1926-01-01",
            "9999-12-31",
        ];
        for value in day {
            assert!(Form::Text.is_moment(value), "{value}");
            assert!(Form::TextOrNumber.is_moment(value), "{value}");
            assert!(!Form::Number.is_moment(value), "{value}");
        }
        let none = [
            "",
            "never",
            "05/11/2020",
            "Nov 3 2020",
            "2020",
            "20201101",
            "2020-13-01",
            "2020-05-11x",
            "2020-05-11-2",
            "0000-00-00 00:00:00",
            "0001-01-01 00:00:00+00",
            "1900-01-01",
            "1970-01-01 00:00:00",
            "0",
            "59000",
            "2459000.5",
            "638000000000000000",
            "-infinity",
            "NaN",
        ];
        for value in none {
            for form in [Form::Text, Form::Number, Form::TextOrNumber, Form::Local] {
                assert!(!form.is_moment(value), "{form:?} {value}");
            }
        }
        for value in [
            "1577836800",
            "1577836800000",
            "1577836800000000",
            "1577836800.5",
        ] {
            assert!(Form::Number.is_moment(value), "{value}");
            assert!(Form::TextOrNumber.is_moment(value), "{value}");
            assert!(!Form::Text.is_moment(value), "{value}");
        }
        assert!(Form::Local.is_moment("infinity"));
    }

    #[test]
    fn a_value_without_a_zone_is_held_against_the_latest_that_it_may_be() {
        let column = |class, type_name: &str| Column {
            name: "at".to_owned(),
            type_name: type_name.to_owned(),
            class,
            length: None,
            nullable: true,
            is_generated: false,
            has_default: false,
            allowed: Vec::new(),
        };
        let text = |dialect: Dialect, class, type_name| {
            let column = column(class, type_name);
            let form = dialect.form(&column).unwrap();
            stamp(dialect, &column, form, Moment(1_577_836_800))
        };
        let zoned = "timestamp with time zone";
        let local = "timestamp without time zone";
        use Dialect::{Mariadb, Postgresql, Sqlite};
        use TypeClass::{Date, Text, Timestamp};
        assert_eq!(text(Postgresql, Timestamp, zoned), "2020-01-01 00:00:00+00");
        assert_eq!(text(Postgresql, Timestamp, local), "2019-12-31 10:00:00");
        assert_eq!(text(Postgresql, Date, "date"), "2019-12-31");
        assert_eq!(text(Mariadb, Timestamp, "timestamp"), "2020-01-01 00:00:00");
        assert_eq!(
            text(Mariadb, Timestamp, "datetime(6)"),
            "2019-12-31 10:00:00"
        );
        assert_eq!(text(Sqlite, Text, "TEXT"), "2019-12-31");
    }
}
