//! The page that a person reads: what there is, why, where it goes, and the first rows of each table. Loads nothing,
//! needs no script, and prints. Never shows a withheld value, and says that and why it is withheld.

use abide_map::plan::Row;
use abide_map::schema::TableName;
use abide_map::statement::ReadColumn;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Contents, Handling, RowsOf};

/// How many rows of a table the page shows; the CSV has all.
const SHOWN_ROWS: usize = 100;

/// How many characters of a value the page shows.
const SHOWN_CHARS: usize = 300;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;background:#fff;max-width:72rem;margin:2rem auto;padding:0 1rem}\
h1,h2,h3{line-height:1.2}a{color:#0b4f8a}.scroll{overflow-x:auto}.scroll:focus{outline:3px solid #0b4f8a}\
table{border-collapse:collapse;font-size:.9rem}caption{text-align:left;font-weight:600;padding:.4rem 0}\
th,td{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#f0f0f0}dt{font-weight:600}dd{margin:0 0 .4rem 1rem}.none{color:#595959}\
@media print{body{margin:0;max-width:none}.scroll{overflow:visible}tr{break-inside:avoid}h3{break-after:avoid}}";

/// A table on the page.
pub(super) struct Section {
    pub(super) path: String,
    pub(super) columns: Vec<ReadColumn>,
    pub(super) rows: u64,
    source: String,
    table: TableName,
    rows_of: RowsOf,
    reason: String,
    withheld: Vec<(String, String)>,
    first: Vec<Vec<Option<String>>>,
}

impl Section {
    pub(super) fn of(contents: &Contents<'_>, path: String) -> Self {
        Self {
            path,
            columns: contents.columns.to_vec(),
            rows: 0,
            source: contents.source.to_owned(),
            table: contents.table.clone(),
            rows_of: contents.rows_of,
            reason: contents.reason.to_owned(),
            withheld: contents.withheld.to_vec(),
            first: Vec::new(),
        }
    }

    /// Counts a row, and keeps it if it is among the first.
    pub(super) fn add(&mut self, row: &Row) {
        self.rows += 1;
        if self.first.len() < SHOWN_ROWS {
            let shown = row.iter().map(|value| value.0.as_deref().map(shorten));
            self.first.push(shown.collect());
        }
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The whole page.
pub(super) fn render(sections: &[Section], handling: &[Handling], now: Timestamp) -> String {
    let rows: u64 = sections.iter().map(|section| section.rows).sum();
    let filled = |section: &&Section| section.rows > 0;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Your data" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Your data" }
                    p { "This is what is held about you, as of " time datetime=(now) { (now.strftime("%-d %B %Y, %H:%M UTC")) } ": " (rows) " rows in " (sections.iter().filter(filled).count()) " tables. The same is in " a href="data.json" { "data.json" } " for programs, and in one CSV file for each table." }
                    @if !handling.is_empty() { (purposes(handling)) }
                    h2 { "Your records" }
                    @for section in sections.iter().filter(filled) { (table(section)) }
                    @if rows == 0 { p { "Nothing was found." } }
                }
            }
        }
    };
    page.into_string()
}

fn purposes(handling: &[Handling]) -> Markup {
    let list = |items: &[String], none: &str| {
        html! {
            @if items.is_empty() { span.none { (none) } } @else { (items.join("; ")) }
        }
    };
    html! {
        h2 { "What it is used for" }
        div.scroll tabindex="0" role="region" aria-label="What each kind of data is used for" {
            table {
                thead { tr {
                    @for name in ["Kind of data", "Used for", "Disclosed to", "Comes from", "Kept for", "Stated in"] { th scope="col" { (name) } }
                } }
                tbody {
                    @for kind in handling {
                        tr {
                            th scope="row" { (kind.category) }
                            @for items in [&kind.purposes, &kind.recipients, &kind.origins] { td { (list(items, "not stated")) } }
                            td { (list(&kind.retention, "as long as the record is there; nobody has set an end")) }
                            td { (list(&kind.clauses, "not stated")) }
                        }
                    }
                }
            }
        }
    }
}

fn table(section: &Section) -> Markup {
    let name = format!("{} in {}", section.table, section.source);
    html! {
        section {
            h3 { (name) }
            p {
                (section.reason) ". "
                @if section.rows_of == RowsOf::Seen { "These rows are not yours; you may see them. " }
                (section.rows) " rows; all of them are in " a href=(section.path) { (section.path) } "."
            }
            @if !section.withheld.is_empty() {
                dl {
                    @for (column, because) in &section.withheld { dt { (column) " is left out" } dd { (because) } }
                }
            }
            @if let [only] = section.first.as_slice() {
                dl { @for (column, value) in section.columns.iter().zip(only) { dt { (column.name) } dd { (cell(value.as_deref())) } } }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(name) {
                    table {
                        thead { tr { @for column in &section.columns { th scope="col" { (column.name) } } } }
                        tbody { @for row in &section.first { tr { @for value in row { td { (cell(value.as_deref())) } } } } }
                    }
                }
                @if section.rows > section.first.len() as u64 { p { "The first " (section.first.len()) " rows are shown." } }
            }
        }
    }
}

fn cell(value: Option<&str>) -> Markup {
    html! { @match value { Some(text) => (text), None => span.none { "–" } } }
}
