//! The round trip of one program: check the map, dump, give, erase, check, scan, dump again, and compare every row.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;

use abide_map::check::{Context, run_all};
use abide_map::map::{Holds, Map, Standing};
use abide_map::plan::{Identities, KnownAs, fingerprint};
use abide_map::promise::Promises;
use abide_map::schema::{Schema, Table, TypeClass};
use abide_policy::Library;
use abide_policy::source::SourceFile;
use abide_rights::{Eraser, Grade, Mapped, files_erased, scan_requests};
use abide_sources::{Access, Address, Source, SourceOptions};
use abide_store::{Keys, Store, StoreOptions};
use jiff::Timestamp;

use crate::dump::{Dump, Row, dump};
use crate::load::Program;
use crate::place::Folder;
use crate::rows::{self, place};
use crate::rules::{Cell, Rules, is_right};
use crate::value::{hex, room_of};

/// Where rows come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Filling {
    /// The schema brings them.
    There,
    /// They are made up from this seed.
    Made(u64),
}

impl Filling {
    /// This one, and others like it where time is no matter: `ABIDE_DEEP`; or only that of `ABIDE_SEED`.
    pub(crate) fn all(self) -> Vec<Self> {
        let Self::Made(first) = self else {
            return vec![self];
        };
        if let Ok(seed) = std::env::var("ABIDE_SEED") {
            return vec![Self::Made(seed.parse().unwrap())];
        }
        let more = if std::env::var_os("ABIDE_DEEP").is_some() {
            12
        } else {
            1
        };
        (0..more)
            .map(|turn| Self::Made(first + 100 * turn))
            .collect()
    }
}

/// Who goes.
pub(crate) enum Person {
    /// The row at this place of a table of people.
    Nth(&'static str, usize),
    /// The row with this value.
    Where(&'static str, &'static str, &'static str),
    /// Somebody without a row of their own, known by a mail address.
    Guest,
}

impl Person {
    pub(crate) fn nth(table: &'static str, row: usize) -> Self {
        Self::Nth(table, row)
    }

    pub(crate) fn where_(table: &'static str, column: &'static str, value: &'static str) -> Self {
        Self::Where(table, column, value)
    }

    pub(crate) fn guest() -> Self {
        Self::Guest
    }
}

type Known = Vec<(String, String)>;

/// Everything that one round trip needs.
pub(crate) struct Trip {
    program: Program,
    filling: Filling,
    map: Map,
    mapped: Vec<Mapped>,
    store: Store,
}

fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap()
}

impl Trip {
    /// Opens the database with its map, and holds the one against the other.
    pub(crate) async fn begin(program: Program, map: &str, filling: Filling) -> Self {
        let written = read(map);
        let source = open(&program, &written);
        let schema = source.schema().await.unwrap();
        // As `abide map check --accept` does once somebody has looked.
        let accepted = abide_map::write::accept(map, &written, &fingerprint(&schema)).unwrap();
        let map = read(&accepted);
        check(&map, &schema);
        let store = own_store(&program.folder).await;
        let mapped = Mapped::open(source, map.clone(), Promises::default())
            .await
            .unwrap();
        Self {
            program,
            filling,
            map,
            mapped: vec![mapped],
            store,
        }
    }

    fn schema(&self) -> &Schema {
        &self.mapped[0].schema
    }

    async fn dump(&self) -> Dump {
        dump(self.mapped[0].source.as_ref(), self.schema()).await
    }

    /// Each of these people is given what is theirs, and goes, one after the other.
    pub(crate) async fn run(self, people: &[Person]) {
        if let Filling::Made(seed) = self.filling {
            let mut rows = rows::make(self.schema(), &self.map, seed);
            for person in people {
                let known = self.known(person, &rows);
                self.mention(&known, &mut rows);
            }
            self.program
                .database
                .run(&rows::statements(self.schema(), &rows))
                .await;
            // A database in use knows how its rows are spread; one just filled guesses, and may choose plans of minutes.
            if self.program.database.engine != crate::place::Engine::Mariadb {
                self.program.database.run("ANALYZE").await;
            }
        }
        eprintln!("{:?}", self.filling);
        let start = self.dump().await;
        let known: Vec<Known> = people
            .iter()
            .map(|person| self.known(person, &start))
            .collect();
        for known in &known {
            self.one(known).await;
        }
    }

