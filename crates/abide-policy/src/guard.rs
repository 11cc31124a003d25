//! Looks at raw text before the KDL parser does: size, nesting and statement boundaries. Never builds a tree.
//!
//! The KDL parser recurses on nested braces and comments, so both are counted here first, with strings and comments
//! understood; and since it returns no document at all when one line is wrong, the boundaries found here let one bad
//! line cost one line.

use std::ops::Range;

/// The longest source file that is read, in bytes.
pub const SIZE_LIMIT_BYTES: usize = 1024 * 1024;
/// The deepest nesting of braces and of block comments that is parsed.
pub const NESTING_LIMIT: usize = 64;

/// Why a text is refused before parsing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The text is longer than [`SIZE_LIMIT_BYTES`].
    TooLarge,
    /// Braces, comments or slashdashes nest deeper than [`NESTING_LIMIT`] at this byte.
    TooDeep(usize),
}

/// One statement as cut from the text: where its words stand, and its block if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The statement without its block.
    pub head: Range<usize>,
    /// The text between the braces.
    pub block: Option<Range<usize>>,
    /// The whole statement.
    pub whole: Range<usize>,
}

/// Checks size and nesting. Linear in the text, constant stack.
pub fn inspect(text: &str) -> Result<(), Refused> {
    if text.len() > SIZE_LIMIT_BYTES {
        return Err(Refused::TooLarge);
    }
    let mut scanner = Scanner::new(text, 0..text.len());
    let mut depth = 0_usize;
    let mut dashes = 0_usize;
    while let Some((token, at)) = scanner.next_token() {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::DeepComment => return Err(Refused::TooDeep(at)),
            Token::Slashdash => dashes += 1,
            Token::End | Token::Other => {}
        }
        if !matches!(token, Token::Slashdash) {
            dashes = 0;
        }
        if depth > NESTING_LIMIT || dashes > NESTING_LIMIT {
            return Err(Refused::TooDeep(at));
        }
    }
    Ok(())
}

/// Cuts a range of the text into its statements. A closing brace without an opening one ends the statement before it
/// and is itself returned as a statement, so that it is reported once.
pub fn cut(text: &str, range: Range<usize>) -> Vec<Cut> {
    let mut scanner = Scanner::new(text, range.clone());
    let mut cuts = Vec::new();
    let mut open: Option<Cut> = None;
    let mut depth = 0_usize;
    while let Some((token, at)) = scanner.next_token() {
        let end = scanner.at;
        match token {
            Token::Open => {
                depth += 1;
                let cut = open.get_or_insert(Cut {
                    head: at..at,
                    block: None,
                    whole: at..end,
                });
                if depth == 1 {
                    cut.block = Some(end..end);
                }
            }
            Token::Close if depth == 0 => {
                cuts.extend(open.take());
                cuts.push(Cut {
                    head: at..end,
                    block: None,
                    whole: at..end,
                });
                continue;
            }
            Token::Close => {
                depth -= 1;
                if depth == 0
                    && let Some(block) = open.as_mut().and_then(|cut| cut.block.as_mut())
                {
                    block.end = at;
                }
            }
            Token::End if depth == 0 => {
                cuts.extend(open.take());
                continue;
            }
            Token::End | Token::DeepComment => {}
            Token::Slashdash | Token::Other => {
                let cut = open.get_or_insert(Cut {
                    head: at..end,
                    block: None,
                    whole: at..end,
                });
                if cut.block.is_none() {
                    cut.head.end = end;
                }
            }
        }
        if let Some(cut) = open.as_mut() {
            cut.whole.end = end;
        }
    }
    if let Some(block) = open.as_mut().and_then(|cut| cut.block.as_mut())
        && depth > 0
    {
        block.end = range.end;
    }
    cuts.extend(open);
    cuts
}

/// The whole statement that starts at the byte `start`, its block included.
pub fn statement_at(text: &str, start: usize) -> Range<usize> {
    let mut scanner = Scanner::new(text, start..text.len());
    let mut depth = 0_usize;
    let mut end = start;
    while let Some((token, _)) = scanner.next_token() {
        match token {
            Token::Open => depth += 1,
            Token::Close if depth == 0 => break,
            Token::Close => depth -= 1,
            Token::End if depth == 0 => break,
            Token::End | Token::DeepComment | Token::Slashdash | Token::Other => {}
        }
        end = scanner.at;
    }
    start..end
}

