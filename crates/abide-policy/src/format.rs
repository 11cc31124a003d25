//! One way to lay a policy out: blanks, line ends, needless quotes, and arguments before properties. Never changes what a
//! line means, the order of lines, or a comment.

mod token;
mod word;

use crate::diagnostic::Findings;
use crate::source::SourceFile;
use crate::syntax::{self, Argument, Statement};
use token::{Token, Tokens};
use word::Word;
pub use word::is_name;

/// A block on one line is taken apart when the line is longer than this many characters.
pub const WIDTH_LIMIT: usize = 140;

/// The text laid out: four blanks a level, one blank between words, one empty line at most, blocks that stand on one
/// line kept there if it is no longer than [`WIDTH_LIMIT`]. A text that cannot be read is not touched: its findings are
/// returned instead.
pub fn format(file: &SourceFile) -> Result<String, Findings> {
    let mut findings = Findings::new();
    let before = syntax::parse(file, 0, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let text = lay_out(&file.text);
    let after = syntax::parse(
        &SourceFile::new(file.path.as_str(), text.as_str()),
        0,
        &mut findings,
    );
    // The layout is proved on every text: should it ever change the meaning, or want to be changed again, the text stays
    // as it was.
    let comments = |text: &str| -> Vec<String> {
        let tokens = Tokens::new(text);
        let comments = tokens.filter_map(|token| match token {
            Token::LineComment(text) | Token::BlockComment(text) => {
                Some(text.trim_end().to_owned())
            }
            _ => None,
        });
        comments.collect()
    };
    if findings.is_empty()
        && same_meaning(&before, &after)
        && comments(&file.text) == comments(&text)
        && lay_out(&text) == text
    {
        Ok(text)
    } else {
        Ok(file.text.clone())
    }
}

fn lay_out(text: &str) -> String {
    let tokens: Vec<Token<'_>> = Tokens::new(text).collect();
    let words = word::tidy(&without_idle_semicolons(&tokens));
    let tokens: Vec<Token<'_>> = words.iter().map(Word::token).collect();
    Layout::new().run(&tokens)
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

/// How a block is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// On one line with its braces.
    OneLine,
    /// As it was: on lines of its own.
    Lines,
    /// Taken apart, one statement a line, because it is too long for one.
    Apart,
}

struct Layout {
    out: String,
    blocks: Vec<Block>,
    /// Whether nothing stands on the current line yet.
    at_start: bool,
    joined: bool,
    empty_lines: usize,
}

impl Layout {
    fn new() -> Self {
        Self {
            out: String::new(),
            blocks: Vec::new(),
            at_start: true,
            joined: false,
            empty_lines: 0,
        }
    }

    fn run(mut self, tokens: &[Token<'_>]) -> String {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::NewLine => self.end_line(),
                Token::Open => self.open(tokens.get(at..).unwrap_or_default()),
                Token::Close => self.close(at > 0 && tokens.get(at - 1) == Some(&Token::Open)),
                Token::Semicolon if self.blocks.last() == Some(&Block::Apart) => self.break_line(),
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

    /// Opens the block that `tokens` start with.
    fn open(&mut self, tokens: &[Token<'_>]) {
        let block = match one_line_width(tokens) {
            None => Block::Lines,
            // The blank before the brace.
            Some(width) if self.line().chars().count() + 1 + width <= WIDTH_LIMIT => Block::OneLine,
            // A reading is one line, however long its text.
            Some(_) if self.line().trim_start().starts_with("reading ") => Block::OneLine,
            Some(_) => Block::Apart,
        };
        self.put("{");
        self.blocks.push(block);
        let is_followed = matches!(
            tokens.get(1),
            Some(Token::LineComment(_) | Token::BlockComment(_))
        );
        if block != Block::OneLine && !is_followed {
            self.break_line();
        }
    }

    fn close(&mut self, is_empty_block: bool) {
        if self
            .blocks
            .pop()
            .is_some_and(|block| block != Block::OneLine)
        {
            self.break_line();
        }
        // No empty line before the brace that ends a block.
        self.empty_lines = 0;
        if is_empty_block && !self.at_start {
            self.out.push('}');
        } else {
            self.put("}");
        }
    }

    /// What stands on the current line.
    fn line(&self) -> &str {
        self.out.rsplit('\n').next().unwrap_or_default()
    }

    fn break_line(&mut self) {
        if !self.at_start {
            self.end_line();
        }
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

    fn put(&mut self, text: &str) {
        if self.at_start {
            let opened = self.out.trim_end().ends_with('{') || self.out.is_empty();
            if self.empty_lines > 0 && !opened {
                self.out.push('\n');
            }
            let depth = self.blocks.len() + usize::from(std::mem::take(&mut self.joined));
            self.out.push_str(&"    ".repeat(depth));
        } else {
            self.out.push(' ');
        }
        self.at_start = false;
        self.empty_lines = 0;
        self.out.push_str(text);
    }
}

/// The tokens without the semicolons that end nothing, or what a line end or a brace ends anyway.
fn without_idle_semicolons<'text>(tokens: &[Token<'text>]) -> Vec<Token<'text>> {
    let mut kept: Vec<Token<'text>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let is_end = matches!(
            next,
            None | Some(Token::Close | Token::NewLine | Token::Semicolon)
        );
        let ends_nothing = matches!(kept.last(), None | Some(Token::Open | Token::NewLine));
        if *token != Token::Semicolon || !(is_end || ends_nothing) {
            kept.push(*token);
        }
    }
    kept
}

