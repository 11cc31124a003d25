//! K9db's published cases, read where they lie: annotated tables become a map, and every printed answer has to come out.
//! What differs on purpose is argued in `docs/ownership.md`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use abide_map::promise::Promises;

use crate::desk::{Desk, plain, planner};

/// The folder of cases; none where it is not beside the repository.
fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("ABIDE_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("k9db");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: no `{}`; set ABIDE_SHARED to the folder that holds `k9db`",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

/// Statements of a file, without the backslashes that continue its lines and without remarks.
fn statements(text: &str) -> Vec<String> {
    let mut plain = String::new();
    for line in text.lines() {
        let line = line.trim_end().trim_end_matches('\\');
        let line = line.split("--").next().unwrap_or_default();
        plain.push_str(line);
        plain.push('\n');
    }
    while let (Some(start), Some(end)) = (plain.find("/*"), plain.find("*/")) {
        plain.replace_range(start..end + 2, "");
    }
    let all = plain
        .split(';')
        .map(|statement| statement.trim().to_owned());
    all.filter(|statement| !statement.is_empty()).collect()
}

struct Annotated {
    name: String,
    subject: bool,
    columns: Vec<String>,
    key: String,
    edges: Vec<(String, String, String)>,
    rules: Vec<Vec<String>>,
}

/// `CREATE [DATA_SUBJECT] TABLE name (…)`.
fn annotated(statement: &str) -> Option<Annotated> {
    let rest = statement.strip_prefix("CREATE ")?;
    let (subject, rest) = match rest.strip_prefix("DATA_SUBJECT ") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let rest = rest.strip_prefix("TABLE ")?;
    let (name, body) = rest.split_once('(')?;
    let body = &body[..body.rfind(')')?];
    let mut table = Annotated {
        name: name.trim().to_owned(),
        subject,
        columns: Vec::new(),
        key: String::new(),
        edges: Vec::new(),
        rules: Vec::new(),
    };
    for item in items(body) {
        let words: Vec<String> = item
            .replace(['(', ')', ','], " ")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        match (word(0), word(1)) {
            ("PRIMARY", _) => {
                word(2).clone_into(&mut table.key);
                table.columns.push(item);
            }
            ("UNIQUE", _) => table.columns.push(item),
            ("FOREIGN", _) => table
                .edges
                .push((word(2).into(), word(3).into(), word(4).into())),
            ("ON", _) => table.rules.push(words),
            _ => {
                if let Some(at) = words.iter().position(|word| word == "OWNED_BY") {
                    table
                        .edges
                        .push((word(0).into(), "OWNED_BY".into(), word(at + 1).into()));
                }
                let bare = item.split(" OWNED_BY").next().unwrap_or_default();
                table
                    .columns
                    .push(bare.replace("int AUTO_INCREMENT", "INTEGER"));
            }
        }
    }
    Some(table)
}

fn items(body: &str) -> Vec<String> {
    let (mut items, mut depth) = (vec![String::new()], 0);
    for char in body.chars() {
        match char {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        items.last_mut().unwrap().push(char);
    }
    items
        .into_iter()
        .map(|item| item.trim().to_owned())
        .collect()
}

/// The map that says what the annotations do. Where they have no rule for a row that stays, K9db leaves it as it is.
fn map(tables: &[Annotated]) -> String {
    let mut text = "map k9db {\n source test\n".to_owned();
    let mut people: BTreeSet<&str> = tables
        .iter()
        .filter(|table| table.subject)
        .map(|table| table.name.as_str())
        .collect();
    for table in tables {
        text.push_str(&format!(" table {} {{\n", table.name));
        if table.subject {
            text.push_str(&format!(
                "  subject\n  identity {}-id {}\n",
                table.name, table.key
            ));
        }
        let explicit = table.edges.iter().any(|(_, kind, _)| kind == "OWNED_BY");
        let mut linked = table.subject;
        for (column, kind, target) in &table.edges {
            let kind = match kind.as_str() {
                "OWNED_BY" => "owned-by",
                "OWNS" => "owns",
                "ACCESSED_BY" => "accessible-by",
                "ACCESSES" => "accesses",
                "REFERENCES" if !explicit && people.contains(target.as_str()) => "owned-by",
                _ => continue,
            };
            linked = true;
            text.push_str(&format!("  {kind} {column} to={target} {{"));
            let mut erase = " erase leave".to_owned();
            for rule in table.rules.iter().filter(|rule| rule[2] == *column) {
                let named = &rule[4..];
                match (rule[1].as_str(), rule[3].as_str()) {
                    ("GET", "ANON") => {
                        for name in named {
                            text.push_str(&format!(" hide {name} because=\"as annotated\";"));
                        }
                    }
                    ("DEL", "ANON") => {
                        let written: Vec<String> = named
                            .iter()
                            .map(|name| format!("overwrite {name}"))
                            .collect();
                        erase = format!(" erase anonymise {{ {} }}", written.join("; "));
                    }
                    ("DEL", "DELETE_ROW") => erase = " erase delete".to_owned(),
                    _ => panic!("{rule:?}"),
                }
            }
            text.push_str(&format!("{erase} }}\n"));
        }
        if linked {
            people.insert(&table.name);
            text.push_str("  erase delete\n");
        } else {
            text.push_str("  ordinary because=\"nobody's\"\n");
        }
        text.push_str(" }\n");
    }
    text + "}\n"
}

async fn desk(name: &str, files: &[PathBuf]) -> Desk {
    let mut tables = Vec::new();
    let mut made = Vec::new();
    for file in files {
        for statement in statements(&std::fs::read_to_string(file).unwrap()) {
            if let Some(table) = annotated(&statement) {
                made.push(format!(
                    "CREATE TABLE {} ({})",
                    table.name,
                    table.columns.join(", ")
                ));
                tables.push(table);
            } else if statement.starts_with("INSERT") {
                made.push(statement);
            } else if let Some((head, body)) = statement.split_once(" AS '\"") {
                // A view is written in quotes, its halves in brackets that SQLite does not take.
                let lines = body.trim_end_matches("\"'").lines().map(str::trim);
                let kept: Vec<&str> = lines.filter(|line| !["(", ")"].contains(line)).collect();
                if !kept.join(" ").contains('?') {
                    made.push(format!("{head} AS {}", kept.join(" ")));
                }
            }
        }
    }
    Desk::sqlite(name, &made, &map(&tables)).await
}

/// One answer: rows as printed, in no order, or the number of rows.
async fn answer(desk: &Desk, query: &str) -> BTreeSet<String> {
    let words: Vec<&str> = query.split_whitespace().collect();
    let line = |row: &[Option<String>]| {
        let cells: Vec<&str> = row
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("NULL"))
            .collect();
        cells.join("|")
    };
    let ["GDPR", doing, table, key] = words.as_slice() else {
        let rows = desk.rows(&plain(query)).await;
        let rows = rows
            .into_iter()
            .map(|row| row.into_iter().map(|value| value.0).collect::<Vec<_>>());
        return rows.map(|row| line(&row)).collect();
    };
    let ownership = desk.ownership().unwrap();
    let promises = Promises::default();
    let planner = planner(&ownership, &promises, &[]);
    let kind = format!("{table}-id");
    let subjects = desk
        .subjects(&planner, &[(&kind, key.trim_matches('\''))])
        .await;
    if *doing == "FORGET" {
        let plan = planner.erase(&subjects).unwrap();
        let done: u64 = desk.run(&plan).await.unwrap().iter().sum();
        return BTreeSet::from([format!("update # = {done}")]);
    }
    let mut lines = BTreeSet::new();
    for (name, rows) in desk.read(&planner.access(&subjects)).await {
        let table = desk
            .schema
            .tables
            .iter()
            .find(|table| table.name.name == name)
            .unwrap();
        for row in rows {
            let cell = |column: &str| {
                row.iter()
                    .find(|(name, _)| name == column)
                    .and_then(|it| it.1.clone())
            };
            let cells: Vec<Option<String>> =
                table.columns.iter().map(|it| cell(&it.name)).collect();
            lines.insert(line(&cells));
        }
    }
    lines
}

/// Asks every query of a file and holds the answers against those printed, which `;` ends.
async fn ask(desk: &Desk, queries: &PathBuf, printed: &PathBuf) {
    let queries = statements(&std::fs::read_to_string(queries).unwrap());
    let printed = std::fs::read_to_string(printed).unwrap();
    let mut answers: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    for line in printed.lines().map(str::trim) {
        if line == ";" {
            answers.push(BTreeSet::new());
        } else if !line.is_empty() {
            answers.last_mut().unwrap().insert(line.to_owned());
        }
    }
    assert!(answers.len() > queries.len(), "an answer for each query");
    for (query, expected) in queries.iter().zip(answers) {
        // The printed averages are cut to whole numbers, by an engine that has no others.
        if !query.contains("grade_avg") {
            assert_eq!(answer(desk, query).await, expected, "{query}");
        }
    }
}

#[tokio::test]
async fn printed_answers() {
    let Some(folder) = folder() else { return };
    for case in ["delf_medical_retain", "delf_ecommerce"] {
        let case_folder = folder.join(case);
        let files = [
            case_folder.join("schema.sql"),
            case_folder.join("inserts.sql"),
        ];
        let desk = desk(case, &files).await;
        ask(
            &desk,
            &case_folder.join("queries.sql"),
            &case_folder.join("queries.txt"),
        )
        .await;
    }
    let websubmit = folder.join("websubmit");
    let files = ["schema.sql", "inserts.sql", "views.sql"].map(|name| websubmit.join(name));
    let desk = desk("websubmit", &files).await;
    for name in ["whole_tables", "gdpr_get", "gdpr_forget"] {
        let of = |ending: &str| websubmit.join(format!("{name}.{ending}"));
        ask(&desk, &of("sql"), &of("txt")).await;
    }
}

#[tokio::test]
async fn a_chat_between_patient_and_doctor() {
    let Some(folder) = folder() else { return };
    let desk = desk("chat", &[folder.join("medical_chat.sql")]).await;
    let lines = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<BTreeSet<_>>()
    };
    let doctor = answer(&desk, "GDPR GET doctors 10").await;
    assert_eq!(
        doctor,
        lines(&[
            "10|Carl",
            "1|NULL|10|Msg (1)",
            "2|NULL|10|Msg (2)",
            "3|NULL|10|Msg (3)"
        ])
    );
    let patient = answer(&desk, "GDPR GET patients 1").await;
    assert_eq!(
        patient,
        lines(&[
            "1|Alice",
            "1|1|NULL|Msg (1)",
            "2|1|NULL|Msg (2)",
            "4|1|NULL|Msg (4)"
        ])
    );
    assert_eq!(
        answer(&desk, "GDPR FORGET doctors 10").await,
        lines(&["update # = 4"])
    );
    assert_eq!(
        answer(&desk, "GDPR FORGET patients 1").await,
        lines(&["update # = 4"])
    );
    let left = answer(&desk, "SELECT * FROM chat").await;
    assert_eq!(left, lines(&["3|2|NULL|Msg (3)", "5|2|20|Msg (5)"]));
}

#[tokio::test]
async fn plain_references_that_own() {
    let Some(folder) = folder() else { return };
    let desk = desk("submissions", &[folder.join("websubmit.sql")]).await;
    let student = answer(&desk, "GDPR GET students 1").await;
    assert_eq!(student.len(), 4, "{student:?}");
    let done = answer(&desk, "GDPR FORGET students 1").await;
    assert_eq!(done, BTreeSet::from(["update # = 4".to_owned()]));
    assert_eq!(answer(&desk, "SELECT ID FROM submissions").await.len(), 4);
    assert_eq!(answer(&desk, "SELECT ID FROM assignments").await.len(), 2);
}
