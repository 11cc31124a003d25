//! An installation with a policy and a source, and a clock that a test sets.

use abide_policy::model::Policy;
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use abide_rights::Mapped;
use abide_rights::request::{Ask, Desk, Details, Kind, Rules};
use abide_store::{Acting, EntryId, Journal, Keys, Letter, Store, StoreOptions};
use jiff::Timestamp;

use crate::place::{Database, Engine, Folder};

const POLICY: &str = r#"
policy shop version="2026-01-01" {
    law us-ca
    (S-1)must tell acknowledgement when=request within="10 days"
    (S-2)must answer know access portability erase correct when=request within="45 days"
    (S-3)extend answer within="45 days" if=told of=extension
    (S-4)refuse know access over="2 per 12 months"
    (S-5)refuse erase if=transaction-open
}
"#;

const SCHEMA: &str = "
CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(200) NOT NULL UNIQUE, name VARCHAR(200) NOT NULL, manager_id INTEGER, avatar VARCHAR(200));
";

const MAP: &str = r#"
map shop {
    source shop
    table users {
        subject
        identity account-id id
        identity email email
        column name is=name
        column manager_id ordinary
        column avatar ordinary
        erase delete
    }
}
"#;

/// What stands in an office.
pub(crate) struct Office {
    pub(crate) url: String,
    pub(crate) keys: Keys,
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    pub(crate) shop: Database,
    pub(crate) sources: Vec<Mapped>,
    pub(crate) names: Vec<String>,
    pub(crate) policy: Policy,
    pub(crate) rules: Rules,
    /// Kept, because it goes when it is dropped.
    _folder: Folder,
    pub(crate) packing: std::path::PathBuf,
    pub(crate) now: Timestamp,
}

impl Office {
    pub(crate) async fn open(engine: Engine, test: &str) -> Self {
        let (folder, elsewhere) = (Folder::new(), Folder::new());
        let url = match engine {
            Engine::Postgres => Database::create(engine, test, &elsewhere).await.url,
            _ => format!("sqlite:{}", folder.path("abide.db").display()),
        };
        let shop = Database::create(Engine::Sqlite, test, &folder).await;
        shop.run(SCHEMA).await;
        shop.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, NULL), (2, 'bo@example.org', 'Bo', NULL, NULL)").await;
        let journal = Journal::open(&folder.path("journal"), &folder.path("journal-keys")).unwrap();
        let (keys, now) = (Keys::generate().unwrap(), at("2026-01-05"));
        let store = open_store(&url, &keys, &journal, now).await;
        let options = abide_sources::SourceOptions::new("shop");
        let sources = vec![crate::shop::mapped_with(&shop.url, options, MAP).await];
        Self {
            url,
            keys,
            journal,
            store,
            shop,
            sources,
            names: vec!["shop".into()],
            policy: policy(POLICY),
            rules: Rules::default(),
            packing: folder.path("packing"),
            _folder: folder,
            now,
        }
    }

    /// As after a crash: everything that was in memory is gone.
    pub(crate) async fn reopen(&mut self) {
        self.store = open_store(&self.url, &self.keys, &self.journal, self.now).await;
    }

    pub(crate) fn desk(&self) -> Desk<'_> {
        self.desk_of("app")
    }

    pub(crate) fn desk_of<'a>(&'a self, actor: &'a str) -> Desk<'a> {
        Desk {
            store: &self.store,
            policy: &self.policy,
            policy_hash: "ab",
            library: Library::standard(),
            sources: &self.sources,
            source_names: &self.names,
            rules: &self.rules,
            assumed_residence: None,
            folder: &self.packing,
            actor,
            now: self.now,
        }
    }

    pub(crate) fn set(&mut self, day: &str) {
        self.now = at(day);
    }

    /// Opens a request and goes on with it as far as it goes.
    pub(crate) async fn asked(&self, kind: Kind, who: &str) -> EntryId {
        let opened = self.desk().open(&ask(kind, who)).await.unwrap();
        self.desk().advance(opened.id).await.unwrap();
        opened.id
    }

    pub(crate) async fn state(&self, id: EntryId) -> &'static str {
        self.desk().standing(id).await.unwrap().state()
    }

    /// What happened to a request, each in one word.
    pub(crate) async fn events(&self, id: EntryId) -> Vec<String> {
        let events = self.store.request_events(id).await.unwrap();
        events.into_iter().map(|event| event.event).collect()
    }

    /// Letters of a kind that wait, of one request.
    pub(crate) async fn letters(&self, id: EntryId, kind: &str) -> Vec<Letter> {
        let letters = self.store.letters(None, 10_000).await.unwrap();
        let own = letters
            .into_iter()
            .filter(|it| it.request == id && it.kind == kind);
        own.filter_map(|it| it.letter).collect()
    }

    /// The code in the last letter that holds one.
    pub(crate) async fn code(&self, id: EntryId) -> String {
        let letters = self.letters(id, "code").await;
        let text = &letters.last().expect("a code was sent").text;
        let (_, rest) = text.split_once("The code is ").unwrap();
        rest[..8].to_owned()
    }

    /// How many people of that address the source has.
    pub(crate) async fn is_in_the_shop(&self, who: &str) -> bool {
        let dump = crate::shop::dump(self.sources[0].source.as_ref()).await;
        dump["users"].iter().any(|row| row.contains(who))
    }
}

async fn open_store(url: &str, keys: &Keys, journal: &Journal, now: Timestamp) -> Store {
    let options = StoreOptions {
        journal: Some(journal.clone()),
        ..StoreOptions::default()
    };
    Store::open(url, keys.clone(), options, now).await.unwrap()
}

pub(crate) fn policy(text: &str) -> Policy {
    let file = SourceFile::new("shop.kdl", text);
    compile(Library::standard(), &[file], None)
        .policies
        .remove(0)
}

/// Nine in the morning of a day.
pub(crate) fn at(day: &str) -> Timestamp {
    format!("{day}T09:00:00Z").parse().unwrap()
}

pub(crate) fn ask(kind: Kind, who: &str) -> Ask {
    Ask {
        kind,
        acting: Acting::Subject,
        received: None,
        lang: "en".into(),
        details: Details {
            people: vec![("email".into(), who.into())],
            residence: Some("US-CA".into()),
            ..Details::default()
        },
        verified: None,
    }
}
