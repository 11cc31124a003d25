//! What a text says once the escapes of JSON are written out. Never fails: what is no escape stays as it is.

use std::borrow::Cow;
use std::str::Chars;

/// JSON in JSON in JSON; nobody writes it deeper.
const DEEPEST: usize = 3;

/// The text as it stands, and with its escapes written out, once for each time that it was escaped.
pub(super) fn readings_of(text: &str) -> Vec<Cow<'_, str>> {
    let mut readings = vec![Cow::Borrowed(text)];
    while readings.len() <= DEEPEST {
        let Some(last) = readings.last().filter(|last| last.contains('\\')) else {
            break;
        };
        let next = unescaped(last);
        if next == **last {
            break;
        }
        readings.push(Cow::Owned(next));
    }
    readings
}

/// RFC 8259, section 7.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.push(sign);
            continue;
        }
        let mut after = signs.clone();
        match after.next().and_then(|letter| written(letter, &mut after)) {
            Some(meant) => {
                out.push(meant);
                signs = after;
            }
            None => out.push('\\'),
        }
    }
    out
}

fn written(letter: char, after: &mut Chars<'_>) -> Option<char> {
    Some(match letter {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '"' | '\\' | '/' => letter,
        'u' => return code(after),
        _ => return None,
    })
}

/// The character of four letters, or of a pair of fours.
fn code(after: &mut Chars<'_>) -> Option<char> {
    let high = four(after)?;
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    let is_pair = after.next() == Some('\\') && after.next() == Some('u');
    let low = four(after).filter(|low| is_pair && (0xdc00..0xe000).contains(low))?;
    char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
}

fn four(after: &mut Chars<'_>) -> Option<u32> {
    let mut code = 0;
    for _ in 0..4 {
        code = code * 16 + after.next()?.to_digit(16)?;
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_written_out_and_what_is_none_stays() {
        for (text, said) in [
            (r"a\nb\tc\/d", "a\nb\tc/d"),
            (r#"\"\\"#, "\"\\"),
            (r"ann\u0040x \u00fc", "ann@x ü"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83d! \u12 \q \", r"\ud83d! \u12 \q \"),
        ] {
            assert_eq!(unescaped(text), said);
        }
    }

    #[test]
    fn text_without_escapes_is_read_once() {
        assert_eq!(readings_of("plain").len(), 1);
        assert_eq!(readings_of(r"\q").len(), 1);
        assert_eq!(readings_of(r"C:\\q").len(), 2);
    }
}
