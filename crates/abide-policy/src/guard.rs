//! Looks at raw text before the KDL parser does: size, nesting and statement boundaries. Never builds a tree.
//!
//! The KDL parser recurses on nested braces and comments, and once more for every character it cannot place, so both are
//! bounded here first, with strings and comments understood; and since it returns no document at all when one line is
//! wrong, the boundaries found here let one bad line cost one line.

use std::ops::Range;

/// The longest source file that is read, in bytes.
pub const SIZE_LIMIT_BYTES: usize = 1024 * 1024;
/// The deepest nesting of braces and of block comments that is parsed.
pub const NESTING_LIMIT: usize = 64;
/// The longest piece that the KDL parser is given at once, in bytes, texts and comments not counted. It takes up to 300
/// bytes of stack for each of them.
pub const PIECE_LIMIT_BYTES: usize = 4096;

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
    /// Where something else follows the block, which nothing may.
    pub tail: Option<usize>,
    /// The whole statement.
    pub whole: Range<usize>,
}

impl Cut {
    /// A statement of which only the head is known, that goes on to `end` at least.
    fn opened(head: Range<usize>, end: usize) -> Self {
        Self {
            whole: head.start..end,
            head,
            block: None,
            tail: None,
        }
    }
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
            Token::End | Token::Text | Token::Other => {}
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
                let cut = open.get_or_insert(Cut::opened(at..at, end));
                if depth == 1 && cut.block.is_some() {
                    cut.tail.get_or_insert(at);
                } else if depth == 1 {
                    cut.block = Some(end..end);
                }
            }
            Token::Close if depth == 0 => {
                cuts.extend(open.take());
                cuts.push(Cut::opened(at..end, end));
                continue;
            }
            Token::Close => {
                depth -= 1;
                if depth == 0
                    && let Some(cut) = open.as_mut().filter(|cut| cut.tail.is_none())
                    && let Some(block) = cut.block.as_mut()
                {
                    block.end = at;
                }
            }
            Token::End if depth == 0 => {
                cuts.extend(open.take());
                continue;
            }
            Token::End | Token::DeepComment => {}
            Token::Slashdash | Token::Text | Token::Other => {
                let cut = open.get_or_insert(Cut::opened(at..end, end));
                if cut.block.is_none() {
                    cut.head.end = end;
                } else if depth == 0 {
                    cut.tail.get_or_insert(at);
                }
            }
        }
        if let Some(cut) = open.as_mut() {
            cut.whole.end = end;
        }
    }
    if let Some(cut) = open.as_mut().filter(|cut| cut.tail.is_none())
        && let Some(block) = cut.block.as_mut()
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
            Token::End | Token::DeepComment | Token::Slashdash | Token::Text | Token::Other => {}
        }
        end = scanner.at;
    }
    start..end
}

/// Whether the KDL parser can be given this piece: it is short enough, and its braces are not hidden in a string that the
/// parser may end elsewhere.
pub fn is_safe(piece: &str) -> bool {
    let mut scanner = Scanner::new(piece, 0..piece.len());
    let mut weight = 0;
    while let Some((token, at)) = scanner.next_token() {
        weight += match token {
            Token::Text if !scanner.is_doubtful => 2,
            _ => scanner.at - at,
        };
    }
    let braces = piece.bytes().filter(|byte| *byte == b'{').count();
    weight <= PIECE_LIMIT_BYTES && (!scanner.is_doubtful || braces <= NESTING_LIMIT)
}

enum Token {
    Open,
    Close,
    /// A line end or a semicolon.
    End,
    Slashdash,
    /// A block comment nested deeper than the limit.
    DeepComment,
    /// A string that closes and has no escapes.
    Text,
    Other,
}

struct Scanner<'text> {
    bytes: &'text [u8],
    at: usize,
    end: usize,
    /// Whether a string or comment was met that does not close as it should.
    is_doubtful: bool,
}

impl<'text> Scanner<'text> {
    fn new(text: &'text str, range: Range<usize>) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: range.start,
            end: range.end.min(text.len()),
            is_doubtful: false,
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
                (b';', _) => self.take(1, Token::End),
                _ if self.line_end() > 0 => self.take(self.line_end(), Token::End),
                (b'/', b'/') => {
                    self.skip_line();
                    continue;
                }
                (b'/', b'*') => {
                    if self.skip_comment() {
                        continue;
                    }
                    self.is_doubtful = true;
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
                (b'"', _) => self.skip_string(0),
                (b'#', b'"' | b'#') => self.skip_raw_string(),
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

    /// The length in bytes of the line end that is next; 0 if none is. <https://kdl.dev/spec/#name-newline>
    fn line_end(&self) -> usize {
        match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'\n' | b'\r' | 0x0B | 0x0C, ..) => 1,
            (0xC2, 0x85, _) => 2,
            (0xE2, 0x80, 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    fn skip_line(&mut self) {
        while self.at < self.end && self.line_end() == 0 {
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
        let is_pair = (self.peek(0), self.peek(1)) == (b'\r', b'\n');
        self.at += if is_pair { 2 } else { self.line_end() };
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
        self.is_doubtful = true;
        true
    }

    /// Skips a string whose opening quote is next and whose closing quote is followed by `hashes` hashes. A string in
    /// single quotes ends at the line end even when it is not closed, so that one missing quote costs one line.
    fn skip_string(&mut self, hashes: usize) -> Token {
        let multiline = self.peek(1) == b'"' && self.peek(2) == b'"';
        let quotes = if multiline { 3 } else { 1 };
        self.at += quotes;
        // Three quotes open a text only at the end of a line; anything else is an error whose end the parser guesses.
        self.is_doubtful |= multiline && self.line_end() == 0;
        let mut token = Token::Text;
        while self.at < self.end {
            match self.peek(0) {
                b'\\' if hashes == 0 => {
                    token = Token::Other;
                    self.at = (self.at + 2).min(self.end);
                }
                b'"' if self.closes(quotes, hashes) => {
                    self.at += quotes + hashes;
                    return token;
                }
                _ if !multiline && self.line_end() > 0 => break,
                _ => self.at += 1,
            }
        }
        self.is_doubtful = true;
        Token::Other
    }

    fn closes(&self, quotes: usize, hashes: usize) -> bool {
        (0..quotes).all(|ahead| self.peek(ahead) == b'"')
            && (0..hashes).all(|ahead| self.peek(quotes + ahead) == b'#')
    }

    fn skip_raw_string(&mut self) -> Token {
        let mut hashes = 0;
        while self.peek(hashes) == b'#' {
            hashes += 1;
        }
        self.at += hashes;
        if self.peek(0) == b'"' {
            return self.skip_string(hashes);
        }
        Token::Other
    }

    fn skip_word(&mut self) {
        while self.at < self.end
            && !matches!(
                self.peek(0),
                b'{' | b'}' | b';' | b'"' | b' ' | b'\t' | b'\\'
            )
            && self.line_end() == 0
        {
            if matches!((self.peek(0), self.peek(1)), (b'/', b'/' | b'*')) {
                return;
            }
            self.at += 1;
        }
    }
}
