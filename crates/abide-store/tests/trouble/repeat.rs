//! Requests that are sent again because nobody knows whether they were carried out: killed at any moment, each is carried
//! out once. Holds nothing about HTTP.

use abide_store::{KeptAnswer, Keys, Refusal, RepeatableRequest, StoreError};

use crate::audit::audit;
use crate::chance::{Chance, rounds};
use crate::disk::{Disk, Loss};
use crate::process::{Process, role};
use crate::server::empty_database;
use crate::stage::{Node, at, consent, named, sqlite_url};
use crate::worker::say;

fn request(node: &Node, number: u64) -> RepeatableRequest {
    let key = format!("key-{number}");
    let request = node.store.repeatable(&key, "POST /v1/consents", b"yes");
    request.unwrap()
}

/// Carry out a request unless it was carried out before; two nodes may be asked at once.
async fn serve(node: &Node, number: u64) {
    let request = request(node, number);
    if node.store.kept_answer(&request).await.unwrap().is_some() {
        return;
    }
    let identifier = named(&format!("account-{number}"));
    let subject = node.store.subject(&identifier).await.unwrap();
    let tx = node
        .store
        .begin_choice(subject, Some(&identifier), &consent(), at(1));
    let mut tx = tx.unwrap();
    let answer = KeptAnswer {
        status: 201,
        body: tx.entry_id().to_string().into_bytes(),
    };
    tx.keep_answer(&request, &answer, at(1));
    match tx.commit().await {
        Ok(_) | Err(StoreError::Refused(Refusal::IdempotencyTaken)) => {}
        Err(error) => panic!("{error}"),
    }
}

/// A role: serve requests in order from `FIRST` on, each twice at the same time, saying each.
pub(crate) async fn serve_requests() {
    let keys = Keys::parse(&std::env::var("ABIDE_KEYS").unwrap()).unwrap();
    let url = std::env::var("STORE_URL").unwrap();
    let nodes = [
        Node::open(&url, &keys, at(0)).await.unwrap(),
        Node::open(&url, &keys, at(0)).await.unwrap(),
    ];
    let first: u64 = std::env::var("FIRST").unwrap().parse().unwrap();
    for number in first.. {
        tokio::join!(serve(&nodes[0], number), serve(&nodes[1], number));
        say(&number.to_string());
    }
}

async fn check_each_once(url: &str, keys: &Keys, served: u64) {
    let node = Node::open(url, keys, at(0)).await.unwrap();
    for number in 0..served {
        let subject = node
            .store
            .subject(&named(&format!("account-{number}")))
            .await
            .unwrap();
        let history = node.store.history(subject).await.unwrap();
        assert_eq!(history.len(), 1, "request {number}");
        let answer = node
            .store
            .kept_answer(&request(&node, number))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer.body, history[0].entry_id.to_string().into_bytes());
    }
    node.close().await;
    audit(url).await;
}

#[tokio::test]
async fn a_request_sent_again_after_a_kill_is_carried_out_once() {
    let mut chance = Chance::fresh("repeat");
    let disk = Disk::new("repeat");
    for (url, on_disk) in [
        (sqlite_url(&disk.folder()), true),
        (empty_database("repeat").await, false),
    ] {
        let keys = Keys::generate().unwrap();
        let mut served = 0;
        for _ in 0..rounds(6, 60) {
            let mut command = role("serve-requests");
            command
                .env("STORE_URL", &url)
                .env("ABIDE_KEYS", keys.render().as_str())
                .env("FIRST", served.to_string());
            let lines = if on_disk {
                disk.mount(&mut command);
                command.env("ABIDE_SHIM_KILL_AT", (1 + chance.below(800)).to_string());
                Process::start(&mut command).rest()
            } else {
                crate::kill::kill_after(Process::start(&mut command), chance.below(30))
            };
            // The one after the last that was answered is sent again.
            served += lines.len() as u64;
            if on_disk {
                disk.cut_power(Loss::Sectors, &mut chance);
            }
        }
        assert!(served > 0);
        check_each_once(&url, &keys, served).await;
    }
}
