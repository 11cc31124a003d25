//! Retention sweeps.

use abide_rights::{Pace, sweep};

use crate::shop::{Shop, at};

on_all! {
    async fn rows_whose_time_is_over_go_in_batches(shop: Shop) {
        let before = shop.dump().await;
        let pace = Pace { batch: 1, holds: &[], actor: "test", now: at(1) };
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
}
