//! Any bytes give diagnostics, never a panic, a hang or a stack overflow.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use abide_policy::diagnostic::render_all;
use abide_policy::source::SourceFile;
use abide_policy::{Compiled, Library, compile};
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Compiled {
    let files = [SourceFile::from_bytes("any.kdl", bytes)];
    let compiled = compile(
        Library::standard(),
        &files,
        Some(jiff::civil::date(2026, 11, 21)),
    );
    let _ = render_all(&compiled.findings, &files);
    compiled
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text.as_bytes())
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn deep_nesting_is_refused_whatever_it_is_made_of() {
    for bomb in [
        "a {".repeat(10_000),
        "/*".repeat(10_000),
        format!("policy shop {{ {} }}", "/-".repeat(10_000)),
        format!(
            "policy shop {{ collect email {}{} }}",
            "{ with x ".repeat(10_000),
            "}".repeat(10_000)
        ),
        "(".repeat(10_000),
        "\"".repeat(10_000),
        format!("a {}\"", "#".repeat(10_000)),
    ] {
        assert!(!read(bomb.as_bytes()).findings.is_empty());
    }
    assert_eq!(codes(&"a {".repeat(10_000)), ["P0104"]);
    assert_eq!(codes(&"/*".repeat(10_000)), ["P0104"]);
}

/// What the KDL parser recurses on, once for every repeat.
#[test]
fn nothing_that_repeats_overflows_the_stack() {
    let inside = |text: String| format!("policy shop {{\n{text}\n}}\n");
    for piece in [
        "}", ";", "{}", "{}\n", "b=", ")", "(a)", "]", "\"\"", "a {} ", "{} b ", "/-{}", "\\", "#",
        "\u{FEFF}",
    ] {
        read(piece.repeat(20_000).as_bytes());
        read(inside(piece.repeat(20_000)).as_bytes());
        read(inside(format!("collect {}", piece.repeat(20_000))).as_bytes());
    }
    for hidden in [
        inside(format!("say \"\"\"{}\"\"\"", "{".repeat(10_000))),
        inside(format!("say \"{}", "{".repeat(10_000))),
        inside(format!("say {}", "\"\n{\"".repeat(10_000))),
        inside(format!("// {}", "\u{2028}a {".repeat(10_000))),
        inside(format!("say \"{}", "\u{85}a {".repeat(10_000))),
        inside(format!("say \"{}\"", "\\q{".repeat(10_000))),
        inside(format!("say #\"{}", "\"{".repeat(10_000))),
    ] {
        assert!(!read(hidden.as_bytes()).findings.is_empty());
    }
}

#[test]
fn what_follows_a_block_is_not_lost_in_silence() {
    let text = "policy shop {\n    never keep email { except as=hash } unless=consent\n    collect name at=registration\n}\n";
    assert!(codes(text).contains(&"P0101"));
}

/// Findings made of pairs of lines, names in every line, one long line: none may hang or fill the memory.
#[test]
fn a_policy_of_any_size_is_read_to_the_end_or_to_a_limit() {
    for lines in [
        "never use any\nuse any for=orders\n".repeat(30_000),
        "use nothing-known;".repeat(50_000),
        format!("collect {}", "zz ".repeat(300_000)),
        "part p about=child instead=#true {\ncollect email\n}\n".repeat(20_000),
        "oops\n".repeat(200_000),
        format!(
            "{}{}{}",
            "a {\n".repeat(60),
            "oops\n=\n".repeat(100_000),
            "}\n".repeat(60)
        ),
    ] {
        let compiled = read(format!("policy shop {{\n{lines}\n}}\n").as_bytes());
        assert!(!compiled.is_clean() && compiled.findings.len() <= 2001);
    }
}

#[test]
fn braces_in_strings_and_comments_are_not_nesting() {
    let text = format!(
        "policy shop version=\"2026-01-01\" {{\n    say \"{}\" // {}\n    /* {} */\n}}\n",
        "{".repeat(200),
        "{".repeat(200),
        "{".repeat(200)
    );
    assert!(!codes(&text).contains(&"P0104"));
}

#[test]
fn one_bad_line_costs_one_line() {
    let text = "policy shop {\n    collect email at=registration\n    data =oops\n    collect phone at=registration\n    say \"open\n    collect name at=registration\n}\n";
    let compiled = read(text.as_bytes());
    let syntax: Vec<_> = compiled
        .findings
        .iter()
        .filter(|finding| finding.code == "P0101")
        .collect();
    assert_eq!(syntax.len(), 2, "{:?}", compiled.findings);
    assert_eq!(
        compiled.policies[0].norms.len(),
        3,
        "the three good lines are still read"
    );
}

#[test]
fn absurd_numbers_and_dates_are_findings() {
    for line in [
        "must answer any when=request within=\"99999999999999999999 days\"",
        "must answer any when=request within=\"4294967296 years\"",
        "keep email until=\"9999-99-99\"",
        "keep email until=\"-0001-01-01\"",
        "right access over=\"99999999999 per 1 day\"",
        "people old age=\">=99999\"",
        "keep email until=0x7fffffffffffffffffffffffffffffffffffff",
    ] {
        let text = format!("policy shop version=\"2026-01-01\" {{\n    {line}\n}}\n");
        assert!(
            codes(&text)
                .iter()
                .any(|code| code.starts_with("P01") || code.starts_with("P02")),
            "{line}"
        );
    }
    // The largest length that can be written is read, and no check overflows on it.
    codes(
        "policy shop version=\"2026-01-01\" {\n    must answer any when=request within=\"4294967295 years\"\n    keep email within=\"4294967295 months\"\n}\n",
    );
}

#[test]
fn bytes_that_are_not_text_are_named() {
    let compiled = read(b"policy shop {\n    say \"caf\xff\xfe\"\n}\n");
    assert!(
        compiled
            .findings
            .iter()
            .any(|finding| finding.code == "P0105")
    );
    // The replacement character itself is text like any other.
    assert!(!codes("policy shop {\n    say \"\u{FFFD}\"\n}\n").contains(&"P0105"));
}

/// Pieces of the language, so that random text reaches the deeper code.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "policy",
        "shop",
        "{",
        "}",
        "\n",
        ";",
        " ",
        "collect",
        "never",
        "must",
        "share",
        "keep",
        "email",
        "personal",
        "any",
        "with=",
        "for=",
        "about=",
        "child",
        "people",
        "age=<13",
        "is=",
        "of",
        "(A-1)",
        "except",
        "unless=consent",
        "within=\"1 month\"",
        "part",
        "instead=#true",
        "reading",
        "A-1",
        "\"text\"",
        "labels zh",
        "data",
        "recipient",
        "x",
        "y",
        "law",
        "us-ca",
        "eu-gdpr",
        "until=",
        "when=",
        "request",
        "right",
        "sell",
        "did",
        "last=\"12 months\"",
        "\"",
        "\\",
        "/*",
        "*/",
        "//",
        "/-",
        "#\"",
        "\"#",
        "中",
        "\u{FFFD}",
        "version=\"2026-01-01\"",
        "allow P0301 \"r\"",
    ];
    prop_oneof![8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn any_bytes_at_all(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read(&bytes);
    }

    #[test]
    fn any_pieces_of_the_language(pieces in prop::collection::vec(piece(), 0..80)) {
        read(pieces.join(" ").as_bytes());
        read(format!("policy shop {{\n{}\n}}\n", pieces.concat()).as_bytes());
    }
}
