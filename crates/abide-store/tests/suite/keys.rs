//! Key files on disk, and keys that take the place of others.

use std::os::unix::fs::PermissionsExt as _;

use abide_ledger::{KeyRing, Note};
use abide_store::{ConsentState, KeyKind, Keys, Sequencer, Store, StoreOptions};

use crate::place::{Folder, Place, at, consent, person, sequence, write_entries};

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let folder = Folder::new();
    let path = folder.path("keys");
    let keys = Keys::generate().unwrap();
    keys.save(&path).unwrap();
    assert_eq!(Keys::load(&path).unwrap(), keys);
    let more = keys.with_fresh(KeyKind::Signing).unwrap();
    more.save(&path).unwrap();
    assert_eq!(Keys::load(&path).unwrap(), more);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(
        Keys::load(&path)
            .unwrap_err()
            .to_string()
            .contains("chmod 600")
    );
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
}

on_both! {
    async fn a_signing_key_names_its_successor_and_retires(place: Place) {
        let store = place.open().await;
        let behind = place.open().await;
        write_entries(&store, 2).await;
        sequence(&store).await;
        let root = store.key_ring().await.unwrap().verifiers().next().unwrap().clone();
        let fresh = place.keys.with_fresh(KeyKind::Signing).unwrap();
        store.rotate(KeyKind::Signing, fresh, "admin", at(5)).await.unwrap();
        let both = sequence(&store).await;
        write_entries(&store, 1).await;
        sequence(&store).await;
        let notes: Vec<Note> = store.checkpoints(0, 9).await.unwrap().iter().map(|it| Note::parse(&it.note).unwrap()).collect();
        let signatures: Vec<usize> = notes.iter().map(|note| note.signatures().len()).collect();
        assert_eq!(signatures, [1, 2, 1]);
        // Whoever knew only the first key can check all of them, and the first key no more than its own.
        let ring = KeyRing::follow(root.clone(), &store.rotations().await.unwrap()).unwrap();
        for note in &notes {
            ring.open(note).unwrap();
        }
        let mut alone = KeyRing::new();
        alone.trust(root);
        assert!(alone.open(&notes[2]).is_err());
        assert_eq!(both.size, 3);
        // A node that missed the rotation does not sign.
        write_entries(&behind, 1).await;
        let mut sequencer = Sequencer::new(&behind).unwrap();
        let error = sequencer.step(at(90_000_000)).await.unwrap_err().to_string();
        assert!(error.contains("key file of the other nodes"), "{error}");
        assert_eq!(sequence(&store).await.size, 5);
        store.close().await;
        behind.close().await;
    }

    async fn a_master_key_is_replaced_under_all_data_keys(place: Place) {
        let store = place.open().await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let mut entries = Vec::new();
        for name in ["anna", "bert"] {
            entries.push(store.record(&person(name), &given, at(1)).await.unwrap().entry_id);
        }
        let fresh = place.keys.with_fresh(KeyKind::Master).unwrap();
        store.rotate(KeyKind::Master, fresh.clone(), "admin", at(2)).await.unwrap();
        entries.push(store.record(&person("cleo"), &given, at(3)).await.unwrap().entry_id);
        // The two subjects' and the tenant's, which sealed the evidence of the rotation.
        assert_eq!(store.rewrap_data_keys(at(4)).await.unwrap(), 3);
        assert_eq!(store.rewrap_data_keys(at(4)).await.unwrap(), 0);
        store.close().await;
        let old = place.keys.list().find(|(kind, _)| *kind == KeyKind::Master).unwrap().1.to_owned();
        let keys = fresh.without(KeyKind::Master, &old);
        let store = Store::open(&place.url, keys, StoreOptions::default(), at(5)).await.unwrap();
        for entry in entries {
            assert!(store.entry(entry).await.unwrap().unwrap().opened.is_some());
        }
        store.close().await;
    }
}