    async fn one(&self, known: &Known) {
        let before = self.dump().await;
        let rules = Rules::new(self.schema(), &self.map, &before, known);
        let (sole, joint) = rules.counts();
        assert!(sole > 0, "nothing is {known:?}'s");
        let identities = identities(known);
        self.is_given(known, &rules).await;

        let eraser = Eraser {
            store: &self.store,
            sources: &self.mapped,
            actor: "test",
            now: now(),
        };
        let name = self.mapped[0].name().to_owned();
        let progress = eraser.erase(&identities, &[name], &[]).await.unwrap();
        assert!(progress.stuck.is_empty(), "{known:?}: {:?}", progress.stuck);
        let (_, certificate) = progress.certified.unwrap();
        assert_eq!(certificate.grade, Grade::Erased);
        let after = self.dump().await;
        let changed = self.is_left(known, &rules, &after);
        eprintln!(
            "{known:?}: {sole} rows alone, {joint} with others; {changed} changed or gone\n{}",
            certificate.text()
        );

        let erased = files_erased(&self.store, progress.request, "test", now());
        erased.await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        assert_eq!(cleared.len(), 1);
        assert!(
            cleared[0].residues.is_empty(),
            "{known:?}: {:#?}",
            cleared[0].residues
        );
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        assert_eq!(certificate.grade, Grade::Scanned);
        let kept: Vec<_> = certificate
            .sources
            .iter()
            .flat_map(|part| &part.residues)
            .collect();
        let told = kept.iter().all(|part| part.because.is_some());
        assert!(told, "{known:?}: {kept:#?}");
    }

    /// What the person goes by.
    fn known(&self, person: &Person, rows: &Dump) -> Known {
        let name = match person {
            Person::Guest => return self.guest(rows),
            Person::Nth(table, _) | Person::Where(table, _, _) => table,
        };
        let tables = self.schema().tables.iter();
        let at = { tables }
            .position(|table| table.name.name == *name)
            .unwrap();
        let table = &self.schema().tables[at];
        let row = &rows[at][row_of(person, &rows[at], table)];
        let mapped = self.map.table(&table.name).unwrap();
        assert_eq!(mapped.standing, Standing::Subject);
        let known = mapped.identities.iter().filter_map(|identity| {
            let value = row[place(table, &identity.column.value)].clone()?;
            Some((identity.kind.value.clone(), value)).filter(|(_, value)| !value.is_empty())
        });
        known.collect()
    }

    fn guest(&self, rows: &Dump) -> Known {
        let guests = (0..3)
            .map(|guest| vec![("email".to_owned(), format!("guest{guest}@visitors.example"))]);
        guests
            .max_by_key(|known| Rules::new(self.schema(), &self.map, rows, known).counts().0)
            .unwrap()
    }

    /// Lets rows that go say who they are of, wherever there is room for it.
    fn mention(&self, known: &Known, rows: &mut Dump) {
        let before = rows.clone();
        let rules = Rules::new(self.schema(), &self.map, &before, known);
        let said: Vec<&str> = known
            .iter()
            .filter(|(kind, _)| kind == "email" || kind == "phone")
            .map(|(_, value)| value.as_str())
            .collect();
        let said = said.join(" ");
        for (at, table) in self.schema().tables.iter().enumerate() {
            let Some(mapped) = self.map.table(&table.name) else {
                continue;
            };
            for column in mapped
                .columns
                .iter()
                .filter(|column| matches!(column.holds, Holds::Data(_)))
            {
                let name = &column.name.value;
                let place = place(table, name);
                let live = &table.columns[place];
                let keys = std::iter::once(&table.primary_key).chain(&table.unique);
                let is_named = mapped
                    .identities
                    .iter()
                    .any(|identity| identity.column.value == *name);
                let has_room = room_of(live).is_none_or(|length| length > said.len() as u64 + 70);
                if { keys }.any(|key| key.contains(name)) || is_named || !has_room {
                    continue;
                }
                for (number, row) in rows[at].iter_mut().enumerate() {
                    if let (true, Some(cell)) =
                        (rules.is_erased(&(at, number), name), &mut row[place])
                    {
                        say(cell, live.class, &said);
                    }
                }
            }
        }
    }

