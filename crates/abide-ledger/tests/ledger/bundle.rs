//! An auditor's bundle: a whole log, logs that fork, shrink, end early or continue another.

use crate::note::signer;
use abide_ledger::{
    BundleHeader, Checkpoint, Continuation, Day, Entry, FileKind, KeyRing, Note, Public, Report,
    Rotation, Salt, Signer, Verdict, audit, bundle_line, entry_of_line, verify_bundle, verify_file,
};

/// A log as it would be kept: entries, and whatever was signed.
struct Log {
    entries: Vec<Entry>,
    vkeys: Vec<String>,
    rotations: Vec<String>,
    checkpoints: Vec<String>,
}

impl Log {
    /// Entries of three kinds, from 2026-01-01 on.
    fn of(count: u8) -> Self {
        let entry = |number: u8| {
            let kind =
                ["consent.recorded", "request.answered", "subject.erased"][usize::from(number) % 3];
            let day = Day::new(2026, 1, 1 + number % 28).unwrap();
            Entry::new(Public::new(kind, day), &Salt::new([number; 32]), b"{}").unwrap()
        };
        Self {
            entries: (0..count).map(entry).collect(),
            vkeys: vec![signer(0).verifier().to_string()],
            rotations: Vec::new(),
            checkpoints: Vec::new(),
        }
    }

    fn checkpoint(&self, origin: &str, size: usize) -> Checkpoint {
        Checkpoint {
            origin: origin.to_owned(),
            size: size as u64,
            root: audit(self.entries[..size].iter().map(Entry::leaf_hash)),
            extensions: Vec::new(),
        }
    }

    fn sign(mut self, checkpoint: &Checkpoint, signers: &[&Signer]) -> Self {
        self.checkpoints
            .push(checkpoint.sign(signers).unwrap().to_string());
        self
    }

    /// Sign the tree of `size` as the log `a`.
    fn signed(self, size: usize) -> Self {
        let checkpoint = self.checkpoint("a", size);
        self.sign(&checkpoint, &[&signer(0)])
    }

    fn lines(&self) -> Vec<String> {
        let header = BundleHeader::new(
            self.vkeys.clone(),
            self.rotations.clone(),
            self.checkpoints.clone(),
        );
        let mut lines = vec![header.to_line().unwrap()];
        lines.extend(self.entries.iter().map(bundle_line));
        lines
    }

    fn verify(&self) -> Report {
        let ring = KeyRing::follow(signer(0).verifier().clone(), []).unwrap();
        let report = verify_bundle(self.lines(), &ring);
        let file = self.lines().join("\n") + "\n";
        assert_eq!(verify_file(file.as_bytes(), &ring), report);
        report
    }

    /// The one problem that the report has.
    fn problem(&self) -> String {
        let report = self.verify();
        assert_eq!(report.verdict(), Verdict::Refuted);
        assert_eq!(report.problems.len(), 1, "{report}");
        format!("{}: {}", report.problems[0].place, report.problems[0].what)
    }
}

#[test]
fn a_whole_log_is_proven() {
    let report = Log::of(40)
        .signed(0)
        .signed(1)
        .signed(17)
        .signed(17)
        .signed(40)
        .verify();
    assert_eq!(
        report.to_string(),
        "bundle: proven
  checked: checkpoints with the signature of a trusted key: 5
  checked: roots recomputed from the entries and found as signed: 5
  entries: 40, from 2026-01-01 to 2026-01-28
          14  consent.recorded
          13  request.answered
          13  subject.erased
"
    );
    assert_eq!(report.file, FileKind::Bundle);
    assert_eq!(report.checkpoints, 5);
}

#[test]
fn entries_after_the_last_checkpoint_are_not_proven() {
    let report = Log::of(9).signed(7).verify();
    assert_eq!(report.verdict(), Verdict::Unproven);
    assert_eq!(
        report.unchecked,
        ["entries that no trusted checkpoint covers: 2"]
    );
    let report = Log::of(3).verify();
    assert_eq!(report.verdict(), Verdict::Unproven);
    assert_eq!(
        report.unchecked,
        ["anything about the entries: the bundle has no checkpoint"]
    );
}

#[test]
fn a_changed_entry_is_found() {
    let mut log = Log::of(9).signed(3).signed(8).signed(9);
    log.entries.swap(4, 5);
    let report = log.verify();
    assert_eq!(report.verdict(), Verdict::Refuted);
    let places: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| &*problem.place)
        .collect();
    assert_eq!(places, ["checkpoint 2", "checkpoint 3"]);
    assert_eq!(report.checked.len(), 2);
}

#[test]
fn missing_entries_are_found() {
    let mut log = Log::of(9).signed(9);
    log.entries.pop();
    assert_eq!(
        log.problem(),
        "checkpoint 1: it covers 9 entries, but the bundle has 8; ask for the rest"
    );
}