enum Token {
    Open,
    Close,
    /// A line end or a semicolon.
    End,
    Slashdash,
    /// A block comment nested deeper than the limit.
    DeepComment,
    Other,
}

struct Scanner<'text> {
    bytes: &'text [u8],
    at: usize,
    end: usize,
}

impl<'text> Scanner<'text> {
    fn new(text: &'text str, range: Range<usize>) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: range.start,
            end: range.end.min(text.len()),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        let at = self.at + ahead;
        if at < self.end {
            self.bytes.get(at).copied().unwrap_or(0)
        } else {
            0
        }
    }

    fn next_token(&mut self) -> Option<(Token, usize)> {
        loop {
            if self.at >= self.end {
                return None;
            }
            let start = self.at;
            let token = match (self.peek(0), self.peek(1)) {
                (b'{', _) => self.take(1, Token::Open),
                (b'}', _) => self.take(1, Token::Close),
                (b'\n' | b'\r' | b';', _) => self.take(1, Token::End),
                (b'/', b'/') => {
                    self.skip_line();
                    continue;
                }
                (b'/', b'*') => {
                    if self.skip_comment() {
                        continue;
                    }
                    Token::DeepComment
                }
                (b'/', b'-') => self.take(2, Token::Slashdash),
                (b' ' | b'\t', _) => {
                    self.at += 1;
                    continue;
                }
                (b'\\', _) => {
                    self.skip_escaped_line();
                    continue;
                }
                (b'"', _) => {
                    self.skip_string(0);
                    Token::Other
                }
                (b'#', b'"' | b'#') => {
                    self.skip_raw_string();
                    Token::Other
                }
                _ => {
                    self.skip_word();
                    Token::Other
                }
            };
            return Some((token, start));
        }
    }

    fn take(&mut self, count: usize, token: Token) -> Token {
        self.at += count;
        token
    }

    fn skip_line(&mut self) {
        while self.at < self.end && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// A backslash joins the next line on when only blanks and a comment follow it.
    fn skip_escaped_line(&mut self) {
        self.at += 1;
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        if (self.peek(0), self.peek(1)) == (b'/', b'/') {
            self.skip_line();
        }
        if self.peek(0) == b'\r' {
            self.at += 1;
        }
        if self.peek(0) == b'\n' {
            self.at += 1;
        }
    }

    /// Skips a block comment; false when it nests deeper than the limit.
    fn skip_comment(&mut self) -> bool {
        let mut depth = 0_usize;
        while self.at < self.end {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.at += 2;
                    if depth > NESTING_LIMIT {
                        return false;
                    }
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return true;
                    }
                }
                _ => self.at += 1,
            }
        }
        true
    }

    /// Skips a string whose opening quote is next and whose closing quote is followed by `hashes` hashes. A string in
    /// single quotes ends at the line end even when it is not closed, so that one missing quote costs one line.
    fn skip_string(&mut self, hashes: usize) {
        let multiline = self.peek(1) == b'"' && self.peek(2) == b'"';
        let quotes = if multiline { 3 } else { 1 };
        self.at += quotes;
        while self.at < self.end {
            match self.peek(0) {
                b'\\' if hashes == 0 => self.at = (self.at + 2).min(self.end),
                b'\n' | b'\r' if !multiline => return,
                b'"' if self.closes(quotes, hashes) => {
                    self.at += quotes + hashes;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    fn closes(&self, quotes: usize, hashes: usize) -> bool {
        (0..quotes).all(|ahead| self.peek(ahead) == b'"')
            && (0..hashes).all(|ahead| self.peek(quotes + ahead) == b'#')
    }

    fn skip_raw_string(&mut self) {
        let mut hashes = 0;
        while self.peek(hashes) == b'#' {
            hashes += 1;
        }
        self.at += hashes;
        if self.peek(0) == b'"' {
            self.skip_string(hashes);
        }
    }

    fn skip_word(&mut self) {
        while self.at < self.end
            && !matches!(
                self.peek(0),
                b'{' | b'}' | b'\n' | b'\r' | b';' | b'"' | b' ' | b'\t' | b'\\'
            )
        {
            if matches!((self.peek(0), self.peek(1)), (b'/', b'/' | b'*')) {
                return;
            }
            self.at += 1;
        }
    }
}
