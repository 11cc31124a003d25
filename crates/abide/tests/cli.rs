//! The commands as a person runs them: what they print, where, and with which exit code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod desk;

use std::fs;
use std::path::Path;

use desk::Desk;

fn policies() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut paths: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().display().to_string())
        .collect();
    paths.sort();
    paths
}

#[test]
fn check_states_the_whole_catalogue_as_the_readme_says() {
    let desk = Desk::new("corpus");
    let paths = policies();
    let catalogue = paths
        .iter()
        .find(|path| path.ends_with("clauses.yaml"))
        .unwrap();
    let mut arguments = vec!["check", "--format", "json", "--clauses", catalogue];
    arguments.extend(paths.iter().map(String::as_str));
    let ran = desk.run(&arguments);
    let json: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(ran.code(), 0, "{}", ran.out());
    assert_eq!(json["stated"].as_array().unwrap().len(), 711);
    for list in [
        "missing",
        "unknown",
        "facts_missing",
        "wrong_kind",
        "findings",
    ] {
        assert!(
            json[list].as_array().unwrap().is_empty(),
            "{list}: {}",
            json[list]
        );
    }
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let desk = Desk::new("wrong");
    desk.write(
        "shop.kdl",
        "policy shop version=\"2026-01-01\" {\n    colect email at=registration\n}\n",
    );
    let ran = desk.run(&["check", "shop.kdl"]);
    assert_eq!(ran.code(), 1);
    assert!(
        ran.out().contains("shop.kdl:2:5") && ran.out().contains("did you mean `collect`?"),
        "{}",
        ran.out()
    );
}

#[test]
fn what_cannot_be_read_is_code_2_and_names_the_path() {
    let desk = Desk::new("unreadable");
    desk.write("notes.md", "# no policy");
    fs::create_dir_all(desk.folder.join("empty")).unwrap();
    for path in ["missing.kdl", "empty", "notes.md"] {
        let ran = desk.run(&["check", path]);
        assert_eq!(ran.code(), 2, "{path}: {}", ran.err());
        assert!(ran.err().contains(path), "{path}: {}", ran.err());
        assert!(
            !ran.err().contains("Error {") && !ran.err().contains("panicked"),
            "{}",
            ran.err()
        );
    }
    let ran = desk.run(&["explain", "P9999"]);
    assert_eq!(ran.code(), 2, "{}", ran.err());
}

#[test]
fn a_huge_file_is_refused_without_being_held() {
    let desk = Desk::new("huge");
    let file = fs::File::create(desk.folder.join("huge.kdl")).unwrap();
    file.set_len(1 << 30).unwrap();
    let ran = desk.run(&["check", "huge.kdl"]);
    assert_eq!(ran.code(), 1);
    assert!(
        ran.out().contains("P0103"),
        "{}",
        &ran.out()[..ran.out().len().min(500)]
    );
}

#[test]
fn fmt_lays_out_and_check_only_tells() {
    let desk = Desk::new("fmt");
    desk.write("shop.kdl", "policy   shop {\n data x\n}");
    let told = desk.run(&["fmt", "--check", "shop.kdl"]);
    assert_eq!((told.code(), told.out().trim()), (1, "shop.kdl"));
    assert_eq!(desk.run(&["fmt", "shop.kdl"]).code(), 0);
    assert_eq!(
        fs::read_to_string(desk.folder.join("shop.kdl")).unwrap(),
        "policy shop {\n    data x\n}\n"
    );
    assert_eq!(desk.run(&["fmt", "--check", "shop.kdl"]).code(), 0);
}

