//! A small shop with every kind of table: its schema, three people, its map, and a dump to compare.

use std::collections::BTreeMap;
use std::path::PathBuf;

use abide_map::plan::{Identities, KnownAs};
use abide_map::promise::Promises;
use abide_policy::length::Length;
use abide_policy::source::SourceFile;
use abide_rights::{Eraser, Mapped};
use abide_sources::{Access, Address, Source, SourceOptions};
use abide_store::{Evidence, Identifier, Journal, Keys, Profile, Sequencer, Store, StoreOptions};
use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::place::{Database, Engine, Folder};

const SCHEMA: &str = "
CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE, name VARCHAR(200) NOT NULL, manager_id INTEGER, avatar VARCHAR(200), FOREIGN KEY (manager_id) REFERENCES users (id));
CREATE TABLE products (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(200) NOT NULL);
CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, ship_name VARCHAR(200) NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE order_items (order_id INTEGER NOT NULL, product_id INTEGER NOT NULL, note VARCHAR(200), PRIMARY KEY (order_id, product_id), FOREIGN KEY (order_id) REFERENCES orders (id), FOREIGN KEY (product_id) REFERENCES products (id));
CREATE TABLE invoices (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, billed_to VARCHAR(200) NOT NULL, mail VARCHAR(200), issued_at TIMESTAMP NOT NULL, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE reviews (id INTEGER NOT NULL PRIMARY KEY, product_id INTEGER NOT NULL, author_email VARCHAR(200), body VARCHAR(200) NOT NULL, FOREIGN KEY (product_id) REFERENCES products (id));
CREATE TABLE messages (id INTEGER NOT NULL PRIMARY KEY, sender_id INTEGER, receiver_id INTEGER, body VARCHAR(200) NOT NULL, FOREIGN KEY (sender_id) REFERENCES users (id), FOREIGN KEY (receiver_id) REFERENCES users (id));
CREATE TABLE sessions (token VARCHAR(64) NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL, seen_at TIMESTAMP NOT NULL);
CREATE TABLE scribbles (id INTEGER NOT NULL PRIMARY KEY, text VARCHAR(400));
";

const ROWS: &str = "
INSERT INTO products VALUES (1, 'lamp'), (2, 'chair');
INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, 'a/1.png');
INSERT INTO users VALUES (2, 'bo@example.org', 'Bo', 1, NULL);
INSERT INTO users VALUES (3, 'cy@example.org', 'Cy', NULL, NULL);
INSERT INTO orders VALUES (10, 1, 'Ann A'), (11, 1, 'Ann B'), (20, 2, 'Bo');
INSERT INTO order_items VALUES (10, 1, 'for Ann'), (10, 2, NULL), (11, 1, NULL), (20, 2, 'for Bo');
INSERT INTO invoices VALUES (100, 1, 'Ann', 'ann@example.org', '2026-01-05 10:00:00'), (101, 1, 'Ann', 'ann@example.org', '2010-01-05 10:00:00'), (200, 2, 'Bo', 'bo@example.org', '2026-01-05 10:00:00');
INSERT INTO reviews VALUES (1, 1, 'ann@example.org', 'bright'), (2, 1, 'bo@example.org', 'dim'), (3, 2, NULL, 'hard');
INSERT INTO messages VALUES (1, 1, 2, 'hello Bo'), (2, 1, NULL, 'to nobody'), (3, 2, 3, 'not Ann');
INSERT INTO sessions VALUES ('t1', 1, '2026-06-01 00:00:00'), ('t2', 2, '2026-06-01 00:00:00'), ('t3', 3, '2020-01-01 00:00:00'), ('t4', 3, '2020-01-02 00:00:00');
INSERT INTO scribbles VALUES (1, 'buy milk');
";

pub(crate) const MAP: &str = r#"
map shop {
    source shop
    table users {
        subject
        identity account-id id
        identity email email
        refers manager_id to=users
        column name is=name
        column avatar file
        erase delete
    }
    table products { ordinary because="catalogue" }
    table orders { owned-by user_id to=users; column ship_name is=name; erase delete }
    table order_items { owned-by order_id to=orders; refers product_id to=products; hide note because="staff notes"; erase delete }
    table invoices {
        owned-by user_id to=users
        column billed_to is=name
        column mail is=email
        erase keep because=tax-law until="7 years" from=issued_at { overwrite mail; overwrite billed_to with="removed" }
    }
    table reviews { identity email author_email; refers product_id to=products; erase anonymise { overwrite author_email } }
    table messages { owned-by sender_id to=users; owned-by receiver_id to=users; erase delete }
    table sessions { owned-by user_id to=users; retain "1 year" from=seen_at clause=HB-012; erase delete }
    table scribbles { ordinary because="notes of the till" }
}
"#;

/// The same, for an erasure that can be taken back for a week.
pub(crate) fn undoable() -> String {
    MAP.replace(
        "    source shop\n",
        "    source shop\n    undo \"7 days\"\n",
    )
}

/// A moment so many seconds after the tests' beginning of time.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// A person by one identifier.
pub(crate) fn known(kind: &str, value: &str) -> Identities {
    Identities(vec![KnownAs {
        kind: kind.into(),
        value: value.into(),
    }])
}

/// Everything in a database, by table and row, as text.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// The shop on one engine, and an installation of ours beside it.
pub(crate) struct Shop {
    pub(crate) database: Database,
    pub(crate) folder: Folder,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) journal: Journal,
    pub(crate) mapped: Vec<Mapped>,
}

