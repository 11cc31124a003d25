//! A [`Map`] to KDL text, in the one layout that `abide map fmt` gives. What is written reads back as the same map.

use std::fmt::Write as _;

use abide_policy::format::{self, is_name};
use abide_policy::source::{SourceFile, Spanned};

use crate::map::{
    Case, Confidence, Edge, EdgeErase, Erase, Hidden, Holds, Identity, Keep, Map, MappedColumn,
    MappedTable, Overwrite, Replacement, Retain, Standing,
};
use crate::read::read;
use crate::schema::name_part;

/// The map as text. Each table is a block of its own, one line for each statement.
pub fn write(map: &Map) -> String {
    let mut lines = Vec::new();
    let head = [
        ("source", &map.source),
        ("backups", &map.backups),
        ("undo", &map.undo),
        ("fingerprint", &map.fingerprint),
    ];
    for (word, value) in head {
        lines.extend(
            value
                .as_ref()
                .map(|value| format!("{word} {}", quoted(&value.value))),
        );
    }
    for table in &map.tables {
        lines.push(String::new());
        lines.push(write_table(table));
    }
    let text = format!(
        "map {} {{\n{}\n}}\n",
        quoted(&map.name.value),
        lines.join("\n")
    );
    format::format(&SourceFile::new("map.kdl", text.as_str())).unwrap_or(text)
}

/// The text of a map with this fingerprint in place of the one that it names, everything else as it is. `map` is what was
/// read from the text. `None` if the text is not written as maps are.
pub fn accept(text: &str, map: &Map, fingerprint: &str) -> Option<String> {
    let line = quoted(fingerprint);
    let accepted = match &map.fingerprint {
        Some(known) => {
            let (start, end) = (known.span.start as usize, known.span.end as usize);
            format!("{}{line}{}", text.get(..start)?, text.get(end..)?)
        }
        None => {
            let name = map.name.span.end as usize;
            let open = name + text.get(name..)?.find('{')? + 1;
            let (head, rest) = (text.get(..open)?, text.get(open..)?);
            let sign = if rest.starts_with(['\n', '\r']) {
                ""
            } else {
                ";"
            };
            format!("{head}\n    fingerprint {line}{sign}{rest}")
        }
    };
    let (read_back, findings) = read(
        &SourceFile::new("map.kdl", accepted.as_str()),
        map.name.span.file,
    );
    let holds = read_back
        .fingerprint
        .is_some_and(|known| known.value == fingerprint);
    (holds && findings.is_empty()).then_some(accepted)
}

fn write_table(table: &MappedTable) -> String {
    let mut lines = Vec::new();
    match &table.standing {
        Standing::Subject => lines.push("subject".to_owned()),
        Standing::Ordinary(reason) if reason.is_empty() => lines.push("ordinary".to_owned()),
        Standing::Ordinary(reason) => lines.push(format!("ordinary because={}", quoted(reason))),
        Standing::Undecided => lines.push("undecided".to_owned()),
        Standing::Linked => {}
    }
    lines.extend(table.identities.iter().map(write_identity));
    lines.extend(table.edges.iter().map(write_edge));
    lines.extend(table.columns.iter().map(write_column));
    lines.extend(table.hides.iter().map(write_hidden));
    let is_open = matches!(table.standing, Standing::Subject | Standing::Linked);
    if table.erase != Erase::Undecided || is_open {
        lines.push(write_erase(&table.erase));
    }
    lines.extend(table.retain.as_ref().map(write_retain));
    if !table.clauses.is_empty() {
        lines.push(format!("clause {}", words(&table.clauses)));
    }
    let name = quoted(&table.name.value.to_string());
    match lines.as_slice() {
        [line] if !line.contains('\n') => format!("table {name} {{ {line} }}"),
        _ => format!("table {name} {{\n{}\n}}", lines.join("\n")),
    }
}

/// What is said of the rows of a table, a line each: by what people are known in them, whose they are and what becomes of them.
pub(crate) fn treatment(table: &MappedTable) -> Vec<String> {
    let edge = |edge: &Edge| {
        let edge = Edge {
            confidence: None,
            ..edge.clone()
        };
        write_edge(&edge)
    };
    let mut lines: Vec<String> = table.identities.iter().map(write_identity).collect();
    lines.extend(table.edges.iter().map(edge));
    lines.push(write_erase(&table.erase));
    lines.extend(table.retain.as_ref().map(write_retain));
    lines
}

fn write_identity(identity: &Identity) -> String {
    let (kind, column) = (&identity.kind.value, &identity.column.value);
    let case = match identity.case {
        Case::Any => "",
        Case::Lower => " case=lower",
    };
    format!("identity {} {}{case}", quoted(kind), quoted(column))
}

