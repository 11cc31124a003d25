//! The program told to stop while it works: what it answered it has done, and it answers what it began.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use abide::clock::{self, Clock};
use abide::config::Config;
use abide::server::Server;
use abide_store::EntryId;
use serde_json::{Value, json};

use crate::harness::{agent, reply};

#[test]
fn a_server_that_is_told_to_stop_finishes_what_it_began_and_loses_nothing() {
    let folder = std::env::temp_dir().join(format!("abide-stop-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/shop.kdl");
    let config = format!(
        "listen {{\n    public \"127.0.0.1:0\"\n    internal \"127.0.0.1:0\"\n}}\npolicy \"{shop}\"\n"
    );
    fs::write(folder.join("abide.kdl"), config).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_abide"))
        .arg("serve")
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut line = |wanted: &str| {
        let line = lines.find(|line| line.as_ref().unwrap().contains(wanted));
        line.unwrap().unwrap()
    };
    let greeting = line("applications and staff");
    let url = greeting.split_whitespace().nth(3).unwrap().to_owned();
    let key = line("abide_").trim().to_owned();
    let acknowledged: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (url, key, acknowledged) = (&url, &key, &acknowledged);
            scope.spawn(move || write(worker, url, key, acknowledged));
        }
        let start = clock::mark();
        while acknowledged.lock().unwrap().len() < 60 {
            assert!(start.elapsed().as_secs() < 60, "nothing was acknowledged");
            std::thread::yield_now();
        }
        let told = Command::new("kill")
            .args(["-TERM", &program.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
    });
    let ended = program.wait().unwrap();
    assert_eq!(ended.code(), Some(0), "{ended:?}");
    let acknowledged = acknowledged.into_inner().unwrap();
    let mut config = Config::load(Some(&folder.join("abide.kdl"))).unwrap();
    config.store.0 = format!("sqlite:{}", folder.join("abide.db").display());
    config.keys = folder.join("abide.keys");
    config.journal = folder.join("abide.journal");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let server = Server::start(config, Clock::system()).await.unwrap();
        for entry in &acknowledged {
            let id = EntryId::parse(entry).unwrap();
            // Numbered before the end, not only kept.
            assert!(server.app().store.number_of(id).await.unwrap().is_some());
        }
        server.stop().await;
    });
    fs::remove_dir_all(&folder).unwrap();
}

/// Records choices until the server is gone.
fn write(worker: usize, url: &str, key: &str, acknowledged: &Mutex<Vec<String>>) {
    for number in 0.. {
        let body = json!({
            "subject": {"kind": "account", "value": format!("{worker}-{number}")},
            "fact": "consent",
            "scope": {"purposes": ["newsletter"]},
            "source": "form",
        });
        let request = agent()
            .post(format!("{url}/v1/consents"))
            .header("authorization", format!("Bearer {key}"));
        let Ok(response) = request.send_json(&body) else {
            return;
        };
        let answer = reply(response);
        assert_eq!(answer.status, 201, "{answer:?}");
        let answer: Value = answer.json();
        let entry = answer["entry"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().push(entry);
    }
}
