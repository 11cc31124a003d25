//! Where the three languages of SQL differ: quoting, placeholders, casts, lists of keys, empty values, temporary tables.
//! Nothing else in a plan can tell them apart.

use crate::map::Replacement;
use crate::schema::{Column, Dialect, TableName, TypeClass};

use super::same::Fold;

/// Up to this many keys stand in a statement one by one; more are bound as one list.
pub(crate) const FEW: usize = 24;
/// How a value that nobody else has begins, so that it is known again.
const UNIQUE: &str = "erased-";
/// As much for the engine's own type of UUID.
const UNIQUE_UUID: &str = "00000000-";
/// MariaDB's type for exact fractions of any column.
const EXACT: &str = "DECIMAL(65, 30)";
/// Hex digits behind [`UNIQUE`].
const UNIQUE_DIGITS: u64 = 32;

impl Dialect {
    /// A name in the dialect's quotes.
    pub(crate) fn quote(self, name: &str) -> String {
        match self {
            Self::Mariadb => format!("`{}`", name.replace('`', "``")),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A table's name in the dialect's quotes.
    pub(crate) fn table(self, name: &TableName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }

    /// The placeholder of the `nth` value, counted from 1, as a value of the column's type.
    pub(crate) fn placeholder(self, nth: usize, column: Option<&Column>) -> String {
        let is_binary = column.is_some_and(|column| column.class == TypeClass::Binary);
        match self {
            Self::Postgresql if is_binary => format!("decode(${nth}, 'hex')"),
            Self::Postgresql => match column.and_then(postgresql_type) {
                Some(type_name) => format!("${nth}::{type_name}"),
                None => format!("${nth}"),
            },
            Self::Mariadb if is_binary => "UNHEX(?)".to_owned(),
            Self::Sqlite if is_binary => "unhex(?)".to_owned(),
            _ => "?".to_owned(),
        }
    }

    /// A placeholder among several that are held against several columns at once: there MariaDB would turn numbers and texts
    /// into floating point, in which long numbers are equal that are not.
    pub(crate) fn in_tuple(self, placeholder: String, column: Option<&Column>) -> String {
        let is_number = |it: &&Column| matches!(it.class, TypeClass::Integer | TypeClass::Decimal);
        match column.filter(is_number) {
            Some(column) if self == Self::Mariadb => {
                let type_name = match (column.class, is_unsigned(column)) {
                    (TypeClass::Decimal, _) => EXACT,
                    (_, true) => "UNSIGNED",
                    (_, false) => "SIGNED",
                };
                format!("CAST({placeholder} AS {type_name})")
            }
            _ => placeholder,
        }
    }

    /// A column as it is held against another. MariaDB would compare a number and a text as floating point, in which long
    /// numbers are equal that are not, and `12` and `12 of May` too.
    pub(crate) fn against(
        self,
        place: String,
        column: Option<&Column>,
        other: Option<&Column>,
    ) -> String {
        let is_number = |it: &Column| matches!(it.class, TypeClass::Integer | TypeClass::Decimal);
        let is_text = |it: &Column| it.class == TypeClass::Text;
        match self == Self::Mariadb && column.is_some_and(is_number) && other.is_some_and(is_text) {
            // A number as a text of no collation of its own.
            true => format!("CONCAT({place})"),
            false => place,
        }
    }

    /// An identifier in a column, without what makes no difference to whose it is.
    pub(crate) fn folded(self, place: &str, fold: Fold) -> String {
        let exact = || format!("CONVERT({place} USING utf8mb4)");
        match (self, fold) {
            (Self::Mariadb, Fold::Exact) => format!("{} COLLATE utf8mb4_bin", exact()),
            (_, Fold::Exact) => place.to_owned(),
            (Self::Mariadb, Fold::Case) => format!("LOWER({}) COLLATE utf8mb4_bin", exact()),
            (_, Fold::Case) => format!("LOWER({place})"),
            (Self::Postgresql, Fold::Digits) => {
                format!("regexp_replace({place}, '[(]0[)]|[^0-9]', '', 'g')")
            }
            (Self::Mariadb, Fold::Digits) => {
                format!("REGEXP_REPLACE({place}, '[(]0[)]|[^0-9]', '')")
            }
            // It has no way to say "all but digits".
            (Self::Sqlite, Fold::Digits) => {
                let signs = ["(0)", "+", " ", "-", "(", ")", ".", "/"].iter();
                signs.fold(place.to_owned(), |text, sign| {
                    format!("replace({text}, '{sign}', '')")
                })
            }
        }
    }

    /// Text in lower case, with these letters folded too, each with its lower case: SQLite's `lower` knows letters of ASCII
    /// alone, and PostgreSQL's those that the database's locale knows.
    pub(crate) fn folded_beyond_ascii(self, lower: String, letters: &[(char, char)]) -> String {
        if letters.is_empty() {
            return lower;
        }
        match self {
            Self::Mariadb => lower,
            Self::Postgresql => {
                let (upper, small): (String, String) = letters.iter().copied().unzip();
                format!("translate({lower}, '{upper}', '{small}')")
            }
            Self::Sqlite => {
                let folded = letters.iter().fold(lower.clone(), |text, (upper, small)| {
                    format!("replace({text}, '{upper}', '{small}')")
                });
                format!("CASE WHEN {lower} GLOB '*[^ -~]*' THEN {folded} ELSE {lower} END")
            }
        }
    }

    /// A list of keys, bound as one value: what selects them. See [`Dialect::list`].
    pub(crate) fn unlist(self, first: usize, columns: &[Option<&Column>]) -> String {
        match self {
            Self::Postgresql => {
                let arrays: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(place, column)| {
                        let type_name = column.and_then(postgresql_type);
                        let type_name = type_name.unwrap_or_else(|| "text".to_owned());
                        format!("${}::{type_name}[]", first + place)
                    })
                    .collect();
                format!("SELECT * FROM unnest({})", arrays.join(", "))
            }
            Self::Mariadb => {
                let named: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(place, column)| {
                        format!("k{place} {} PATH '$[{place}]'", mariadb_type(*column))
                    })
                    .collect();
                let picked: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(place, column)| match column {
                        Some(column) if column.class == TypeClass::Binary => {
                            format!("UNHEX(j.k{place})")
                        }
                        _ => format!("j.k{place}"),
                    })
                    .collect();
                format!(
                    "SELECT {} FROM JSON_TABLE(?, '$[*]' COLUMNS ({})) AS j",
                    picked.join(", "),
                    named.join(", ")
                )
            }
            Self::Sqlite => {
                let picked: Vec<String> = columns
                    .iter()
                    .enumerate()
                    .map(|(place, column)| {
                        let value = format!("json_extract(j.value, '$[{place}]')");
                        match column {
                            Some(column) if column.class == TypeClass::Binary => {
                                format!("unhex({value})")
                            }
                            _ => value,
                        }
                    })
                    .collect();
                format!("SELECT {} FROM json_each(?) AS j", picked.join(", "))
            }
        }
    }

    /// The values that [`Dialect::unlist`] reads: one for each column in PostgreSQL, else one.
    pub(crate) fn list(self, rows: &[Vec<&str>], columns: &[Option<&Column>]) -> Vec<String> {
        if self != Self::Postgresql {
            return vec![serde_json::json!(rows).to_string()];
        }
        let list = |place: usize| {
            let is_binary = columns
                .get(place)
                .is_some_and(|column| column.is_some_and(|it| it.class == TypeClass::Binary));
            let values: Vec<String> = rows
                .iter()
                .map(|row| {
                    let value = row.get(place).copied().unwrap_or_default();
                    let value = if is_binary {
                        format!("\\x{value}")
                    } else {
                        value.to_owned()
                    };
                    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
                })
                .collect();
            format!("{{{}}}", values.join(","))
        };
        (0..columns.len()).map(list).collect()
    }

    /// A column read as text; bytes as hex.
    pub(crate) fn as_text(self, place: &str, column: &Column) -> String {
        match (self, column.class) {
            (Self::Postgresql, TypeClass::Binary) => format!("encode({place}, 'hex')"),
            (Self::Postgresql, _) => format!("{place}::text"),
            (Self::Mariadb, TypeClass::Binary) => format!("LOWER(HEX({place}))"),
            (Self::Mariadb, TypeClass::Geometry) => format!("ST_AsText({place})"),
            (Self::Mariadb, _) => format!("CAST({place} AS CHAR)"),
            // `hex` makes an empty text of nothing.
            (Self::Sqlite, TypeClass::Binary) => {
                format!("CASE WHEN {place} IS NOT NULL THEN lower(hex({place})) END")
            }
            (Self::Sqlite, _) => format!("CAST({place} AS TEXT)"),
        }
    }

    /// A text in quotes; in MariaDB a backslash inside begins an escape, unless its mode says otherwise.
    fn literal(self, text: &str) -> String {
        match self {
            Self::Mariadb if text.contains('\\') => {
                let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
                format!("CONVERT(0x{hex} USING utf8mb4)")
            }
            _ => format!("'{}'", text.replace('\'', "''")),
        }
    }

    /// What stands for nothing in a column; nothing at all for a type that has no such value.
    pub(crate) fn empty(self, column: &Column) -> Option<String> {
        if column.nullable {
            return Some("NULL".to_owned());
        }
        let text = |value: &str| Some(self.literal(value));
        match column.class {
            TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => Some("0".to_owned()),
            TypeClass::Boolean if self == Self::Postgresql => Some("false".to_owned()),
            TypeClass::Boolean => Some("0".to_owned()),
            TypeClass::Text => text(""),
            TypeClass::Binary if self == Self::Postgresql => Some("''::bytea".to_owned()),
            TypeClass::Binary => text(""),
            TypeClass::Uuid => text("00000000-0000-0000-0000-000000000000"),
            TypeClass::Date => text("1970-01-01"),
            TypeClass::Time => text("00:00:00"),
            TypeClass::Timestamp => text("1970-01-02 00:00:00"),
            TypeClass::Json => text("{}"),
            TypeClass::Network => text("0.0.0.0"),
            TypeClass::Enum => column.allowed.first().and_then(|word| text(word)),
            TypeClass::Array => text("{}"),
            TypeClass::Geometry | TypeClass::Other => None,
        }
    }

    /// A value that nobody else has, made from nothing that was there; nothing for a type that cannot hold one.
    pub(crate) fn unique(self, column: &Column) -> Option<String> {
        let random = match self {
            Self::Postgresql => "replace(gen_random_uuid()::text, '-', '')",
            Self::Mariadb => "LOWER(HEX(RANDOM_BYTES(16)))",
            Self::Sqlite => "lower(hex(randomblob(16)))",
        };
        match column.class {
            TypeClass::Uuid => Some(self.unique_uuid()),
            TypeClass::Text => {
                let prefix = UNIQUE.len() as u64;
                let room = column.length.unwrap_or(prefix + UNIQUE_DIGITS);
                let digits = room.saturating_sub(prefix).min(UNIQUE_DIGITS);
                if digits < 8 {
                    return None;
                }
                let tail = format!("substr({random}, 1, {digits})");
                Some(match self {
                    Self::Mariadb => format!("CONCAT('{UNIQUE}', {tail})"),
                    _ => format!("'{UNIQUE}' || {tail}"),
                })
            }
            _ => None,
        }
    }

    /// A random UUID, which is of version 4 by its own word (RFC 9562): MariaDB takes no others for any.
    fn unique_uuid(self) -> String {
        let hex = |bytes: u8| match self {
            Self::Mariadb => format!("LOWER(HEX(RANDOM_BYTES({bytes})))"),
            _ => format!("lower(hex(randomblob({bytes})))"),
        };
        let three = format!("substr({}, 2)", hex(2));
        let parts = [
            format!("'{UNIQUE_UUID}'"),
            hex(2),
            "'-4'".to_owned(),
            three.clone(),
            "'-8'".to_owned(),
            three,
            "'-'".to_owned(),
            hex(6),
        ];
        match self {
            Self::Postgresql => {
                format!("('{UNIQUE_UUID}' || substr(gen_random_uuid()::text, 10))::uuid")
            }
            Self::Mariadb => format!("CONCAT({})", parts.join(", ")),
            Self::Sqlite => parts.join(" || "),
        }
    }

    /// A column as text, to be held against a pattern.
    fn text_of(self, place: &str) -> String {
        match self {
            Self::Postgresql => format!("{place}::text"),
            Self::Mariadb => format!("CAST({place} AS CHAR)"),
            Self::Sqlite => format!("CAST({place} AS TEXT)"),
        }
    }

    /// Whether a column is not yet what it is to be overwritten with; `text` is where the text is bound.
    pub(crate) fn unwritten(
        self,
        place: &str,
        column: &Column,
        replacement: &Replacement,
        text: &str,
    ) -> String {
        let written = if self == Self::Postgresql && !has_equality(column.class) {
            format!("{place}::text")
        } else {
            place.to_owned()
        };
        match replacement {
            Replacement::Empty if column.nullable => format!("{place} IS NOT NULL"),
            Replacement::Empty => match self.empty(column) {
                Some(empty) => format!("{written} <> {empty}"),
                None => format!("{place} IS NOT NULL"),
            },
            Replacement::Text(_) => format!("({place} IS NULL OR {written} <> {text})"),
            Replacement::Unique if column.class == TypeClass::Uuid => {
                let text = self.text_of(place);
                format!("({place} IS NULL OR {text} NOT LIKE '{UNIQUE_UUID}%')")
            }
            Replacement::Unique => format!("({place} IS NULL OR {place} NOT LIKE '{UNIQUE}%')"),
        }
    }

    /// Makes a temporary table of what follows.
    pub(crate) fn create_noted(self, name: &str) -> String {
        match self {
            Self::Postgresql => format!("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS "),
            _ => format!("CREATE TEMPORARY TABLE {name} AS "),
        }
    }

    /// Drops it.
    pub(crate) fn drop_noted(self, name: &str) -> String {
        match self {
            Self::Mariadb => format!("DROP TEMPORARY TABLE IF EXISTS {name}"),
            Self::Postgresql => format!("DROP TABLE IF EXISTS pg_temp.{name}"),
            Self::Sqlite => format!("DROP TABLE IF EXISTS temp.{name}"),
        }
    }

    /// Asks the database to look at declared references only at the end of the transaction.
    pub(crate) fn defer(self) -> Option<&'static str> {
        match self {
            Self::Postgresql => Some("SET CONSTRAINTS ALL DEFERRED"),
            Self::Sqlite => Some("PRAGMA defer_foreign_keys = ON"),
            Self::Mariadb => None,
        }
    }
}

