//! What the server asks of the store: keys, kept answers, policies, the register, decisions, and following the log.

use std::collections::BTreeSet;

use abide_store::{
    ActivationKind, ApiScope, Change, ConsentState, Contract, DecisionCursor, Holding, Identifier,
    KeptAnswer, KeyKind, Mode, ModeSetting, Occurrence, PastDecision, Profile, Refusal, StoreError,
};

use crate::place::{Place, at, consent, evidence, person, sequence};

fn refused<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

on_both! {
    async fn a_key_is_shown_once_and_checked_in_memory(place: Place) {
        let store = place.open().await;
        let scopes = BTreeSet::from([ApiScope::Decide, ApiScope::ConsentsWrite]);
        let (text, key) = store.create_api_key("shop", &scopes, "admin", at(1)).await.unwrap();
        let keys = store.api_keys().await.unwrap();
        assert_eq!(keys.check(&text), Some(&key));
        assert!(key.allows(ApiScope::Decide) && !key.allows(ApiScope::Admin));
        assert!(!format!("{keys:?}").contains(&text[20..]));
        let mut wrong = text.to_string();
        wrong.replace_range(text.len() - 1.., if text.ends_with('0') { "1" } else { "0" });
        for wrong in [wrong.as_str(), "", "abide", "abide_x_y", &text[1..], &text[..text.len() - 2]] {
            assert_eq!(keys.check(wrong), None);
        }
        store.revoke_api_key(&key.id, "admin", at(2)).await.unwrap();
        assert_eq!(refused(store.revoke_api_key(&key.id, "admin", at(2)).await), Refusal::NotThere);
        let keys = store.api_keys().await.unwrap();
        assert_eq!(keys.check(&text), None);
        assert_eq!(keys.list().next().unwrap().revoked_at, Some(at(2)));
        let with_admin = BTreeSet::from([ApiScope::Admin]);
        let (text, _) = store.create_api_key("staff", &with_admin, "admin", at(3)).await.unwrap();
        assert!(store.api_keys().await.unwrap().check(&text).unwrap().allows(ApiScope::PoliciesWrite));
        store.close().await;
    }

    async fn a_repeated_request_is_answered_from_the_first(place: Place) {
        let store = place.open().await;
        let request = store.repeatable("shop/1", "POST /v1/consents", b"yes").unwrap();
        assert_eq!(store.kept_answer(&request).await.unwrap(), None);
        let race: Vec<_> = (0..8).map(|number: u8| {
            let (store, request) = (store.clone(), request.clone());
            tokio::spawn(async move {
                let mut tx = store.begin(evidence("test.ran")).unwrap();
                tx.keep_answer(&request, &KeptAnswer { status: 201, body: vec![number] }, at(1));
                tx.commit().await.map(|_| number)
            })
        }).collect();
        let mut winners = Vec::new();
        for racer in race {
            match racer.await.unwrap() {
                Ok(number) => winners.push(number),
                Err(error) => assert_eq!(refused::<()>(Err(error)), Refusal::IdempotencyTaken),
            }
        }
        assert_eq!(winners.len(), 1);
        let kept = store.kept_answer(&request).await.unwrap().unwrap();
        assert_eq!((kept.status, kept.body), (201, winners));
        assert_eq!(sequence(&store).await.size, 1);
        for (route, body) in [("POST /v1/consents", b"no"), ("PUT /v1/consents", b"ok")] {
            let other = store.repeatable("shop/1", route, body).unwrap();
            assert_eq!(refused(store.kept_answer(&other).await), Refusal::IdempotencyMismatch);
        }
        // A request that comes again after its key was changed is the same request.
        let fresh = place.keys.with_fresh(KeyKind::Token).unwrap();
        store.rotate(KeyKind::Token, fresh, "admin", at(1)).await.unwrap();
        let again = store.repeatable("shop/1", "POST /v1/consents", b"yes").unwrap();
        assert!(again != request && store.kept_answer(&again).await.unwrap().is_some());
        store.forget_answers(at(2), at(2)).await.unwrap();
        assert_eq!(store.kept_answer(&request).await.unwrap(), None);
        store.close().await;
    }

    async fn every_version_of_a_policy_is_kept_and_one_is_in_force(place: Place) {
        let store = place.open().await;
        let files = |text: &str| vec![("policy.kdl".to_owned(), text.to_owned())];
        let first = store.publish("bikes", "2026-01-01", &files("a"), "admin", at(1)).await.unwrap();
        assert_eq!(refused(store.publish("bikes", "2026-01-01", &files("a"), "admin", at(1)).await), Refusal::AlreadyThere);
        assert_eq!(store.active("bikes").await.unwrap(), None);
        assert_eq!(refused(store.activate("bikes", "ff", ActivationKind::Activate, "admin", at(2)).await), Refusal::NotThere);
        store.activate("bikes", &first, ActivationKind::Activate, "admin", at(2)).await.unwrap();
        let second = store.publish("bikes", "2026-02-01", &files("b"), "admin", at(3)).await.unwrap();
        store.activate("bikes", &second, ActivationKind::Activate, "admin", at(4)).await.unwrap();
        assert_eq!(store.active("bikes").await.unwrap().unwrap().hash, second);
        store.activate("bikes", &first, ActivationKind::Rollback, "admin", at(3)).await.unwrap();
        let active = store.active("bikes").await.unwrap().unwrap();
        assert_eq!((active.hash.as_str(), active.files), (first.as_str(), files("a")));
        let versions: Vec<_> = store.versions("bikes").await.unwrap().into_iter().map(|version| version.hash).collect();
        assert_eq!(versions, [first, second]);
        assert_eq!(store.activations("bikes").await.unwrap().len(), 3);
        assert_eq!(store.policies().await.unwrap(), ["bikes"]);
        let setting = |purpose: &str, mode| ModeSetting { property: "shop".into(), purpose: purpose.into(), mode };
        for (purpose, mode) in [("", Mode::Observe), ("ads", Mode::Enforce), ("", Mode::Enforce)] {
            store.set_mode("bikes", &setting(purpose, mode), "admin", at(5)).await.unwrap();
        }
        assert_eq!(store.modes("bikes").await.unwrap(), [setting("ads", Mode::Enforce), setting("", Mode::Enforce)]);
        store.close().await;
    }

    async fn the_register_keeps_what_is_nobodys_choice(place: Place) {
        let store = place.open().await;
        let contract = |until| Contract { recipient: "courier".into(), fact: "dpa".into(), since: at(1), until, document_hash: Some([3; 32]) };
        store.register_contract(&contract(None), "legal", at(1)).await.unwrap();
        store.register_contract(&contract(Some(at(9))), "legal", at(2)).await.unwrap();
        assert_eq!(store.contracts().await.unwrap(), [contract(Some(at(9)))]);
        store.open_case("c-1", &["court-order".into()], "legal", at(3)).await.unwrap();
        assert_eq!(refused(store.open_case("c-1", &[], "legal", at(3)).await), Refusal::AlreadyThere);
        store.close_case("c-1", "legal", at(4)).await.unwrap();
        assert_eq!(refused(store.close_case("c-1", "legal", at(4)).await), Refusal::NotThere);
        let case = store.case("c-1").await.unwrap().unwrap();
        assert_eq!((case.facts.as_slice(), case.closed_at), (["court-order".to_owned()].as_slice(), Some(at(4))));
        store.set_global_fact("emergency", Holding::Holds, "legal", at(5)).await.unwrap();
        store.set_global_fact("emergency", Holding::Fails, "legal", at(6)).await.unwrap();
        let facts = store.global_facts().await.unwrap();
        assert_eq!((facts.len(), facts[0].holds, facts[0].at), (1, Holding::Fails, at(6)));
        store.close().await;
    }

    async fn recent_decisions_are_read_in_pages_and_forgotten_by_age(place: Place) {
        let store = place.open().await;
        let decisions: Vec<_> = (0..1300).map(|number| PastDecision {
            at: at(number / 10), subject: None, question: number.to_string(), effect: "deny".into(),
            would: Some("permit".into()), policy: "ab".into(),
        }).collect();
        store.keep_decisions(&decisions, at(200)).await.unwrap();
        let (mut cursor, mut read) = (DecisionCursor::since(at(10)), 0);
        loop {
            let (page, next) = store.decisions(&cursor, 500).await.unwrap();
            if page.is_empty() { break }
            read += page.len();
            cursor = next;
        }
        assert_eq!(read, 1200);
        store.forget_decisions(at(100), at(200)).await.unwrap();
        let (page, _) = store.decisions(&DecisionCursor::since(at(0)), 5000).await.unwrap();
        assert_eq!(page.len(), 300);
        store.close().await;
    }

    async fn a_node_starts_with_everything_and_follows_the_log(place: Place) {
        let store = place.open().await;
        let node = place.open().await;
        let given = consent(ConsentState::ConsentGiven, "newsletter");
        for number in 0..25 {
            let name = person(&format!("p{number}"));
            let subject = store.record(&name, &given, at(1)).await.unwrap().subject;
            let event = Occurrence { event: "purchase".into(), at: at(number) };
            store.begin_occurrence(subject, &event, "shop", at(2)).unwrap().commit().await.unwrap();
        }
        let anna = store.subject(&person("p7")).await.unwrap();
        let device = store.record(&Identifier::new("device", "d").unwrap(), &given, at(3)).await.unwrap().subject;
        store.join(device, anna, "sign-in", at(4)).await.unwrap();
        let mut tx = store.begin(evidence("subject.described")).unwrap();
        let profile = Profile { residence: Some("NL".into()), ..Profile::default() };
        tx.set_profile(anna, &profile).unwrap();
        tx.commit().await.unwrap();

        let (mut after, mut states) = (None, Vec::new());
        loop {
            let page = node.subjects(after, 7, at(5)).await.unwrap();
            states.extend(page.states);
            match page.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        assert_eq!(states.len(), 25);
        for state in &states {
            assert_eq!(*state, node.subject_state(state.subject, at(5)).await.unwrap());
            assert_eq!(state.choices.len(), 1);
            assert_eq!(state.occurrences.len(), 1);
        }
        let joined = states.iter().find(|state| state.subject == anna).unwrap();
        assert_eq!((joined.aliases.as_slice(), &joined.profile), ([device].as_slice(), &profile));

        sequence(&store).await;
        let mut next = node.size().await.unwrap();
        assert!(node.changes_after(next, 10).await.unwrap().changes.is_empty());
        store.withdraw(&Identifier::new("device", "d").unwrap(), &given, at(6)).await.unwrap();
        store.publish("bikes", "2026-01-01", &[], "admin", at(6)).await.unwrap();
        store.set_global_fact("emergency", Holding::Holds, "legal", at(6)).await.unwrap();
        assert!(node.changes_after(next, 10).await.unwrap().changes.is_empty());
        sequence(&store).await;
        let mut changes = Vec::new();
        for _ in 0..3 {
            let page = node.changes_after(next, 1).await.unwrap();
            changes.extend(page.changes);
            next = page.next;
        }
        assert_eq!(changes, [Change::Subject(device), Change::Policy, Change::Register]);
        let state = node.subject_state(device, at(7)).await.unwrap();
        assert_eq!(state.subject, anna);
        assert_eq!(state.choices[0].state, ConsentState::ConsentWithdrawn);
        store.close().await;
        node.close().await;
    }
}