#[test]
fn diff_says_same_different_and_could_not_run() {
    let desk = Desk::new("diff");
    let policy = |version: &str, lines: &str| {
        format!(
            "policy shop version=\"{version}\" {{\n    controller \"Shop Ltd\" country=US contact=desk\n    contact desk email=\"a@shop.example\"\n    (B)right erase\n{lines}}}\n"
        )
    };
    let line = "    (A)right access\n";
    desk.write("old.kdl", policy("2026-01-01", line))
        .write("new.kdl", policy("2026-02-01", ""))
        .write("broken.kdl", policy("2026-02-01", "    right acess\n"));
    let ran = desk.run(&["diff", "old.kdl", "old.kdl"]);
    assert_eq!(ran.code(), 0, "{}{}", ran.out(), ran.err());
    let ran = desk.run(&["diff", "old.kdl", "new.kdl"]);
    assert_eq!(ran.code(), 1, "{}{}", ran.out(), ran.err());
    assert!(ran.out().contains("Weaker for people (1)"), "{}", ran.out());
    let ran = desk.run(&["diff", "old.kdl", "new.kdl", "--format", "json"]);
    assert!(
        ran.out().contains("\"judgement\": \"weaker\""),
        "{}",
        ran.out()
    );
    for arguments in [
        ["diff", "old.kdl", "broken.kdl"],
        ["diff", "broken.kdl", "old.kdl"],
        ["diff", "old.kdl", "absent.kdl"],
    ] {
        let ran = desk.run(&arguments);
        assert_eq!(ran.code(), 2, "{}{}", ran.out(), ran.err());
        assert!(ran.err().contains("error: "), "{}", ran.err());
    }
}

#[test]
fn the_policies_are_laid_out() {
    let desk = Desk::new("laid-out");
    let paths = policies();
    let mut arguments = vec!["fmt", "--check"];
    arguments.extend(paths.iter().map(String::as_str));
    let ran = desk.run(&arguments);
    assert_eq!(ran.code(), 0, "run `abide fmt` on {}", ran.out());
}

