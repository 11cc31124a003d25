//! One way to lay a policy out. Changes blanks and line ends only: never a word, never the order, never a comment.

use crate::diagnostic::Findings;
use crate::source::SourceFile;
use crate::syntax::{self, Argument, Statement};

/// The text laid out: four blanks a level, one blank between words, one empty line at most, blocks that stand on one
/// line kept there. A text that cannot be read is not touched: its findings are returned instead.
pub fn format(file: &SourceFile) -> Result<String, Findings> {
    let mut findings = Findings::new();
    let before = syntax::parse(file, 0, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let text = Layout::new(&file.text).run();
    let after = syntax::parse(
        &SourceFile::new(file.path.as_str(), text.as_str()),
        0,
        &mut findings,
    );
    // The layout is proved on every text: should it ever change the meaning, the text stays as it was.
    if findings.is_empty() && same_meaning(&before, &after) {
        Ok(text)
    } else {
        Ok(file.text.clone())
    }
}

fn same_meaning(before: &[Statement], after: &[Statement]) -> bool {
    let same_arg = |a: &Argument, b: &Argument| {
        a.text == b.text
            && a.note.as_ref().map(|note| &note.value) == b.note.as_ref().map(|note| &note.value)
    };
    before.len() == after.len()
        && before.iter().zip(after).all(|(a, b)| {
            a.name.value == b.name.value
                && a.clause.as_ref().map(|clause| &clause.value)
                    == b.clause.as_ref().map(|clause| &clause.value)
                && a.args.len() == b.args.len()
                && a.args.iter().zip(&b.args).all(|(a, b)| same_arg(a, b))
                && a.props.len() == b.props.len()
                && a.props
                    .iter()
                    .zip(&b.props)
                    .all(|(a, b)| a.name.value == b.name.value && same_arg(&a.value, &b.value))
                && same_meaning(&a.children, &b.children)
        })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'text> {
    /// A word with everything that stands to it without a blank: annotation, `name=value`, strings.
    Word(&'text str),
    /// A comment to the end of the line.
    LineComment(&'text str),
    /// A comment between `/*` and `*/`.
    BlockComment(&'text str),
    Open,
    Close,
    Semicolon,
    /// `\` that joins the next line on.
    Join,
    NewLine,
}

struct Layout<'text> {
    tokens: Vec<Token<'text>>,
    out: String,
    depth: usize,
    /// Whether nothing stands on the current line yet.
    at_start: bool,
    joined: bool,
    empty_lines: usize,
}

impl<'text> Layout<'text> {
    fn new(text: &'text str) -> Self {
        let tokens = Tokens {
            text: text.strip_prefix('\u{FEFF}').unwrap_or(text),
            at: 0,
        }
        .collect();
        Self {
            tokens,
            out: String::new(),
            depth: 0,
            at_start: true,
            joined: false,
            empty_lines: 0,
        }
    }

    fn run(mut self) -> String {
        let tokens = std::mem::take(&mut self.tokens);
        for (at, token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1).copied();
            match token {
                Token::NewLine => self.end_line(),
                Token::Open => {
                    self.put("{");
                    self.depth += 1;
                }
                Token::Close => self.close(at > 0 && tokens[at - 1] == Token::Open),
                Token::Semicolon if matches!(next, None | Some(Token::Close | Token::NewLine)) => {}
                Token::Semicolon => self.out.push(';'),
                Token::Join => {
                    self.put("\\");
                    self.joined = true;
                }
                Token::Word(text) | Token::BlockComment(text) => self.put(text),
                Token::LineComment(text) => self.put(text.trim_end()),
            }
        }
        let end = self.out.trim_end().len();
        self.out.truncate(end);
        self.out.push('\n');
        self.out
    }

    fn end_line(&mut self) {
        if self.at_start {
            self.empty_lines += 1;
            return;
        }
        self.out.push('\n');
        self.at_start = true;
        self.empty_lines = 0;
    }

    fn close(&mut self, is_empty_block: bool) {
        self.depth = self.depth.saturating_sub(1);
        // No empty line before the brace that ends a block.
        self.empty_lines = 0;
        if is_empty_block {
            self.out.push('}')
        } else {
            self.put("}")
        }
    }

    fn put(&mut self, text: &str) {
        if self.at_start {
            let opened = self.out.trim_end().ends_with('{') || self.out.is_empty();
            if self.empty_lines > 0 && !opened {
                self.out.push('\n');
            }
            let depth = self.depth + usize::from(std::mem::take(&mut self.joined));
            self.out.push_str(&"    ".repeat(depth));
        } else {
            self.out.push(' ');
        }
        self.at_start = false;
        self.empty_lines = 0;
        self.out.push_str(text);
    }
}

struct Tokens<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Iterator for Tokens<'text> {
    type Item = Token<'text>;

    fn next(&mut self) -> Option<Token<'text>> {
        let rest = self.text.get(self.at..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
        self.at += blanks;
        let rest = self.text.get(self.at..)?;
        let (token, length) = match rest.chars().next()? {
            '\n' => (Token::NewLine, 1),
            ';' => (Token::Semicolon, 1),
            '{' => (Token::Open, 1),
            '}' => (Token::Close, 1),
            '\\' => (Token::Join, 1),
            _ if rest.starts_with("//") => {
                let length = rest.find('\n').unwrap_or(rest.len());
                (Token::LineComment(&rest[..length]), length)
            }
            _ if rest.starts_with("/*") => {
                let length = block_comment(rest);
                (Token::BlockComment(&rest[..length]), length)
            }
            _ => {
                let length = word(rest);
                (Token::Word(&rest[..length]), length)
            }
        };
        self.at += length;
        Some(token)
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a word: up to a blank, a brace or a semicolon outside of strings.
fn word(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' | b'}' | b'\\' => break,
            b'"' => at += string(&text[at..], 0),
            b'#' => {
                let hashes = text[at..].bytes().take_while(|byte| *byte == b'#').count();
                at += hashes;
                if bytes.get(at) == Some(&b'"') {
                    at += string(&text[at..], hashes);
                }
            }
            _ => at += 1,
        }
    }
    // A character that is none of the above alone, such as a blank of another script, is passed through.
    if at == 0 {
        text.chars().next().map_or(1, char::len_utf8)
    } else {
        at
    }
}