/// The type to cast a text to, without the limits that would cut it short; nothing for text.
pub(crate) fn postgresql_type(column: &Column) -> Option<String> {
    let name = column.type_name.as_str();
    let mut plain = String::new();
    let mut depth = 0_u32;
    let mut is_quoted = false;
    for char in name.chars() {
        match char {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            plain.push(char);
        }
    }
    match plain.trim() {
        "character varying" | "text" | "" => None,
        "character" => Some("bpchar".to_owned()),
        other => Some(other.to_owned()),
    }
}

/// The type of a key in a list; JSON has no bytes, so those come as hex.
fn mariadb_type(column: Option<&Column>) -> String {
    match column {
        Some(column) if column.class == TypeClass::Integer => match is_unsigned(column) {
            true => "BIGINT UNSIGNED".to_owned(),
            false => "BIGINT".to_owned(),
        },
        Some(column) if column.class == TypeClass::Decimal => EXACT.to_owned(),
        _ => "VARCHAR(1024)".to_owned(),
    }
}

fn is_unsigned(column: &Column) -> bool {
    column.type_name.to_lowercase().contains("unsigned")
}

/// Whether PostgreSQL can hold two values of the class against each other.
fn has_equality(class: TypeClass) -> bool {
    !matches!(
        class,
        TypeClass::Json | TypeClass::Geometry | TypeClass::Other | TypeClass::Array
    )
}