#[test]
fn the_demo_runs_from_any_folder_and_says_where_the_notices_are() {
    let desk = Desk::new("demo");
    // What was told once can be told again, in the same folder.
    desk.run(&["demo"]);
    let ran = desk.run(&["demo"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    let pages: Vec<_> = fs::read_dir(desk.folder.join("abide-demo"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let count = |ending: &str| {
        pages
            .iter()
            .filter(|page| page.to_string_lossy().ends_with(ending))
            .count()
    };
    assert_eq!(
        (count(".en.html"), count(".zh.html"), count(".jsonld")),
        (5, 1, 5),
        "{pages:?}"
    );
    assert!(ran.out().contains("abide-demo"), "{}", ran.out());
}

#[test]
fn the_demo_finds_what_was_planted_and_nothing_else_and_leaves_a_proof_of_it() {
    for (name, _) in abide::samples::scenarios() {
        let desk = Desk::new(&format!("demo-{name}"));
        let ran = desk.run(&["demo", name]);
        let out = ran.out();
        assert_eq!(ran.code(), 0, "{out}{}", ran.err());
        assert_eq!(out.matches("false alarms: none").count(), 2, "{out}");
        let [proof, key] =
            ["board.proof", "log.vkey"].map(|file| format!("abide-demo/{name}/{file}"));
        let verified = desk.run(&["verify", &proof, "--key", &key]);
        assert_eq!(verified.code(), 0, "{}", verified.out());
    }
    let desk = Desk::new("demo-strange");
    let ran = desk.run(&["demo", "nowhere"]);
    assert_eq!(ran.code(), 2, "{}", ran.out());
    assert!(ran.err().contains("there are `"), "{}", ran.err());
}

#[test]
fn a_notice_is_not_written_for_a_policy_with_errors() {
    let desk = Desk::new("no-notice");
    desk.write("shop.kdl", "policy shop {\n    collect emial\n}\n");
    let ran = desk.run(&["notice", "shop.kdl", "-o", "out"]);
    assert_eq!(ran.code(), 1, "{}", ran.err());
    assert!(!desk.folder.join("out").exists());
}

#[test]
fn explain_lists_and_explains() {
    let desk = Desk::new("explain");
    assert!(desk.run(&["explain"]).out().contains("P0501 clash"));
    assert!(
        desk.run(&["explain", "p0501"])
            .out()
            .contains("```kdl wrong")
    );
    assert!(
        desk.run(&["explain", "unknown-nam"])
            .err()
            .contains("did you mean `unknown-name`?")
    );
}

/// The block of the page on evidence with this mark.
fn evidence(mark: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence.md");
    let page = fs::read_to_string(path).unwrap();
    let start = page.split_once(&format!("```{mark}\n")).expect("a block").1;
    start.split_once("```").unwrap().0.to_owned()
}

#[test]
fn verify_tells_proven_from_unproven_and_refuted() {
    let desk = Desk::new("verify");
    let key = evidence("text key");
    desk.write("key", &key)
        .write("receipt", evidence("json receipt"))
        .write("bundle", evidence("json bundle"))
        .write("checkpoint", evidence("text checkpoint"))
        .write("rotation", evidence("text rotation"))
        .write(
            "forged",
            evidence("json receipt").replace("2026-11-22", "2026-11-21"),
        )
        .write(
            "cut",
            evidence("json bundle")
                .rsplit_once("{\"public\"")
                .unwrap()
                .0,
        )
        .write("binary", [0xff, 0xfe, 0])
        .write("huge", "x".repeat(17 << 20));
    for (arguments, code, says) in [
        (
            &["receipt", "--key", key.trim()][..],
            0,
            "receipt: receipt: proven",
        ),
        (&["bundle", "--key", "key"], 0, "bundle: bundle: proven"),
        (
            &[
                "receipt",
                "bundle",
                "checkpoint",
                "--key",
                "key",
                "--rotation",
                "rotation",
            ],
            0,
            "entries: 3",
        ),
        (&["receipt"], 2, "receipt: receipt: not proven"),
        (&["bundle"], 2, "bundle: bundle: not proven"),
        (&["forged", "--key", "key"], 1, "forged: receipt: refuted"),
        (&["cut", "--key", "key"], 1, "cut: bundle: refuted"),
        (
            &["receipt", "--key", "no-key"],
            2,
            "`no-key` is neither a key",
        ),
        (&["receipt", "--rotation", "rotation"], 2, "is not accepted"),
        (&["absent", "--key", "key"], 2, "cannot read `absent`"),
        (&["binary", "--key", "key"], 1, "it is not text"),
        (&["receipt", "--key", "binary"], 2, "`binary` is not text"),
        (&["huge", "--key", "key"], 2, "larger than 16 MiB"),
    ] {
        let ran = desk.run(&[&["verify"], arguments].concat());
        let said = ran.out() + &ran.err();
        assert_eq!(ran.code(), code, "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
    let ran = desk.run(&["verify", "receipt", "--key", "key", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out()).unwrap();
    assert_eq!(json[0]["verdict"], "proven");
}

#[test]
fn decide_answers_only_what_it_understands() {
    let desk = Desk::new("decide");
    desk.write(
        "broken.kdl",
        "policy shop version=\"2026-01-01\" {\n    nevr use email\n    use email for=newsletter\n}\n",
    );
    for (arguments, code, says) in [
        (
            &["broken.kdl", "use email for=newsletter"][..],
            2,
            "has errors, so nothing is decided by it",
        ),
        (&["absent.kdl", "use email"], 2, "these ship: harbour-bikes"),
        (
            &["harbour-bikes", "use email", "--about", "age=old"],
            2,
            "`old` is no age",
        ),
        (
            &["harbour-bikes", "use email", "--held", "concent"],
            2,
            "did you mean `consent`?",
        ),
        (
            &["harbour-bikes", "use email", "--happened", "erasure=soon"],
            2,
            "`soon` is no moment",
        ),
        (
            &["harbour-bikes", "use email", "--happened", "invoice-isued"],
            2,
            "no event is called `invoice-isued`; did you mean `invoice-issued`?",
        ),
        (
            &["harbour-bikes", "use email", "--signal", "gcp"],
            2,
            "no signal is called `gcp`",
        ),
        (
            &["harbour-bikes", "use email", "--relation", "parrent"],
            2,
            "no class of people is called `parrent`; did you mean `parent`?",
        ),
        (
            &["harbour-bikes", "use email", "--about", "residence=Holland"],
            2,
            "no place is called `Holland`",
        ),
        (
            &["harbour-bikes", "use email", "if=consent"],
            2,
            "say what is known with `--held`",
        ),
        (
            &["harbour-bikes", "use", "email", "for=analytics"],
            1,
            "deny: it may not be done",
        ),
        (
            &["harbour-bikes", "keep password as=hash"],
            0,
            "permit: it may be done",
        ),
    ] {
        let ran = desk.run(&[&["decide"], arguments].concat());
        let said = ran.out() + &ran.err();
        assert_eq!(ran.code(), code, "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}
