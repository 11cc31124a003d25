//! Many statements that answer one number each, asked as one. Never changes what a statement means.

use abide_map::plan::Row;
use abide_map::schema::Dialect;
use abide_map::statement::Statement;

/// The most statements asked at once.
const MOST_STATEMENTS: usize = 50;

/// The most values sent at once; the lowest limit of the three engines is 32,766.
const MOST_VALUES: usize = 30_000;

/// Statements asked as one.
pub(crate) struct Batch {
    pub(crate) statement: Statement,
    /// How many numbers come back.
    pub(crate) count: usize,
}

/// Puts statements together: `SELECT (first), (second)`.
pub(crate) fn batches(dialect: Dialect, statements: &[Statement]) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut rest = statements;
    while !rest.is_empty() {
        let mut values = 0;
        let fits = rest
            .iter()
            .take(MOST_STATEMENTS)
            .take_while(|statement| {
                values += statement.values.len();
                values <= MOST_VALUES
            })
            .count();
        let (batch, later) = rest.split_at(fits.max(1));
        batches.push(together(dialect, batch));
        rest = later;
    }
    batches
}

fn together(dialect: Dialect, statements: &[Statement]) -> Batch {
    let count = statements.len();
    if let [statement] = statements {
        let statement = statement.clone();
        return Batch { statement, count };
    }
    let mut sql = "SELECT ".to_owned();
    let mut values = Vec::new();
    for (place, statement) in statements.iter().enumerate() {
        if place > 0 {
            sql.push_str(", ");
        }
        sql.push('(');
        if dialect == Dialect::Postgresql && !values.is_empty() {
            renumber(&statement.sql, values.len(), &mut sql);
        } else {
            sql.push_str(statement.sql.trim_end_matches([';', ' ', '\n']));
        }
        sql.push(')');
        values.extend(statement.values.iter().cloned());
    }
    let statement = Statement { sql, values };
    Batch { statement, count }
}

/// Adds `by` to each `$1` that stands outside of quotes.
fn renumber(sql: &str, by: usize, out: &mut String) {
    let mut quote = None;
    let mut signs = sql.trim_end_matches([';', ' ', '\n']).chars().peekable();
    while let Some(sign) = signs.next() {
        out.push(sign);
        match quote {
            Some(open) if sign == open => quote = None,
            Some(_) => {}
            None if sign == '\'' || sign == '"' => quote = Some(sign),
            None if sign == '$' => {
                let mut number = 0;
                let mut has_digits = false;
                while let Some(digit) = signs.peek().and_then(|sign| sign.to_digit(10)) {
                    number = number * 10 + digit as usize;
                    has_digits = true;
                    signs.next();
                }
                if has_digits {
                    out.push_str(&(number + by).to_string());
                }
            }
            None => {}
        }
    }
}

/// The numbers of an answer: one row of as many columns, or nothing if it is no such row. What is no number is never taken
/// for none.
pub(crate) fn of_rows(rows: &[Row], count: usize) -> Option<Vec<u64>> {
    let [row] = rows else { return None };
    if row.len() != count {
        return None;
    }
    row.iter()
        .map(|value| value.0.as_deref()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use abide_map::statement::Value;

    use super::*;

    fn counting(sql: &str, values: &[&str]) -> Statement {
        Statement {
            sql: sql.to_owned(),
            values: values.iter().map(|value| Value::text(*value)).collect(),
        }
    }

    #[test]
    fn placeholders_follow_each_other_and_quotes_are_left_alone() {
        let statements = [
            counting("SELECT count(*) FROM a WHERE b = $1 OR b = $2", &["1", "2"]),
            counting(
                r#"SELECT count(*) FROM "a$1" WHERE b = $1 AND c = '$1' AND d = $12"#,
                &["3"],
            ),
        ];
        let batches = batches(Dialect::Postgresql, &statements);
        assert_eq!(batches.len(), 1);
        assert_eq!(
            batches[0].statement.sql,
            r#"SELECT (SELECT count(*) FROM a WHERE b = $1 OR b = $2), (SELECT count(*) FROM "a$1" WHERE b = $3 AND c = '$1' AND d = $14)"#
        );
        assert_eq!(batches[0].statement.values.len(), 3);
    }

    #[test]
    fn nothing_is_no_number() {
        let row = |values: &[Option<&str>]| {
            let values = values.iter().map(|value| value.map(str::to_owned));
            vec![values.map(Value).collect::<Row>()]
        };
        assert_eq!(of_rows(&row(&[Some("2"), Some("0")]), 2), Some(vec![2, 0]));
        assert_eq!(of_rows(&row(&[Some("2"), None]), 2), None);
        assert_eq!(of_rows(&row(&[Some("2")]), 2), None);
    }

    #[test]
    fn a_batch_stays_below_what_every_engine_takes() {
        let statements = vec![counting("SELECT 1", &["1"; 20_000]); 3];
        let counts: Vec<usize> = batches(Dialect::Sqlite, &statements)
            .iter()
            .map(|batch| batch.count)
            .collect();
        assert_eq!(counts, [1, 1, 1]);
    }
}