#[test]
fn a_line_that_cannot_be_read_is_named_once() {
    let log = Log::of(9).signed(3).signed(9);
    let mut lines = log.lines();
    lines[5] = lines[5].replace("\"kind\"", "\"kid\"");
    let ring = KeyRing::follow(signer(0).verifier().clone(), []).unwrap();
    let report = verify_bundle(lines, &ring);
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].place, "line 6");
    assert_eq!((report.entries, report.verdict()), (8, Verdict::Refuted));
    assert_eq!(
        report.unchecked.first().unwrap(),
        "roots after the first line that cannot be read"
    );
}

#[test]
fn a_fork_is_found() {
    let log = Log::of(5);
    let mut other = log.checkpoint("a", 5);
    other.root = audit([]);
    let log = log.signed(5).sign(&other, &[&signer(0)]);
    let report = log.verify();
    assert!(
        report.problems[0]
            .what
            .starts_with("the log signed two roots for size 5"),
        "{report}"
    );
}

#[test]
fn a_log_that_shrinks_is_found() {
    assert_eq!(
        Log::of(5).signed(5).signed(3).problem(),
        "checkpoint 2: the log shrank from 5 to 3 entries; ask why it signed an older size"
    );
}

/// The last checkpoint of `a` at this size, as `b` names it.
fn end_of_a(log: &Log, size: usize) -> Continuation {
    let Checkpoint {
        origin, size, root, ..
    } = log.checkpoint("a", size);
    Continuation { origin, size, root }
}

#[test]
fn a_log_may_continue_another() {
    let log = Log::of(9).signed(4);
    let next = log.checkpoint("b", 9).continuing(&end_of_a(&log, 4));
    let report = log.sign(&next, &[&signer(0)]).verify();
    assert_eq!(report.verdict(), Verdict::Proven, "{report}");
}

#[test]
fn a_continued_log_that_lost_entries_says_so() {
    let before = Log::of(9).signed(4).signed(9);
    let stated = end_of_a(&before, 9);
    // Restored at size 6, then three other entries.
    let mut log = Log::of(6);
    log.entries.extend(Log::of(40).entries.split_off(37));
    log.checkpoints = before.checkpoints;
    let next = log.checkpoint("b", 9).continuing(&stated);
    let report = log.sign(&next, &[&signer(0)]).verify();
    assert_eq!(report.verdict(), Verdict::Unproven, "{report}");
    assert!(
        report.unchecked[0]
            .starts_with("checkpoints of continued logs whose entries are not all in this one: 1")
    );
}

#[test]
fn leaving_out_the_old_checkpoints_does_not_hide_a_loss() {
    let stated = end_of_a(&Log::of(9), 7);
    let mut log = Log::of(6);
    log.entries.extend(Log::of(40).entries.split_off(37));
    for size in [8, 9] {
        let next = log.checkpoint("b", size).continuing(&stated);
        log = log.sign(&next, &[&signer(0)]);
    }
    let report = log.verify();
    assert_eq!(report.verdict(), Verdict::Unproven, "{report}");
    assert!(
        report.unchecked[1]
            .starts_with("checkpoints of continued logs whose entries are not all in this one: 1")
    );
}

#[test]
fn a_continuation_names_the_last_checkpoint() {
    let log = || Log::of(9).signed(4).signed(6);
    let follow = |stated: Option<Continuation>| {
        let log = log();
        let next = log.checkpoint("b", 9);
        let next = match &stated {
            Some(stated) => next.continuing(stated),
            None => next,
        };
        log.sign(&next, &[&signer(0)]).problem()
    };
    let root = log().checkpoint("a", 6).root;
    assert_eq!(
        follow(None),
        format!("checkpoint 3: it follows `a` without a line `continues a 6 {root}`")
    );
    assert_eq!(
        follow(Some(end_of_a(&log(), 4))),
        "checkpoint 3: it continues `a` at size 4, which had signed 6 entries: the last ones were cut off"
    );
    let other = Continuation {
        origin: "c".into(),
        ..end_of_a(&log(), 6)
    };
    assert_eq!(
        follow(Some(other)),
        "checkpoint 3: it continues `c`, but stands after `a`"
    );
    let other = Continuation {
        root: audit([]),
        ..end_of_a(&log(), 6)
    };
    assert_eq!(
        follow(Some(other)),
        "checkpoint 3: it continues `a` with another root at size 6 than `a` signed"
    );
}

#[test]
fn a_log_that_ended_stays_ended() {
    let log = Log::of(9).signed(4);
    let next = log.checkpoint("b", 6).continuing(&end_of_a(&log, 4));
    let report = log.sign(&next, &[&signer(0)]).signed(9).verify();
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.what == "`a` signs again after it ended"),
        "{report}"
    );
}