fn write_edge(edge: &Edge) -> String {
    let mut target = edge.target.value.to_string();
    if !edge.target_columns.is_empty() {
        let columns: Vec<_> = edge
            .target_columns
            .iter()
            .map(|column| name_part(&column.value))
            .collect();
        target = format!("{target}({})", columns.join(", "));
    }
    let mut line = format!(
        "{} {} to={}",
        edge.kind,
        words(&edge.columns),
        quoted(&target)
    );
    line.push_str(&write_confidence(edge.confidence.as_ref()));
    let mut inner: Vec<String> = edge
        .when
        .iter()
        .map(|when| {
            let (column, value) = (&when.column.value, &when.value);
            format!("when {} {}", quoted(column), quoted(value))
        })
        .collect();
    inner.extend(edge.hides.iter().map(write_hidden));
    inner.extend(edge.erase.as_ref().map(write_edge_erase));
    line + &block(&inner)
}

/// A block on one line; nothing if it is empty.
fn block(lines: &[String]) -> String {
    if lines.is_empty() {
        String::new()
    } else {
        format!(" {{ {} }}", lines.join("; "))
    }
}

fn write_confidence(confidence: Option<&Confidence>) -> String {
    let Some(confidence) = confidence else {
        return String::new();
    };
    // Two places are more than a proposal knows.
    let mut text = format!(
        " confidence=\"{}\"",
        (confidence.value * 100.0).round() / 100.0
    );
    if !confidence.reason.is_empty() {
        text.push_str(&format!(" reason={}", quoted(&confidence.reason)));
    }
    text
}

fn write_column(column: &MappedColumn) -> String {
    let name = quoted(&column.name.value);
    let confidence = write_confidence(column.confidence.as_ref());
    match &column.holds {
        Holds::Data(data) => match data.as_slice() {
            [] => format!("column {name} undecided{confidence}"),
            [one] => format!("column {name} is={}{confidence}", quoted(&one.value)),
            several => format!("column {name}{confidence} {{ is {} }}", words(several)),
        },
        Holds::Key => format!("column {name} key{confidence}"),
        Holds::Ordinary => format!("column {name} ordinary{confidence}"),
        Holds::File => format!("column {name} file{confidence}"),
        Holds::Undecided => format!("column {name} undecided{confidence}"),
    }
}

fn write_hidden(hidden: &Hidden) -> String {
    let mut line = format!("hide {}", quoted(&hidden.column.value));
    if let Some(because) = &hidden.because {
        line.push_str(&format!(" because={}", quoted(&because.value)));
    }
    line
}

fn write_erase(erase: &Erase) -> String {
    match erase {
        Erase::Delete => "erase delete".to_owned(),
        Erase::Detach => "erase detach".to_owned(),
        Erase::Undecided => "erase undecided".to_owned(),
        Erase::Anonymise(overwrites) => {
            format!("erase anonymise{}", block(&write_overwrites(overwrites)))
        }
        Erase::Keep(keep) => write_keep(keep),
    }
}

fn write_keep(keep: &Keep) -> String {
    let mut line = format!("erase keep because={}", quoted(&keep.because.value));
    for (word, value) in [("until", &keep.until), ("from", &keep.from)] {
        if let Some(value) = value {
            line.push_str(&format!(" {word}={}", quoted(&value.value)));
        }
    }
    line + &block(&write_overwrites(&keep.overwrites))
}

fn write_edge_erase(erase: &EdgeErase) -> String {
    match erase {
        EdgeErase::Delete => "erase delete".to_owned(),
        EdgeErase::Detach => "erase detach".to_owned(),
        EdgeErase::Leave => "erase leave".to_owned(),
        EdgeErase::Anonymise(overwrites) => {
            format!("erase anonymise{}", block(&write_overwrites(overwrites)))
        }
    }
}

fn write_overwrites(overwrites: &[Overwrite]) -> Vec<String> {
    let line = |overwrite: &Overwrite| {
        let column = quoted(&overwrite.column.value);
        match &overwrite.with {
            Replacement::Empty => format!("overwrite {column}"),
            Replacement::Unique => format!("overwrite {column} with=unique"),
            Replacement::Text(text) if text == "unique" => {
                format!("overwrite {column} with=(text)unique")
            }
            Replacement::Text(text) => format!("overwrite {column} with={}", quoted(text)),
        }
    };
    overwrites.iter().map(line).collect()
}

fn write_retain(retain: &Retain) -> String {
    let (length, from) = (quoted(&retain.length.value), quoted(&retain.from.value));
    let mut line = format!("retain {length} from={from}");
    if let Some(clause) = &retain.clause {
        line.push_str(&format!(" clause={}", quoted(&clause.value)));
    }
    line
}

fn words(values: &[Spanned<String>]) -> String {
    let all: Vec<String> = values.iter().map(|value| quoted(&value.value)).collect();
    all.join(" ")
}

/// The text as KDL reads it back: bare if it is a name, else in quotes.
fn quoted(text: &str) -> String {
    if is_name(text) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            letter if needs_escape(letter) => {
                write!(quoted, "\\u{{{:x}}}", u32::from(letter)).ok();
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Line ends, and what KDL does not allow in a text: control and direction characters.
fn needs_escape(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        )
        || ('\u{202a}'..='\u{202e}').contains(&letter)
        || ('\u{2066}'..='\u{2069}').contains(&letter)
}
