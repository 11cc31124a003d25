//! A scenario as values: what happens at a made-up company, day by day. Reads its text and nothing else; runs nothing.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use abide_policy::diagnostic::{self, Findings};
use abide_policy::source::SourceFile;
use abide_policy::syntax::{self, Statement};
use anyhow::{Context, Result, bail};
use jiff::civil::Date;

/// A made-up month, or however long it is.
pub(super) struct Scenario {
    /// What it is called.
    pub title: String,
    /// The first day.
    pub begins: Date,
    /// The days on which something happens, in order.
    pub days: Vec<Day>,
    /// The clauses that are broken in the end.
    pub broken: BTreeSet<String>,
    /// The clauses that held something back.
    pub blocked: BTreeSet<String>,
}

/// A day on which something happens.
pub(super) struct Day {
    /// Counted from 1.
    pub number: u16,
    /// What happens, for people.
    pub story: String,
    /// What happens, in order.
    pub events: Vec<Event>,
}

/// The numbers of some people.
pub(super) type People = RangeInclusive<u32>;

/// Something that happens.
pub(super) enum Event {
    /// The application does something in its database, once or for each of some people.
    Sql(String, Option<People>),
    /// The application asks whether it may, about these people, or about somebody unknown.
    Ask(String, Option<People>, About),
    /// People say something.
    Say(Said, People),
    /// A contract with a recipient is registered, as a fact.
    Contract(String, String),
    /// A person confirms a clause.
    Attest(Attest),
    /// Text of the map is replaced by other text.
    Remap(String, String),
    /// The map is taken as one for the database as it is.
    Accept,
    /// Somebody asks at the desk for something of that kind; where they live, if they say so.
    Request(String, u32, Option<String>),
    /// Somebody asks for a copy.
    Access(u32),
    /// Somebody asks to be forgotten.
    Erase(u32),
    /// What has been kept for as long as it may be goes.
    Sweep,
    /// What erasures left behind is looked for.
    Scan,
}

/// What the application was told of whom it asks about.
#[derive(Default)]
pub(super) struct About {
    pub at_least: Option<u32>,
    pub below: Option<u32>,
    pub residence: Option<String>,
}

/// What people say, to which fact and which purpose.
pub(super) struct Said {
    pub state: &'static str,
    pub fact: String,
    pub purpose: Option<String>,
}

/// A person's word for a clause.
pub(super) struct Attest {
    pub clause: String,
    pub by: String,
    pub text: String,
    pub until: Date,
}

impl Scenario {
    /// Reads a scenario. An error says where.
    pub fn read(file: &SourceFile) -> Result<Self> {
        let mut findings = Findings::new();
        let statements = syntax::parse(file, 0, &mut findings);
        if !findings.is_empty() {
            let report = diagnostic::render_all(&findings, std::slice::from_ref(file));
            bail!("`{}` cannot be read\n\n{report}", file.path);
        }
        let one = |name: &str| {
            let found = statements.iter().find(|it| it.name.value == name);
            found.with_context(|| format!("`{}` has no `{name}`", file.path))
        };
        let names = |name: &str| -> Result<BTreeSet<String>> {
            let text = property(one("expect")?, name)?;
            Ok(text.split_whitespace().map(str::to_owned).collect())
        };
        let days = statements.iter().filter(|it| it.name.value == "day");
        Ok(Self {
            title: argument(one("scenario")?, 0)?.to_owned(),
            begins: argument(one("begins")?, 0)?.parse()?,
            days: days.map(day).collect::<Result<_>>()?,
            broken: names("broken")?,
            blocked: names("blocked")?,
        })
    }
}

fn day(statement: &Statement) -> Result<Day> {
    Ok(Day {
        number: argument(statement, 0)?.parse()?,
        story: argument(statement, 1)?.to_owned(),
        events: statement
            .children
            .iter()
            .map(event)
            .collect::<Result<_>>()?,
    })
}

fn event(statement: &Statement) -> Result<Event> {
    let text = |at| argument(statement, at).map(str::to_owned);
    let person = || -> Result<u32> { Ok(property(statement, "person")?.parse()?) };
    Ok(match statement.name.value.as_str() {
        "sql" => {
            let each = property(statement, "people").ok().map(people).transpose()?;
            Event::Sql(text(0)?, each)
        }
        "ask" => {
            let people = property(statement, "people").ok().map(people).transpose()?;
            let years = |name| {
                let years = property(statement, name).ok();
                years.map(str::parse).transpose()
            };
            let about = About {
                at_least: years("age-at-least")?,
                below: years("age-below")?,
                residence: property(statement, "residence").ok().map(str::to_owned),
            };
            Event::Ask(text(0)?, people, about)
        }
        "consent" => say("ConsentGiven", statement)?,
        "refuse" => say("ConsentRefused", statement)?,
        "withdraw" => say("ConsentWithdrawn", statement)?,
        "contract" => Event::Contract(text(0)?, property(statement, "with")?.to_owned()),
        "attest" => Event::Attest(Attest {
            clause: text(0)?,
            by: property(statement, "by")?.to_owned(),
            text: property(statement, "text")?.to_owned(),
            until: property(statement, "until")?.parse()?,
        }),
        "remap" => Event::Remap(text(0)?, text(1)?),
        "accept" => Event::Accept,
        "request" => {
            let residence = property(statement, "residence").ok().map(str::to_owned);
            Event::Request(text(0)?, person()?, residence)
        }
        "access" => Event::Access(person()?),
        "erase" => Event::Erase(person()?),
        "sweep" => Event::Sweep,
        "scan" => Event::Scan,
        other => bail!("nothing that happens is called `{other}`; see scenarios/README.md"),
    })
}

fn say(state: &'static str, statement: &Statement) -> Result<Event> {
    let fact = property(statement, "fact").unwrap_or("consent");
    let said = Said {
        state,
        fact: fact.to_owned(),
        purpose: property(statement, "for").ok().map(str::to_owned),
    };
    Ok(Event::Say(said, people(property(statement, "people")?)?))
}

fn argument(statement: &Statement, at: usize) -> Result<&str> {
    let argument = statement.args.get(at);
    let argument =
        argument.with_context(|| format!("`{}` lacks something", statement.name.value))?;
    Ok(&argument.text)
}

fn property<'a>(statement: &'a Statement, name: &str) -> Result<&'a str> {
    let mut properties = statement.props.iter();
    let found = properties.find(|property| property.name.value == name);
    let found = found.with_context(|| format!("`{}` lacks `{name}`", statement.name.value))?;
    Ok(&found.value.text)
}

/// `1..40`, both of them included.
fn people(text: &str) -> Result<People> {
    let range = text
        .split_once("..")
        .and_then(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
    range.with_context(|| format!("`{text}` is no range of people such as `1..40`"))
}
