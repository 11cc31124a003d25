//! Gathers what there is to look at: the version in force, what is observed, and each mapped source. Changes no source.

use std::collections::BTreeSet;

use abide_map::check::{Context as Held, forbidden_field, plain_password, run_all};
use abide_map::map::{Holds, Map, MappedTable};
use abide_map::plan::{Doing, Identities, fingerprint};
use abide_policy::Library;
use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::leaf_set::LeafSet;
use abide_policy::length::Length;
use abide_policy::model::{Norm, Policy, Region};
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use abide_rights::{Mapped, StepEffect, explain};
use abide_store::{HeldSubject, Store};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::database::{Answer, Database, Found, Overdue};
use super::{Standing, World, notices, requests};
use crate::config::Config;
use crate::decider::{self, Modes};
use crate::policies::Publishable;
use crate::{mapped, sources};

/// What is due may wait so long for the next sweep before it counts as kept too long.
const GRACE: SignedDuration = SignedDuration::from_hours(48);

/// Findings about what a column holds, whatever the policy says.
const CONTENT: [&str; 2] = [plain_password::CHECK.name, forbidden_field::CHECK.name];

/// Gathers the world of a policy. Without a store it is imagined as in force.
pub async fn gather<'a>(
    publishable: &'a Publishable,
    config: &'a Config,
    store: Option<&Store>,
    now: Timestamp,
) -> Result<World<'a>> {
    let policy = &publishable.policy;
    let mut modes = Modes::observing(&config.observe);
    let (mut standing, mut held) = (Standing::Imagined, Vec::new());
    let mut late = Vec::new();
    if let Some(store) = store {
        let active = store.active(&policy.name).await?;
        standing = match active {
            Some(active) if active.hash == publishable.hash => Standing::InForce,
            _ => Standing::NotInForce,
        };
        modes = modes.and(&policy.name, &store.modes(&policy.name).await?);
        held = store.held().await?;
        late = requests::late(config, store, now).await?;
    }
    Ok(World {
        policy,
        version: &publishable.hash,
        standing,
        observed: observed(policy, &modes),
        switched_off: &config.switched_off,
        databases: databases(policy, config, &held, now).await,
        notices: notices(policy),
        late,
    })
}

/// The clauses with a line that is observed for a property and purpose of its own.
fn observed(policy: &Policy, modes: &Modes) -> BTreeSet<String> {
    let properties: Vec<&str> = policy
        .nouns
        .iter()
        .filter(|(_, noun)| noun.kind == Kind::Property)
        .map(|(_, noun)| noun.name.as_ref())
        .collect();
    let is_observed = |norm: &&Norm| {
        let purposes = norm.names(Slot::For).map(|purpose| purpose.name.as_ref());
        let purposes: Vec<Option<&str>> = std::iter::once(None).chain(purposes.map(Some)).collect();
        let mut places = std::iter::once(None).chain(properties.iter().copied().map(Some));
        places.any(|property| {
            let observes = |purpose: &Option<&str>| {
                modes.of(&policy.name, property, *purpose) == decider::Mode::Observe
            };
            purposes.iter().any(observes)
        })
    };
    let norms = policy.norms.iter().filter(is_observed);
    norms
        .flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()))
        .collect()
}

async fn databases(
    policy: &Policy,
    config: &Config,
    held: &[HeldSubject],
    now: Timestamp,
) -> Vec<Database> {
    let mapped_ones = config.sources.iter().filter(|it| it.map.is_some());
    let names: Vec<String> = mapped_ones.map(|it| it.name.clone()).collect();
    // What nobody accepted yet is looked at too: that is a finding of its own.
    let drafts = mapped::Drafts::Taken;
    let (open, failed) = mapped::open_reachable_with(config, &names, held, drafts).await;
    let mut databases = Vec::new();
    for (name, error) in failed {
        tracing::warn!(source = name, %error, "a source could not be looked at");
        databases.push(silent(name));
    }
    for source in &open {
        databases.push(match examine(policy, source, now).await {
            Ok(database) => database,
            Err(error) => {
                tracing::warn!(source = source.name(), %error, "a source could not be looked at");
                silent(source.name().to_owned())
            }
        });
    }
    databases
}

fn silent(name: String) -> Database {
    Database {
        name,
        answer: Answer::Silent,
        ..Database::default()
    }
}

