//! Which tables a trigger writes to, from the words of its body. Takes a word too many rather than one too few.

use std::collections::{BTreeMap, BTreeSet};

use abide_map::schema::{Table, TableName};

/// How many routines deep a call is followed.
const DEPTH: usize = 4;

/// The tables named after `INSERT INTO`, `UPDATE`, `DELETE FROM`, `REPLACE INTO`, `MERGE INTO`, `TRUNCATE`, by the body or
/// by the routines (by name in small letters) that it calls. Text within quotes counts, because it may be run.
pub(super) fn of(
    body: &str,
    tables: &[Table],
    routines: &BTreeMap<String, String>,
) -> Vec<TableName> {
    let mut found = BTreeSet::new();
    let mut visited = BTreeSet::new();
    let mut bodies = vec![body.to_owned()];
    for _ in 0..DEPTH {
        let mut called = Vec::new();
        for body in &bodies {
            let words = words(body);
            found.extend(written(&words, tables));
            for word in &words {
                let name = word.to_lowercase();
                if let Some(body) = routines.get(&name)
                    && visited.insert(name)
                {
                    called.push(body.clone());
                }
            }
        }
        bodies = called;
    }
    found.into_iter().collect()
}

/// Names and words, without comments and quotes; a qualified name is three words, the second being a dot.
fn words(body: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut signs = body.chars().peekable();
    let mut quote = None;
    while let Some(sign) = signs.next() {
        if let Some(close) = quote {
            if sign == close {
                quote = None;
                words.push(std::mem::take(&mut word));
            } else {
                word.push(sign);
            }
            continue;
        }
        if sign.is_alphanumeric() || sign == '_' || sign == '$' {
            word.push(sign);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        match sign {
            '-' if signs.peek() == Some(&'-') => skip_line(&mut signs),
            '/' if signs.peek() == Some(&'*') => skip_comment(&mut signs),
            '"' | '`' => quote = Some(sign),
            '[' => quote = Some(']'),
            '.' | ';' | '(' => words.push(sign.to_string()),
            _ => {}
        }
    }
    words.push(word);
    words
}

fn skip_line(signs: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    for sign in signs.by_ref() {
        if sign == '\n' {
            break;
        }
    }
}

fn skip_comment(signs: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut before = ' ';
    for sign in signs.by_ref() {
        if before == '*' && sign == '/' {
            break;
        }
        before = sign;
    }
}

fn written(words: &[String], tables: &[Table]) -> Vec<TableName> {
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    let mut found = Vec::new();
    for (place, word) in upper.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| upper.get(before));
        let starts = match word.as_str() {
            "INTO" => true,
            "FROM" => before.is_some_and(|before| before == "DELETE"),
            // `ON CONFLICT DO UPDATE`, `ON DUPLICATE KEY UPDATE`, `FOR UPDATE`, `AFTER UPDATE` name no table.
            "UPDATE" => !before.is_some_and(|before| {
                matches!(
                    before.as_str(),
                    "DO" | "KEY" | "FOR" | "AFTER" | "BEFORE" | "OR" | "NO"
                )
            }),
            "TRUNCATE" => true,
            _ => false,
        };
        if !starts {
            continue;
        }
        let skip = upper[place + 1..]
            .iter()
            .take_while(|word| {
                matches!(
                    word.as_str(),
                    "ONLY"
                        | "TABLE"
                        | "LOW_PRIORITY"
                        | "IGNORE"
                        | "OR"
                        | "ROLLBACK"
                        | "ABORT"
                        | "REPLACE"
                        | "FAIL"
                )
            })
            .count();
        found.extend(named(&words[place + 1 + skip..], tables));
    }
    found
}

/// The table that these words begin with.
fn named(words: &[String], tables: &[Table]) -> Option<TableName> {
    let (schema, name) = match words {
        [schema, dot, name, ..] if dot == "." => (Some(schema), name),
        [name, ..] => (None, name),
        [] => return None,
    };
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let fits = |table: &&Table| {
        same(&table.name.name, name)
            && match (schema, &table.name.schema) {
                (Some(schema), Some(of)) => same(schema, of),
                _ => true,
            }
    };
    tables.iter().find(fits).map(|table| table.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::empty_table;

    fn check_writes(body: &str, expected: &[&str]) {
        let tables: Vec<Table> = ["audit", "orders", "Order Lines", "stock"]
            .iter()
            .map(|name| empty_table(TableName::new(name)))
            .collect();
        let routines =
            BTreeMap::from([("note".to_owned(), "INSERT INTO audit VALUES (1)".to_owned())]);
        let found: Vec<String> = of(body, &tables, &routines)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn bodies_name_what_they_write() {
        check_writes("INSERT INTO audit SELECT OLD.*", &["audit"]);
        check_writes("insert ignore into `audit` values (1)", &["audit"]);
        check_writes("UPDATE ONLY public.orders SET a = 1", &["orders"]);
        check_writes(
            "DELETE FROM \"Order Lines\" WHERE id = OLD.id",
            &["Order Lines"],
        );
        check_writes("SELECT 1 FROM stock; -- INSERT INTO audit\n", &[]);
        check_writes("/* UPDATE stock */ SELECT a FROM b FOR UPDATE", &[]);
        check_writes("EXECUTE 'INSERT INTO audit VALUES ($1)'", &["audit"]);
        check_writes(
            "INSERT INTO stock VALUES (1) ON DUPLICATE KEY UPDATE orders = 1",
            &["stock"],
        );
        check_writes("INSERT OR REPLACE INTO stock VALUES (1)", &["stock"]);
        check_writes("CALL note(OLD.id)", &["audit"]);
    }
}
