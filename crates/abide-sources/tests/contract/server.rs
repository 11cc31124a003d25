//! The servers that tests run against: the run's, or one that ends with the run. Never touches another.

use std::path::Path;
use std::process::Command;

/// The address of a server, from the run or started here. `kind` is `postgres` or `mariadb`.
pub(crate) fn address(kind: &str) -> String {
    let variable = format!("ABIDE_TEST_{}", kind.to_uppercase());
    std::env::var(variable).unwrap_or_else(|_| own_server(kind))
}

fn own_server(kind: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../scripts")
        .join(kind);
    let runner = std::os::unix::process::parent_id().to_string();
    let folder = std::env::temp_dir().join(format!("abide-{kind}-{runner}"));
    let output = Command::new(script)
        .args(["start", folder.to_str().unwrap(), &runner])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
