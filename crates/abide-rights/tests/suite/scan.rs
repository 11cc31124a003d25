//! The scan for what was left behind, and people who come back with a backup.

use abide_rights::{Grade, came_back, files_erased, scan_requests};
use abide_store::RequestState;

use crate::shop::{Shop, at, known};

on_all! {
    async fn what_no_map_names_is_found_and_reopens_the_request(shop: Shop) {
        shop.database.run("INSERT INTO scribbles VALUES (7, '{\"asked\": \"Ann@Example.org\"}')").await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
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

    async fn a_kept_row_is_excused_and_the_row_beside_it_is_not(shop: Shop) {
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("email", "ann@example.org"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        shop.database.run("UPDATE invoices SET mail = 'ann@example.org' WHERE id = 100").await;
        shop.database.run("INSERT INTO invoices VALUES (900, NULL, 'x', 'ann@example.org', '2026-02-05 10:00:00')").await;
        let cleared = scan_requests(&eraser).await.unwrap();
        assert!(cleared[0].certified.is_none());
        let [residue] = cleared[0].residues.as_slice() else {
            panic!("{:?}", cleared[0].residues);
        };
        assert_eq!((residue.column.as_str(), residue.rows), ("mail", 1));
        assert_eq!(residue.keys, [[Some("900".to_owned())]]);
        shop.database.run("DELETE FROM invoices WHERE id = 900").await;
        eraser.advance(progress.request).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().unwrap();
        let text = certificate.text();
        assert!(text.contains("found in invoices.mail: 1 row (rows kept: tax-law)"), "{text}");
        assert!(text.contains("Looked through source shop"), "{text}");
    }

    async fn what_the_source_knew_a_person_by_is_looked_for_too(shop: Shop) {
        shop.database.run("INSERT INTO scribbles VALUES (7, 'call ann@example.org')").await;
        let eraser = shop.eraser(1);
        let progress = eraser.erase(&known("account-id", "1"), &["shop".into()], &[]).await.unwrap();
        files_erased(&shop.store, progress.request, "test", at(1)).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let found: Vec<String> = cleared[0].residues.iter().map(|it| it.table.to_string()).collect();
        assert!(found.contains(&"scribbles".to_owned()), "{cleared:?}");
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
