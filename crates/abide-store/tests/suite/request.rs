//! Rights carried out over other databases, as they are recorded.

use std::collections::BTreeMap;

use abide_ledger::KeyRing;
use abide_store::{
    Asked, CapsuleState, Certified, Identifier, Intended, IntentState, Journal, Recoverable,
    Refusal, RequestState, Sensitive, Settlement, StoreError, StoreOptions, Undoing,
};
use zeroize::Zeroizing;

use crate::place::{Place, at, person, sequence};

fn intended(request: abide_store::EntryId) -> Intended {
    Intended {
        request,
        source: "shop".into(),
        fingerprint: "sha256:ab".into(),
        statements: "cd".into(),
        expected: "[]".into(),
        clauses: vec!["HB-005".into()],
        sealed: Sensitive(Zeroizing::new(b"keys".to_vec())),
        capsule: None,
    }
}

fn certified(request: abide_store::EntryId, then: RequestState) -> Certified<'static> {
    Certified {
        request,
        grade: "erased",
        text: "Certificate of erasure\n",
        counts: BTreeMap::from([("deleted".to_owned(), 3)]),
        clauses: Vec::new(),
        then,
    }
}

on_both! {
    async fn a_request_is_remembered_until_it_closes(place: Place) {
        let journal = Journal::open(&place.folder.path("journal"), &place.folder.path("journal-keys")).unwrap();
        let store = place.open_with(StoreOptions { journal: Some(journal.clone()), ..StoreOptions::default() }).await;
        let who = [person("anna"), Identifier::new("account-id", "7").unwrap()];
        let asked = Asked { right: "erase", identifiers: &who, sealed: b"anna", clauses: &[] };
        let id = store.open_request(&asked, "test", at(1)).await.unwrap();
        let open = store.requests(RequestState::Open, None, 10).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].sealed.as_ref().unwrap().as_slice(), b"anna");
        // Whatever is restored from here on forgets both again.
        let erasures = journal.read().await.unwrap();
        for identifier in &who {
            assert_eq!(store.erased_at(&erasures, identifier).unwrap(), Some(at(1)));
        }
        assert_eq!(store.erased_at(&erasures, &person("bo")).unwrap(), None);

        let intent = store.record_intent(&intended(id), "test", at(2)).await.unwrap();
        let done = Settlement { state: IntentState::Done, outcome: "{}", counts: BTreeMap::new(), is_void: false };
        store.settle_intent(intent, &done, "test", at(3)).await.unwrap();
        let again = store.settle_intent(intent, &done, "test", at(3)).await;
        assert!(matches!(again, Err(StoreError::Refused(Refusal::Changed))));
        let intents = store.intents(id).await.unwrap();
        assert_eq!(intents[0].state, IntentState::Done);
        assert_eq!(intents[0].intended.sealed.0.as_slice(), b"keys");

        let looked = store.record_clean(&intended(id), "[2]", "test", at(4)).await.unwrap();
        let intents = store.intents(id).await.unwrap();
        let clean = intents.iter().find(|intent| intent.id == looked).unwrap();
        assert_eq!((clean.state, clean.outcome.as_str()), (IntentState::Clean, "[2]"));
        assert_eq!(clean.intended.sealed.0.as_slice(), b"keys");
        // Nothing came of it that could be settled.
        let settled = store.settle_intent(looked, &done, "test", at(4)).await;
        assert!(matches!(settled, Err(StoreError::Refused(Refusal::Changed))));

        store.certify(&certified(id, RequestState::Checked), "test", at(4)).await.unwrap();
        store.reopen_request(id, BTreeMap::new(), "test", at(5)).await.unwrap();
        let entry = store.certify(&certified(id, RequestState::Closed), "test", at(6)).await.unwrap();
        let closed = store.request(id).await.unwrap().unwrap();
        assert_eq!(closed.state, RequestState::Closed);
        assert!(closed.sealed.is_none());
        assert!(store.intents(id).await.unwrap().iter().all(|intent| intent.intended.sealed.0.is_empty()));
        // Nobody opens it again who comes late.
        let late = store.certify(&certified(id, RequestState::Checked), "test", at(7)).await;
        assert!(matches!(late, Err(StoreError::Refused(Refusal::Changed))));
        assert_eq!(store.request(id).await.unwrap().unwrap().state, RequestState::Closed);
        assert_eq!(store.certificates(id).await.unwrap().len(), 2);

        sequence(&store).await;
        for identifier in &who {
            let token = store.subject(identifier).await.unwrap();
            assert_eq!(store.receipts(token).await.unwrap().len(), 1, "each of them has an entry of its own");
        }
        let receipt = store.certificate_receipt(entry).await.unwrap().unwrap();
        let verified = receipt.verify(&KeyRing::new());
        // Nobody trusts a key here; that the text is the sealed one is checked before.
        assert!(verified.is_err());
        let json = receipt.to_json().unwrap();
        assert!(json.contains("Certificate of erasure"));
        let forged = json.replace("of erasure", "of nothing");
        let report = abide_ledger::verify_file(forged.as_bytes(), &KeyRing::new());
        assert_eq!(report.verdict(), abide_ledger::Verdict::Refuted);
        let report = abide_ledger::verify_file(json.as_bytes(), &KeyRing::new());
        assert_ne!(report.verdict(), abide_ledger::Verdict::Refuted);
    }

    async fn a_capsule_is_opened_until_its_time_is_over(place: Place) {
        let store = place.open().await;
        let who = [person("anna")];
        let asked = Asked { right: "erase", identifiers: &who, sealed: b"anna", clauses: &[] };
        let request = store.open_request(&asked, "test", at(1)).await.unwrap();
        let kept = Recoverable { until: at(100), rows: 2, sealed: Sensitive(Zeroizing::new(b"rows".to_vec())) };
        let with_capsule = || Intended { capsule: Some(kept.clone()), ..intended(request) };
        let mut ids = Vec::new();
        for second in 2..6 {
            ids.push(store.record_intent(&with_capsule(), "test", at(second)).await.unwrap());
        }
        let [used, void, late, tried] = ids[..] else { panic!("four were recorded") };
        // Whoever the request is about is forgotten before the capsule is.
        store.certify(&certified(request, RequestState::Closed), "test", at(6)).await.unwrap();
        let opened = store.open_capsule(used, at(7)).await.unwrap().unwrap();
        assert_eq!(opened.as_slice(), b"rows");
        assert!(store.open_capsule(used, at(100)).await.unwrap().is_none());

        let failed = Settlement { state: IntentState::Failed, outcome: "{}", counts: BTreeMap::new(), is_void: true };
        store.settle_intent(void, &failed, "test", at(8)).await.unwrap();
        assert!(store.open_capsule(void, at(9)).await.unwrap().is_none());

        let capsules = store.capsules(request).await.unwrap();
        store.intend_undo(request, &capsules, "Taken back", "test", at(9)).await.unwrap();
        let certificates = store.certificates(request).await.unwrap();
        assert_eq!(certificates.last().map(|(_, grade, text)| (grade.as_str(), text.as_str())), Some(("undone", "Taken back")));
        let settle = async |capsule: usize, undoing: &Undoing| {
            store.settle_undo(&capsules[capsule], undoing, BTreeMap::new(), "test", at(10)).await
        };
        settle(0, &Undoing::Whole).await.unwrap();
        assert!(store.open_capsule(used, at(11)).await.unwrap().is_none());
        for late in [Undoing::Whole, Undoing::InPart(Sensitive::default())] {
            assert!(matches!(settle(0, &late).await, Err(StoreError::Refused(Refusal::Changed))));
        }
        let left = Sensitive(Zeroizing::new(b"one row".to_vec()));
        settle(3, &Undoing::Nothing("it was away".to_owned())).await.unwrap();
        assert_eq!(store.open_capsule(tried, at(11)).await.unwrap().unwrap().as_slice(), b"rows");
        settle(3, &Undoing::InPart(left)).await.unwrap();
        assert_eq!(store.open_capsule(tried, at(11)).await.unwrap().unwrap().as_slice(), b"one row");
        assert_eq!(store.capsules_of("shop", at(11)).await.unwrap().len(), 2);

        assert_eq!(store.destroy_capsules("test", at(99), 10).await.unwrap(), 0);
        assert_eq!(store.destroy_capsules("test", at(100), 10).await.unwrap(), 2);
        assert!(store.open_capsule(late, at(11)).await.unwrap().is_none(), "to a clock that goes back, too");
        let states: Vec<CapsuleState> = store.capsules(request).await.unwrap().iter().map(|it| it.state).collect();
        assert_eq!(states, [CapsuleState::Opened, CapsuleState::Destroyed, CapsuleState::Destroyed, CapsuleState::Destroyed]);
    }

    async fn nothing_is_recorded_for_a_request_that_is_closed(place: Place) {
        let store = place.open().await;
        let who = [person("anna")];
        let asked = Asked { right: "erase", identifiers: &who, sealed: b"anna", clauses: &[] };
        let request = store.open_request(&asked, "test", at(1)).await.unwrap();
        store.intend_undo(request, &[], "Taken back", "test", at(2)).await.unwrap();
        assert_eq!(store.request(request).await.unwrap().unwrap().state, RequestState::Closed);
        let late = store.record_intent(&intended(request), "test", at(3)).await;
        assert!(matches!(late, Err(StoreError::Refused(Refusal::Changed))));
        let late = store.record_clean(&intended(request), "[]", "test", at(3)).await;
        assert!(matches!(late, Err(StoreError::Refused(Refusal::Changed))));
        assert!(store.intents(request).await.unwrap().is_empty());
    }
}
