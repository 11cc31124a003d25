//! Access: everything that the sources hold about a person, streamed into a package. Never changes a source, and leaves
//! neither half a package behind nor one of which our records know nothing.

use std::collections::BTreeMap;
use std::path::Path;

use abide_map::plan::{Effect, Identities, Plan};
use abide_sources::Snapshot;
use abide_store::{EntryId, Evidence, Store};
use futures_util::StreamExt as _;
use jiff::Timestamp;

use crate::error::RightsError;
use crate::mapped::Mapped;
use crate::package::{Contents, Handling, Manifest, Package, RowsOf};
use crate::remembered::identifiers;

/// Writes the package of a person, records that it was made, and only then gives it its name.
pub async fn access(
    store: &Store,
    sources: &[Mapped],
    people: &Identities,
    out: &Path,
    actor: &str,
    now: Timestamp,
) -> Result<(Manifest, EntryId), RightsError> {
    let mut package = Package::create(out, now)?;
    let filled = fill(&mut package, sources, people, now).await;
    let package = match filled {
        Ok(handling) => package.finish(&handling)?,
        Err(error) => {
            package.abandon();
            return Err(error);
        }
    };
    match record(store, people, &package.manifest, actor, now).await {
        Ok(entry) => Ok((package.publish()?, entry)),
        Err(error) => {
            package.abandon();
            Err(error)
        }
    }
}

async fn record(
    store: &Store,
    people: &Identities,
    manifest: &Manifest,
    actor: &str,
    now: Timestamp,
) -> Result<EntryId, RightsError> {
    let mut evidence = Evidence::new("request.answered", actor, now);
    evidence.outcome = Some("access".to_owned());
    let identifiers = identifiers(people)?;
    if let Some(first) = identifiers.first() {
        evidence.subject = Some(store.subject(first).await?);
    }
    evidence.counts = BTreeMap::from([("rows".to_owned(), manifest.rows)]);
    evidence.private = serde_json::json!({ "files": manifest.files });
    let mut tx = store.begin(evidence)?;
    let entry = tx.entry_id();
    for other in identifiers.iter().skip(1) {
        let mut evidence = Evidence::new("request.named", actor, now);
        evidence.outcome = Some("access".to_owned());
        evidence.subject = Some(store.subject(other).await?);
        evidence.private = serde_json::json!({ "request": entry.to_string() });
        tx.witness(&evidence)?;
    }
    tx.commit().await?;
    Ok(entry)
}

async fn fill(
    package: &mut Package,
    sources: &[Mapped],
    people: &Identities,
    now: Timestamp,
) -> Result<Vec<Handling>, RightsError> {
    let mut handling = BTreeMap::new();
    for mapped in sources {
        let planner = mapped.planner(now);
        let mut snapshot = mapped.source.snapshot().await?;
        let keys = mapped.look_up(&planner, people, snapshot.as_mut()).await?;
        let subjects = mapped.subjects(&planner, people, &keys);
        let plan = planner.access(&subjects);
        read(package, mapped, &plan, snapshot.as_mut(), &mut handling).await?;
        snapshot.end().await?;
    }
    Ok(handling.into_values().collect())
}

async fn read(
    package: &mut Package,
    mapped: &Mapped,
    plan: &Plan,
    snapshot: &mut dyn Snapshot,
    handling: &mut BTreeMap<String, Handling>,
) -> Result<(), RightsError> {
    for step in &plan.steps {
        let Effect::Read {
            columns,
            withheld,
            is_own,
        } = &step.effect
        else {
            continue;
        };
        package.begin_table(&Contents {
            source: mapped.name(),
            table: &step.table,
            columns,
            withheld,
            rows_of: if *is_own { RowsOf::Own } else { RowsOf::Seen },
            reason: &step.reason,
        })?;
        let (mut rows, mut is_empty) = (snapshot.read(&step.statement), true);
        while let Some(row) = rows.next().await {
            package.row(&row?)?;
            is_empty = false;
        }
        drop(rows);
        if !is_empty {
            let names = columns.iter().map(|column| column.name.as_str());
            mapped.handling_of(&step.table, names, handling);
        }
    }
    Ok(())
}