    /// The package holds what the rules say, and nothing else.
    async fn is_given(&self, known: &Known, rules: &Rules<'_>) {
        let out = self
            .program
            .folder
            .path(&format!("{}-{}.zip", known[0].0, known[0].1));
        let identities = identities(known);
        abide_rights::access(&self.store, &self.mapped, &identities, &out, "test", now())
            .await
            .unwrap();
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&out).unwrap()).unwrap();
        let mut text = String::new();
        zip.by_name("data.json")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        let data: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut given: BTreeMap<&str, Vec<&serde_json::Map<String, serde_json::Value>>> =
            BTreeMap::new();
        for table in data["tables"].as_array().unwrap() {
            let rows = table["rows"].as_array().unwrap().iter();
            given
                .entry(table["table"].as_str().unwrap())
                .or_default()
                .extend(rows.map(|row| row.as_object().unwrap()));
        }
        let mut wrong = Vec::new();
        let mut expected = rules.access();
        for (at, table) in self.schema().tables.iter().enumerate() {
            let name = table.name.to_string();
            let mut rows = given.remove(name.as_str()).unwrap_or_default();
            for wanted in expected.remove(&at).unwrap_or_default() {
                match rows.iter().position(|row| is_same(row, &wanted)) {
                    Some(found) => _ = rows.remove(found),
                    None => wrong.push(format!("{name}: not given {wanted:?}")),
                }
            }
            wrong.extend(rows.iter().map(|row| format!("{name}: given {row:?}")));
        }
        assert!(
            wrong.is_empty(),
            "{known:?}: {} rows differ\n{}",
            wrong.len(),
            head(&wrong)
        );
    }

    /// What is left is what the rules say, row by row. How many rows changed or went.
    fn is_left(&self, known: &Known, rules: &Rules<'_>, after: &Dump) -> usize {
        let (mut wrong, mut changed) = (Vec::new(), 0);
        for (at, expected) in rules.erased().into_iter().enumerate() {
            let table = &self.schema().tables[at];
            let is_watched = self
                .schema()
                .triggers
                .iter()
                .any(|trigger| trigger.table == table.name);
            let mut there: HashMap<&Row, usize> = HashMap::new();
            for row in &after[at] {
                *there.entry(row).or_default() += 1;
            }
            let mut written = Vec::new();
            for (row, cells) in expected.into_iter().enumerate() {
                let before = &rules.dump[at][row];
                match cells {
                    None => changed += 1,
                    Some(cells) if cells.iter().all(|cell| *cell == Cell::Same) => {
                        match there.get_mut(before) {
                            Some(count) if *count > 0 => *count -= 1,
                            _ => wrong.push(format!("{}: not as it was: {before:?}", table.name)),
                        }
                    }
                    Some(cells) => written.push((before, cells)),
                }
            }
            changed += written.len();
            let rest = there
                .into_iter()
                .flat_map(|(row, count)| std::iter::repeat_n(row, count));
            let mut rest: Vec<&Row> = rest.collect();
            for (before, cells) in written {
                let is_it = |row: &&Row| {
                    table.columns.iter().enumerate().all(|(at, column)| {
                        let is_stamp = is_watched
                            && (column.name == "last_update" || column.name == "fulltext");
                        is_stamp
                            || is_right(
                                column.class,
                                &cells[at],
                                before[at].as_deref(),
                                row[at].as_deref(),
                            )
                    })
                };
                match rest.iter().position(is_it) {
                    Some(found) => _ = rest.remove(found),
                    None => wrong.push(format!("{}: {before:?} should be {cells:?}", table.name)),
                }
            }
            wrong.extend(
                rest.iter()
                    .map(|row| format!("{}: is there: {row:?}", table.name)),
            );
        }
        assert!(
            wrong.is_empty(),
            "{known:?}: {} rows differ\n{}",
            wrong.len(),
            head(&wrong)
        );
        changed
    }
}

