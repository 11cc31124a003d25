//! Writes and their evidence: whole or not at all, and each for itself.

use abide_store::{Refusal, Statement, StoreError, Value};

use crate::place::{Place, at, evidence, write_entries};

/// Anything that can be there once: a text that was shown.
fn text(name: &str) -> Statement {
    let params = vec![
        "main".into(),
        Value::from([7; 32]),
        name.into(),
        "a".into(),
        "text".into(),
    ];
    Statement::new(
        "INSERT INTO shown (tenant, hash, lang, variant, text) VALUES ($1, $2, $3, $4, $5)",
        params,
    )
}

on_both! {
    async fn a_write_and_its_evidence_stand_or_fall_together(place: Place) {
        let store = place.open().await;
        let mut tx = store.begin(evidence("test.ran")).unwrap();
        tx.push(text("en"));
        let entry = tx.commit().await.unwrap().entry_id;
        assert!(store.pending(entry).await.unwrap());
        let stored = store.entry(entry).await.unwrap().unwrap();
        assert_eq!(stored.entry.public().kind, "test.ran");
        let (_, private) = stored.opened.unwrap();
        assert!(String::from_utf8(private.to_vec()).unwrap().contains("quince"));

        let mut tx = store.begin(evidence("test.ran")).unwrap();
        tx.push(text("en"));
        let refused = tx.entry_id();
        let error = tx.commit().await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(Refusal::AlreadyThere)), "{error}");
        assert!(store.entry(refused).await.unwrap().is_none());
        store.close().await;
    }

    async fn one_bad_write_hurts_nobody_else(place: Place) {
        let store = place.open().await;
        let writers: Vec<_> = (0..64).map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut tx = store.begin(evidence("test.ran")).unwrap();
                // Every fourth writer wants what all of its kind want.
                match number % 4 {
                    0 => tx.push(text("same")),
                    1 => tx.push(text(&number.to_string())),
                    2 => tx.push(Statement::new(
                        "UPDATE shown SET text = 'x' WHERE tenant = $1 AND lang = 'nowhere'",
                        vec!["main".into()],
                    ).or_refuse(Refusal::NotThere)),
                    _ => {}
                }
                (tx.entry_id(), tx.commit().await.map(|written| written.entry_id))
            })
        }).collect();
        let mut same = 0;
        for (number, writer) in writers.into_iter().enumerate() {
            let (entry, result) = writer.await.unwrap();
            let stored = store.entry(entry).await.unwrap().is_some();
            assert_eq!(stored, result.is_ok());
            match number % 4 {
                0 => same += usize::from(result.is_ok()),
                2 => assert!(matches!(result, Err(StoreError::Refused(Refusal::NotThere)))),
                _ => assert!(result.is_ok(), "{result:?}"),
            }
        }
        assert_eq!(same, 1);
        store.close().await;
    }

    async fn what_is_acknowledged_comes_before_what_follows(place: Place) {
        let store = place.open().await;
        let mut last = -1;
        for _ in 0..20 {
            let others: Vec<_> = (0..3).map(|_| {
                let store = store.clone();
                tokio::spawn(async move { write_entries(&store, 1).await })
            }).collect();
            let written = store.begin(evidence("test.ran")).unwrap().commit().await.unwrap();
            assert!(written.arrival > last, "{} after {last}", written.arrival);
            last = written.arrival;
            for other in others {
                other.await.unwrap();
            }
        }
        store.close().await;
    }

    async fn a_closed_store_answers_and_takes_nothing(place: Place) {
        let store = place.open().await;
        let waiting: Vec<_> = (0..16).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.begin(evidence("test.ran")).unwrap().commit().await })
        }).collect();
        tokio::task::yield_now().await;
        store.close().await;
        for write in waiting {
            let result = write.await.unwrap();
            assert!(result.is_ok() || matches!(result, Err(ref error) if error.is_outage()), "{result:?}");
        }
        let tx = store.begin_housekeeping(at(0)).unwrap();
        assert!(tx.commit().await.is_err());
    }

    async fn too_much_in_one_write_is_refused(place: Place) {
        let store = place.open().await;
        let mut tx = store.begin(evidence("test.ran")).unwrap();
        for _ in 0..2000 {
            tx.witness(&evidence("test.ran")).unwrap();
        }
        assert!(tx.commit().await.unwrap_err().to_string().contains("split it"));
        // Nothing that could be a sentence or an address gets into the public part.
        let mut loose = evidence("test.ran");
        loose.clauses = vec!["anna@example.org".into()];
        assert!(matches!(store.begin(loose), Err(StoreError::Setting(_))));
        store.close().await;
    }
}
