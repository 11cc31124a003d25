//! Two policies in, what the difference means for people out. Tests look at the value and the report only.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use abide_policy::diff::{self, ChangeKind, Judgement, PolicyDiff, Source};
use abide_policy::source::SourceFile;
use abide_policy::{Compiled, Library, compile};

fn read(path: &str, text: &str) -> (Vec<SourceFile>, Compiled) {
    let files = vec![SourceFile::new(path, text)];
    let compiled = compile(Library::standard(), &files, None);
    (files, compiled)
}

fn compare(old: &str, new: &str) -> PolicyDiff {
    let old = read("old.kdl", old);
    let new = read("new.kdl", new);
    fn source(unit: &(Vec<SourceFile>, Compiled)) -> Source<'_> {
        Source {
            policy: unit.1.policies.first().unwrap(),
            files: &unit.0,
        }
    }
    diff::compare(Library::standard(), &source(&old), &source(&new))
}

/// One line per change, name and step.
fn summary(diff: &PolicyDiff) -> String {
    let mut lines = Vec::new();
    for change in &diff.changes {
        let judgement = format!("{:?}", change.judgement).to_lowercase();
        let kind = format!("{:?}", change.kind).to_lowercase();
        let areas: Vec<_> = change.areas.iter().map(|area| area.word()).collect();
        let id = if change.id.starts_with("line-") {
            "line"
        } else {
            &change.id
        };
        let felt = if change.felt_in.is_empty() {
            String::new()
        } else {
            format!(" in {}", change.felt_in.join(" "))
        };
        lines.push(format!(
            "{judgement} {kind} {id}: {}{felt}",
            areas.join(" ")
        ));
    }
    for name in &diff.new_names {
        lines.push(format!("new {} {}", name.kind.word(), name.name));
    }
    for step in &diff.follows {
        let by = step.law.as_ref().map_or_else(
            || step.clauses.join(" "),
            |law| format!("{} {}", law.law, law.cite),
        );
        lines.push(format!("{}. [{by}]", step.text).replace(". []", "."));
    }
    lines.join("\n")
}

