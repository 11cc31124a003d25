//! Clocks that go back. The order of arrival decides what counts and what is numbered, never the time that a node names.

use abide_store::{Keys, PastWord, Sequencer};

use crate::audit::audit;
use crate::stage::{Node, Place, at, consent, named};

#[tokio::test]
async fn the_last_word_counts_though_the_clock_went_back() {
    for place in Place::both("last_word").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        node.give("ada", at(1000)).await.unwrap();
        node.withdraw("ada", at(500)).await.unwrap();
        for now in [at(400), at(500), at(1000), at(5000)] {
            assert!(
                !node.is_given("ada", now).await,
                "withdrawn, asked at {now}"
            );
        }
        node.give("ada", at(100)).await.unwrap();
        for now in [at(50), at(100), at(5000)] {
            assert!(
                node.is_given("ada", now).await,
                "given again, asked at {now}"
            );
        }
        node.close().await;
    }
}

#[tokio::test]
async fn a_word_of_the_person_outlives_an_import_that_arrived_before() {
    for place in Place::both("import").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        // The other system's clock was ahead of ours.
        let imported = [PastWord {
            identifier: named("ada"),
            choice: consent(),
            shown: None,
            at: at(900),
        }];
        node.store.import(&imported, None, at(100)).await.unwrap();
        node.withdraw("ada", at(200)).await.unwrap();
        for now in [at(200), at(1000)] {
            assert!(
                !node.is_given("ada", now).await,
                "withdrawn, asked at {now}"
            );
        }
        node.close().await;
    }
}

#[tokio::test]
async fn the_log_grows_in_the_order_of_arrival_whatever_the_clock_says() {
    for place in Place::both("log_clock").await {
        let keys = Keys::generate().unwrap();
        let node = Node::open(&place.url, &keys, at(0)).await.unwrap();
        let mut sequencer = Sequencer::new(&node.store).unwrap();
        let mut written = Vec::new();
        for now in [at(90_000), at(80_000), at(10), at(0), at(70_000)] {
            written.push(node.note(now).await.unwrap());
            let checkpoint = sequencer.step(now).await.unwrap().unwrap();
            assert_eq!(checkpoint.size, written.len() as u64);
        }
        assert_eq!(node.store.entries(0, 10).await.unwrap(), written);
        // Another node whose clock is a day behind takes over once a lease has passed by its own clock.
        let other = Node::open(&place.url, &keys, at(0)).await.unwrap();
        other.note(at(0)).await.unwrap();
        let mut behind = Sequencer::new(&other.store).unwrap();
        assert!(
            behind.step(at(0)).await.unwrap().is_none(),
            "another has it"
        );
        assert!(
            behind.step(at(1)).await.unwrap().is_none(),
            "another has it"
        );
        assert!(
            behind.step(at(60)).await.unwrap().is_some(),
            "it stood still"
        );
        other.note(at(60)).await.unwrap();
        assert!(sequencer.step(at(61)).await.unwrap().is_none(), "lost it");
        audit(&place.url).await;
    }
}
