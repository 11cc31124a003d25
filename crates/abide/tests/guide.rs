//! The pages of the guide are true: every `console` block is run in a folder of its page's own, and prints what the page
//! shows. In what a page shows, `…` stands for anything, and a line with nothing else for any lines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// What stands between the output of two steps.
const MARK: &str = "-- step --";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// One command of a page and what the page shows of its output.
struct Step {
    line: usize,
    command: String,
    shown: Vec<String>,
}

impl Step {
    /// Whether the command goes on: after a backslash, inside quotes, and up to the `END` of a text that it is given.
    fn is_open(&self) -> bool {
        match self.command.split_once("<<'END'") {
            Some((_, text)) => !text.ends_with("\nEND"),
            None => self.command.ends_with('\\') || self.command.matches('\'').count() % 2 == 1,
        }
    }
}

/// The steps of all `console` blocks. A command starts with `$ `.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = page.lines().enumerate();
    while lines.by_ref().any(|(_, line)| line == "```console") {
        for (index, line) in lines.by_ref() {
            let open = steps.last_mut().filter(|step| step.is_open());
            match (line, line.strip_prefix("$ "), open) {
                ("```", ..) => break,
                (_, _, Some(step)) => step.command = format!("{}\n{line}", step.command),
                (_, Some(command), _) => steps.push(Step {
                    line: index + 1,
                    command: command.to_owned(),
                    shown: Vec::new(),
                }),
                _ => steps
                    .last_mut()
                    .expect("output before a command")
                    .shown
                    .push(line.to_owned()),
            }
        }
    }
    steps
}

/// Whether the lines are as shown, where `…` stands for anything.
fn fits(shown: &[String], lines: &[&str]) -> bool {
    match shown {
        [] => lines.is_empty(),
        [any, rest @ ..] if any.trim() == "…" => {
            (0..=lines.len()).any(|skipped| fits(rest, &lines[skipped..]))
        }
        [first, rest @ ..] => {
            lines
                .first()
                .is_some_and(|line| line_fits(first.trim_end(), line.trim_end()))
                && fits(rest, &lines[1..])
        }
    }
}

fn line_fits(shown: &str, line: &str) -> bool {
    let Some((head, tail)) = shown.split_once('…') else {
        return shown == line;
    };
    line.strip_prefix(head).is_some_and(|rest| {
        let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        ends.any(|at| line_fits(tail, &rest[at..]))
    })
}

/// Ports that nobody listens on, below those that the system gives to whoever asks for any: other tests do.
fn free_ports() -> [u16; 3] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut free = std::iter::repeat_with(|| {
        let number = std::process::id() * 12 + NEXT.fetch_add(1, Ordering::Relaxed);
        u16::try_from(9_000 + number % 11_000).unwrap()
    })
    .filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    [(); 3].map(|()| free.next().unwrap())
}

/// The page as one shell script, so that variables and servers live on from step to step. A command that ends in `&` is
/// a server: its step is over when it has said where it listens.
fn script(steps: &[Step]) -> String {
    let mut script = String::from("exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n");
    for (number, step) in steps.iter().enumerate() {
        match step.command.strip_suffix('&') {
            Some(server) if !server.contains("abide") => script.push_str(&format!(
                "{server} >.server-{number} 2>&1 &\n\
                 timeout 60 bash -c 'until {{ true >/dev/tcp/{}; }} 2>/dev/null; do sleep 0.1; done'\n",
                address_in(server).replace(':', "/")
            )),
            Some(server) => script.push_str(&format!(
                ": >.server-{number}\n\
                 {server} >>.server-{number} 2>&1 &\n\
                 timeout 60 grep -qm1 applications <(tail -n +1 -f --pid=$! .server-{number})\n\
                 cat .server-{number}\n"
            )),
            None => script.push_str(&format!("{}\n", step.command)),
        }
        script.push_str(&format!("printf '\\n{MARK}\\n'\n"));
    }
    script
}

/// Where a server that is not ours was told to listen.
fn address_in(server: &str) -> &str {
    let words = server.split(' ');
    let found = words.skip_while(|word| *word != "-l").nth(1);
    found.expect("a server is told where to listen by `-l`")
}

/// Runs a page from top to bottom, its server on ports of its own.
fn run(page: &str) {
    let folder = std::env::temp_dir().join(format!(
        "abide-{}-{}",
        page.replace('/', "-"),
        std::process::id()
    ));
    fs::create_dir_all(&folder).unwrap();
    let [public, internal, mail] = free_ports();
    let listen = format!("public \"127.0.0.1:{public}\"; internal \"127.0.0.1:{internal}\"");
    fs::write(
        folder.join("abide.kdl"),
        format!("listen {{ {listen}; }}\n"),
    )
    .unwrap();
    let text = fs::read_to_string(docs().join(page)).unwrap();
    let text = text
        .replace(":8400", &format!(":{public}"))
        .replace(":8401", &format!(":{internal}"))
        .replace(":8025", &format!(":{mail}"))
        .replace("port 8025", &format!("port {mail}"));
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{page} shows no command");
    let program = Path::new(env!("CARGO_BIN_EXE_abide")).parent().unwrap();
    let mut path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    if let Ok(python) = std::env::var("ABIDE_MAIL_PYTHON") {
        let tools = Path::new(&python).parent().unwrap();
        path.push_str(&format!(":{}", tools.display()));
    }
    let output = Command::new("bash")
        .args(["-c", &script(&steps)])
        .current_dir(&folder)
        .env("PATH", &path)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let mark = format!("\n{MARK}\n");
    let mut parts = printed.split(mark.as_str());
    for step in steps {
        let part = parts.next().unwrap_or_default();
        let lines: Vec<&str> = part.trim_end().lines().collect();
        assert!(
            fits(&step.shown, &lines),
            "docs/{page}:{}: `{}` printed\n{part}",
            step.line,
            step.command
        );
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_readme() {
    run("../README.md");
}

#[test]
fn consents_and_receipts() {
    run("guide/consents-and-receipts.md");
}

#[test]
fn the_privacy_centre() {
    run("guide/privacy-centre.md");
}

#[test]
fn check_the_evidence() {
    run("guide/verify.md");
}

#[test]
fn in_production() {
    run("guide/production.md");
}

#[test]
fn erase_from_a_database() {
    run("guide/erase-from-a-database.md");
}

#[test]
fn send_mail() {
    if std::env::var_os("ABIDE_MAIL_PYTHON").is_none() {
        eprintln!("SKIPPED: `ABIDE_MAIL_PYTHON` names no interpreter: the page on mail is not run");
        return;
    }
    run("guide/send-mail.md");
}

#[test]
fn prove_it() {
    run("guide/prove.md");
}

#[test]
fn answer_requests() {
    run("guide/answer-requests.md");
}

#[test]
fn first_decision() {
    run("guide/first-decision.md");
}

#[test]
fn the_shipped_example_is_the_policy_of_the_first_chapter() {
    let chapter = fs::read_to_string(docs().join("language/01-first-policy.md")).unwrap();
    let shipped = fs::read_to_string(docs().join("guide/harbour-bikes.kdl")).unwrap();
    assert!(
        chapter.contains(&format!("```kdl\n{shipped}```")),
        "docs/guide/harbour-bikes.kdl is not the policy in docs/language/01-first-policy.md"
    );
}
