//! Plays a scenario: on a store and a database in a folder, with the same code that a server runs, at the pace of the
//! scenario's own clock. Leaves a working installation behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use abide_map::plan::{Identities, KnownAs, fingerprint};
use abide_map::statement::Statement;
use abide_map::write::accept;
use abide_policy::decide::Effect;
use abide_policy::source::SourceFile;
use abide_rights::request::{self, Details, Kind};
use abide_rights::{Eraser, Mapped, Pace};
use abide_sources::Work;
use abide_store::{Acting, Contract, EntryId};
use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::person::{email, fill};
use super::scenario::{About, Attest, Day, Event, People, Said, Scenario};
use crate::client::{Behaviour, Client};
use crate::clock::Clock;
use crate::command::decide::question;
use crate::config::Config;
use crate::decider::{Ask, MinEntry};
use crate::http::consent::Consent;
use crate::http::problem::Problem;
use crate::output::print;
use crate::policies::{self, Publishable};
use crate::requests::{self, Office, PolicyInForce};
use crate::{mapped, prove, sources};

/// Who acts in the evidence of a scenario.
const ACTOR: &str = "scenario";
/// The source's name in a scenario's map.
const SOURCE: &str = "shop";
/// How long a single answer may take: a demo waits rather than denies.
const PATIENCE: Duration = Duration::from_secs(60);
/// The folder of the policy's files.
pub(super) const POLICY: &str = "policy";
/// The name that the folder of a story is known by, so that only such a folder is ever replaced.
const MARK: &str = "abide.kdl";
/// How the configuration of a story begins.
const FIRST_LINE: &str = "// Written by `abide demo`, which replaces this folder each time.";

/// What came of a scenario.
pub(super) struct Played {
    /// The installation that is left.
    pub folder: PathBuf,
    /// The clauses that held something back.
    pub blocked: BTreeSet<String>,
    /// The last moment.
    pub end: Timestamp,
}

/// A story under way.
struct Story<'a> {
    folder: &'a Path,
    policy: Publishable,
    client: Client,
    now: Timestamp,
    /// The last thing recorded, which the next answer has to know of.
    known: Option<EntryId>,
    blocked: BTreeSet<String>,
}

