//! Erasing a subject, alone and while it is written about, and erasing again after a restore.

use abide_ledger::Opening;
use abide_store::{
    Change, ConsentState, DecisionCursor, Identifier, Journal, Occurrence, PastDecision,
    StoreOptions,
};

use crate::place::{Place, at, consent, person, sequence};

fn journal(place: &Place) -> Journal {
    Journal::open(
        &place.folder.path("journal"),
        &place.folder.path("journal.keys"),
    )
    .unwrap()
}

on_both! {
    async fn an_erased_subject_leaves_a_valid_tree_that_says_nothing_of_anyone(place: Place) {
        let options = StoreOptions { journal: Some(journal(&place)), ..StoreOptions::default() };
        let store = place.open_with(options).await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let anna = store.record(&person("anna"), &given, at(1)).await.unwrap();
        let bert = store.record(&person("bert"), &given, at(1)).await.unwrap();
        let device = store.record(&Identifier::new("device", "d-1").unwrap(), &given, at(2)).await.unwrap();
        store.join(device.subject, anna.subject, "sign-in", at(3)).await.unwrap();
        let event = Occurrence { event: "purchase".into(), at: at(3) };
        store.begin_occurrence(device.subject, &event, "shop", at(3)).unwrap().commit().await.unwrap();
        let before = sequence(&store).await;
        let follower = place.open().await;
        let seen = follower.changes_after(0, 100).await.unwrap();
        assert_eq!(seen.next, before.size);

        let erased = store.erase_subject(device.subject, &["HB-009".into()], "privacy-centre", at(4)).await.unwrap();
        for token in [anna.subject, device.subject] {
            assert!(!store.is_known(token).await.unwrap());
            assert_eq!(store.identifier(token).await.unwrap(), None);
            assert!(store.history(token).await.unwrap().is_empty());
            assert!(store.receipts(token).await.unwrap().is_empty());
            assert!(store.occurrences(token).await.unwrap().is_empty());
        }
        assert!(store.entry(anna.entry_id).await.unwrap().unwrap().opened.is_none());
        assert_eq!(store.choice(anna.entry_id).await.unwrap().unwrap().subject, None);
        assert!(store.entry(bert.entry_id).await.unwrap().unwrap().opened.is_some());

        let after = sequence(&store).await;
        let ring = store.key_ring().await.unwrap();
        let receipt = store.receipt(anna.entry_id).await.unwrap().unwrap();
        assert_eq!(receipt.verify(&ring).unwrap().opening, Opening::Withheld);
        let receipt = store.receipt(erased.entry_id).await.unwrap().unwrap();
        receipt.verify(&ring).unwrap();
        assert_eq!(store.root_at(before.size).await.unwrap(), before.root);
        assert!(after.size > before.size);

        // Other nodes hear of it, and of nothing else.
        let changes = follower.changes_after(seen.next, 100).await.unwrap();
        let mut expected = vec![Change::Erased(anna.subject), Change::Erased(device.subject)];
        expected.sort_unstable();
        assert_eq!(changes.changes, expected);
        // A decision that was on its way meanwhile does not stay.
        let late = PastDecision {
            at: at(4), subject: Some(anna.subject), question: "{}".into(), effect: "deny".into(), would: None, policy: "0".into(),
        };
        store.keep_decisions(&[late], at(4)).await.unwrap();
        store.forget_erased(at(5), at(5)).await.unwrap();
        let (kept, _) = store.decisions(&DecisionCursor::since(at(0)), 10).await.unwrap();
        assert!(kept.is_empty());
        let changes = follower.changes_after(seen.next, 100).await.unwrap();
        assert_eq!(changes.changes, [Change::SomeoneErased]);

        // Whoever comes back begins anew, on every node.
        let again = follower.record(&person("anna"), &given, at(6)).await.unwrap();
        assert_eq!(follower.history(again.subject).await.unwrap().len(), 1);
        assert_eq!(follower.identifier(again.subject).await.unwrap(), Some(person("anna")));
        store.close().await;
        follower.close().await;
    }

    async fn a_write_under_way_comes_before_the_erasure_or_after_it(place: Place) {
        let stores = [place.open().await, place.open().await];
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let anna = stores[0].record(&person("anna"), &given, at(0)).await.unwrap().subject;
        let writers: Vec<_> = (0..8).map(|number| {
            let (store, given) = (stores[number % 2].clone(), given.clone());
            tokio::spawn(async move {
                let mut entries = Vec::new();
                for second in 0..12 {
                    entries.push(store.record(&person("anna"), &given, at(second)).await.unwrap().entry_id);
                }
                entries
            })
        }).collect();
        let eraser = {
            let store = stores[1].clone();
            tokio::spawn(async move {
                for second in 0..6 {
                    store.erase_subject(anna, &[], "test", at(second)).await.unwrap();
                }
            })
        };
        let mut entries = Vec::new();
        for writer in writers {
            entries.extend(writer.await.unwrap());
        }
        eraser.await.unwrap();
        // Each entry either belongs to the subject and can be read, or belongs to nobody and cannot.
        for entry in entries {
            let stored = stores[0].entry(entry).await.unwrap().unwrap();
            assert_eq!(stored.opened.is_some(), stored.subject.is_some());
            assert_eq!(stores[0].choice(entry).await.unwrap().unwrap().subject, stored.subject);
        }
        let known = stores[0].is_known(anna).await.unwrap();
        assert_eq!(known, !stores[0].history(anna).await.unwrap().is_empty());
        for store in stores {
            store.close().await;
        }
    }

    async fn the_journal_erases_again_what_a_restore_brought_back(place: Place) {
        let options = StoreOptions { journal: Some(journal(&place)), ..StoreOptions::default() };
        let store = place.open_with(options).await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        for name in ["anna", "bert", "cleo"] {
            let subject = store.record(&person(name), &given, at(1)).await.unwrap().subject;
            if name != "bert" {
                store.erase_subject(subject, &[], "test", at(100)).await.unwrap();
            }
        }
        // As a backup from before the erasure would: anna is back. Cleo came back of her own accord.
        let anna = store.record(&person("anna"), &given, at(50)).await.unwrap().subject;
        let cleo = store.record(&person("cleo"), &given, at(200)).await.unwrap().subject;
        let bert = store.subject(&person("bert")).await.unwrap();
        assert_eq!(store.replay(&journal(&place), at(300)).await.unwrap(), 1);
        let known = [store.is_known(anna).await.unwrap(), store.is_known(bert).await.unwrap(), store.is_known(cleo).await.unwrap()];
        assert_eq!(known, [false, true, true]);
        assert_eq!(store.replay(&journal(&place), at(300)).await.unwrap(), 0);

        let text = std::fs::read_to_string(place.folder.path("journal")).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(!text.contains(&anna.to_hex()[..8]));
        // Once its key is gone a period says nothing.
        journal(&place).forget_before(at(60 * 86_400)).await.unwrap();
        store.record(&person("anna"), &given, at(50)).await.unwrap();
        assert_eq!(store.replay(&journal(&place), at(300)).await.unwrap(), 0);
        store.close().await;
    }
}
