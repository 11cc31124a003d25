//! The fuzzer that reads the API's description. `./test` installs it and says where by `ABIDE_SCHEMATHESIS`.

use std::process::Command;

use crate::harness::Running;

/// Every answer has a documented status, type and form, and none is a failure of the server's.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance,ignored_auth,unsupported_method";

#[test]
fn the_api_keeps_to_its_own_description() {
    let Ok(program) = std::env::var("ABIDE_SCHEMATHESIS") else {
        println!(
            "SKIPPED: `ABIDE_SCHEMATHESIS` names no program: the API is not fuzzed by its description"
        );
        return;
    };
    let server = Running::with("schemathesis", |config| {
        config.policies.push("harbour-bikes".into());
    });
    let (examples, seed) = match std::env::var("ABIDE_SEED") {
        Ok(seed) => ("500", seed),
        Err(_) => ("10", "1".to_owned()),
    };
    let output = Command::new(program)
        .args([
            "run",
            &server.url("/openapi.json"),
            "--no-color",
            "--suppress-health-check=all",
        ])
        .args([
            "--checks",
            CHECKS,
            "--max-examples",
            examples,
            "--seed",
            &seed,
        ])
        .args(["--header", &format!("Authorization: Bearer {}", server.key)])
        .current_dir(&server.folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