#[test]
fn a_continuation_does_not_change() {
    let log = Log::of(9).signed(4);
    let next = log.checkpoint("b", 6).continuing(&end_of_a(&log, 4));
    let last = log.checkpoint("b", 9);
    let log = log.sign(&next, &[&signer(0)]).sign(&last, &[&signer(0)]);
    assert_eq!(
        log.problem(),
        "checkpoint 3: it names another log to continue than the checkpoint before it"
    );
}

#[test]
fn what_came_before_the_bundle_is_left_open() {
    let log = Log::of(9);
    let only = log.checkpoint("b", 9).continuing(&end_of_a(&log, 4));
    let report = log.sign(&only, &[&signer(0)]).verify();
    assert_eq!(
        report.unchecked,
        ["the log continues `a` from size 4, whose checkpoints are not in this bundle"]
    );
}

#[test]
fn keys_rotate_within_a_bundle() {
    let (old, new) = (signer(0), signer(1));
    let rotation = Rotation {
        from: old.verifier().clone(),
        to: new.verifier().clone(),
        retire_at: Some(5),
    };
    let mut log = Log::of(9).signed(5);
    log.rotations.push(rotation.sign(&old).unwrap().to_string());
    let last = log.checkpoint("a", 9);
    let log = log.sign(&last, &[&new]);
    assert_eq!(log.verify().verdict(), Verdict::Proven);
    // The old key may not go on.
    let mut late = log;
    late.checkpoints.pop();
    assert!(late.signed(9).problem().contains("was retired at size 5"));
}

#[test]
fn a_key_that_only_the_bundle_names_proves_nothing() {
    let mut log = Log::of(9);
    log.vkeys = vec![signer(1).verifier().to_string()];
    let only = log.checkpoint("a", 9);
    let mut log = log.sign(&only, &[&signer(1)]);
    let report = log.verify();
    assert_eq!(report.verdict(), Verdict::Unproven);
    assert_eq!(
        report.unchecked,
        [
            "checkpoints without the signature of a trusted key: 1: signed only by keys you did not name: `bikes.example/evidence`; name one if you trust it",
            "entries that no trusted checkpoint covers: 9"
        ]
    );
    // Yet it must have signed.
    let note = Note::parse(&log.checkpoints[0]).unwrap();
    log.checkpoints[0] = note.to_string().replacen("a\n9", "b\n9", 1);
    assert!(
        log.problem()
            .contains("the signature of `bikes.example/evidence` does not fit")
    );
}

#[test]
fn a_header_out_of_form_is_refused() {
    let header = &Log::of(1).signed(1).lines()[0];
    assert!(BundleHeader::from_line(header).is_ok());
    for line in [
        "",
        "{}",
        &header.replace("/v1", "/v2"),
        &header.replace("\"vkeys\"", "\"keys\""),
    ] {
        assert!(BundleHeader::from_line(line).is_err(), "{line}");
    }
    assert_eq!(
        verify_bundle([] as [&str; 0], &KeyRing::new()).verdict(),
        Verdict::Refuted
    );
    let mut log = Log::of(1);
    log.vkeys = vec!["nobody".into()];
    log.rotations = vec!["nothing".into()];
    log.checkpoints = vec!["nowhere".into()];
    let places: Vec<String> = log
        .verify()
        .problems
        .into_iter()
        .map(|problem| problem.place)
        .collect();
    assert_eq!(places, ["key 1", "rotation statement 1", "checkpoint 1"]);
}

#[test]
fn lines_come_back_as_entries() {
    for entry in Log::of(5).entries {
        assert_eq!(entry_of_line(&bundle_line(&entry)), Ok(entry));
    }
    assert!(entry_of_line("").is_err());
}

#[test]
fn problems_are_counted_beyond_the_first_hundred() {
    let mut lines = Log::of(0).lines();
    lines.extend(vec!["?".to_owned(); 250]);
    let report = verify_bundle(lines, &KeyRing::new());
    assert_eq!((report.problems.len(), report.more_problems), (100, 150));
}

#[test]
fn a_changed_bundle_is_never_proven() {
    let log = Log::of(4).signed(4);
    let whole = log.lines().join("\n").into_bytes();
    let ring = KeyRing::follow(signer(0).verifier().clone(), []).unwrap();
    let proven = verify_file(&whole, &ring);
    assert_eq!(proven.verdict(), Verdict::Proven);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        let report = verify_file(&bytes, &ring);
        let harmless = report == proven;
        assert!(
            harmless || report.verdict() != Verdict::Proven,
            "byte {at}: {report}"
        );
    }
}