fn read(text: &str) -> Map {
    let file = SourceFile::from_bytes("map.kdl".to_owned(), text.as_bytes());
    let (map, findings) = abide_map::read::read(&file, 0);
    assert!(findings.is_empty(), "{findings:#?}");
    map
}

fn open(program: &Program, map: &Map) -> Box<dyn Source> {
    let name = map.source.as_ref().unwrap();
    let mut options = SourceOptions::new(&name.value);
    options.access = Access::Change;
    abide_sources::open(&Address::parse(&program.database.url).unwrap(), options).unwrap()
}

fn check(map: &Map, schema: &Schema) {
    let library = Library::standard();
    let print = fingerprint(schema);
    let context = Context {
        map,
        schema: Some((schema, &print)),
        policy: None,
        library,
        samples: &[],
    };
    let findings = run_all(&context);
    // Some references of real programs lead to columns that nothing but the program keeps unique.
    let meant = findings
        .iter()
        .filter(|finding| finding.name != "target-not-unique");
    let said: Vec<String> = meant
        .map(|finding| format!("{} {} {:?}", finding.code, finding.message, finding.help))
        .collect();
    assert!(said.is_empty(), "{}", head(&said));
}

async fn own_store(folder: &Folder) -> Store {
    let url = format!("sqlite:{}", folder.path("abide.db").display());
    let keys = Keys::generate().unwrap();
    Store::open(&url, keys, StoreOptions::default(), now())
        .await
        .unwrap()
}

fn identities(known: &Known) -> Identities {
    let known = known.iter().map(|(kind, value)| KnownAs {
        kind: kind.clone(),
        value: value.clone(),
    });
    Identities(known.collect())
}

/// Puts a mention of somebody into a value.
fn say(cell: &mut String, class: TypeClass, said: &str) {
    match class {
        TypeClass::Text => cell.push_str(&format!(" ({said})")),
        TypeClass::Binary => cell.push_str(&hex(&format!(" ({said})"))),
        TypeClass::Json => *cell = format!("{{\"of\": \"{said}\"}}"),
        _ => {}
    }
}

/// Whether a row of a package is this one; what is hidden or holds nothing may be left out or be nothing.
fn is_same(
    given: &serde_json::Map<String, serde_json::Value>,
    wanted: &BTreeMap<&str, String>,
) -> bool {
    use serde_json::Value as Json;
    let is_there = |(name, text): (&&str, &String)| match given.get(*name) {
        None | Some(Json::Null) => false,
        Some(Json::String(given)) => given == text,
        Some(Json::Bool(given)) => *given == ["1", "t", "true"].contains(&text.as_str()),
        Some(Json::Number(given)) => {
            given.to_string() == *text || given.as_f64() == text.parse().ok()
        }
        Some(given) => serde_json::from_str::<Json>(text).ok().as_ref() == Some(given),
    };
    let holds = given.values().filter(|value| !value.is_null()).count();
    holds == wanted.len() && wanted.iter().all(is_there)
}

/// The place of the row that is a person, among those of their table in the order of its key.
fn row_of(person: &Person, rows: &[Row], table: &Table) -> usize {
    if let Person::Where(_, column, value) = person {
        let at = place(table, column);
        return rows
            .iter()
            .position(|row| row[at].as_deref() == Some(*value))
            .unwrap();
    }
    let Person::Nth(_, nth) = person else {
        panic!("no row is a guest");
    };
    let key: Vec<usize> = table
        .primary_key
        .iter()
        .map(|name| place(table, name))
        .collect();
    let rank = |row: &usize| -> Vec<(usize, &String)> {
        let cells = key.iter().filter_map(|at| rows[*row][*at].as_ref());
        cells.map(|cell| (cell.len(), cell)).collect()
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| rank(a).cmp(&rank(b)));
    order[*nth]
}

/// The first of many lines.
fn head(lines: &[String]) -> String {
    let first: Vec<&str> = lines.iter().take(12).map(String::as_str).collect();
    first.join("\n")
}
