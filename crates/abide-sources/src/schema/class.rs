//! Which sort of value a type holds, from its name. Knows nothing of columns.

use abide_map::schema::TypeClass;

/// PostgreSQL's types, by the catalogue's own name and category (table 52.65 of its manual).
pub(super) fn postgres(name: &str, category: &str) -> TypeClass {
    match (name, category) {
        (_, "A") => TypeClass::Array,
        ("int2" | "int4" | "int8" | "oid", _) => TypeClass::Integer,
        ("numeric" | "money", _) => TypeClass::Decimal,
        ("float4" | "float8", _) => TypeClass::Float,
        ("bool", _) => TypeClass::Boolean,
        ("bytea", _) => TypeClass::Binary,
        ("uuid", _) => TypeClass::Uuid,
        ("date", _) => TypeClass::Date,
        ("time" | "timetz", _) => TypeClass::Time,
        ("timestamp" | "timestamptz", _) => TypeClass::Timestamp,
        ("json" | "jsonb", _) => TypeClass::Json,
        ("inet" | "cidr" | "macaddr" | "macaddr8", _) => TypeClass::Network,
        ("geometry" | "geography", _) | (_, "G") => TypeClass::Geometry,
        (_, "E") => TypeClass::Enum,
        (_, "S") => TypeClass::Text,
        _ => TypeClass::Other,
    }
}

/// MariaDB's and MySQL's types, by name and by the whole type.
pub(super) fn mariadb(name: &str, whole: &str) -> TypeClass {
    match name {
        "tinyint" if whole.starts_with("tinyint(1)") => TypeClass::Boolean,
        "bit" if whole == "bit(1)" => TypeClass::Boolean,
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => TypeClass::Integer,
        "decimal" => TypeClass::Decimal,
        "float" | "double" => TypeClass::Float,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => TypeClass::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            TypeClass::Binary
        }
        "uuid" => TypeClass::Uuid,
        "date" => TypeClass::Date,
        "time" => TypeClass::Time,
        "datetime" | "timestamp" => TypeClass::Timestamp,
        "json" => TypeClass::Json,
        "inet4" | "inet6" => TypeClass::Network,
        "enum" | "set" => TypeClass::Enum,
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => TypeClass::Geometry,
        _ => TypeClass::Other,
    }
}

/// What a declaration in SQLite means to whoever wrote it; SQLite itself keeps any value in any column.
pub(super) fn sqlite(declared: &str) -> TypeClass {
    let word = declared.to_ascii_uppercase();
    let has = |part: &str| word.contains(part);
    match () {
        () if has("BOOL") => TypeClass::Boolean,
        () if has("INT") && !has("POINT") && !has("INTERVAL") => TypeClass::Integer,
        () if has("CHAR") || has("CLOB") || has("TEXT") => TypeClass::Text,
        () if has("BLOB") || has("BINARY") || has("BYTEA") => TypeClass::Binary,
        () if has("REAL") || has("FLOA") || has("DOUB") => TypeClass::Float,
        () if has("JSON") => TypeClass::Json,
        () if has("UUID") || has("GUID") => TypeClass::Uuid,
        () if has("DATETIME") || has("TIMESTAMP") => TypeClass::Timestamp,
        () if has("DATE") => TypeClass::Date,
        () if has("TIME") => TypeClass::Time,
        () if has("DEC") || has("NUM") || has("MONEY") => TypeClass::Decimal,
        () => TypeClass::Other,
    }
}

/// The number in `varchar(255)`.
pub(super) fn length(whole: &str) -> Option<u64> {
    let (_, rest) = whole.split_once('(')?;
    rest.split([',', ')']).next()?.trim().parse().ok()
}

/// The words in `enum('a','it''s')`.
pub(super) fn words(whole: &str) -> Vec<String> {
    let Some((_, list)) = whole.split_once('(') else {
        return Vec::new();
    };
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut signs = list.chars().peekable();
    while let Some(sign) = signs.next() {
        match (&mut word, sign) {
            (None, '\'') => word = Some(String::new()),
            (None, _) => {}
            (Some(text), '\'') if signs.peek() == Some(&'\'') => {
                signs.next();
                text.push('\'');
            }
            (Some(_), '\'') => words.extend(word.take()),
            (Some(text), sign) => text.push(sign),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_by_what_they_hold() {
        assert_eq!(mariadb("tinyint", "tinyint(1)"), TypeClass::Boolean);
        assert_eq!(mariadb("tinyint", "tinyint(4)"), TypeClass::Integer);
        assert_eq!(sqlite("NVARCHAR(70)"), TypeClass::Text);
        assert_eq!(sqlite("POINT"), TypeClass::Other);
        assert_eq!(sqlite("BYTEA"), TypeClass::Binary);
        assert_eq!(sqlite("tinyint(1)"), TypeClass::Integer);
        assert_eq!(postgres("_text", "A"), TypeClass::Array);
        assert_eq!(length("varchar(255)"), Some(255));
        assert_eq!(words("enum('a','it''s',',')"), ["a", "it's", ","]);
    }
}
