//! Gathers what there is to look at: the version in force, what is observed, and each mapped source. Changes no source.

use std::collections::BTreeSet;

use abide_map::check::{Context as Held, run_all};
use abide_map::map::Holds;
use abide_map::plan::{Doing, Identities, fingerprint};
use abide_policy::Library;
use abide_policy::diagnostic::{Diagnostic, Severity};
use abide_policy::leaf_set::LeafSet;
use abide_policy::model::{Norm, Policy};
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};
use abide_rights::{Mapped, StepEffect, explain};
use abide_store::{HeldSubject, Store};
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::database::{Answer, Database, Found, Overdue};
use super::{Standing, World, notices};
use crate::config::Config;
use crate::decider::{self, Modes};
use crate::mapped;
use crate::policies::Publishable;

/// What is due may wait so long for the next sweep before it counts as kept too long.
const GRACE: SignedDuration = SignedDuration::from_hours(48);

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
    if let Some(store) = store {
        let active = store.active(&policy.name).await?;
        standing = match active {
            Some(active) if active.hash == publishable.hash => Standing::InForce,
            _ => Standing::NotInForce,
        };
        modes = modes.and(&policy.name, &store.modes(&policy.name).await?);
        held = store.held().await?;
    }
    Ok(World {
        policy,
        version: &publishable.hash,
        standing,
        observed: observed(policy, &modes),
        switched_off: &config.switched_off,
        databases: databases(policy, config, &held, now).await,
        notices: notices(policy),
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
    let findings = run_all(&Held {
        map: &source.map,
        schema: Some((&source.schema, &fingerprint(&source.schema))),
        policy: Some(policy),
        library: Library::standard(),
        samples: &[],
    });
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    let due = explain(source, Doing::Sweep, &Identities::default(), now - GRACE).await?;
    let ends = |effect| matches!(effect, StepEffect::Delete | StepEffect::Overwrite);
    let steps: Vec<_> = due.steps.iter().filter(|step| ends(step.effect)).collect();
    Ok(Database {
        name: source.name().to_owned(),
        answer: Answer::Answered,
        found: errors.map(|finding| found(policy, finding)).collect(),
        timed: timed(policy, source),
        overdue: steps
            .iter()
            .filter(|step| step.rows > 0)
            .map(|step| Overdue {
                table: step.table.clone(),
                rows: step.rows,
                clauses: ends_of(policy, source, &step.table),
            })
            .collect(),
    })
}

/// The clauses that say how long something is kept that stands in a table with a clock.
fn timed(policy: &Policy, source: &Mapped) -> Vec<String> {
    let tables = source.map.tables.iter();
    let with_clock = tables.filter(|table| table.retain.is_some());
    with_clock
        .flat_map(|table| ends_of(policy, source, &table.name.value.to_string()))
        .collect()
}

/// The clauses that say how long something is kept that a table holds.
fn ends_of(policy: &Policy, source: &Mapped, table: &str) -> Vec<String> {
    let mapped = source.map.tables.iter();
    let columns = mapped
        .filter(|mapped| mapped.name.value.to_string() == table)
        .flat_map(|mapped| &mapped.columns);
    let sets: Vec<&LeafSet> = columns
        .flat_map(|column| match &column.holds {
            Holds::Data(data) => data.as_slice(),
            _ => &[],
        })
        .filter_map(|name| policy.nouns.find(Kind::Data, &name.value))
        .map(|id| policy.nouns.set(id))
        .collect();
    let ends = policy.norms.iter().filter(|norm| {
        norm.action == Action::Keep
            && norm.mode == Mode::May
            && [Slot::Until, Slot::Within]
                .iter()
                .any(|slot| norm.slot(*slot).is_some())
            && sets.iter().any(|set| norm.region.object.overlaps(set))
    });
    let clauses = ends.flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()));
    let mut clauses: Vec<String> = clauses.collect();
    clauses.sort();
    clauses.dedup();
    clauses
}

/// A finding with the clauses of the lines that it points at. The place is what its message names first.
fn found(policy: &Policy, finding: &Diagnostic) -> Found {
    let at = |norm: &&Norm| finding.labels.iter().any(|label| label.span == norm.span);
    let norms = policy.norms.iter().filter(at);
    Found {
        code: finding.code.to_owned(),
        place: finding
            .message
            .split('`')
            .nth(1)
            .unwrap_or_default()
            .to_owned(),
        clauses: norms
            .flat_map(|norm| norm.clauses.iter().map(|clause| clause.value.clone()))
            .collect(),
    }
}
