//! Reads `multipart/form-data` as browsers send it, after RFC 7578. Everything is in memory and small already; never writes
//! a file, and a file's name is not looked at.

/// The most fields of a form.
const FIELDS: usize = 32;

/// The boundary that a content type names, if it is of this kind.
pub fn boundary(kind: &str) -> Option<&str> {
    let (essence, parameters) = kind.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let found = parameters
        .split(';')
        .find_map(|pair| pair.trim().strip_prefix("boundary="))?;
    let found = found.trim_matches('"');
    // RFC 2046 §5.1.1: up to 70 characters.
    (1..=70).contains(&found.len()).then_some(found)
}

/// The fields with their values; nothing if it is not well formed or a value is not text.
pub fn read(bytes: &[u8], boundary: &str) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let line = format!("--{boundary}");
    let between = format!("\r\n{line}");
    let mut rest = text.strip_prefix(&line)?;
    let mut fields = Vec::new();
    while let Some(part) = rest.strip_prefix("\r\n") {
        let (part, behind) = part.split_once(&between)?;
        let (head, value) = part.split_once("\r\n\r\n")?;
        if fields.len() == FIELDS {
            return None;
        }
        fields.push((name_of(head)?, value.to_owned()));
        rest = behind;
    }
    rest.starts_with("--").then_some(fields)
}

fn name_of(head: &str) -> Option<String> {
    let line = head.split("\r\n").find(|line| {
        line.split_once(':')
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))
    })?;
    let name = line.split("; name=\"").nth(1)?.split('"').next()?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{boundary, read};

    #[test]
    fn a_form_of_a_browser_is_read() {
        assert_eq!(boundary("multipart/form-data; boundary=ab"), Some("ab"));
        assert_eq!(boundary("text/plain; boundary=ab"), None);
        let text = "--ab\r\nContent-Disposition: form-data; name=\"ticket\"\r\n\r\n1\r\n--ab\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../x\"\r\nContent-Type: application/json\r\n\r\n{\r\n}\r\n--ab--\r\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read(text.as_bytes(), "ab"),
            Some(vec![pair("ticket", "1"), pair("file", "{\r\n}")])
        );
    }

    #[test]
    fn a_form_that_is_cut_off_is_none() {
        assert_eq!(
            read(
                b"--ab\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
                "ab"
            ),
            None
        );
        assert_eq!(read(b"", "ab"), None);
        assert_eq!(read(b"--ab\r\n\xff\r\n--ab--", "ab"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_give_an_answer(bytes: Vec<u8>, between in "[a-c]{1,3}") {
            let _ = read(&bytes, &between);
        }
    }
}
