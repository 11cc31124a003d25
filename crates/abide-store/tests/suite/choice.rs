//! Choices: recorded, taken back, renewed, expired, imported.

use abide_store::{Acting, Actor, ConsentState, PastWord, Refusal, ShownText, StoreError};

use crate::place::{Place, at, consent, person, sequence};

on_both! {
    async fn taking_back_is_as_easy_as_giving(place: Place) {
        let store = place.open().await;
        let anna = person("anna");
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let subject = store.record(&anna, &given, at(1)).await.unwrap().subject;
        let current = store.current(subject, at(2)).await.unwrap();
        assert_eq!(current.len(), 1);
        assert_eq!(current[0].state.holds(), Some(true));
        store.withdraw(&anna, &given, at(3)).await.unwrap();
        let current = store.current(subject, at(4)).await.unwrap();
        assert_eq!(current.len(), 1);
        assert_eq!(current[0].state, ConsentState::ConsentWithdrawn);
        store.renew(&anna, &given, at(5)).await.unwrap();
        assert_eq!(store.current(subject, at(6)).await.unwrap()[0].state, ConsentState::RenewedConsentGiven);
        assert_eq!(store.history(subject).await.unwrap().len(), 3);
        // What was never given can be taken back all the same.
        let bert = store.withdraw(&person("bert"), &given, at(7)).await.unwrap();
        assert_eq!(store.current(bert.subject, at(8)).await.unwrap()[0].state.holds(), Some(false));
        assert!(store.current(store.subject(&person("nobody")).await.unwrap(), at(8)).await.unwrap().is_empty());
        store.close().await;
    }

    async fn a_choice_keeps_who_acted_and_exactly_what_was_shown(place: Place) {
        let store = place.open().await;
        let shown = ShownText { text: "Darf Ihr Kind …?".into(), lang: "de".into(), variant: "b".into() };
        let mut choice = consent(ConsentState::ConsentGiven, "club");
        choice.actor = Actor { acting: Acting::Parent, reference: Some("passport 123".into()) };
        choice.signals = vec!["gpc".into()];
        choice.policy = Some("ab12".into());
        choice.until = Some(at(1000));
        choice.shown = Some(shown.shown());
        let child = person("child");
        let subject = store.subject(&child).await.unwrap();
        for second in [1, 2] {
            let mut tx = store.begin_choice(subject, Some(&child), &choice, at(second)).unwrap();
            tx.show(&shown);
            tx.commit().await.unwrap();
        }
        let past = store.history(subject).await.unwrap().remove(0);
        assert_eq!(past.acting, Acting::Parent);
        assert_eq!(past.signals, ["gpc"]);
        assert_eq!(past.scope, choice.scope);
        assert_eq!((past.at, past.until), (at(1), Some(at(1000))));
        assert_eq!(store.shown(past.shown.as_ref().unwrap()).await.unwrap().unwrap(), shown.text);
        assert_eq!(store.actor_reference(past.entry_id).await.unwrap().unwrap(), "passport 123");
        let entry = store.entry(past.entry_id).await.unwrap().unwrap().entry;
        assert_eq!(entry.public().outcome.as_deref(), Some("ConsentGiven"));
        assert_eq!(entry.public().clauses, ["HB-005"]);
        assert!(!entry.leaf_data().contains("club"));
        store.close().await;
    }

    async fn a_choice_expires_once_and_is_recorded_as_expired(place: Place) {
        let stores = [place.open().await, place.open().await];
        let mut choice = consent(ConsentState::ConsentGiven, "newsletter");
        choice.until = Some(at(100));
        let mut subjects = Vec::new();
        for name in ["anna", "bert", "cleo"] {
            subjects.push(stores[0].record(&person(name), &choice, at(1)).await.unwrap().subject);
        }
        stores[0].renew(&person("cleo"), &consent(ConsentState::ConsentGiven, "newsletter"), at(50)).await.unwrap();
        assert!(stores[0].expire_due(at(99), 10).await.unwrap().is_empty());
        assert_eq!(stores[0].current(subjects[0], at(100)).await.unwrap()[0].state, ConsentState::ConsentExpired);
        let (one, other) = tokio::join!(stores[0].expire_due(at(100), 10), stores[1].expire_due(at(100), 10));
        assert_eq!(one.unwrap().len() + other.unwrap().len(), 3);
        assert!(stores[0].expire_due(at(101), 10).await.unwrap().is_empty());
        let states: Vec<_> = stores[1].history(subjects[0]).await.unwrap().iter().map(|choice| choice.state).collect();
        assert_eq!(states, [ConsentState::ConsentGiven, ConsentState::ConsentExpired]);
        assert_eq!(stores[1].current(subjects[2], at(102)).await.unwrap()[0].state, ConsentState::RenewedConsentGiven);
        for store in stores {
            store.close().await;
        }
    }

    async fn imported_choices_do_not_outlive_what_was_said_here(place: Place) {
        let store = place.open().await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        store.withdraw(&person("anna"), &given, at(500)).await.unwrap();
        let words = ["anna", "bert"].map(|name| past_word(name, 10));
        let entries = store.import(&words, None, at(600)).await.unwrap();
        assert_eq!(entries.len(), 2);
        let entry = store.entry(entries[0]).await.unwrap().unwrap();
        assert_eq!(entry.entry.public().kind, "consent.imported");
        // What the entry commits to says when it was said, and to which text.
        let (_, private) = entry.opened.unwrap();
        let private: serde_json::Value = serde_json::from_slice(&private).unwrap();
        assert_eq!(private["details"]["said"], at(10).to_string());
        assert_eq!(private["details"]["source"], "form");
        sequence(&store).await;
        let receipt = store.receipt(entries[0]).await.unwrap().unwrap();
        let verified = receipt.verify(&store.key_ring().await.unwrap()).unwrap();
        assert_eq!(verified.shown, abide_ledger::Shown::Sealed);
        for (name, holds) in [("anna", false), ("bert", true)] {
            let subject = store.subject(&person(name)).await.unwrap();
            let current = store.current(subject, at(700)).await.unwrap();
            assert_eq!(current.len(), 1);
            assert_eq!(current[0].state.holds(), Some(holds));
        }
        store.close().await;
    }

    async fn an_import_that_is_sent_again_records_only_the_rest(place: Place) {
        let store = place.open().await;
        // Each person said two things.
        let words: Vec<PastWord> = (0..450).map(|number| past_word(&format!("p{}", number / 2), number)).collect();
        let request = store.repeatable("shop/7", "POST /v1/consents/import", b"all").unwrap();
        // It broke off behind a part.
        let first = store.import(&words[..200], Some(&request), at(600)).await.unwrap();
        let all = store.import(&words, Some(&request), at(601)).await.unwrap();
        assert_eq!((all.len(), &all[..200]), (450, &first[..]));
        assert_eq!(store.import(&words, Some(&request), at(602)).await.unwrap(), all);
        let other = store.repeatable("shop/7", "POST /v1/consents/import", b"others").unwrap();
        let refused = store.import(&words, Some(&other), at(603)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Refused(Refusal::IdempotencyMismatch)), "{refused}");
        assert_eq!(sequence(&store).await.size, 450);
        store.close().await;
    }
}

fn past_word(name: &str, second: i64) -> PastWord {
    let text = ShownText {
        text: "May we?".into(),
        lang: "en".into(),
        variant: String::new(),
    };
    let mut choice = consent(ConsentState::ConsentGiven, "newsletter");
    choice.shown = Some(text.shown());
    PastWord {
        identifier: person(name),
        choice,
        shown: Some(text),
        at: at(second),
    }
}