impl Shop {
    pub(crate) async fn open(engine: Engine, test: &str) -> Self {
        let folder = Folder::new();
        let database = Database::create(engine, test, &folder).await;
        database.run(SCHEMA).await;
        database.run(ROWS).await;
        // Our own records have a disk of their own, as far as tests go.
        std::fs::create_dir(folder.path("ours")).unwrap();
        let journal = Journal::open(&folder.path("ours/journal"), &folder.path("journal-keys"));
        let journal = journal.unwrap();
        let keys = Keys::generate().unwrap();
        let options = StoreOptions {
            journal: Some(journal.clone()),
            ..StoreOptions::default()
        };
        let url = format!("sqlite:{}", folder.path("ours/abide.db").display());
        let store = Store::open(&url, keys.clone(), options, at(0))
            .await
            .unwrap();
        let mapped = vec![mapped(&database.url, Access::Change).await];
        Self {
            database,
            folder,
            store,
            keys,
            journal,
            mapped,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    pub(crate) fn source(&self) -> &dyn Source {
        self.mapped[0].source.as_ref()
    }

    pub(crate) fn eraser(&self, second: i64) -> Eraser<'_> {
        Eraser {
            store: &self.store,
            sources: &self.mapped,
            actor: "test",
            now: at(second),
        }
    }

    /// The same, over these sources.
    pub(crate) fn eraser_over<'a>(&'a self, sources: &'a [Mapped], second: i64) -> Eraser<'a> {
        Eraser {
            sources,
            ..self.eraser(second)
        }
    }

    /// Lays a hold on somebody whom our records know by this.
    pub(crate) async fn hold(&self, name: &str, kind: &str, value: &str) {
        self.set_holds(&[name], kind, value).await;
    }

    /// Lays these holds on somebody, and no others.
    pub(crate) async fn set_holds(&self, names: &[&str], kind: &str, value: &str) {
        let person = Identifier::new(kind, value).unwrap();
        let token = self.store.subject(&person).await.unwrap();
        let mut tx = self
            .store
            .begin(Evidence::new("test.ran", "test", at(0)))
            .unwrap();
        tx.register(token, &person, at(0));
        let profile = Profile {
            holds: names.iter().map(|name| (*name).to_owned()).collect(),
            ..Profile::default()
        };
        tx.set_profile(token, &profile).unwrap();
        tx.commit().await.unwrap();
    }

    /// What the entries of a kind count, in the order of the log.
    pub(crate) async fn counts_of(&self, kind: &str) -> Vec<BTreeMap<String, u64>> {
        let mut sequencer = Sequencer::new(&self.store).unwrap();
        while sequencer.step(at(1)).await.unwrap().is_some() {}
        let entries = self.store.leaf_data(0, 1000).await.unwrap();
        let public = entries.iter().map(|text| {
            let public = text.lines().nth(1).unwrap();
            serde_json::from_str::<serde_json::Value>(public).unwrap()
        });
        let of_kind = public.filter(|public| public["kind"] == kind);
        let counts = of_kind.map(|public| serde_json::from_value(public["counts"].clone()));
        counts.map(Result::unwrap_or_default).collect()
    }

    /// Everything that stands in the source.
    pub(crate) async fn dump(&self) -> Dump {
        dump(self.source()).await
    }
}

/// The source at an address, with the shop's map.
pub(crate) async fn mapped(url: &str, access: Access) -> Mapped {
    let mut options = SourceOptions::new("shop");
    options.access = access;
    mapped_with(url, options, MAP).await
}

/// The source at an address, with any options and map.
pub(crate) async fn mapped_with(url: &str, options: SourceOptions, map: &str) -> Mapped {
    let source = abide_sources::open(&Address::parse(url).unwrap(), options).unwrap();
    let file = SourceFile::from_bytes("map.kdl".to_owned(), map.as_bytes());
    let (map, findings) = abide_map::read::read(&file, 0);
    assert!(findings.is_empty(), "{findings:?}");
    let promises = Promises {
        answer: Length::parse("1 month"),
        ..Promises::default()
    };
    Mapped::open(source, map, promises).await.unwrap()
}

/// Everything that stands in a source, each row as text, in order.
pub(crate) async fn dump(source: &dyn Source) -> Dump {
    use abide_map::schema::Dialect;
    let schema = source.schema().await.unwrap();
    let mut snapshot = source.snapshot().await.unwrap();
    let mut dump = Dump::new();
    for table in &schema.tables {
        let columns = table.columns.iter().map(|column| match schema.dialect {
            Dialect::Postgresql => format!("{}::text", column.name),
            Dialect::Mariadb => format!("CAST({} AS CHAR)", column.name),
            Dialect::Sqlite => format!("CAST({} AS TEXT)", column.name),
        });
        let columns: Vec<String> = columns.collect();
        let statement = abide_map::statement::Statement {
            sql: format!("SELECT {} FROM {}", columns.join(", "), table.name),
            values: Vec::new(),
        };
        let rows: Vec<_> = snapshot.read(&statement).try_collect().await.unwrap();
        let line = |row: abide_map::plan::Row| {
            let values = row
                .into_iter()
                .map(|value| value.0.unwrap_or_else(|| "∅".into()));
            values.collect::<Vec<_>>().join("|")
        };
        let mut rows: Vec<String> = rows.into_iter().map(line).collect();
        rows.sort();
        dump.insert(table.name.to_string(), rows);
    }
    dump
}