/// The width of the block that the tokens start with, on one line with all that follows on it; `None` when it does not
/// stand on one line. A comment to the end of the line may stick out.
fn one_line_width(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut width = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::NewLine | Token::LineComment(_) if depth == 0 => return Some(width),
            Token::NewLine | Token::LineComment(_) | Token::Join if depth > 0 => return None,
            Token::Word(text) | Token::BlockComment(text) if text.contains('\n') => {
                return (depth == 0).then_some(width);
            }
            Token::Open => depth += 1,
            Token::Close if depth == 0 => return Some(width),
            Token::Close => depth -= 1,
            _ => {}
        }
        width += match token {
            Token::Word(text) | Token::BlockComment(text) => text.chars().count(),
            _ => 1,
        };
        // One blank before each token but the first and a semicolon, and none inside an empty block.
        let is_empty = *token == Token::Close && at > 0 && tokens.get(at - 1) == Some(&Token::Open);
        if at > 0 && *token != Token::Semicolon && !is_empty {
            width += 1;
        }
    }
    Some(width)
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
            "// head\n\npolicy shop version=\"2026-01-01\" {\n    data a b // two\n\n    collect a {\n        at x\n        b\n    }\n}\n",
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
    fn a_block_that_is_too_long_is_taken_apart() {
        let long = format!("use {} {{ for a b; if c }} // kept\n", "x".repeat(120));
        let fits = format!("use {} {{ for a b; if c }} // kept\n", "x".repeat(113));
        check(&fits, &fits);
        check(
            &long,
            &format!(
                "use {} {{\n    for a b\n    if c\n}} // kept\n",
                "x".repeat(120)
            ),
        );
        let reading = format!("reading A B \"{}\" {{ win A }}\n", "x".repeat(140));
        check(&reading, &reading);
        check("a { // why\n b; c }\n", "a { // why\n    b; c\n}\n");
        check("a {\n\n b; c; }; d\n", "a {\n    b; c\n}; d\n");
    }

    #[test]
    fn arguments_come_first_and_names_need_no_quotes() {
        check(
            "share with=x \"email\" for=\"news\" phone\n",
            "share email phone with=x for=news\n",
        );
        check(
            "(A) keep  within=\"2 years\" a\n",
            "(A) keep within=\"2 years\" a\n",
        );
        check(
            "never a { except as=\"hash\" b }\n",
            "never a { except b as=hash }\n",
        );
        for same in [
            "say \"Hello\" lang=zh\n",
            "recipient x label=\"Google\"\n",
            "labels zh {\n    data email \"mail\"\n}\n",
            "use \"true\" for=\"-1\" \\\n    \"joined\"\n",
            "use for=x /* why */ a\n",
            "use for=x /-b a\n",
            "a \"x=y\" (n)\"z=1\" #\"r=1\"# b=c\n",
        ] {
            check(same, same);
        }
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
