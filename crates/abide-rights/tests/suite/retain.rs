//! Retention sweeps.

use abide_rights::{Pace, sweep};

use crate::shop::{Shop, at};

on_all! {
    async fn rows_whose_time_is_over_go_in_batches(shop: Shop) {
        let before = shop.dump().await;
        let pace = Pace { batch: 1, actor: "test", now: at(1) };
        let pauses = std::sync::atomic::AtomicU64::new(0);
        let pause = async || { pauses.fetch_add(1, std::sync::atomic::Ordering::Relaxed); };
        let swept = sweep(&shop.store, &shop.mapped[0], pace, pause).await.unwrap();
        assert_eq!((swept.deleted, swept.batches), (2, 2));
        assert!(pauses.into_inner() >= 1);
        let after = shop.dump().await;
        for (table, rows) in &before {
            for row in rows {
                let is_old = table == "sessions" && row.contains("2020-01");
                assert_eq!(after[table].contains(row), !is_old, "{table}: {row}");
            }
        }
        let again = sweep(&shop.store, &shop.mapped[0], pace, async || {}).await.unwrap();
        assert_eq!(again.deleted, 0);
    }

    async fn a_hold_of_our_records_stops_a_sweep_and_is_named(shop: Shop) {
        let mut shop = shop;
        shop.hold("case-7", "email", "cy@example.org").await;
        let held = shop.store.held().await.unwrap();
        assert_eq!(held.len(), 1);
        shop.mapped[0].hold(&held, at(1)).await.unwrap();
        let before = shop.dump().await;
        let pace = Pace { batch: 10, actor: "test", now: at(1) };
        let swept = sweep(&shop.store, &shop.mapped[0], pace, async || {}).await.unwrap();
        assert_eq!(swept.deleted, 0);
        assert_eq!(shop.dump().await, before);
        let nobody = abide_map::plan::Identities::default();
        let doing = abide_map::plan::Doing::Sweep;
        let explained = abide_rights::explain(&shop.mapped[0], doing, &nobody, at(1)).await.unwrap();
        let text = explained.text();
        assert!(text.contains("keep 2 rows of sessions") && text.contains("case-7"), "{text}");
        assert!(!text.contains("delete"), "{text}");
    }

    async fn a_hold_that_is_laid_between_two_batches_stops_the_next(shop: Shop) {
        let pace = Pace { batch: 1, actor: "test", now: at(1) };
        let pause = async || shop.hold("case-7", "account", "3").await;
        let swept = sweep(&shop.store, &shop.mapped[0], pace, pause).await.unwrap();
        assert_eq!((swept.deleted, swept.batches), (1, 1));
        let left = &shop.dump().await["sessions"];
        assert_eq!(left.iter().filter(|row| row.contains("2020-01")).count(), 1);
    }
}
