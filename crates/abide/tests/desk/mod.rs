//! A desk to run the program at, as a person does. Never looks inside it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

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
        let output = Command::new(env!("CARGO_BIN_EXE_abide"))
            .args(arguments)
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
