//! Cuts a text into what the layout moves: words, comments, braces, line ends. Never looks into a word.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'text> {
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

/// The tokens of a text, without the blanks between them.
pub(super) struct Tokens<'text> {
    text: &'text str,
    at: usize,
}

impl<'text> Tokens<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self {
            text: text.strip_prefix('\u{FEFF}').unwrap_or(text),
            at: 0,
        }
    }
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
pub(super) fn string(text: &str, hashes: usize) -> usize {
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
