//! Backups made while the store is used, and what a restored store does before it serves.

use abide_ledger::{KeyRing, Note, verify_bundle};
use abide_store::{
    ConsentState, Identifier, Journal, Restoration, Store, StoreError, StoreOptions,
};

use crate::place::{Folder, Place, at, consent, person, sequence, write_entries};

fn restoration(folder: &Folder, last_checkpoints: Vec<String>) -> Restoration {
    Restoration {
        folder: folder.path("backup"),
        data_keys: Some(folder.path("data-keys")),
        last_checkpoints,
    }
}

async fn back_up(store: &Store, folder: &Folder) {
    store
        .backup(&folder.path("backup"), &folder.path("data-keys"), at(50))
        .await
        .unwrap();
}

async fn bundle(store: &Store) -> Vec<String> {
    let (header, size) = store.bundle_header().await.unwrap();
    let mut lines = vec![header];
    while (lines.len() as u64) <= size {
        let first = lines.len() as u64 - 1;
        lines.extend(store.bundle_lines(first, 100, size).await.unwrap());
    }
    lines
}

on_both! {
    async fn a_restored_store_is_the_one_that_was_backed_up(place: Place) {
        let store = place.open().await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let anna = store.record(&person("anna-of-the-quay"), &given, at(1)).await.unwrap();
        write_entries(&store, 300).await;
        let before = sequence(&store).await;
        let waiting = write_entries(&store, 2).await;
        back_up(&store, &place.folder).await;
        for file in std::fs::read_dir(place.folder.path("backup")).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(!text.contains("anna-of-the-quay") && !text.contains("quince"));
        }
        // The other engine takes it up: a backup belongs to neither.
        let target = if place.is_postgres() { Place::sqlite() } else { Place::postgres("a_restored_store_elsewhere").await };
        let restored = Store::restore(&restoration(&place.folder, Vec::new()), &target.url, place.keys.clone(), StoreOptions::default(), at(60)).await.unwrap();
        assert_eq!(restored.history(anna.subject).await.unwrap(), store.history(anna.subject).await.unwrap());
        assert_eq!(restored.identifier(anna.subject).await.unwrap(), Some(person("anna-of-the-quay")));
        assert!(restored.entry(anna.entry_id).await.unwrap().unwrap().opened.is_some());
        assert_eq!(restored.root_at(before.size).await.unwrap(), before.root);
        assert!(restored.pending(waiting[0]).await.unwrap());

        // It goes on under a new origin, and whoever trusted the old log can follow.
        let after = sequence(&restored).await;
        assert_ne!(after.origin, before.origin);
        let continued = after.continuation().unwrap().unwrap();
        assert_eq!((continued.origin, continued.size, continued.root), (before.origin.clone(), before.size, before.root));
        assert_eq!(after.size, before.size + 3);
        let old_key = store.key_ring().await.unwrap().verifiers().next().unwrap().clone();
        let rotations = restored.rotations().await.unwrap();
        let ring = KeyRing::follow(old_key, &rotations).unwrap();
        let last = restored.checkpoint().await.unwrap().unwrap();
        ring.open(&Note::parse(&last.note).unwrap()).unwrap();
        let lines = bundle(&restored).await;
        let report = verify_bundle(lines.iter().map(String::as_str), &ring);
        assert!(report.problems.is_empty(), "{:?}", report.problems);

        // New entries come behind old ones.
        let later = restored.record(&person("anna-of-the-quay"), &given, at(61)).await.unwrap();
        assert!(later.arrival > anna.arrival);
        let again = Store::restore(&restoration(&place.folder, Vec::new()), &target.url, place.keys.clone(), StoreOptions::default(), at(60)).await;
        assert!(again.unwrap_err().to_string().contains("already"));
        store.close().await;
        restored.close().await;
    }

    async fn what_was_signed_after_the_backup_is_never_signed_again(place: Place) {
        let last_path = place.folder.path("last-checkpoint");
        let journal = Journal::open(&place.folder.path("journal"), &place.folder.path("journal.keys")).unwrap();
        let options = || StoreOptions { journal: Some(journal.clone()), last_checkpoint: Some(last_path.clone()), ..StoreOptions::default() };
        let store = place.open_with(options()).await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let anna = store.record(&person("anna"), &given, at(1)).await.unwrap().subject;
        let bert = store.record(&person("bert"), &given, at(1)).await.unwrap().subject;
        sequence(&store).await;
        back_up(&store, &place.folder).await;
        store.erase_subject(anna, &[], "privacy-centre", at(70)).await.unwrap();
        write_entries(&store, 5).await;
        let lost = sequence(&store).await;
        store.close().await;

        let note = std::fs::read_to_string(&last_path).unwrap();
        let target = Place::sqlite();
        let restored = Store::restore(&restoration(&place.folder, vec![note]), &target.url, place.keys.clone(), options(), at(80)).await.unwrap();
        assert!(!restored.is_known(anna).await.unwrap());
        assert!(restored.history(anna).await.unwrap().is_empty());
        assert!(restored.is_known(bert).await.unwrap());
        let after = sequence(&restored).await;
        let continued = after.continuation().unwrap().unwrap();
        assert_eq!((continued.size, continued.root), (lost.size, lost.root));
        restored.close().await;
    }

    async fn a_damaged_backup_is_refused_and_leaves_nothing(place: Place) {
        let store = place.open().await;
        write_entries(&store, 3).await;
        sequence(&store).await;
        back_up(&store, &place.folder).await;
        let again = store.backup(&place.folder.path("backup"), &place.folder.path("k"), at(1)).await;
        assert!(again.unwrap_err().to_string().contains("does not exist yet"));
        store.close().await;
        let target = Place::sqlite();
        let restore = async || Store::restore(&restoration(&place.folder, Vec::new()), &target.url, place.keys.clone(), StoreOptions::default(), at(60)).await;
        let path = place.folder.path("backup").join("evidence.jsonl");
        let text = std::fs::read_to_string(&path).unwrap();
        let cut: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
        for (bad, said) in [(cut, "use another backup"), (text.replace("main", "mine"), "use another backup"), ("[1]\n".into(), "a row that is none")] {
            std::fs::write(&path, bad).unwrap();
            let error = restore().await.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        std::fs::write(&path, text).unwrap();
        restore().await.unwrap().close().await;
        std::fs::remove_file(place.folder.path("backup").join("manifest.json")).unwrap();
        assert!(matches!(restore().await, Err(StoreError::Setting(_))));
    }

    async fn without_data_keys_a_restored_store_says_nothing_of_anyone(place: Place) {
        let store = place.open().await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let device = Identifier::new("device", "d-1").unwrap();
        let entry = store.record(&device, &given, at(1)).await.unwrap();
        back_up(&store, &place.folder).await;
        store.close().await;
        let target = Place::sqlite();
        let without = Restoration { data_keys: None, ..restoration(&place.folder, Vec::new()) };
        let restored = Store::restore(&without, &target.url, place.keys.clone(), StoreOptions::default(), at(60)).await.unwrap();
        assert_eq!(restored.identifier(entry.subject).await.unwrap(), None);
        assert!(restored.entry(entry.entry_id).await.unwrap().unwrap().opened.is_none());
        sequence(&restored).await;
        let receipt = restored.receipt(entry.entry_id).await.unwrap().unwrap();
        receipt.verify(&restored.key_ring().await.unwrap()).unwrap();
        restored.close().await;
    }
}
