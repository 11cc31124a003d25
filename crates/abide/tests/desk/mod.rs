//! A desk to run the program at, as a person does. Never looks inside it.

#![allow(dead_code, reason = "each test program uses what it needs of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use abide::config::Config;
use abide::installation;
use abide_store::Store;
use jiff::Timestamp;

/// A folder of its own for one test, removed when the test ends well.
pub struct Desk {
    pub folder: PathBuf,
}

impl Desk {
    /// The folder; `name` tells it from those of other tests.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("abide-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// Puts a file there.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        fs::write(self.folder.join(name), text).unwrap();
        self
    }

    /// Runs the program there.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// The same with these variables in its environment.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_abide"))
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .output()
            .unwrap();
        Ran(output)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a run came to.
pub struct Ran(Output);

impl Ran {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.0.status.code().unwrap()
    }

    /// What it printed.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    /// What it said on standard error.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

/// A moment.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A desk with keys and an empty store.
pub fn installed(name: &str) -> Desk {
    let desk = Desk::new(name);
    desk.run(&["keys", "init"]);
    with_store(&desk, async |_| {});
    desk
}

/// Does something with the desk's store, as a server would.
pub fn with_store(desk: &Desk, work: impl AsyncFnOnce(Store)) {
    let path = desk.folder.join("abide.kdl");
    if !path.exists() {
        fs::write(&path, "keys \"abide.keys\"\n").unwrap();
    }
    let config = Config::load(Some(&path)).unwrap();
    let keys = installation::keys(&config).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let opened = installation::open(&config, keys, at("2026-11-22T09:00:00Z")).await;
        let store = opened.unwrap();
        work(store.clone()).await;
        store.close().await;
    });
}

/// Runs a command that must come to `code` and say `says`; gives what it printed.
pub fn check(desk: &Desk, command: &str, code: i32, says: &str) -> String {
    let ran = desk.run(&command.split(' ').collect::<Vec<_>>());
    let said = ran.out() + &ran.err();
    assert_eq!(ran.code(), code, "{command}: {said}");
    assert!(said.contains(says), "{command}: {said}");
    ran.out()
}
