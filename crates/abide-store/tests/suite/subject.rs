//! Subjects: tokens, joined devices, profiles.

use abide_store::{
    ConsentState, Identifier, KeyKind, Profile, Refusal, Store, StoreError, StoreOptions,
};

use crate::place::{Place, at, consent, evidence, person};

on_both! {
    async fn an_identifier_is_kept_sealed_and_named_by_a_token(place: Place) {
        let store = place.open().await;
        let anna = Identifier::new("email", "  Anna@Example.ORG ").unwrap();
        assert_eq!(anna, person("anna"));
        let token = store.subject(&anna).await.unwrap();
        assert!(!store.is_known(token).await.unwrap());
        let choice = consent(ConsentState::ConsentGiven, "newsletter");
        let recorded = store.record(&anna, &choice, at(1)).await.unwrap();
        assert_eq!(recorded.subject, token);
        assert!(store.is_known(token).await.unwrap());
        assert_eq!(store.identifier(token).await.unwrap(), Some(anna.clone()));
        // Another kind, value or tenant is another subject.
        let others = StoreOptions { tenant: "other".into(), ..StoreOptions::default() };
        let other_store = place.open_with(others).await;
        assert_ne!(other_store.subject(&anna).await.unwrap(), token);
        assert!(!other_store.is_known(token).await.unwrap());
        let account = Identifier::new("account", "anna@example.org").unwrap();
        assert_ne!(store.subject(&account).await.unwrap(), token);
        assert!(!format!("{anna:?} {token:?}").contains("anna"));
        store.close().await;
        other_store.close().await;
    }

    async fn everyone_on_whom_a_hold_lies_is_found_by_all_they_are_known_by(place: Place) {
        let store = place.open().await;
        assert!(store.held().await.unwrap().is_empty());
        let device = Identifier::new("device", "d-1").unwrap();
        let known = [person("anna"), person("bert"), device.clone()];
        for identifier in &known {
            let token = store.subject(identifier).await.unwrap();
            let mut tx = store.begin(evidence("test.ran")).unwrap();
            tx.register(token, identifier, at(1));
            let holds = if *identifier == person("anna") { vec!["case \"7\"".to_owned()] } else { Vec::new() };
            tx.set_profile(token, &Profile { holds, ..Profile::default() }).unwrap();
            tx.commit().await.unwrap();
        }
        let anna = store.subject(&person("anna")).await.unwrap();
        let token = store.subject(&device).await.unwrap();
        store.join(token, anna, "test", at(2)).await.unwrap();
        let held = store.held().await.unwrap();
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].holds, ["case \"7\""]);
        assert_eq!(held[0].identifiers.len(), 2);
        assert!(held[0].identifiers.contains(&device) && held[0].identifiers.contains(&person("anna")));
        assert!(!format!("{held:?}").contains("anna"));
        store.erase_subject(anna, &[], "test", at(3)).await.unwrap();
        assert!(store.held().await.unwrap().is_empty());
        store.close().await;
    }

    async fn a_subject_keeps_its_token_when_the_token_key_is_rotated(place: Place) {
        let store = place.open().await;
        let choice = consent(ConsentState::ConsentGiven, "newsletter");
        let known = store.record(&person("anna"), &choice, at(1)).await.unwrap().subject;
        let unknown = store.subject(&person("bert")).await.unwrap();
        store.close().await;
        let keys = place.keys.with_fresh(KeyKind::Token).unwrap();
        let store = Store::open(&place.url, keys, StoreOptions::default(), at(2)).await.unwrap();
        assert_eq!(store.subject(&person("anna")).await.unwrap(), known);
        assert_ne!(store.subject(&person("bert")).await.unwrap(), unknown);
        store.close().await;
    }

    async fn a_joined_device_and_the_account_are_one_with_both_histories(place: Place) {
        let store = place.open().await;
        let device = Identifier::new("device", "d-1").unwrap();
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        let asked = consent(ConsentState::ConsentRefused, "ads");
        let device = store.record(&device, &given, at(1)).await.unwrap().subject;
        let account = store.record(&person("anna"), &asked, at(2)).await.unwrap().subject;
        assert_eq!(store.history(account).await.unwrap().len(), 1);
        store.join(device, account, "sign-in", at(3)).await.unwrap();
        for token in [device, account] {
            assert_eq!(store.resolve(token).await.unwrap(), account);
            assert_eq!(store.history(token).await.unwrap().len(), 2);
            assert_eq!(store.current(token, at(4)).await.unwrap().len(), 2);
        }
        assert_eq!(store.family(device).await.unwrap(), [account, device]);
        let again = store.join(device, account, "sign-in", at(3)).await.unwrap_err();
        assert!(matches!(again, StoreError::Refused(Refusal::AlreadyThere)));
        let back = store.join(account, device, "sign-in", at(3)).await.unwrap_err();
        assert!(matches!(back, StoreError::Refused(Refusal::AlreadyThere)));
        // A withdrawal on the device holds for the account.
        let withdrawn = consent(ConsentState::ConsentWithdrawn, "newsletter");
        store.record(&Identifier::new("device", "d-1").unwrap(), &withdrawn, at(5)).await.unwrap();
        let current = store.current(account, at(6)).await.unwrap();
        assert!(current.iter().any(|choice| choice.state == ConsentState::ConsentWithdrawn));
        assert!(!current.iter().any(|choice| choice.state == ConsentState::ConsentGiven));
        store.close().await;
    }

    async fn a_profile_belongs_to_a_known_subject(place: Place) {
        let store = place.open().await;
        let token = store.subject(&person("anna")).await.unwrap();
        let profile = Profile { residence: Some("NL".into()), birth: Some("2012".into()), ..Profile::default() };
        assert_eq!(store.profile(token).await.unwrap(), Profile::default());
        let mut tx = store.begin(evidence("subject.described")).unwrap();
        tx.set_profile(token, &profile).unwrap();
        assert!(matches!(tx.commit().await, Err(StoreError::Refused(Refusal::NotThere))));
        let mut tx = store.begin(evidence("subject.described")).unwrap();
        tx.register(token, &person("anna"), at(1));
        tx.set_profile(token, &profile).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.profile(token).await.unwrap(), profile);
        store.close().await;
    }
}