async fn examine(policy: &Policy, source: &Mapped, now: Timestamp) -> Result<Database> {
    let samples = sources::samples(source.source.as_ref(), &source.map, &source.schema).await?;
    let findings = run_all(&Held {
        map: &source.map,
        schema: Some((&source.schema, &fingerprint(&source.schema))),
        policy: Some(policy),
        library: Library::standard(),
        samples: &samples,
    });
    let found = findings.iter().filter_map(|finding| {
        let found = found(policy, &source.map, finding);
        let is_error = finding.severity == Severity::Error;
        // What is only suspected of a column counts where a promise speaks of it.
        let is_suspected = CONTENT.contains(&finding.name) && !found.clauses.is_empty();
        (is_error || is_suspected).then_some(found)
    });
    let due = explain(source, Doing::Sweep, &Identities::default(), now - GRACE).await?;
    let ends = |effect| matches!(effect, StepEffect::Delete | StepEffect::Overwrite);
    let steps: Vec<_> = due.steps.iter().filter(|step| ends(step.effect)).collect();
    Ok(Database {
        name: source.name().to_owned(),
        answer: Answer::Answered,
        found: found.collect(),
        passwords: samples.len(),
        timed: timed(policy, &source.map),
        overdue: steps
            .iter()
            .filter(|step| step.rows > 0)
            .map(|step| Overdue {
                table: step.table.clone(),
                rows: step.rows,
                clauses: overdue_in(policy, &source.map, &step.table),
            })
            .collect(),
    })
}

/// The clauses that rows of the table of that name break by being there.
fn overdue_in(policy: &Policy, map: &Map, name: &str) -> Vec<String> {
    let mut tables = map.tables.iter();
    let table = tables.find(|table| table.name.value.to_string() == name);
    table.map_or_else(Vec::new, |table| ends_of(policy, map, table))
}

/// The clauses whose end of keeping a table's clock carries out.
fn timed(policy: &Policy, map: &Map) -> Vec<String> {
    let tables = map.tables.iter();
    tables
        .flat_map(|table| ends_of(policy, map, table))
        .collect()
}

/// The clauses whose end of keeping the clock of this table carries out: the one that it names, else those that keep what the
/// table holds for as long as the clock runs.
fn ends_of(policy: &Policy, map: &Map, table: &MappedTable) -> Vec<String> {
    let Some(retain) = &table.retain else {
        return Vec::new();
    };
    if let Some(clause) = &retain.clause {
        return vec![clause.value.clone()];
    }
    let length = Length::parse(&retain.length.value);
    let name = table.name.value.to_string();
    let sets = sets_of(policy, map, |known, _| known == name);
    clauses_of(policy.norms.iter().filter(|norm| {
        norm.action == Action::Keep
            && norm.mode == Mode::May
            && length.is_some()
            && norm.length(Slot::Within) == length
            && sets.iter().any(|set| norm.region.object.overlaps(set))
    }))
}

/// A finding with the clauses that it breaks: of the lines that it points at, else, where it is about what a column holds,
/// of the lines that forbid that. The place is what its message names first.
fn found(policy: &Policy, map: &Map, finding: &Diagnostic) -> Found {
    let place = finding.message.split('`').nth(1).unwrap_or_default();
    let pointed = |norm: &&Norm| finding.labels.iter().any(|label| label.span == norm.span);
    let mut clauses = clauses_of(policy.norms.iter().filter(pointed));
    if clauses.is_empty() && CONTENT.contains(&finding.name) {
        let sets = sets_of(policy, map, |table, column| {
            format!("{table}.{column}") == place
        });
        let forbids = |norm: &&Norm| {
            norm.mode == Mode::Never
                && matches!(norm.action, Action::Keep | Action::Collect)
                && norm.conditions.is_empty()
                && speaks_of_all(norm)
                && sets.iter().any(|set| norm.region.object.overlaps(set))
        };
        clauses = clauses_of(policy.norms.iter().filter(forbids));
    }
    Found {
        code: finding.code.to_owned(),
        place: place.to_owned(),
        clauses,
    }
}

/// Whether a prohibition holds whoever it is about, whatever for and at any time; only the form may be excepted.
fn speaks_of_all(norm: &Norm) -> bool {
    const TIMES: [Slot; 5] = [
        Slot::When,
        Slot::Within,
        Slot::Until,
        Slot::Before,
        Slot::After,
    ];
    let of_all_data = Region {
        object: LeafSet::Any,
        form: LeafSet::Any,
        ..norm.region.clone()
    };
    let mut excepts = norm.excepts.iter().filter(|except| !except.implied);
    of_all_data == Region::default()
        && TIMES.iter().all(|slot| norm.slot(*slot).is_none())
        && excepts.all(|except| {
            except.objects.is_empty() && except.slots.iter().all(|used| used.slot == Slot::As)
        })
}

/// What columns hold, of those that `is_meant` picks by table and column.
fn sets_of<'a>(
    policy: &'a Policy,
    map: &'a Map,
    is_meant: impl Fn(&str, &str) -> bool,
) -> Vec<&'a LeafSet> {
    let tables = map.tables.iter();
    let columns = tables.flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    columns
        .filter(|(table, column)| is_meant(&table.name.value.to_string(), &column.name.value))
        .flat_map(|(_, column)| match &column.holds {
            Holds::Data(data) => data.as_slice(),
            _ => &[],
        })
        .filter_map(|name| policy.nouns.find(Kind::Data, &name.value))
        .map(|id| policy.nouns.set(id))
        .collect()
}

fn clauses_of<'a>(norms: impl Iterator<Item = &'a Norm>) -> Vec<String> {
    let clauses = norms.flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()));
    let mut clauses: Vec<String> = clauses.collect();
    clauses.sort();
    clauses.dedup();
    clauses
}