/// The length of a string whose quotes come first and whose closing quotes are followed by `hashes` hashes.
fn string(text: &str, hashes: usize) -> usize {
    let quotes = if text.starts_with("\"\"\"") { 3 } else { 1 };
    let end = format!("{}{}", &"\"\"\""[..quotes], "#".repeat(hashes));
    let bytes = text.as_bytes();
    let mut at = quotes;
    while at < bytes.len() {
        if hashes == 0 && bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(end.as_bytes()) {
            return at + end.len();
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::format;
    use crate::source::SourceFile;

    fn check(before: &str, after: &str) {
        let laid_out = format(&SourceFile::new("policy.kdl", before)).unwrap();
        assert_eq!(laid_out, after);
        assert_eq!(
            format(&SourceFile::new("policy.kdl", laid_out.as_str())).unwrap(),
            laid_out,
            "laying out twice"
        );
    }

    #[test]
    fn blanks_and_lines_are_laid_out_and_nothing_else() {
        check(
            "// head\n\n\n\npolicy   shop version=\"2026-01-01\"{\n\n  data a   b // two\n\n\n\n\tcollect a {at x;\n b; }\n\n}\n\n",
            "// head\n\npolicy shop version=\"2026-01-01\" {\n    data a b // two\n\n    collect a { at x\n        b }\n}\n",
        );
        check(
            "a {\n b { c \"x  {y\" ; d;}\n e{}\n}",
            "a {\n    b { c \"x  {y\"; d }\n    e {}\n}\n",
        );
    }

    #[test]
    fn strings_comments_and_joined_lines_stay() {
        check("a \\\n b\n", "a \\\n    b\n");
        check("a #\"raw \" { \"#  b\n", "a #\"raw \" { \"# b\n");
        check(
            "a \"\"\"\n   keep\n  this\n  \"\"\"\nb /* c  { */   d\n",
            "a \"\"\"\n   keep\n  this\n  \"\"\"\nb /* c  { */ d\n",
        );
        check(
            "(A-1)never   keep x   within=(soon)\"3 days\"\r\n",
            "(A-1)never keep x within=(soon)\"3 days\"\n",
        );
    }

    #[test]
    fn a_text_that_cannot_be_read_is_left_alone() {
        assert!(
            format(&SourceFile::new(
                "policy.kdl",
                "policy shop {\n data =\n}\n"
            ))
            .is_err()
        );
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_meaning_and_is_laid_out_once(pieces in prop::collection::vec(prop::sample::select(vec![
            "a", "b=c", "{", "}", "\n", ";", " ", "\"s {\"", "// x\n", "/* y */", "\\\n", "(A)d", "#\"r\"#", "/-", "中",
        ]), 0..40)) {
            let text = pieces.concat();
            if let Ok(once) = format(&SourceFile::new("policy.kdl", text.as_str())) {
                let twice = format(&SourceFile::new("policy.kdl", once.as_str())).unwrap();
                prop_assert_eq!(once, twice);
            }
        }
    }
}