/// Compares two policies given by their lines. Expected is one line per change, name and step, in any order of spaces;
/// the step that every change has without rules of its own is left out.
fn check_diff(old: &str, new: &str, expected: &str) {
    let names = "recipient ours-us label=\"Ours Inc.\" in=US\n recipient theirs label=\"Theirs GmbH\" in=DE\n";
    let policy = |version: &str, lines: &str| {
        format!("policy shop version=\"{version}\" {{\n{names}\n{lines}\n}}\n")
    };
    let (old, new) = (policy("2026-01-01", old), policy("2026-02-01", new));
    for text in [&old, &new] {
        let (files, compiled) = read("policy.kdl", text);
        let broken = compiled
            .findings
            .iter()
            .filter(|finding| finding.code < "P03");
        let broken: Vec<_> = broken.cloned().collect();
        assert!(
            broken.is_empty(),
            "{}",
            abide_policy::diagnostic::render_all(&broken, &files)
        );
    }
    let trim = |text: &str| -> String {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let publish = "Publish it. The policy in force does not say when such a change takes effect.";
    let found = compare(&old, &new);
    let shown = summary(&found).replace(publish, "");
    assert_eq!(
        trim(&shown),
        trim(expected),
        "\n{old}\n{new}\n{}",
        diff::render(&found)
    );
    mirrored(&old, &new);
    assert!(compare(&old, &old).is_empty() && compare(&new, &new).is_empty());
}

/// Whatever is weaker one way is stronger the other way round.
fn mirrored(old: &str, new: &str) {
    let facts = |diff: &PolicyDiff, turn: bool| {
        let mut facts: Vec<_> = diff
            .changes
            .iter()
            .map(|change| {
                let judgement = match (change.judgement, turn) {
                    (Judgement::Weaker, true) => Judgement::Stronger,
                    (Judgement::Stronger, true) => Judgement::Weaker,
                    (other, _) => other,
                };
                let kind = match (change.kind, turn) {
                    (ChangeKind::Added, true) => ChangeKind::Removed,
                    (ChangeKind::Removed, true) => ChangeKind::Added,
                    (other, _) => other,
                };
                let texts = [&change.old, &change.new]
                    .map(|written| written.as_ref().map(|written| written.text.clone()));
                let [before, after] = texts;
                let texts = if turn {
                    (after, before)
                } else {
                    (before, after)
                };
                (texts, format!("{kind:?}"), judgement)
            })
            .collect();
        facts.sort();
        facts
    };
    let (there, back) = (compare(old, new), compare(new, old));
    assert_eq!(
        facts(&there, false),
        facts(&back, true),
        "\n{old}\n{new}\n{}",
        diff::render(&there)
    );
}

#[test]
fn permissions_widen_to_the_loss_of_people() {
    check_diff(
        "(A)use email for=payment",
        "(A)use email { for payment newsletter }",
        "weaker changed A: purpose
         new purpose newsletter",
    );
    check_diff(
        "(A)share email with=theirs for=payment",
        "(A)share email for=payment { with theirs ours-us }",
        "weaker changed A: recipient
         new recipient ours-us
         new place US",
    );
    check_diff(
        "(A)share email with=theirs for=payment in=DE",
        "(A)share email with=theirs for=payment",
        "weaker changed A: place",
    );
    check_diff(
        "(A)collect email",
        "(A)collect email phone",
        "weaker changed A: data
         new data phone",
    );
    check_diff(
        "(A)share email with=theirs for=payment if=consent",
        "(A)share email with=theirs for=payment",
        "weaker changed A: condition",
    );
    check_diff(
        "(A)use email for=newsletter",
        "(A)use email for=newsletter { via email sms }",
        "stronger changed A: message",
    );
}

#[test]
fn a_finer_name_is_covered_by_the_wider_one() {
    check_diff(
        "(A)collect contact-details",
        "(A)collect email",
        "stronger changed A: data",
    );
    check_diff(
        "(A)collect contact-details\n(B)collect email",
        "(A)collect contact-details",
        "neutral removed B: data",
    );
    check_diff(
        "(A)collect email phone\n",
        "(A)collect email\n (B)collect phone",
        "neutral changed A: data
         neutral added B: data",
    );
    check_diff(
        "(A)never share personal with=theirs",
        "data shoe-size\n (A)never share personal with=theirs",
        "",
    );
    check_diff(
        "(A)collect contact-details\n (B)never sell any",
        "(A)collect contact-details\n (B)never share any",
        "neutral removed B: recipient
         stronger added B: recipient",
    );
}

#[test]
fn prohibitions_and_duties_shrink_to_the_loss_of_people() {
    check_diff(
        "(A)never share card",
        "(A)never share card { except with=theirs }",
        "weaker changed A: condition",
    );
    check_diff(
        "(A)never share card { except with=theirs as=encrypted }",
        "(A)never share card { except with=theirs }",
        "weaker changed A: condition",
    );
    check_diff("(A)never sell any", "", "weaker removed A: recipient");
    check_diff(
        "(A)never use personal for=newsletter unless=consent",
        "(A)never use personal for=newsletter unless=explicit-consent",
        "stronger changed A: condition",
    );
    check_diff(
        "(A)must tell incident when=incident within=\"72 hours\" { of facts impact }",
        "(A)must tell incident when=incident within=\"72 hours\" of=facts",
        "weaker changed A: notice",
    );
    check_diff(
        "(A)must tell incident when=incident via=email",
        "(A)must tell incident when=incident",
        "weaker changed A: notice",
    );
}

#[test]
fn rights_and_signals() {
    check_diff(
        "(A)right access erase",
        "(A)right access",
        "weaker changed A: right",
    );
    check_diff(
        "(A)right access via=email",
        "(A)right access { via email phone }",
        "stronger changed A: right",
    );
    check_diff(
        "(A)right access",
        "(A)right access\n (B)right access by=agent",
        "stronger added B: right",
    );
    check_diff("", "(A)refuse erase if=law", "weaker added A: right");
    check_diff(
        "(A)refuse access over=\"2 per 12 months\"",
        "(A)refuse access over=\"1 per 12 months\"",
        "weaker changed A: right",
    );
    check_diff(
        "(A)refuse access { except last=\"24 months\" }",
        "(A)refuse access { except last=\"12 months\" }",
        "weaker changed A: condition",
    );
    check_diff(
        "(A)right decline at=visit",
        "(A)right decline at=visit costs=service",
        "weaker changed A: right",
    );
    check_diff(
        "(A)must honour gpc",
        "(A)never honour gpc",
        "weaker removed A: signal\nweaker added A: signal",
    );
    check_diff(
        "(A)must honour gpc",
        "(A)must honour gpc dnt",
        "stronger changed A: signal",
    );
}

#[test]
fn windows_point_the_way_their_line_does() {
    check_diff(
        "(A)must answer any when=request within=\"30 days\"",
        "(A)must answer any when=request within=\"45 days\"",
        "weaker changed A: deadline",
    );
    check_diff(
        "(A)keep email within=\"2 years\"",
        "(A)keep email within=\"12 months\"",
        "stronger changed A: retention",
    );
    check_diff(
        "(A)keep email until=account-deletion",
        "(A)keep email",
        "weaker changed A: retention",
    );
    check_diff(
        "(A)keep email until=account-deletion",
        "(A)keep email until=purpose-end",
        "mixed changed A: retention",
    );
    check_diff(
        "(A)never ask consent when=opt-out within=\"12 months\"",
        "(A)never ask consent when=opt-out within=\"6 months\"",
        "weaker changed A: deadline",
    );
    check_diff(
        "(A)must tell change before=effective within=\"30 days\"",
        "(A)must tell change before=effective within=\"7 days\"",
        "weaker changed A: deadline
         Tell everyone about: the change, 30 days before it takes effect. [A]",
    );
    check_diff(
        "(A)must erase email when=request within=\"10 business-days\"",
        "(A)must erase email when=request within=\"15 days\"",
        "mixed changed A: retention",
    );
    check_diff(
        "(A)must answer any when=request within=\"1 year\"",
        "(A)must answer any when=request within=\"12 months\"",
        "neutral changed A: deadline",
    );
    check_diff(
        "(A)assure access-control by=probe every=\"1 day\"",
        "(A)assure access-control by=person every=\"12 months\"",
        "weaker changed A: people deadline",
    );
    check_diff(
        "(A)never apply b2b-data until=\"2027-01-01\"",
        "(A)never apply b2b-data until=\"2028-01-01\"",
        "weaker changed A: deadline",
    );
}

#[test]
fn names_are_judged_by_the_lines_that_use_them() {
    check_diff(
        "people minor is=child age=<18\n (A)never collect any from=minor",
        "people minor is=child age=<16\n (A)never collect any from=minor",
        "weaker changed people minor: age in A",
    );
    check_diff(
        "people grown age=\">=18\"\n (A)use email for=newsletter about=grown",
        "people grown age=\">=16\"\n (A)use email for=newsletter about=grown",
        "weaker changed people grown: age in A",
    );
    check_diff(
        "data signup { of email username }\n (A)collect signup\n (B)never share signup",
        "data signup { of email username phone }\n (A)collect signup\n (B)never share signup",
        "mixed changed data signup: data in A B
         new data phone",
    );
    check_diff(
        "recipient mailer label=\"Mailer Ltd\" role=processor in=DE\n (A)share email with=mailer for=newsletter",
        "recipient mailer label=\"Mailer Ltd\" role=processor in=US\n (A)share email with=mailer for=newsletter",
        "mixed changed recipient mailer: place
         new place US",
    );
    check_diff(
        "purpose letters because=consent\n (A)use email for=letters",
        "purpose letters because=legitimate-interests\n (A)use email for=letters",
        "weaker changed purpose letters: ground",
    );
    check_diff(
        "recipient mailer label=\"Mailer Ltd\" role=processor\n (A)share email with=mailer for=newsletter",
        "recipient mailer label=\"Mailer plc\" role=processor\n (A)share email with=mailer for=newsletter",
        "neutral changed recipient mailer: wording",
    );
}

#[test]
fn words_that_nothing_depends_on_are_neutral() {
    check_diff(
        "(A)must answer any when=request within=(reasonable)\"30 days\"",
        "(A)must answer any when=request within=\"30 days\" hedge=\"normally\"",
        "neutral changed A: wording",
    );
    check_diff("(A)collect email phone", "(A)collect phone email", "");
    check_diff(
        "(A)say \"We care.\"",
        "(A)say \"We do care.\"",
        "neutral changed A: wording",
    );
    check_diff(
        "(A)collect email",
        "(B)collect email",
        "neutral changed B: wording",
    );
    check_diff("collect email", "// a remark\ncollect email", "");
}

#[test]
fn a_class_of_change_may_be_what_people_are_told_of() {
    for rule in [
        "(R)must tell material before=effective within=\"30 days\"",
        "(R)must tell any when=material before=effective",
    ] {
        let old = format!("{rule}\n (A)use email for=payment");
        let new = format!("{rule}\n (A)use email {{ for payment newsletter }}");
        let (old_files, old) = read(
            "policy.kdl",
            &format!("policy shop version=\"2026-01-01\" {{\n{old}\n}}\n"),
        );
        let (new_files, new) = read(
            "policy.kdl",
            &format!("policy shop version=\"2026-02-01\" {{\n{new}\n}}\n"),
        );
        let before = diff::Source {
            policy: &old.policies[0],
            files: &old_files,
        };
        let after = diff::Source {
            policy: &new.policies[0],
            files: &new_files,
        };
        let report = diff::render(&diff::compare(Library::standard(), &before, &after));
        assert!(report.contains("Tell everyone about: "), "{rule}\n{report}");
        assert!(!report.contains("about: ,"), "{rule}\n{report}");
    }
}

#[test]
fn what_follows_comes_from_the_rules_in_force() {
    let rules = "event big is=material label=\"a big change\"
        (R1)change any when=posted
        (R2)never change weaker unless=explicit-consent
        (R3)must tell change when=material via=email before=effective
        (R4)must tell change when=big via=letter
        (R5)must ask consent before=new-purpose
        (R6)right object for=newsletter
        (R7)must tell transfer before=merger";
    check_diff(
        &format!("{rules}\n (A)use email for=payment"),
        &format!("{rules}\n (A)use email {{ for payment newsletter }}"),
        "weaker changed A: purpose
         new purpose newsletter
         Tell everyone about: the change, by email, before it takes effect. [R3]
         If a person decides that it is a big change: Tell everyone about: the change, by letter. [R4]
         Ask everyone for explicit consent to what A changes. [R2]
         Ask everyone for consent, for: newsletters, before the first use for it. [R5]
         Publish it. It holds from the moment it is posted. [R1]
         Keep the earlier terms for everyone without explicit consent. [R2]
         Take objections from everyone to: newsletters. [R6]",
    );
    check_diff(
        &format!("{rules}\n (A)right access"),
        &format!("{rules}\n (A)right access erase"),
        "stronger changed A: right
         Publish it. It holds from the moment it is posted. [R1]",
    );
}

#[test]
fn laws_and_consent_ask_too() {
    check_diff(
        "law eu-gdpr cn\n (A)share email with=theirs for=payment if=consent",
        "law eu-gdpr cn\n (A)share email with=theirs if=consent { for payment newsletter }",
        "weaker changed A: purpose
         new purpose newsletter
         Tell everyone in the European Economic Area about: purposes, before the first use for it. [eu-gdpr GDPR Art 13(3)]
         Ask everyone in China for consent, for: newsletters, before the first use for it. [cn PIPL Art 14]
         Ask everyone again for consent, for: payment, newsletters. Consent given so far does not carry what A adds. [A]",
    );
}

#[test]
fn rules_for_people_elsewhere_stay_out() {
    check_diff(
        "law cn\n part california about=california {\n (A)use email for=payment\n }",
        "law cn\n part california about=california {\n (A)use email { for payment newsletter }\n }",
        "weaker changed A: purpose
         new purpose newsletter",
    );
}

#[test]
fn what_stands_beside_the_lines_is_compared() {
    check_diff(
        "controller \"Shop Ltd\" country=NL\n law eu-gdpr\n languages en zh",
        "controller \"Shop plc\" country=NL\n languages en",
        "mixed changed controller: scope
         weaker removed law: law
         weaker removed language: law",
    );
    check_diff(
        "(A)never honour dnt\n (B)must honour dnt\n reading A B \"B counts.\" { win B }",
        "(A)never honour dnt\n (B)must honour dnt\n reading A B \"A counts.\" { win A }",
        "weaker changed A B: wording",
    );
}

#[test]
fn a_change_without_a_date_is_reported() {
    let old = "policy shop version=\"2026-01-01\" {\n    (A)collect email\n}\n";
    let new = "policy shop version=\"2026-01-01\" {\n    (A)collect email phone\n}\n";
    insta::assert_snapshot!(diff::render(&compare(old, new)));
}

/// Each shipped policy, with one line taken out at a time: what people lose or gain by it has one direction.
#[test]
fn a_line_taken_out_of_a_real_policy_points_one_way() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
    let entries = |path: &std::path::Path| {
        let mut entries: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        entries.sort();
        entries
    };
    for policy in entries(folder.as_ref())
        .into_iter()
        .filter(|path| path.is_dir())
    {
        let files = entries(&policy)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|kind| kind == "kdl"));
        for file in files {
            let old = std::fs::read_to_string(&file).unwrap();
            if !old.contains("policy ") {
                continue;
            }
            assert!(compare(&old, &old).is_empty(), "{}", file.display());
            let lines: Vec<&str> = old.lines().collect();
            for at in (0..lines.len()).step_by(17) {
                let Some(expected) = loses_by(lines[at]) else {
                    continue;
                };
                let mut rest = lines.clone();
                rest.remove(at);
                let found = compare(&old, &rest.join("\n"));
                let judgement = found.judgement();
                assert!(
                    judgement == expected || judgement == Judgement::Neutral,
                    "{}\n{}",
                    lines[at],
                    diff::render(&found)
                );
                assert!(
                    found
                        .changes
                        .iter()
                        .all(|change| change.kind == ChangeKind::Removed)
                );
            }
        }
    }
}

