//! How the sending of letters goes, and messages that applications ask for, as both are recorded.

use std::collections::BTreeSet;

use abide_store::{
    BY_HAND, EntryId, Evidence, Identifier, Letter, MailHealth, Mailing, MessageState, NewMessage,
    Posted, Refusal, Store, StoreError, SubjectToken,
};

use crate::place::{Place, at, person};

/// What went to a mail server, in tests in which none is asked.
const POSTED: Posted<'static> = Posted {
    message_id: "<1@lantern.example>",
    sha256: "ab",
};

fn letter(to: &str) -> Letter {
    Letter {
        channel: "email".to_owned(),
        to: to.to_owned(),
        subject: "Your request".to_owned(),
        text: "It is done.".to_owned(),
    }
}

/// Puts so many letters into the outbox.
async fn queue(store: &Store, count: u8) {
    let evidence = Evidence::new("test.written", "test", at(1));
    let mut tx = store.begin(evidence).unwrap();
    for number in 1..=count {
        let letter = letter(&format!("a{number}@example.org"));
        tx.queue_letter(EntryId([number; 16]), "ended", "en", &letter, at(1))
            .unwrap();
    }
    tx.commit().await.unwrap();
}

/// Takes every letter that is due at a second, for a minute.
async fn take(store: &Store, second: i64) -> Vec<Mailing> {
    let due = store.due_letters(at(second), 100).await.unwrap();
    store
        .claim_letters(due, at(second + 60), at(second))
        .await
        .unwrap()
}

fn ids(mailings: &[Mailing]) -> BTreeSet<String> {
    let ids = mailings.iter().map(|mailing| mailing.queued.id.to_string());
    ids.collect()
}

fn is_changed<T>(written: &Result<T, StoreError>) -> bool {
    matches!(written, Err(StoreError::Refused(Refusal::Changed)))
}

fn message<'a>(
    subject: SubjectToken,
    identifier: &'a Identifier,
    letter: Option<&'a Letter>,
) -> NewMessage<'a> {
    NewMessage {
        subject,
        identifier,
        class: "marketing",
        channel: "email",
        purpose: "newsletter",
        policy: "harbour-bikes",
        version: "0123",
        clauses: &[],
        lang: "en",
        letter,
    }
}

