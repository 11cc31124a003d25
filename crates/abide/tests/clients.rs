//! The generated clients, each with its own tests against a real server. Their tools come with the machine or by `./test`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "the server's own tests use more of it")]
#[path = "server/harness.rs"]
mod harness;

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::Running;

fn folder(client: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../clients")
        .join(client)
}

/// Runs a program in a client's folder, which must succeed. Without the program nothing is run, and said so.
fn run(server: &Running, client: &str, program: &str, arguments: &[&str]) {
    let command = Command::new(program)
        .args(arguments)
        .current_dir(folder(client))
        .env("ABIDE_URL", format!("http://{}", server.internal))
        .env("ABIDE_KEY", &server.key)
        .output();
    let output = match command {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("SKIPPED: `{program}` is not installed: the {client} client is not tested");
            return;
        }
        Err(error) => panic!("{program}: {error}"),
    };
    assert!(
        output.status.success(),
        "{program} {}:\n{}{}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

/// A server with the policy that ships with the program.
fn bikes(name: &str) -> Running {
    Running::with(name, |config| config.policies.push("harbour-bikes".into()))
}

#[test]
fn typescript() {
    let server = bikes("typescript");
    if !folder("typescript/node_modules").exists() {
        run(
            &server,
            "typescript",
            "npm",
            &["ci", "--silent", "--no-audit", "--no-fund"],
        );
    }
    run(&server, "typescript", "npm", &["run", "--silent", "build"]);
    run(&server, "typescript", "npm", &["run", "--silent", "test"]);
}

#[test]
fn python() {
    let server = bikes("python");
    run(
        &server,
        "python",
        "python3",
        &["-m", "unittest", "discover"],
    );
}
