//! The log: numbers without gaps, one tree, receipts that anyone can check.

use abide_ledger::{
    KeyRing, Opening, Shown, TILE_WIDTH, Tile, TileKind, audit, leaf_hash, verify_consistency,
    verify_inclusion,
};
use abide_store::{Sequencer, ShownText, Store};

use crate::place::{Place, at, consent, evidence, person, sequence, write_entries};

/// The root over every stored entry, without the stored tree.
async fn audited_root(store: &Store) -> abide_ledger::Hash {
    let leaves = store.leaf_data(0, 1_000_000).await.unwrap();
    audit(leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())))
}

async fn ring(store: &Store) -> KeyRing {
    store.key_ring().await.unwrap()
}

on_both! {
    async fn entries_are_numbered_in_the_order_of_their_acknowledgement(place: Place) {
        let store = place.open().await;
        assert!(store.checkpoint().await.unwrap().is_none());
        let entries = write_entries(&store, 5).await;
        assert!(store.receipt(entries[0]).await.unwrap().is_none());
        let checkpoint = sequence(&store).await;
        assert_eq!(checkpoint.size, 5);
        assert_eq!(checkpoint.root, audited_root(&store).await);
        assert_eq!(store.entries(0, 10).await.unwrap(), entries);
        assert!(!store.pending(entries[0]).await.unwrap());
        let mut sequencer = Sequencer::new(&store).unwrap();
        assert_eq!(sequencer.step(at(9)).await.unwrap(), None);
        store.close().await;
    }

    async fn the_stored_tree_is_the_tree_over_all_entries(place: Place) {
        let store = place.open().await;
        let mut checkpoints = Vec::new();
        // Sizes around the width of a tile.
        for count in [1, 200, 55, 1, 300, 7] {
            let mut tx = store.begin(evidence("test.ran")).unwrap();
            for _ in 1..count {
                tx.witness(&evidence("test.ran")).unwrap();
            }
            tx.commit().await.unwrap();
            checkpoints.push(sequence(&store).await);
        }
        let last = checkpoints.last().unwrap();
        assert_eq!(last.size, 564);
        let leaves = store.leaf_data(0, 1000).await.unwrap();
        let leaves: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        for old in &checkpoints {
            assert_eq!(old.root, audit(leaves[..old.size as usize].iter().copied()));
            let proof = store.consistency(old.size, last.size).await.unwrap();
            verify_consistency(old.size, last.size, &old.root, &last.root, &proof).unwrap();
            assert_eq!(store.root_at(old.size).await.unwrap(), old.root);
        }
        for index in [0, 1, 255, 256, 511, 512, 563] {
            let proof = store.inclusion(index, last.size).await.unwrap();
            verify_inclusion(&leaves[index as usize], index, last.size, &last.root, &proof).unwrap();
        }
        assert!(store.inclusion(564, 564).await.is_err());
        assert!(store.inclusion(0, 565).await.is_err());
        let ring = ring(&store).await;
        for note in store.checkpoints(0, 100).await.unwrap() {
            ring.open(&abide_ledger::Note::parse(&note.note).unwrap()).unwrap();
        }
        for tile in Tile::all(last.size) {
            let bytes = store.tile(tile).await.unwrap().unwrap();
            match tile.kind() {
                TileKind::Hashes(0) => {
                    let first = (tile.index() * u64::from(TILE_WIDTH)) as usize;
                    let expected: Vec<u8> = leaves[first..first + usize::from(tile.width())].iter().flat_map(|hash| hash.0).collect();
                    assert_eq!(bytes, expected);
                }
                TileKind::Hashes(_) => assert_eq!(bytes.len(), usize::from(tile.width()) * 32),
                TileKind::Entries => {
                    let entries = abide_ledger::entries_from_bytes(&bytes).unwrap();
                    assert_eq!(entries.len(), usize::from(tile.width()));
                    let first = (tile.index() * u64::from(TILE_WIDTH)) as usize;
                    assert_eq!(leaf_hash(entries[0]), leaves[first]);
                }
            }
        }
        let beyond = Tile::of(TileKind::Hashes(0), 2, 600).unwrap();
        assert_eq!(store.tile(beyond).await.unwrap(), None);
        store.close().await;
    }

    async fn a_person_leaves_with_a_receipt_that_needs_no_server(place: Place) {
        let store = place.open().await;
        let shown = ShownText { text: "May we write to you?".into(), lang: "en".into(), variant: "a".into() };
        let mut choice = consent(abide_store::ConsentState::ConsentGiven, "newsletter");
        choice.shown = Some(shown.shown());
        let anna = person("anna");
        let subject = store.subject(&anna).await.unwrap();
        let mut tx = store.begin_choice(subject, Some(&anna), &choice, at(1)).unwrap();
        tx.show(&shown);
        let entry = tx.commit().await.unwrap().entry_id;
        sequence(&store).await;
        let receipt = store.receipt(entry).await.unwrap().unwrap();
        let json = receipt.to_json().unwrap();
        assert!(json.contains("May we write to you?") && !json.contains("anna"));
        let verified = abide_ledger::Receipt::from_json(&json).unwrap().verify(&ring(&store).await).unwrap();
        assert_eq!((verified.opening, verified.shown), (Opening::Opened, Shown::Sealed));
        let public = store.public_receipt(entry).await.unwrap().unwrap();
        assert_eq!(public.verify(&ring(&store).await).unwrap().opening, Opening::Withheld);
        assert!(!public.to_json().unwrap().contains("newsletter"));
        assert_eq!(store.receipts(subject).await.unwrap(), [entry]);
        store.close().await;
    }

    async fn two_sequencers_never_fork_the_log(place: Place) {
        let stores = [place.open().await, place.open().await];
        let mut handles = Vec::new();
        for store in stores.clone() {
            handles.push(tokio::spawn(async move {
                let mut sequencer = Sequencer::new(&store).unwrap();
                for round in 0..40 {
                    let write = store.begin(evidence("test.ran")).unwrap().commit();
                    // Clocks far apart, so that each thinks the other's lease is over.
                    let step = sequencer.step(at(round * 100_000));
                    let (written, _) = tokio::join!(write, step);
                    written.unwrap();
                }
            }));
        }
        for handle in handles {
            handle.await.unwrap();
        }
        let [store, other] = stores;
        write_entries(&store, 1).await;
        let last = sequence(&store).await;
        assert_eq!(last.size, 81);
        assert_eq!(last.root, audited_root(&store).await);
        let leaves = store.leaf_data(0, 1000).await.unwrap();
        let mut size = 0;
        for signed in other.checkpoints(0, 1000).await.unwrap() {
            assert!(signed.checkpoint.size > size);
            size = signed.checkpoint.size;
            let begun = leaves[..size as usize].iter().map(|leaf| leaf_hash(leaf.as_bytes()));
            assert_eq!(signed.checkpoint.root, audit(begun));
        }
        store.close().await;
        other.close().await;
    }

    async fn a_lease_from_a_clock_far_ahead_does_not_last(place: Place) {
        let store = place.open().await;
        let mut ahead = Sequencer::new(&store).unwrap();
        write_entries(&store, 1).await;
        assert!(ahead.step(at(1_000_000)).await.unwrap().is_some());
        write_entries(&store, 1).await;
        let mut other = Sequencer::new(&store).unwrap();
        assert!(other.step(at(10)).await.unwrap().is_none());
        assert!(other.step(at(12)).await.unwrap().is_none());
        // A clock that goes back waits anew.
        assert!(other.step(at(5)).await.unwrap().is_none());
        assert!(other.step(at(7)).await.unwrap().is_none());
        assert_eq!(other.step(at(9)).await.unwrap().unwrap().size, 2);
        // The first wakes up and finds that it has lost the log, then waits its turn.
        write_entries(&store, 1).await;
        assert!(ahead.step(at(11)).await.unwrap().is_none());
        assert_eq!(ahead.step(at(20)).await.unwrap().unwrap().size, 3);
        store.close().await;
    }

    async fn the_last_checkpoint_lies_beside_the_keys(place: Place) {
        let path = place.folder.path("last-checkpoint");
        let options = abide_store::StoreOptions { last_checkpoint: Some(path.clone()), ..Default::default() };
        let store = place.open_with(options).await;
        write_entries(&store, 3).await;
        sequence(&store).await;
        let note = std::fs::read_to_string(&path).unwrap();
        assert_eq!(note, store.checkpoint().await.unwrap().unwrap().note);
        store.close().await;
    }

    async fn a_running_sequencer_follows_writes_and_stops(place: Place) {
        let store = place.open().await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let sequencer = Sequencer::new(&store).unwrap();
        let running = tokio::spawn(sequencer.run(|| at(3), async move { drop(stopped.await) }));
        let entry = write_entries(&store, 1).await[0];
        let numbered = async {
            while store.number_of(entry).await.unwrap().is_none() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), numbered).await.unwrap();
        let entry = write_entries(&store, 1).await[0];
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(store.number_of(entry).await.unwrap(), Some(1));
        // It has let go of the log: nobody waits for its lease.
        write_entries(&store, 1).await;
        let mut next = Sequencer::new(&store).unwrap();
        assert_eq!(next.step(at(3)).await.unwrap().unwrap().size, 3);
        store.close().await;
    }
}
