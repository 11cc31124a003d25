//! This test program started again as a process of its own, which a test can stop, wake and kill at any moment.
//! Never leaves a process behind: dropping one kills it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long a test waits for something that must happen.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A running process; each line that it says begins with a word that tests know.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Receiver<String>,
}

/// The command that runs `role` of [`crate::worker`] in a process of its own.
pub(crate) fn role(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["worker::role", "--exact", "--ignored", "--nocapture"])
        .env("ABIDE_TEST_ROLE", role)
        .env_remove("LD_PRELOAD");
    command
}

impl Process {
    /// Start it.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let (tell, said) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            // A line without its end was cut by a kill: nothing it says counts.
            while lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) && line.ends_with('\n') {
                if let Some(word) = line.strip_prefix("> ") {
                    let _ = tell.send(word.trim_end().to_owned());
                }
                line.clear();
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            said,
        }
    }

    /// Everything said until `enough` holds of a line, that line last. Fails the test after the deadline or when the
    /// process ends before.
    pub(crate) fn wait_for(&self, mut enough: impl FnMut(&str) -> bool) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.said.recv_timeout(DEADLINE) {
                Ok(line) => {
                    let last = enough(&line);
                    lines.push(line);
                    if last {
                        return lines;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("nothing said for a minute; {lines:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the process ended; {lines:?}"),
            }
        }
    }

    /// SIGKILL, then everything said that has not been read.
    pub(crate) fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said.iter().collect()
    }

    /// Wait until it ends by itself; then everything said that has not been read.
    pub(crate) fn rest(mut self) -> Vec<String> {
        self.stdin.take();
        let lines = self.said.iter().collect();
        self.child.wait().unwrap();
        lines
    }

    /// Send a signal by name, such as `STOP` or `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
