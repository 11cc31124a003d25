//! What the processes do that tests start and kill. Each role says a line for what it was told is done, and only then.

use std::io::Write as _;

use crate::forgetting_disk;

/// Not a test: the entry of the processes that [`crate::process::role`] starts.
#[test]
#[ignore = "runs only in the processes that other tests start"]
fn role() {
    let Ok(role) = std::env::var("ABIDE_TEST_ROLE") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        match role.as_str() {
            "insert-rows" => forgetting_disk::insert_rows().await,
            _ => panic!("no role `{role}`"),
        }
    });
}

/// Tell the test that something is done. The line leaves in one write, so a kill cannot tear it in two lines.
pub(crate) fn say(line: &str) {
    std::io::stdout()
        .lock()
        .write_all(format!("> {line}\n").as_bytes())
        .unwrap();
}
