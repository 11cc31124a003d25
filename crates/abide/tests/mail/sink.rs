//! The mail server of these tests and the verifier of signatures: Python programs that `./test` installs. Judges nothing.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::harness::await_until;

/// The interpreter that has the packages of `scripts/tools.txt`; nothing where they are not installed.
pub fn python() -> Option<PathBuf> {
    let found = std::env::var_os("ABIDE_MAIL_PYTHON").map(PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED: `ABIDE_MAIL_PYTHON` names no interpreter: no mail is sent");
    }
    found
}

fn program() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/sink.py")
}

/// A running mail server; it ends with the test.
pub struct Sink {
    child: Child,
    folder: PathBuf,
    pub port: u16,
}

/// A message that the server was given.
#[derive(Debug)]
pub struct Kept {
    pub path: PathBuf,
    pub about: Value,
    pub text: String,
}

impl Kept {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded.split("\r\n").find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }

    pub fn to(&self) -> &str {
        self.about["to"][0].as_str().unwrap()
    }
}

impl Sink {
    /// Starts a server that keeps its messages in the folder.
    pub fn start(python: &Path, folder: &Path, options: &str) -> Self {
        certify(folder);
        let mut child = Command::new(python)
            .arg(program())
            .arg("serve")
            .arg(folder)
            .args(options.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        Self {
            child,
            folder: folder.to_owned(),
            port: line.trim().parse().unwrap(),
        }
    }

    /// What the server was given, in the order in which it came.
    pub fn kept(&self) -> Vec<Kept> {
        kept(&self.folder)
    }

    /// Turns everybody away from here on.
    pub fn leave(&self) {
        let _ = fs::remove_file(self.folder.join("knocked"));
        fs::write(self.folder.join("away"), "").unwrap();
    }

    /// Waits until somebody was turned away.
    pub fn await_knock(&self) {
        let knocked = self.folder.join("knocked");
        await_until(|| knocked.exists().then_some(()));
    }

    /// Takes messages again. Whoever was turned away does not ask again before some time is over.
    pub fn come_back(&self) {
        fs::remove_file(self.folder.join("away")).unwrap();
    }

    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.end();
    }
}

/// What servers that kept their messages in the folder were given.
pub fn kept(folder: &Path) -> Vec<Kept> {
    let files = fs::read_dir(folder.join("inbox")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "eml"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| Kept {
        about: serde_json::from_slice(&fs::read(path.with_extension("json")).unwrap()).unwrap(),
        text: String::from_utf8(fs::read(&path).unwrap()).unwrap(),
        path,
    };
    paths.into_iter().map(read).collect()
}

fn certify(folder: &Path) {
    if folder.join("mail.pem").exists() {
        return;
    }
    let made = Command::new("openssl")
        .current_dir(folder)
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout mail.key -out mail.pem -subj /CN=localhost".split(' '))
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// A key to sign with.
pub fn signing_key(folder: &Path, algorithm: &str) {
    let made = Command::new("openssl")
        .current_dir(folder)
        .args(["genpkey", "-algorithm", algorithm, "-out", "dkim.key"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

/// Whether the signature of a message is right, by a program of somebody else's.
pub fn is_signed(python: &Path, message: &Path, record: &str) -> bool {
    let (name, text) = record.split_once(" IN TXT ").unwrap();
    let text = text.trim().trim_matches('"').replace("\" \"", "");
    let ran = Command::new(python)
        .arg(program())
        .arg("verify")
        .arg(message)
        .args([name, &text])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    String::from_utf8(ran.stdout).unwrap().trim() == "right"
}
