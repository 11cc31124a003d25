//! Whether the values of one column are found in another, over a sample. Values never leave the source.

use abide_map::sample::{Contained, Containment};
use abide_map::schema::{Column, Dialect, Schema, TableName, TypeClass};
use abide_map::statement::Statement;

use crate::database::Database;
use crate::error::{SourceError, Trouble};
use crate::quote;
use crate::source::Source as _;

/// How many rows are read to find values that differ.
const ROWS: u64 = 20_000;

/// How many values are looked up.
const VALUES: u64 = 1_000;

/// A target of more rows than this is looked into by an index or not at all.
const UNINDEXED: u64 = 2_000_000;

/// How many questions are asked at once.
const BATCH: usize = 20;

/// Nothing could be asked.
const UNKNOWN: Contained = Contained {
    asked: 0,
    found: 0,
    target: 0,
};

/// Answers each question. One that the source cannot answer (no permission, types that do not compare) counts as nothing
/// asked.
pub(crate) async fn answer(
    database: &Database,
    schema: &Schema,
    questions: &[Containment],
) -> Result<Vec<Contained>, SourceError> {
    let dialect = database.dialect();
    let texts: Vec<Option<String>> = questions
        .iter()
        .map(|question| text(dialect, schema, question))
        .collect();
    let mut answers = vec![UNKNOWN; questions.len()];
    let asked: Vec<(usize, &str)> = texts
        .iter()
        .enumerate()
        .filter_map(|(place, text)| Some((place, text.as_deref()?)))
        .collect();
    for batch in asked.chunks(BATCH) {
        match ask(database, batch).await {
            Ok(found) => store(&mut answers, found),
            Err(error) if is_fatal(&error) => return Err(error),
            Err(_) => {
                for question in batch {
                    match ask(database, std::slice::from_ref(question)).await {
                        Ok(found) => store(&mut answers, found),
                        Err(error) if is_fatal(&error) => return Err(error),
                        Err(_) => {}
                    }
                }
            }
        }
    }
    Ok(answers)
}

fn store(answers: &mut [Contained], found: Vec<(usize, Contained)>) {
    for (place, contained) in found {
        if let Some(answer) = answers.get_mut(place) {
            *answer = contained;
        }
    }
}

fn is_fatal(error: &SourceError) -> bool {
    matches!(
        error.trouble,
        Trouble::Unreachable(_) | Trouble::SignIn | Trouble::Gone | Trouble::Address(_)
    )
}

async fn ask(
    database: &Database,
    questions: &[(usize, &str)],
) -> Result<Vec<(usize, Contained)>, SourceError> {
    let doing = "comparing columns";
    let sql: Vec<String> = questions
        .iter()
        .map(|(place, text)| text.replacen("SELECT", &format!("SELECT {place} AS question,"), 1))
        .collect();
    let statement = Statement {
        sql: sql.join(" UNION ALL "),
        values: Vec::new(),
    };
    let mut view = database.short_view().await?;
    let rows = view.rows(doing, &statement).await?;
    view.end().await?;
    rows.iter()
        .map(|row| {
            let mut numbers = row
                .iter()
                .map(|value| value.0.as_deref().and_then(|text| text.parse::<u64>().ok()));
            let mut next = || numbers.next().flatten();
            let (place, asked, found, target) = (next()?, next()?, next()?, next()?);
            let place = usize::try_from(place).ok()?;
            Some((
                place,
                Contained {
                    asked,
                    found,
                    target,
                },
            ))
        })
        .map(|answer| answer.ok_or_else(|| database.trouble(doing, Trouble::Other)))
        .collect()
}

/// A statement that answers three numbers, or nothing where looking would cost too much.
fn text(dialect: Dialect, schema: &Schema, question: &Containment) -> Option<String> {
    let column = column(schema, &question.table, &question.column)?;
    let target_table = schema.table(&question.target)?;
    let target = target_table.column(&question.target_column)?;
    let is_indexed = target_table
        .indexes
        .iter()
        .chain(std::iter::once(&target_table.primary_key))
        .any(|index| index.first() == Some(&target.name));
    let compares = column.class == target.class;
    if !(is_indexed && compares) && target_table.rows > UNINDEXED {
        return None;
    }
    let name = quote::name(dialect, &column.name);
    let target_name = quote::name(dialect, &target.name);
    let (from, into) = (
        quote::table(dialect, &question.table),
        quote::table(dialect, &question.target),
    );
    let (value, looked) = match compares {
        true => (name.clone(), target_name.clone()),
        false => (as_text(dialect, &name), as_text(dialect, &target_name)),
    };
    let says = says_something(dialect, column, &name);
    let values = format!(
        "SELECT DISTINCT {value} AS v FROM (SELECT {name} FROM {from} WHERE {name} IS NOT NULL LIMIT {ROWS}) AS s WHERE {says} LIMIT {VALUES}"
    );
    let distinct = format!(
        "SELECT DISTINCT {target_name} FROM (SELECT {target_name} FROM {into} WHERE {target_name} IS NOT NULL LIMIT {ROWS}) AS t"
    );
    Some(format!(
        "SELECT (SELECT COUNT(*) FROM ({values}) AS a), (SELECT COUNT(*) FROM ({values}) AS b WHERE v IN (SELECT {looked} FROM {into})), (SELECT COUNT(*) FROM ({distinct}) AS c)"
    ))
}

fn column<'a>(schema: &'a Schema, table: &TableName, column: &str) -> Option<&'a Column> {
    schema.table(table)?.column(column)
}

fn as_text(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::Mariadb => format!("CONVERT(CAST({name} AS CHAR) USING utf8mb4)"),
        Dialect::Postgresql | Dialect::Sqlite => format!("CAST({name} AS TEXT)"),
    }
}

/// Leaves out values that mean "nothing".
fn says_something(dialect: Dialect, column: &Column, name: &str) -> String {
    match column.class {
        TypeClass::Integer | TypeClass::Decimal | TypeClass::Float => format!("{name} <> 0"),
        TypeClass::Text => format!("{} NOT IN ('', '0')", as_text(dialect, name)),
        _ => "1 = 1".to_owned(),
    }
}
