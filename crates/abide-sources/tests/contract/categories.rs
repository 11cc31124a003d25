//! What the columns of real schemas hold, proposed and held against what people read there: precision and recall over the
//! columns that they listed. The schemas were known while the rules were written.

use std::collections::BTreeMap;
use std::path::Path;

use abide_map::map::Holds;
use abide_map::propose::{Samples, draft};
use abide_map::schema::Schema;

use crate::keys::Rows;
use crate::place::Place;

/// The nouns that mean a category as the lists name it. A file is written as a noun, too.
const CATEGORIES: &[(&str, &[&str])] = &[
    ("address-city", &["city"]),
    ("address-street", &["street"]),
    ("bank-account", &["bank-account"]),
    ("birth-date", &["birth-date"]),
    ("card-expiry", &["card-expiry"]),
    ("card-last4", &["card"]),
    ("card-number", &["card-number"]),
    ("company", &["organisation"]),
    ("country", &["country"]),
    ("device-id", &["device-id", "cookie-id", "ad-id", "imei"]),
    ("email", &["email"]),
    ("file-reference", &["file"]),
    (
        "free-text",
        &[
            "content",
            "messages",
            "comment",
            "post",
            "feedback",
            "support-history",
            "complaint-text",
            "survey-answers",
            "profile-details",
        ],
    ),
    ("gender", &["gender"]),
    ("ip", &["ip"]),
    ("language", &["language"]),
    ("name-first", &["first-name"]),
    ("name-full", &["full-name", "cardholder-name"]),
    ("name-last", &["last-name"]),
    ("password-hash", &["password"]),
    ("phone", &["phone", "mobile-phone", "fax"]),
    ("postcode", &["postcode"]),
    ("region", &["state"]),
    ("tax-number", &["vat-id", "national-id-number"]),
    ("token", &["access-token", "pin", "security-answer"]),
    ("url", &["referrer", "pages-viewed", "profile-details"]),
    ("user-agent", &["browser-data"]),
    ("username", &["username"]),
];

/// Columns with what people read there, in lower case.
fn listed(name: &str, schema: &Schema) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benchmarks/truth");
    let text = std::fs::read_to_string(folder.join(format!("{name}.columns"))).unwrap();
    let mut known = schema.tables.iter().flat_map(|table| {
        let columns = table.columns.iter();
        columns.map(|column| format!("{}.{}", table.name, column.name).to_lowercase())
    });
    let known: Vec<String> = known.by_ref().collect();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    let pairs = pairs.map(|(column, rest)| {
        let category = rest.split_whitespace().next().unwrap_or_default();
        (column.to_lowercase(), category.to_owned())
    });
    pairs.filter(|(column, _)| known.contains(column)).collect()
}

/// Every column of which a draft says what it holds of people.
fn proposed(schema: &Schema, samples: &Samples) -> BTreeMap<String, Vec<String>> {
    let map = draft("real", "real", schema, samples, &[]);
    let mut found = BTreeMap::new();
    for table in &map.tables {
        for column in &table.columns {
            let nouns = match &column.holds {
                Holds::Data(nouns) => nouns.iter().map(|noun| noun.value.clone()).collect(),
                Holds::File => vec!["file".to_owned()],
                _ => continue,
            };
            let place = format!("{}.{}", table.name.value, column.name.value);
            found.insert(place.to_lowercase(), nouns);
        }
    }
    found
}

/// Holds the columns of a draft against the list; no fewer of them may be right than stated.
pub(crate) async fn measure(place: &Place, schema: &Schema, name: &str, rows: Rows, least: usize) {
    let listed = listed(name, schema);
    let right = print(name, "names", &listed, &proposed(schema, &Samples::new()));
    assert!(right >= least, "{name}: {right} columns right");
    if rows == Rows::None {
        return;
    }
    let source = place.open();
    let mut samples = Samples::new();
    for table in &schema.tables {
        samples.insert(table.name.clone(), source.sample(table, 200).await.unwrap());
    }
    let right = print(name, "rows", &listed, &proposed(schema, &samples));
    assert!(right >= least, "{name}: {right} columns right with rows");
}

/// How many columns are right.
#[expect(clippy::cast_precision_loss, reason = "counts of columns are small")]
fn print(
    name: &str,
    mode: &str,
    listed: &BTreeMap<String, String>,
    proposed: &BTreeMap<String, Vec<String>>,
) -> usize {
    let fits = |category: &str, nouns: &[String]| {
        let known = CATEGORIES.iter().find(|(known, _)| *known == category);
        let known = known.map_or(&[][..], |(_, nouns)| *nouns);
        nouns.iter().any(|noun| known.contains(&noun.as_str()))
    };
    let (mut right, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for (column, category) in listed {
        match proposed.get(column) {
            Some(nouns) if fits(category, nouns) => right += 1,
            Some(nouns) => wrong.push(format!("{column} {category}: {}", nouns.join(" "))),
            None => missed.push(format!("{column} {category}")),
        }
    }
    let telling = |category: &str| category != "free-text";
    let most = listed.values().filter(|it| telling(it)).count();
    let found = { listed.iter() }.filter(|(column, category)| {
        telling(category) && { proposed.get(*column) }.is_some_and(|nouns| fits(category, nouns))
    });
    let found = found.count();
    let besides = proposed.keys().filter(|it| !listed.contains_key(*it));
    println!(
        "categories {name} {mode}: precision {:.3} ({right} of {}) recall {:.3} ({right} of {}), without free text {:.3} ({found} of {most}), besides {}",
        right as f64 / (right + wrong.len()).max(1) as f64,
        right + wrong.len(),
        right as f64 / listed.len().max(1) as f64,
        listed.len(),
        found as f64 / most.max(1) as f64,
        besides.count()
    );
    wrong.iter().for_each(|line| println!("  wrong  {line}"));
    missed.iter().for_each(|line| println!("  missed {line}"));
    right
}