/// Lays the files of a story out in a fresh folder: those of the scenario, and the policy's in a folder of their own where
/// the scenario has none.
pub(super) fn lay_out(folder: &Path, files: &[SourceFile], policy: &[SourceFile]) -> Result<()> {
    let mark = folder.join(MARK);
    if folder.exists() {
        let is_ours = fs::read_to_string(&mark).is_ok_and(|text| text.starts_with(FIRST_LINE));
        if !is_ours {
            bail!(
                "`{}` is there and no story of a demo; name another folder with `-o`",
                folder.display()
            );
        }
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot replace `{}`", folder.display()))?;
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let config = format!(
        "{FIRST_LINE}\npolicy {POLICY}\nsource {SOURCE} {{\n    url \"sqlite:{SOURCE}.db\"\n    map \"map.kdl\"\n}}\n"
    );
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    };
    write(MARK, &config)?;
    // An empty file is an empty database.
    write(&format!("{SOURCE}.db"), "")?;
    let name = |file: &SourceFile| {
        let name = Path::new(&file.path).file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    fs::create_dir_all(folder.join(POLICY)).context("cannot make the folder of the policy")?;
    for file in policy {
        write(&format!("{POLICY}/{}", name(file)), &file.text)?;
    }
    files
        .iter()
        .try_for_each(|file| write(&name(file), &file.text))
}

/// Plays a scenario in a folder that is laid out.
pub(super) async fn play(folder: &Path, scenario: &Scenario) -> Result<Played> {
    let config = Config::load(Some(&folder.join(MARK)))?;
    let start = morning(scenario.begins)?;
    let clock = Clock::standing_at(start);
    let behaviour = Behaviour {
        patience: PATIENCE,
        ..Behaviour::default()
    };
    let mut story = Story {
        client: Client::open(config, behaviour, clock.clone()).await?,
        policy: policies::read(&folder.join(POLICY), scenario.begins)?,
        folder,
        now: start,
        known: None,
        blocked: BTreeSet::new(),
    };
    print(&format!("{}:\n", scenario.title))?;
    let mut done = Ok(());
    for day in &scenario.days {
        let date = scenario
            .begins
            .saturating_add(jiff::Span::new().days(i64::from(day.number) - 1));
        story.now = morning(date)?;
        clock.set(story.now);
        done = story.day(day, date).await;
        if done.is_err() {
            break;
        }
    }
    let Story {
        client,
        now,
        blocked,
        ..
    } = story;
    client.close().await;
    done?;
    Ok(Played {
        folder: folder.to_owned(),
        blocked,
        end: now,
    })
}

/// Nine o'clock, so that a day's events are of that day wherever somebody reads them.
fn morning(date: Date) -> Result<Timestamp> {
    Ok(date.at(9, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp())
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow!("{problem:?}")
}

impl Story<'_> {
    async fn day(&mut self, day: &Day, date: Date) -> Result<()> {
        print(&format!("  {date}  {}", day.story))?;
        for event in &day.events {
            self.happen(event).await?;
        }
        let app = self.client.app();
        // The server does this by itself, but a month here takes less time than it waits between two looks.
        requests::once(app).await?;
        app.decider.write_counts(&app.store, self.now).await?;
        // Somebody looks each evening, so that the board knows since when.
        let world = prove::gather(&self.policy, &app.config, Some(&app.store), self.now).await?;
        let looked = prove::look(&world);
        prove::record(&app.store, &world, &looked, ACTOR, || self.now).await
    }

    async fn happen(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Sql(text, people) => self.sql(text, people.as_ref()).await,
            Event::Ask(question, people, about) => self.ask(question, people.clone(), about).await,
            Event::Say(said, people) => self.say(said, people).await,
            Event::Contract(fact, recipient) => self.contract(fact, recipient).await,
            Event::Attest(attest) => self.attest(attest).await,
            Event::Remap(old, new) => self.remap(old, new),
            Event::Accept => self.accept().await,
            Event::Request(kind, person, residence) => {
                self.request(kind, *person, residence.clone()).await
            }
            Event::Access(person) => self.access(*person).await,
            Event::Erase(person) => self.erase(*person).await,
            Event::Sweep => self.sweep().await,
            Event::Scan => self.scan().await,
        }
    }

    /// What the application does in its own database.
    async fn sql(&self, text: &str, people: Option<&People>) -> Result<()> {
        let statement = |sql: String| Statement {
            sql,
            values: Vec::new(),
        };
        let steps = match people {
            Some(people) => people
                .clone()
                .map(|number| statement(fill(text, number)))
                .collect(),
            None => vec![statement(text.to_owned())],
        };
        let work = Work {
            steps,
            ..Work::default()
        };
        let config = &self.client.app().config;
        let source = sources::open(config, SOURCE, abide_sources::Access::Change)?;
        let done = source.run(&work).await;
        source.close().await.ok();
        done.with_context(|| format!("the application's `{text}`"))?;
        Ok(())
    }

    async fn ask(&mut self, text: &str, people: Option<People>, about: &About) -> Result<()> {
        let question = question::parse(text)?;
        let mut subject = serde_json::Map::new();
        let mut age = serde_json::Map::new();
        age.extend(
            about
                .at_least
                .map(|years| ("at-least".to_owned(), json!(years))),
        );
        age.extend(about.below.map(|years| ("below".to_owned(), json!(years))));
        if !age.is_empty() {
            subject.insert("age".to_owned(), age.into());
        }
        if let Some(place) = &about.residence {
            subject.insert("residence".to_owned(), json!(place));
        }
        let known = (!subject.is_empty()).then(|| json!({ "subject": subject }));
        let mut asks = Vec::new();
        match people {
            None => asks.push(serde_json::from_value(
                json!({"question": serde_json::to_value(question)?, "known": known}),
            )?),
            Some(people) => {
                for number in people {
                    let whom = json!({"kind": "email", "value": email(number)});
                    let mut ask = Ask::about(serde_json::from_value(whom)?, question.clone());
                    ask.known = known.clone().map(serde_json::from_value).transpose()?;
                    asks.push(ask);
                }
            }
        }
        self.ask_all(text, asks).await
    }

    /// Asks each, and says how often what was answered and which clauses held something back.
    async fn ask_all(&mut self, text: &str, asks: Vec<Ask>) -> Result<()> {
        let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut clauses = BTreeSet::new();
        for mut ask in asks {
            ask.min_entry = self.known.map(|entry| MinEntry::Id(entry.to_string()));
            let reply = self.client.decide(&ask).await.map_err(told)?;
            let word = match reply.effect {
                Effect::Permit => "permitted",
                Effect::Ask => "not before something is there",
                Effect::Deny => "denied",
            };
            *answers.entry(word).or_default() += 1;
            if let (Effect::Ask | Effect::Deny, Some(answer)) = (reply.effect, &reply.answer) {
                let missing = answer.missing.iter().filter_map(|it| it.line.as_ref());
                let lines = answer.lines.iter().chain(missing);
                clauses.extend(lines.flat_map(|line| line.clauses.iter().cloned()));
            }
        }
        let answers: Vec<String> = answers
            .iter()
            .map(|(word, count)| format!("{count} {word}"))
            .collect();
        let why = match clauses.is_empty() {
            true => String::new(),
            false => format!(
                " ({})",
                clauses.iter().cloned().collect::<Vec<_>>().join(", ")
            ),
        };
        print(&format!(
            "              {text}: {}{why}",
            answers.join(", ")
        ))?;
        self.blocked.extend(clauses);
        Ok(())
    }

    async fn say(&mut self, said: &Said, people: &People) -> Result<()> {
        let about = match &said.purpose {
            Some(purpose) => format!("May we use your address for our {purpose}?"),
            None => format!("Do we have your {}?", said.fact),
        };
        let purposes: Vec<&String> = said.purpose.iter().collect();
        for number in people.clone() {
            let consent: Consent = serde_json::from_value(json!({
                "subject": {"kind": "email", "value": email(number)},
                "fact": said.fact,
                "state": said.state,
                "scope": {"purposes": purposes},
                "shown": {"text": about, "lang": "en"},
                "source": "account page",
            }))?;
            let recorded = self.client.record(&consent).await.map_err(told)?;
            self.known = EntryId::parse(&recorded.entry);
        }
        Ok(())
    }

    /// Somebody asks at the desk, known by their account. What needs no hand goes on by itself.
    async fn request(&self, kind: &str, person: u32, residence: Option<String>) -> Result<()> {
        let app = self.client.app();
        let policy = Box::new(self.policy.policy.clone());
        let office = Office::closed(
            &app.config,
            PolicyInForce::Read(policy, self.policy.hash.clone()),
        );
        let kind = Kind::from_word(kind).with_context(|| format!("nobody asks for `{kind}`"))?;
        let ask = request::Ask {
            kind,
            acting: Acting::Subject,
            received: None,
            lang: "en".to_owned(),
            details: Details {
                people: vec![("email".to_owned(), email(person))],
                residence,
                ..Details::default()
            },
            verified: Some("account".to_owned()),
        };
        let desk = office.desk(&app.store, ACTOR, self.now);
        desk.open(&ask).await?;
        print(&format!(
            "              {} waits for an answer",
            kind.word()
        ))
    }

    async fn contract(&mut self, fact: &str, recipient: &str) -> Result<()> {
        let contract = Contract {
            recipient: recipient.to_owned(),
            fact: fact.to_owned(),
            since: self.now,
            until: None,
            document_hash: None,
        };
        let store = &self.client.app().store;
        let written = store.register_contract(&contract, ACTOR, self.now).await?;
        self.known = Some(written.entry_id);
        Ok(())
    }

    async fn attest(&self, attest: &Attest) -> Result<()> {
        let word = prove::Word {
            clause: &attest.clause,
            by: &attest.by,
            text: &attest.text,
            file: None,
            until: attest.until,
        };
        prove::attest(&self.client.app().store, &word, ACTOR, self.now).await?;
        print(&format!(
            "              {} confirms {} until {}",
            attest.by, attest.clause, attest.until
        ))
    }

    fn remap(&self, old: &str, new: &str) -> Result<()> {
        let path = self.folder.join("map.kdl");
        let text = fs::read_to_string(&path)?;
        if !text.contains(old) {
            bail!("the map of the scenario has no `{old}`");
        }
        fs::write(&path, text.replace(old, new))?;
        Ok(())
    }

    /// Somebody looks at the map and takes the schema as the one that it is for.
    async fn accept(&self) -> Result<()> {
        let config = &self.client.app().config;
        let source = sources::open(config, SOURCE, abide_sources::Access::Read)?;
        let schema = sources::schema(source.as_ref()).await;
        source.close().await.ok();
        let path = self.folder.join("map.kdl");
        let text = fs::read_to_string(&path)?;
        let (map, _) = abide_map::read::read(&SourceFile::new("map.kdl", text.as_str()), 0);
        let accepted = accept(&text, &map, &fingerprint(&schema?));
        fs::write(
            &path,
            accepted.context("the map of the scenario cannot be accepted")?,
        )?;
        Ok(())
    }

    async fn sources(&self) -> Result<Vec<Mapped>> {
        let app = self.client.app();
        let held = app.store.held().await?;
        mapped::open(&app.config, &[SOURCE.to_owned()], &held).await
    }

    async fn access(&self, person: u32) -> Result<()> {
        let out = self.folder.join(format!("copy-for-{person}.zip"));
        let store = &self.client.app().store;
        let sources = self.sources().await?;
        let people = identities(person);
        let (manifest, _) =
            abide_rights::access(store, &sources, &people, &out, ACTOR, self.now).await?;
        print(&format!(
            "              a package of {} rows is ready for them",
            manifest.rows
        ))
    }

    async fn erase(&self, person: u32) -> Result<()> {
        let sources = self.sources().await?;
        let eraser = Eraser {
            store: &self.client.app().store,
            sources: &sources,
            actor: ACTOR,
            now: self.now,
        };
        let names = [SOURCE.to_owned()];
        let progress = eraser.erase(&identities(person), &names, &[]).await?;
        let Some((_, certificate)) = progress.certified else {
            bail!("the erasure of the scenario is stuck: {:?}", progress.stuck);
        };
        let path = self.folder.join(format!("certificate-{person}.txt"));
        fs::write(&path, certificate.text())?;
        print("              erased, looked at again, and certified")
    }

    async fn sweep(&self) -> Result<()> {
        let pace = Pace {
            batch: 1000,
            actor: ACTOR,
            now: self.now,
        };
        for mapped in self.sources().await? {
            let store = &self.client.app().store;
            let swept = abide_rights::sweep(store, &mapped, pace, async || ()).await?;
            print(&format!("              {} rows went", swept.deleted))?;
        }
        Ok(())
    }

    async fn scan(&self) -> Result<()> {
        let sources = self.sources().await?;
        let eraser = Eraser {
            store: &self.client.app().store,
            sources: &sources,
            actor: ACTOR,
            now: self.now,
        };
        let cleared = abide_rights::scan_requests(&eraser).await?;
        let clean = cleared.iter().filter(|it| it.certified.is_some()).count();
        print(&format!(
            "              scanned: of {} erasures {clean} left nothing",
            cleared.len()
        ))
    }
}

fn identities(person: u32) -> Identities {
    Identities(vec![KnownAs {
        kind: "email".to_owned(),
        value: email(person),
    }])
}
