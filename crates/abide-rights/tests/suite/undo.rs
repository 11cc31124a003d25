//! Erasures taken back: everything is as it was, what was changed meanwhile is left alone, and nobody opens a capsule whose time
//! is over.

use abide_rights::{Eraser, Grade, Mapped, destroy_capsules, scan_requests, undo};
use abide_sources::SourceOptions;
use abide_store::{EntryId, RequestState};

use crate::kill::{POINTS, dump_of, role_of};
use crate::shop::{Shop, at, known, mapped_with, undoable};

/// A day, in seconds.
const DAY: i64 = 24 * 3600;

async fn sources(shop: &Shop) -> [Mapped; 1] {
    let options = SourceOptions::new("shop");
    [mapped_with(&shop.database.url, options, &undoable()).await]
}

/// Erases Ann; the request, and the certificate as text.
async fn erase(eraser: &Eraser<'_>) -> (EntryId, String) {
    let person = known("email", "ann@example.org");
    let progress = eraser.erase(&person, &["shop".into()], &[]).await.unwrap();
    let (_, certificate) = progress.certified.expect("nothing is stuck");
    (progress.request, certificate.text())
}

on_all! {
    async fn an_erasure_that_is_taken_back_leaves_everything_as_it_was(shop: Shop) {
        let before = dump_of(&shop).await;
        let sources = sources(&shop).await;
        let (request, text) = erase(&shop.eraser_over(&sources, 1)).await;
        assert!(text.contains("recoverable until"), "{text}");
        assert_ne!(dump_of(&shop).await, before);
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        assert_eq!(dump_of(&shop).await, before);
        let stored = shop.store.request(request).await.unwrap().unwrap();
        assert_eq!(stored.state, RequestState::Closed);
        assert!(stored.sealed.is_none());
        let certificates = shop.store.certificates(request).await.unwrap();
        let (entry, _, text) = certificates.last().unwrap();
        assert!(text.starts_with("Certificate of erasure, taken back"), "{text}");
        let mut sequencer = abide_store::Sequencer::new(&shop.store).unwrap();
        while sequencer.step(at(2)).await.unwrap().is_some() {}
        assert!(shop.store.certificate_receipt(*entry).await.unwrap().is_some());
        assert!(shop.store.is_undone(request).await.unwrap());
        let again = undo(&shop.eraser_over(&sources, 3), request).await.unwrap_err();
        assert!(again.to_string().contains("cannot be undone"), "{again}");
    }

    async fn what_changed_meanwhile_is_left_alone(shop: Shop) {
        let before = dump_of(&shop).await;
        let sources = sources(&shop).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        shop.database.run("INSERT INTO sessions VALUES ('t1', 2, '2026-07-01 00:00:00'); UPDATE invoices SET billed_to = 'Bo' WHERE id = 100").await;
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        let refused = undone.tables.iter().filter(|table| table.refused > 0);
        let refused: Vec<(&str, u64)> = refused.map(|table| (table.table.as_str(), table.refused)).collect();
        assert!(refused.contains(&("sessions", 1)) && refused.contains(&("invoices", 1)), "{refused:?}");
        assert!(undone.open_until.is_some());
        let left = dump_of(&shop).await;
        assert_eq!(left["orders"], before["orders"]);
        assert!(left["sessions"].iter().any(|row| row.starts_with("t1|2|")));
        assert!(left["invoices"].iter().any(|row| row.contains("|Bo|")), "{:?}", left["invoices"]);
        // Nobody erases again what came back, and once there is room the rest comes too.
        assert!(scan_requests(&shop.eraser_over(&sources, 3)).await.unwrap().is_empty());
        shop.database.run("DELETE FROM sessions WHERE token = 't1'; UPDATE invoices SET billed_to = 'removed' WHERE id = 100").await;
        let undone = undo(&shop.eraser_over(&sources, 4), request).await.unwrap();
        assert_eq!(undone.open_until, None, "{:?}", undone.tables);
        assert_eq!(dump_of(&shop).await, before);
    }

    async fn a_capsule_whose_time_is_over_opens_no_more(shop: Shop) {
        let sources = sources(&shop).await;
        let (request, _) = erase(&shop.eraser_over(&sources, 1)).await;
        let capsules = shop.store.capsules(request).await.unwrap();
        assert_eq!(capsules.len(), 1);
        assert!(shop.store.open_capsule(capsules[0].id, at(2)).await.unwrap().is_some());
        let late = undo(&shop.eraser_over(&sources, 7 * DAY + 2), request).await.unwrap_err();
        assert!(late.to_string().contains("its time is over"), "{late}");
        assert_eq!(destroy_capsules(&shop.store, "test", at(7 * DAY)).await.unwrap(), 0);
        assert_eq!(destroy_capsules(&shop.store, "test", at(7 * DAY + 1)).await.unwrap(), 1);
        // Also to a clock that goes back.
        assert!(shop.store.open_capsule(capsules[0].id, at(2)).await.unwrap().is_none());
    }

    async fn a_scan_says_until_when_it_can_be_taken_back(shop: Shop) {
        let sources = sources(&shop).await;
        let eraser = shop.eraser_over(&sources, 1);
        let (request, _) = erase(&eraser).await;
        abide_rights::files_erased(&shop.store, request, "test", at(1)).await.unwrap();
        let cleared = scan_requests(&eraser).await.unwrap();
        let (_, certificate) = cleared[0].certified.as_ref().expect("nothing is left");
        assert_eq!(certificate.grade, Grade::Scanned);
        assert!(certificate.text().contains("recoverable until"));
        let undone = undo(&shop.eraser_over(&sources, 2), request).await.unwrap();
        assert_eq!(undone.open_until, None);
    }

    async fn a_killed_erasure_can_be_taken_back_whole(shop: Shop) {
        let engine = shop.database.engine;
        drop(shop);
        for point in 0..POINTS {
            let shop = Shop::open(engine, "undone").await;
            let before = dump_of(&shop).await;
            for limit in [point, i64::MAX] {
                let mut command = role_of(&shop, "erase");
                command.env("ABIDE_ROLE_UNDO", "yes").env("ABIDE_ROLE_POINT", limit.to_string());
                command.output().unwrap();
            }
            let checked = shop.store.requests(RequestState::Checked, None, 10).await.unwrap();
            let sources = sources(&shop).await;
            let undone = undo(&shop.eraser_over(&sources, 9), checked[0].id).await.unwrap();
            assert_eq!(undone.open_until, None, "{point}: {:?}", undone.tables);
            assert_eq!(dump_of(&shop).await, before, "{point}");
        }
    }
}
