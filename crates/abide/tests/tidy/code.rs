//! Rust source as plain text: good enough to count lines and find words, never a parser.

/// The source with every comment, string and character literal blanked; lines stay where they are.
pub(crate) fn mask(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut masked = String::with_capacity(source.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let end = literal_end(&chars, at);
        if end == at {
            masked.push(c);
            at += 1;
        } else {
            masked.extend(
                chars[at..end]
                    .iter()
                    .map(|&c| if c == '\n' { c } else { ' ' }),
            );
            at = end;
        }
    }
    masked
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let next = |offset: usize| chars.get(at + offset).copied();
    match chars.get(at) {
        Some('/') if next(1) == Some('/') => find(chars, at, |c, _| c == '\n').min(chars.len()),
        Some('/') if next(1) == Some('*') => block_comment_end(chars, at),
        Some('"') => string_end(chars, at),
        Some('r') if at == 0 || !is_word(chars[at - 1]) || matches!(chars[at - 1], 'b' | 'c') => {
            raw_string_end(chars, at)
        }
        Some('\'') if next(1) == Some('\\') => {
            (find(chars, at + 3, |c, _| c == '\'') + 1).min(chars.len())
        }
        Some('\'') if next(2) == Some('\'') => at + 3,
        _ => at,
    }
}

fn find(chars: &[char], from: usize, wanted: impl Fn(char, usize) -> bool) -> usize {
    (from..chars.len())
        .find(|&at| wanted(chars[at], at))
        .unwrap_or(chars.len())
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at.min(chars.len())
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_string_end(chars: &[char], from: usize) -> usize {
    let hashes = chars[from + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(from + 1 + hashes) != Some(&'"') {
        return from;
    }
    let closes = |c: char, at: usize| {
        c == '"'
            && chars[at + 1..]
                .iter()
                .take(hashes)
                .filter(|&&c| c == '#')
                .count()
                == hashes
    };
    (find(chars, from + 2 + hashes, closes) + 1 + hashes).min(chars.len())
}

/// The masked source with what only tests compile blanked too.
pub(crate) fn shipped(source: &str) -> String {
    let mut text = mask(source);
    while let Some(start) = text.find("#[cfg(test)]") {
        let end = item_end(&text, start);
        let blank: String = text[start..end]
            .chars()
            .map(|c| if c == '\n' { c } else { ' ' })
            .collect();
        text.replace_range(start..end, &blank);
    }
    text
}

/// Where the item after `from` ends: behind its closing brace, or its semicolon if it has no braces.
fn item_end(masked: &str, from: usize) -> usize {
    let mut brackets = 0_usize;
    for (offset, c) in masked[from..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            ';' if brackets == 0 => return from + offset + 1,
            '{' => return closing_brace(masked, from + offset),
            _ => {}
        }
    }
    masked.len()
}

fn closing_brace(masked: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, c) in masked[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return open + offset + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    masked.len()
}

/// A named function: the line of its `fn`, counted from 1, and how many lines it takes.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

/// Every function with a name and a body in shipped source.
pub(crate) fn functions(shipped: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    for (at, _) in shipped.match_indices("fn ") {
        let name: String = shipped[at + 3..]
            .trim_start()
            .chars()
            .take_while(|&c| is_word(c))
            .collect();
        if shipped[..at].ends_with(is_word) || name.is_empty() {
            continue;
        }
        let body = &shipped[at..item_end(shipped, at)];
        if body.ends_with('}') {
            let line = shipped[..at].matches('\n').count() + 1;
            functions.push(Function {
                name,
                line,
                lines: body.matches('\n').count() + 1,
            });
        }
    }
    functions
}

/// Lines with their numbers, counted from 1.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// Whether `word` stands in `line` with no letter, digit or underscore beside it.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_word) && !line[at + word.len()..].starts_with(is_word)
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn masking_keeps_code_and_lines() {
    let source = "let a = \"fn b() {\"; // fn c() {\n/* { /* { */ } */ let d = '{'; let e: &'a str = r#\"\"}\"#;\n";
    let masked = mask(source);
    assert_eq!(masked.lines().count(), 2);
    assert!(!masked.contains(['{', '}']), "{masked}");
    assert!(
        masked.contains("let d =") && masked.contains("&'a str"),
        "{masked}"
    );
}

#[test]
fn shipped_leaves_out_test_modules_and_test_files() {
    let text = shipped(
        "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}\n",
    );
    let names: Vec<String> = functions(&text)
        .into_iter()
        .map(|function| function.name)
        .collect();
    assert_eq!(names, ["a", "c", "e"]);
}
