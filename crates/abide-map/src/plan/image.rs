//! Values as they are kept for an undo: read so that nothing of them is lost, and written as what they were. Reads no row.

use crate::schema::{Column, Dialect, TypeClass};
use crate::statement::Value;

impl Dialect {
    /// A column read as a text from which [`Dialect::of_image`] makes the same value. SQLite keeps values of any sort in any
    /// column, so a letter says which it was; MariaDB would write a `FLOAT` with six digits, and a shape without what its
    /// numbers mean.
    pub(crate) fn as_image(self, place: &str, column: &Column) -> String {
        match (self, column.class) {
            (Self::Sqlite, _) => format!(
                "CASE typeof({place}) WHEN 'blob' THEN 'b' || hex({place}) WHEN 'integer' THEN 'i' || {place} WHEN 'real' THEN 'r' || quote({place}) WHEN 'text' THEN 't' || {place} END"
            ),
            (Self::Mariadb, TypeClass::Float) => format!("CAST({place} + 0e0 AS CHAR)"),
            (Self::Mariadb, TypeClass::Geometry) => format!("HEX({place})"),
            _ => self.as_text(place, column),
        }
    }

    /// The same, to be held against an image: letter by letter.
    pub(crate) fn same_image(self, place: &str, column: &Column) -> String {
        let image = self.as_image(place, column);
        match self {
            Self::Mariadb => format!("CONVERT({image} USING utf8mb4) COLLATE utf8mb4_bin"),
            _ => image,
        }
    }

    /// What makes a value of an image, which is bound as the `nth`, and what is bound.
    pub(crate) fn of_image(self, nth: usize, column: &Column, image: &Value) -> (String, Value) {
        let text = image.0.as_deref();
        match (self, column.class) {
            (Self::Sqlite, _) => {
                let made = match text.and_then(|text| text.get(..1)) {
                    Some("b") => "unhex(?)",
                    Some("i") => "CAST(? AS INTEGER)",
                    Some("r") => "CAST(? AS REAL)",
                    _ => "?",
                };
                let bound = text.map(|text| self.plain(text).to_owned());
                (made.to_owned(), Value(bound))
            }
            (Self::Mariadb, TypeClass::Geometry) => ("UNHEX(?)".to_owned(), image.clone()),
            _ => (self.placeholder(nth, Some(column)), image.clone()),
        }
    }

    /// An image as anything else reads the value; bytes as hex.
    pub(crate) fn plain(self, image: &str) -> &str {
        match self {
            Self::Sqlite => image.get(1..).unwrap_or_default(),
            _ => image,
        }
    }
}
