//! Abide inside a program, without HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::PathBuf;

use abide::client::{Behaviour, Client, OnOutage};
use abide::clock::Clock;
use abide::config::{Config, StoreAddress};
use abide::decider::Ask;
use abide::http::consent::{Consent, Said};
use abide::http::problem::Problem;
use abide_policy::decide::Effect;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

fn config(name: &str) -> Config {
    let folder = std::env::temp_dir().join(format!("abide-client-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/shop.kdl");
    Config {
        store: StoreAddress(format!("sqlite:{}", folder.join("abide.db").display())),
        keys: folder.join("abide.keys"),
        journal: folder.join("abide.journal"),
        policies: vec![PathBuf::from(policy)],
        ..Config::default()
    }
}

fn ask(account: &str) -> Ask {
    serde_json::from_value(json!({
        "subject": {"kind": "account", "value": account},
        "question": {"action": "collect", "data": ["email"], "for": "newsletter", "at": ["newsletter-form"]},
    }))
    .unwrap()
}

fn consent(account: &str) -> Consent {
    let subject = json!({"kind": "account", "value": account});
    serde_json::from_value(json!({"subject": subject, "fact": "consent"})).unwrap()
}

#[tokio::test]
async fn a_program_asks_and_records_by_itself() {
    let behaviour = Behaviour::default();
    let client = Client::open(config("asks"), behaviour, Clock::system())
        .await
        .unwrap();
    assert_eq!(
        client.decide(&ask("4711")).await.unwrap().effect,
        Effect::Ask
    );
    let recorded = client.record(&consent("4711")).await.unwrap();
    assert_eq!(
        client.decide(&ask("4711")).await.unwrap().effect,
        Effect::Permit
    );
    assert!(client.receipt(&recorded).await.unwrap().is_some());
    let mut wrong = ask("4711");
    wrong.question.purpose = Some("newsleter".to_owned());
    let refused = client.decide(&wrong).await;
    assert!(
        matches!(refused, Err(Problem::QuestionRefused(_))),
        "{refused:?}"
    );
    client.close().await;
}

#[tokio::test]
async fn in_an_outage_the_last_answer_holds_for_a_while_and_then_it_is_denied() {
    let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let clock = Clock::standing_at(noon);
    let behaviour = Behaviour {
        on_outage: OnOutage::LastKnown(SignedDuration::from_mins(5)),
        ..Behaviour::default()
    };
    let client = Client::open(config("outage"), behaviour, clock.clone())
        .await
        .unwrap();
    client.record(&consent("4711")).await.unwrap();
    assert_eq!(
        client.decide(&ask("4711")).await.unwrap().effect,
        Effect::Permit
    );
    let subject = ask("4711").subject.unwrap().identifier().unwrap();
    let subject = client.app().store.subject(&subject).await.unwrap();
    client.app().store.close().await;
    client.app().decider.changed(subject);
    let known = client.decide(&ask("4711")).await.unwrap();
    assert_eq!((known.effect, known.given_at), (Effect::Permit, Some(noon)));
    clock.set(noon + SignedDuration::from_mins(6));
    let late = client.decide(&ask("4711")).await.unwrap();
    assert_eq!((late.effect, late.answer), (Effect::Deny, None));
}

#[tokio::test]
async fn what_was_answered_before_a_withdrawal_does_not_stand_in_for_an_answer() {
    let behaviour = Behaviour {
        on_outage: OnOutage::LastKnown(SignedDuration::from_mins(5)),
        ..Behaviour::default()
    };
    let client = Client::open(config("withdrawal"), behaviour, Clock::system())
        .await
        .unwrap();
    for account in ["4711", "4712"] {
        client.record(&consent(account)).await.unwrap();
        let given = client.decide(&ask(account)).await.unwrap();
        assert_eq!(given.effect, Effect::Permit);
    }
    let mut withdrawn = consent("4711");
    withdrawn.state = Said::ConsentWithdrawn;
    client.record(&withdrawn).await.unwrap();
    client.app().store.close().await;
    for (account, effect) in [("4711", Effect::Deny), ("4712", Effect::Permit)] {
        let subject = ask(account).subject.unwrap().identifier().unwrap();
        let subject = client.app().store.subject(&subject).await.unwrap();
        client.app().decider.changed(subject);
        assert_eq!(client.decide(&ask(account)).await.unwrap().effect, effect);
    }
}
