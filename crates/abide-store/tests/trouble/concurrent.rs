//! Many writers at once, on two nodes of either engine: each write is whole, none hurts another, and the last word counts.

use std::collections::BTreeSet;

use abide_store::{EntryId, Evidence, Keys, Refusal, Statement, Store, StoreError};

use crate::audit::audit;
use crate::chance::rounds;
use crate::stage::{Node, Place, at, clock_from, within_deadline};

/// Writers at once.
const WRITERS: usize = 64;

async fn two_nodes(place: &Place) -> [Node; 2] {
    let keys = Keys::generate().unwrap();
    [
        Node::open(&place.url, &keys, at(0)).await.unwrap(),
        Node::open(&place.url, &keys, at(0)).await.unwrap(),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_on_two_nodes_lose_nothing() {
    for place in Place::both("many_writers").await {
        let nodes = two_nodes(&place).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let sequencer = abide_store::Sequencer::new(&nodes[0].store).unwrap();
        let sequencing = tokio::spawn(sequencer.run(clock_from(at(0)), async {
            let _ = stopped.await;
        }));
        let times = rounds(8, 200);
        let writers = (0..WRITERS).map(|writer| {
            let node = nodes[writer % 2].clone();
            tokio::spawn(async move {
                let mut entries = Vec::new();
                for time in 0..times {
                    let account = format!("{writer}-{time}");
                    entries.push(node.give(&account, at(1)).await.unwrap());
                    if time % 2 == 0 {
                        entries.push(node.withdraw(&account, at(2)).await.unwrap());
                    }
                }
                entries
            })
        });
        let mut acknowledged = BTreeSet::new();
        for writer in writers.collect::<Vec<_>>() {
            acknowledged.extend(writer.await.unwrap().iter().map(EntryId::to_string));
        }
        drop(stop);
        within_deadline("the sequencer stops", sequencing)
            .await
            .unwrap();
        let audited = audit(&place.url).await;
        assert_eq!(audited.entries, acknowledged, "{}", place.url);
        assert_eq!(
            audited.numbered,
            acknowledged.len(),
            "numbered on the way out"
        );
        for (writer, time) in [(0, 0), (1, 1), (62, 2), (63, 3)] {
            // What one node wrote, the other reads.
            let given = nodes[(writer + 1) % 2]
                .is_given(&format!("{writer}-{time}"), at(3))
                .await;
            assert_eq!(given, time % 2 == 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn giving_and_withdrawing_at_once_leaves_one_answer() {
    for place in Place::both("give_withdraw").await {
        let nodes = two_nodes(&place).await;
        for round in 0..rounds(5, 100) {
            let account = format!("ada-{round}");
            let words = (0..16).map(|word| {
                let (node, account) = (nodes[word % 2].clone(), account.clone());
                tokio::spawn(async move {
                    match word % 3 {
                        0 => node.withdraw(&account, at(2)).await.unwrap(),
                        _ => node.give(&account, at(1)).await.unwrap(),
                    }
                })
            });
            for word in words.collect::<Vec<_>>() {
                word.await.unwrap();
            }
            let subject = nodes[0]
                .store
                .subject(&crate::stage::named(&account))
                .await
                .unwrap();
            let history = nodes[0].store.history(subject).await.unwrap();
            assert_eq!(history.len(), 16, "every word is kept");
            let last = history.iter().max_by_key(|choice| choice.arrival).unwrap();
            let holds = last.state.holds() == Some(true);
            for node in &nodes {
                assert_eq!(node.is_given(&account, at(9)).await, holds);
            }
            // An acknowledged withdrawal holds at once, on every node.
            nodes[round % 2].withdraw(&account, at(0)).await.unwrap();
            for node in &nodes {
                assert!(!node.is_given(&account, at(9)).await);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_takes_nobody_with_it() {
    for place in Place::both("bad_write").await {
        let [node, _] = two_nodes(&place).await;
        let writers = (0..WRITERS).map(|writer| {
            let store = node.store.clone();
            tokio::spawn(async move { (writer, write_one(&store, writer).await) })
        });
        let mut kept = BTreeSet::new();
        for write in writers.collect::<Vec<_>>() {
            let (writer, result) = write.await.unwrap();
            match (writer % 8, result) {
                (3, Err(StoreError::Refused(Refusal::NotThere))) => {}
                (5, Err(StoreError::Statement { .. })) => {}
                (3 | 5, result) => panic!("writer {writer}: {result:?}"),
                (_, result) => drop(kept.insert(result.unwrap().to_string())),
            }
        }
        assert_eq!(audit(&place.url).await.entries, kept);
    }
}

/// Some writers are refused by a precondition, some write what the database cannot take, most are fine.
async fn write_one(store: &Store, writer: usize) -> Result<EntryId, StoreError> {
    let mut tx = store.begin(Evidence::new("probe.passed", "probe", at(0)))?;
    match writer % 8 {
        3 => tx.push(
            Statement::new(
                "UPDATE logs SET size = size WHERE tenant = 'nobody'",
                Vec::new(),
            )
            .or_refuse(Refusal::NotThere),
        ),
        5 => tx.push(Statement::new(
            "INSERT INTO nowhere VALUES ($1)",
            vec!["x".into()],
        )),
        _ => {}
    }
    Ok(tx.commit().await?.entry_id)
}
