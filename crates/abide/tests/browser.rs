//! The privacy centre in a real browser, as `scripts/browser` walks through it. Node, its packages and Chromium come with the
//! machine or by `./test`; without them nothing is run, and said so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "the server's own tests use more of it")]
#[path = "server/harness.rs"]
mod harness;

use std::path::Path;
use std::process::{Command, Output};

use abide::config::{KeyPlace, SignIn};
use harness::Running;

/// What the login of this test signs with.
const LOGIN: &str = "the login and the pages share this secret";

/// What a program says, in the folder of the walk; nothing where it is not installed.
fn run(program: &str, arguments: &[&str], server: &Running) -> Option<Output> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/browser"))
        .env("ABIDE_PUBLIC", format!("http://{}", server.public))
        .env("ABIDE_LOGIN", LOGIN)
        .output();
    match output {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn a_person_walks_through_the_privacy_centre() {
    let server = Running::with("browser", |config| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/centre.kdl");
        config.policies.push(path.into());
        let secret = config.keys.with_file_name("login.secret");
        std::fs::write(&secret, LOGIN).unwrap();
        config.sign_in = Some(SignIn {
            url: "https://shop.example/login".to_owned(),
            issuer: "https://shop.example".to_owned(),
            audience: "abide".to_owned(),
            subject: "account".to_owned(),
            key: KeyPlace::Shared(secret),
        });
        config.limits.per_address = 10_000;
    });
    let packages = ["ci", "--silent", "--no-audit", "--no-fund"];
    let installed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/browser/node_modules");
    let is_ready = run("chromium", &["--version"], &server).is_some()
        && (installed.exists()
            || run("npm", &packages, &server).is_some_and(|output| output.status.success()));
    if !is_ready {
        println!("SKIPPED: Chromium or npm is not installed: the pages are not walked through");
        return;
    }
    let walk = run("node", &["centre.js"], &server).expect("npm comes with node");
    assert!(
        walk.status.success(),
        "{}{}",
        String::from_utf8_lossy(&walk.stdout),
        String::from_utf8_lossy(&walk.stderr)
    );
}
