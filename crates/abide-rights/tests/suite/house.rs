//! The map of our own store: it fits the live schema of both engines, says what an erasure of ours does, and its plans work.

use abide_map::check::{Context, run_all};
use abide_map::plan::{Doing, Effect};
use abide_policy::Library;
use abide_policy::diagnostic::Severity;
use abide_rights::{Eraser, Mapped, explain};
use abide_sources::SourceOptions;
use abide_store::{Evidence, Identifier, Keys, Store, StoreOptions, SubjectToken};

use crate::place::{Database, Engine, Folder};
use crate::shop::{at, known, mapped_with};

/// A store with two people and a device of the first.
struct House {
    store: Store,
    mapped: Mapped,
    ann: SubjectToken,
    bo: SubjectToken,
    folder: Folder,
}

impl House {
    async fn open(engine: Engine) -> Self {
        let folder = Folder::new();
        let database = Database::create(engine, "house", &folder).await;
        let store = opened(&database.url).await;
        let ann = person(&store, "email", "ann@example.org").await;
        let bo = person(&store, "email", "bo@example.org").await;
        let device = person(&store, "device", "d-1").await;
        store.join(device, ann, "test", at(2)).await.unwrap();
        let map = abide_map::house::MAP;
        let mapped = mapped_with(&database.url, SourceOptions::new("abide"), map).await;
        Self {
            store,
            mapped,
            ann,
            bo,
            folder,
        }
    }
}

async fn opened(url: &str) -> Store {
    let keys = Keys::generate().unwrap();
    Store::open(url, keys, StoreOptions::default(), at(0))
        .await
        .unwrap()
}

async fn person(store: &Store, kind: &str, value: &str) -> SubjectToken {
    let identifier = Identifier::new(kind, value).unwrap();
    let token = store.subject(&identifier).await.unwrap();
    let mut evidence = Evidence::new("test.ran", "test", at(1));
    evidence.subject = Some(token);
    let mut tx = store.begin(evidence).unwrap();
    tx.register(token, &identifier, at(1));
    tx.commit().await.unwrap();
    token
}

async fn the_map_fits(house: &House) {
    let Mapped { map, schema, .. } = &house.mapped;
    let fingerprint = abide_map::plan::fingerprint(schema);
    let findings = run_all(&Context {
        map,
        schema: Some((schema, &fingerprint)),
        policy: None,
        library: Library::standard(),
        samples: &[],
    });
    // Nobody accepted it for one schema: it is of both engines.
    let errors: Vec<_> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && finding.name != "stale-map")
        .map(|finding| (finding.code, &finding.message))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let unmapped: Vec<_> = schema
        .tables
        .iter()
        .filter(|table| map.table(&table.name).is_none())
        .collect();
    assert!(unmapped.is_empty(), "{unmapped:?}");
}

async fn a_person_is_seen_whole_and_nobody_else(house: &House) {
    let person = known("subject-token", &house.ann.to_hex());
    let plan = explain(&house.mapped, Doing::Access, &person, at(3))
        .await
        .unwrap();
    let rows = |table: &str| {
        let steps = plan.steps.iter().filter(|step| step.table == table);
        steps.map(|step| step.rows).sum::<u64>()
    };
    let tables = ["subjects", "data_keys", "links"];
    assert_eq!(tables.map(rows), [1, 1, 1], "{}", plan.text());
    assert!(rows("evidence") >= 1, "{}", plan.text());
}

/// What our own erasure does is all that the map says an erasure does.
async fn our_own_erasure_leaves_the_map_nothing_to_do(house: &House) {
    let person = known("subject-token", &house.bo.to_hex());
    let planner = house.mapped.planner(at(3));
    let mut snapshot = house.mapped.source.snapshot().await.unwrap();
    let keys = house
        .mapped
        .look_up(&planner, &person, snapshot.as_mut())
        .await
        .unwrap();
    drop(snapshot);
    let subjects = house.mapped.subjects(&planner, &person, &keys);
    let plan = planner.erase(&subjects).unwrap();
    let changing = plan
        .steps
        .iter()
        .filter(|step| !matches!(step.effect, Effect::Keep { .. }));
    let counts: Vec<_> = changing.map(|step| step.count.clone()).collect();
    let before: u64 = house
        .mapped
        .source
        .numbers(&counts)
        .await
        .unwrap()
        .iter()
        .sum();
    assert!(before >= 3, "{before}");
    house
        .store
        .erase_subject(house.bo, &[], "test", at(4))
        .await
        .unwrap();
    let after = house.mapped.source.numbers(&counts).await.unwrap();
    assert_eq!(after.iter().sum::<u64>(), 0, "{after:?}");
}

async fn a_plan_over_the_map_erases_a_person_and_nobody_else(house: &House) {
    let records = format!("sqlite:{}", house.folder.path("records.db").display());
    let records = opened(&records).await;
    let bo = house.store.identifier(house.bo).await.unwrap();
    let eraser = Eraser {
        store: &records,
        sources: std::slice::from_ref(&house.mapped),
        actor: "test",
        now: at(3),
    };
    let person = known("subject-token", &house.ann.to_hex());
    let progress = eraser.erase(&person, &["abide".into()], &[]).await.unwrap();
    assert!(progress.certified.is_some(), "{:?}", progress.stuck);
    assert!(!house.store.is_known(house.ann).await.unwrap());
    assert!(house.store.is_known(house.bo).await.unwrap());
    assert!(bo.is_some());
    assert_eq!(house.store.identifier(house.bo).await.unwrap(), bo);
}

async fn house(engine: Engine) {
    let house = House::open(engine).await;
    the_map_fits(&house).await;
    a_person_is_seen_whole_and_nobody_else(&house).await;
    a_plan_over_the_map_erases_a_person_and_nobody_else(&house).await;
    our_own_erasure_leaves_the_map_nothing_to_do(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    house(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    house(Engine::Postgres).await;
}