/// What it means for people when a line is gone, by its first words; nothing for lines that others hang on.
fn loses_by(line: &str) -> Option<Judgement> {
    let words = line.trim().strip_prefix('(')?.split_once(')')?.1.trim();
    if words.matches('{').count() != words.matches('}').count() {
        return None;
    }
    let mut words = words.split_whitespace();
    match (words.next()?, words.next()?) {
        ("right", _) | ("must", "tell" | "ask" | "answer" | "erase" | "honour") => {
            Some(Judgement::Weaker)
        }
        ("never", "use" | "share" | "sell" | "keep" | "collect" | "link") => {
            Some(Judgement::Weaker)
        }
        ("use" | "share" | "sell" | "keep" | "collect" | "link" | "refuse", _) => {
            Some(Judgement::Stronger)
        }
        ("never", "apply" | "honour") => Some(Judgement::Stronger),
        _ => None,
    }
}

#[test]
fn a_report_in_full() {
    let old = "policy harbour-bikes version=\"2026-01-01\" {
    law eu-gdpr
    people young is=child age=<16 label=\"people under 16\"
    recipient mailer label=\"Mailer Ltd\" role=processor in=DE
    (HB-001)collect email name
    (HB-002)share email with=mailer for=newsletter if=consent
    (HB-003)never collect any from=young
    (HB-004)must answer any when=request within=(reasonable)\"30 days\"
    (HB-005)right access erase via=email
    (HB-006)must tell change when=material via=email before=effective
    (HB-007)never change weaker unless=explicit-consent
    (HB-008)change any when=posted { except material }
    (HB-009)keep email until=account-deletion
}
";
    let new = old
        .replace("version=\"2026-01-01\"", "version=\"2026-03-01\"")
        .replace("age=<16", "age=<13")
        .replace("people under 16", "people under 13")
        .replace(
            "for=newsletter if=consent",
            "if=consent {\n        for newsletter personalised-ads // both\n    }",
        )
        .replace("30 days", "45 days")
        .replace(
            "    (HB-005)right access erase via=email\n",
            "    (HB-005)right access erase portability via=email\n",
        )
        .replace("until=account-deletion", "within=\"5 years\"");
    insta::assert_snapshot!(diff::render(&compare(old, &new)));
}

