//! The scan for what was left behind, and people who come back with a backup.

use abide_rights::{Grade, came_back, scan_requests};
use abide_store::RequestState;

use crate::shop::{Shop, at, known};

on_all! {
    async fn what_no_map_names_is_found_and_reopens_the_request(shop: Shop) {
        shop.database.run("INSERT INTO scribbles VALUES (7, '{\"asked\": \"Ann@Example.org\"}')").await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        assert_eq!(cleared.len(), 1);
        assert!(cleared[0].certified.is_none());
        let residue = &cleared[0].residues[0];
        assert_eq!((residue.table.to_string().as_str(), residue.column.as_str(), residue.rows), ("scribbles", "text", 1));
        assert_eq!(residue.keys, [[Some("7".to_owned())]]);
        assert_eq!(shop.store.requests(RequestState::Open, None, 10).await.unwrap().len(), 1);

        shop.database.run("DELETE FROM scribbles WHERE id = 7").await;
        eraser.advance(progress.request).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        assert_eq!(certificate.grade, Grade::Scanned);
        let closed = shop.store.request(progress.request).await.unwrap().unwrap();
        assert_eq!(closed.state, RequestState::Closed);
        assert!(closed.sealed.is_none(), "whom it was about is forgotten");
    }

    async fn people_who_come_back_with_a_backup_are_found(shop: Shop) {
        let eraser = shop.eraser(100);
        eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, NULL)").await;
        let erasures = shop.journal.read().await.unwrap();
        let found = came_back(&shop.store, &shop.mapped[0], &erasures, at(50)).await.unwrap();
        assert_eq!(found.people.len(), 1);
        eraser.erase(&found.people[0], &["shop".into()], &[]).await.unwrap();
        assert!(!shop.dump().await["users"].iter().any(|row| row.contains("ann@")));
        // Who registers again after the moment of the backup is somebody else to us.
        shop.database.run("INSERT INTO users VALUES (1, 'ann@example.org', 'Ann', NULL, NULL)").await;
        let found = came_back(&shop.store, &shop.mapped[0], &erasures, at(150)).await.unwrap();
        assert!(found.people.is_empty());
    }
}