on_both! {
    async fn each_letter_is_held_by_one_of_several_senders(place: Place) {
        const LETTERS: u8 = 12;
        let store = place.open().await;
        let stores = [store.clone(), place.open().await];
        queue(&store, LETTERS).await;
        // All of them saw the same letters waiting.
        let seen = store.due_letters(at(2), 100).await.unwrap();
        assert_eq!(seen.len(), usize::from(LETTERS));
        assert!(seen.iter().all(|mailing| mailing.tries == 0 && mailing.message.is_none()));
        let senders: Vec<_> = (0..4).map(|number| {
            let (store, mut due) = (stores[number % 2].clone(), seen.clone());
            due.truncate(usize::from(LETTERS) - number);
            tokio::spawn(async move { store.claim_letters(due, at(62), at(2)).await.unwrap() })
        }).collect();
        let mut held = Vec::new();
        for sender in senders {
            held.extend(sender.await.unwrap());
        }
        assert_eq!((held.len(), ids(&held)), (seen.len(), ids(&seen)));
        assert!(held.iter().all(|mailing| mailing.tries == 1));

        // Until their time is over nobody else has them; after it whoever comes first.
        assert!(take(&store, 61).await.is_empty());
        let again = take(&stores[1], 62).await;
        assert_eq!(again.len(), held.len());
        assert!(again.iter().all(|mailing| mailing.tries == 2));
        // What a sender says whose time was over changes nothing.
        store.put_letter_off(&held[0], "451", at(63), at(63)).await.unwrap();
        assert!(is_changed(&store.letter_refused(&held[0], "550", "test", at(63)).await));
        assert!(take(&store, 64).await.is_empty());

        // Sent once, and never claimed again by somebody who read it before.
        for mailing in &again {
            store.letter_mailed(mailing, &POSTED, "test", at(64)).await.unwrap();
        }
        assert!(is_changed(&store.letter_mailed(&again[0], &POSTED, "test", at(64)).await));
        assert!(store.claim_letters(seen, at(999), at(200)).await.unwrap().is_empty());
        assert!(store.claim_letters(again, at(999), at(200)).await.unwrap().is_empty());
        assert!(store.due_letters(at(999), 100).await.unwrap().is_empty());
        for store in stores {
            store.close().await;
        }
    }

    async fn what_becomes_of_each_letter_is_counted(place: Place) {
        let store = place.open().await;
        assert_eq!(store.mail().await.unwrap(), MailHealth::default());
        queue(&store, 4).await;
        let waiting = MailHealth { waiting: 4, oldest: Some(at(1)), ..MailHealth::default() };
        assert_eq!(store.mail().await.unwrap(), waiting);
        let held = take(&store, 2).await;
        store.put_letter_off(&held[0], "451 4.3.0", at(30), at(3)).await.unwrap();
        store.letter_refused(&held[1], "550 5.1.1", "test", at(3)).await.unwrap();
        store.leave_letter_by_hand(&held[2], at(3)).await.unwrap();
        store.letter_mailed(&held[3], &POSTED, "test", at(3)).await.unwrap();
        let counted = MailHealth { waiting: 1, oldest: Some(at(1)), refused: 1, by_hand: 1 };
        assert_eq!(store.mail().await.unwrap(), counted);

        let states = store.mailings(None, 10).await.unwrap();
        let of = |mailing: &Mailing| states.iter().find(|state| state.id == mailing.queued.id);
        let put_off = of(&held[0]).unwrap();
        assert_eq!((put_off.next_at, put_off.tries), (Some(at(30)), 1));
        assert_eq!(put_off.failure.as_deref(), Some("451 4.3.0"));
        assert!(of(&held[1]).unwrap().is_refused() && !of(&held[1]).unwrap().is_by_hand());
        assert_eq!(of(&held[2]).unwrap().failure.as_deref(), Some(BY_HAND));
        assert!(of(&held[3]).is_none());

        // Only what was refused is tried again because somebody says so.
        for other in [&held[0], &held[2], &held[3]] {
            let again = store.try_letter_again(other.queued.id, at(4)).await;
            assert!(matches!(again, Err(StoreError::Refused(Refusal::NotThere))));
        }
        store.try_letter_again(held[1].queued.id, at(4)).await.unwrap();
        assert_eq!(ids(&take(&store, 5).await), ids(&held[1..2]));
        assert_eq!(ids(&take(&store, 40).await), ids(&held[..1]));
        store.close().await;
    }

    async fn a_message_says_what_became_of_it_and_goes_with_its_person(place: Place) {
        let store = place.open().await;
        let anna = person("anna");
        let subject = store.subject(&anna).await.unwrap();
        let text = letter("anna@example.org");
        let ask = async |letter| {
            let tx = store.begin_message(&message(subject, &anna, letter), "test", at(1)).unwrap();
            tx.commit().await.unwrap().entry_id
        };
        let state = async |id| store.message(id).await.unwrap().unwrap().state;
        let suppressed = ask(None).await;
        assert_eq!(state(suppressed).await, MessageState::Suppressed);
        let (sent, refused, stopped) = (ask(Some(&text)).await, ask(Some(&text)).await, ask(Some(&text)).await);
        assert_eq!(state(sent).await, MessageState::Queued);
        // They are none of the letters that are sent by hand.
        assert!(store.letters(None, 10).await.unwrap().is_empty());
        let held = take(&store, 2).await;
        assert_eq!(held.len(), 3);
        let of = |id| held.iter().find(|mailing| mailing.queued.id == id).unwrap();
        let facts = of(sent).message.clone().unwrap();
        assert_eq!((facts.subject, facts.purpose.as_str()), (Some(subject), "newsletter"));
        assert_eq!(of(sent).queued.letter.as_ref().unwrap().to, "anna@example.org");
        store.letter_mailed(of(sent), &POSTED, "test", at(3)).await.unwrap();
        store.letter_refused(of(refused), "550", "test", at(3)).await.unwrap();
        let suppress = async |id| {
            let tx = store.begin_suppression(id, &facts, "stopped", "test", at(3)).unwrap();
            tx.commit().await
        };
        suppress(stopped).await.unwrap();
        assert!(is_changed(&suppress(stopped).await) && is_changed(&suppress(sent).await));
        let stored = store.message(sent).await.unwrap().unwrap();
        assert_eq!((stored.state, stored.sent_at), (MessageState::Sent, Some(at(3))));
        assert_eq!(state(refused).await, MessageState::Refused);
        assert_eq!(state(stopped).await, MessageState::Suppressed);

        // Whom they went to is forgotten with the person, and what waits goes.
        let waits = ask(Some(&text)).await;
        store.erase_subject(subject, &[], "test", at(4)).await.unwrap();
        for id in [suppressed, sent, refused, stopped, waits] {
            assert_eq!(store.message(id).await.unwrap().unwrap().facts.subject, None);
        }
        assert!(store.due_letters(at(999), 10).await.unwrap().is_empty());
        assert_eq!(store.mail().await.unwrap(), MailHealth::default());
        assert_eq!(state(sent).await, MessageState::Sent);
        assert_eq!(state(waits).await, MessageState::Suppressed);
        assert!(store.message(EntryId([9; 16])).await.unwrap().is_none());
        store.close().await;
    }
}