mod any_policy {
    use proptest::prelude::*;

    use super::*;

    /// Lines that touch each other in all ways: same and different actions, data, slots, conditions, windows.
    fn line() -> impl Strategy<Value = String> {
        let id = prop_oneof![Just(""), Just("(A)"), Just("(B)"), Just("(C)")];
        let head = prop::sample::select(vec![
            "use",
            "share",
            "keep",
            "never share",
            "never use",
            "never keep",
            "must erase",
            "must tell",
            "right",
            "refuse",
            "must keep",
            "never ask",
            "must answer",
            "collect",
        ]);
        let object = prop::sample::select(vec!["0", "1", "0 1", "2", "any"]);
        let slots = prop::collection::vec(
            prop::sample::select(vec![
                "for=payment",
                "for=marketing",
                "with=theirs",
                "in=DE",
                "via=email",
                "about=child",
                "if=consent",
                "unless=law",
                "within=\"30 days\"",
                "within=\"12 months\"",
                "until=purpose-end",
                "when=request",
                "as=aggregate",
                "before=merger",
            ]),
            0..4,
        );
        let except = prop::sample::select(vec![
            "",
            "{ except with=theirs }",
            "{ except for=payment; except in=US }",
            "{ except last=\"12 months\" }",
        ]);
        (id, head, object, slots, except).prop_map(|(id, head, object, mut slots, except)| {
            let words: [&str; 3] = match head {
                "right" | "refuse" | "must answer" => ["access", "erase", "correct"],
                "must tell" | "never ask" => ["rights", "change", "incident"],
                _ => ["email", "contact-details", "cookie"],
            };
            let object = object
                .replace('0', words[0])
                .replace('1', words[1])
                .replace('2', words[2]);
            let object = if head == "never ask" {
                "consent".to_owned()
            } else {
                object
            };
            slots.sort_unstable();
            slots.dedup_by_key(|slot| slot.split('=').next().unwrap().to_owned());
            format!("{id}{head} {object} {} {except}", slots.join(" "))
        })
    }

    fn policy() -> impl Strategy<Value = String> {
        prop::collection::vec(line(), 0..7).prop_map(|lines| {
            format!(
                "policy shop version=\"2026-01-01\" {{\n recipient theirs label=\"Theirs GmbH\" in=DE\n{}\n}}\n",
                lines.join("\n")
            )
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

        #[test]
        fn a_policy_does_not_differ_from_itself(policy in policy()) {
            let found = compare(&policy, &policy);
            prop_assert!(found.is_empty(), "{policy}\n{}", diff::render(&found));
        }

        #[test]
        fn what_is_weaker_one_way_is_stronger_the_other(old in policy(), new in policy()) {
            mirrored(&old, &new);
        }
    }
}
