//! From a letter to the bytes of a message: text and the same as HTML. Pure: the same letter gives the same bytes, and nothing
//! of it can become a header, markup or another recipient.

use std::time::{Duration, SystemTime};

use abide_store::{EntryId, Letter};
use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue, MessageId};
use lettre::message::{Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, message::header::ContentType};
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest, Sha256};

use super::words::{self, Words};
use crate::http::pages::{FOLLOW, HOME};

/// The longest line of what a letter is about, in characters.
const SUBJECT: usize = 200;

/// In which stream a letter goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    /// It is about a request.
    Request,
    /// It is part of what a person asked for.
    Service,
    /// It says what has to be told; nobody can stop it.
    Notice,
    /// It is stopped at this address.
    Marketing {
        /// The address of the page that stops it.
        unsubscribe: String,
    },
}

/// What is needed to write a letter, besides the letter.
#[derive(Debug, Clone)]
pub struct Cover<'a> {
    /// Which letter.
    pub id: EntryId,
    /// Since when it waits: the date that it bears.
    pub at: Timestamp,
    /// Language tag.
    pub lang: &'a str,
    /// Whom it is from.
    pub from: &'a Mailbox,
    /// The site that the privacy centre is on, without a slash at its end.
    pub centre: Option<&'a str>,
    /// In which stream it goes.
    pub stream: Stream,
}

/// A message as it is handed to a mail server, but for its signature.
#[derive(Clone)]
pub struct Composed {
    /// Whom it goes to.
    pub to: Address,
    /// Its Message-ID, the same however often it is written.
    pub message_id: String,
    /// The message, with lines that end with CRLF.
    pub bytes: Vec<u8>,
    /// The text in it, as people read it.
    pub text: String,
    /// The page in it.
    pub html: String,
}

/// Hides everything.
impl std::fmt::Debug for Composed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Composed({} …)", self.message_id)
    }
}

impl Composed {
    /// SHA-256 of the message, in hex.
    pub fn sha256(&self) -> String {
        let hash = Sha256::digest(&self.bytes);
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Why a letter cannot be written, in a word.
pub type Unwritable = &'static str;

/// Writes a letter.
pub fn compose(letter: &Letter, cover: &Cover<'_>) -> Result<Composed, Unwritable> {
    let to: Address = letter.to.parse().map_err(|_| "no-address")?;
    let subject = one_line(&letter.subject);
    let words = words::of(cover.lang);
    let paragraphs = paragraphs(&letter.text);
    let text = text(&paragraphs, cover, words);
    let html = page(&subject, &paragraphs, cover, words).into_string();
    let message_id = format!("<{}@{}>", cover.id, cover.from.email.domain());
    let part = |kind: ContentType, body: &str| {
        SinglePart::builder()
            .header(kind)
            .body(body.replace('\n', "\r\n"))
    };
    let body = MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        // A boundary of our own: the same letter gives the same bytes.
        .boundary(format!("=_{}", cover.id))
        .singlepart(part(ContentType::TEXT_PLAIN, &text))
        .singlepart(part(ContentType::TEXT_HTML, &html));
    let mut message = Message::builder()
        .from(cover.from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(subject)
        .date(moment(cover.at))
        .header(MessageId::from(message_id.clone()))
        .raw_header(header("Content-Language", words.tag))
        // RFC 3834: nobody's absence answers it, and no answer goes round.
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if let Stream::Marketing { unsubscribe } = &cover.stream {
        message = message
            .raw_header(header("List-Unsubscribe", &format!("<{unsubscribe}>")))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click",
            ));
    }
    let message = message.multipart(body).map_err(|_| "no-message")?;
    Ok(Composed {
        to,
        message_id,
        bytes: message.formatted(),
        text,
        html,
    })
}

/// A header of our own words: on one line, as mail programs look for a link between `<` and `>` there.
fn header(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    let plain: String = value.chars().filter(char::is_ascii_graphic).collect();
    HeaderValue::dangerous_new_pre_encoded(name, plain.clone(), plain)
}

fn moment(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_second()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// On one line, without what cannot be seen or turns the order of what can.
fn one_line(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .map(|word| word.chars().filter(|c| !is_hidden(*c)).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.join(" ").chars().take(SUBJECT).collect()
}

/// Marks that turn the direction of text, or are nothing but there: with them a line shows something else than it says.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Paragraphs of lines, without what cannot be seen.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let line = |line: &str| -> String {
        let seen = line.chars().map(|c| if c == '\t' { ' ' } else { c });
        seen.filter(|c| !c.is_control() && !is_hidden(*c)).collect()
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines
        .split(|line| line.trim().is_empty())
        .filter(|paragraph| !paragraph.is_empty())
        .map(<[String]>::to_vec)
        .collect()
}

/// The foot of a letter: why it came, whom it is from, and where to go.
fn foot(cover: &Cover<'_>, words: &Words) -> Vec<String> {
    let why = match &cover.stream {
        Stream::Request => words.request,
        Stream::Service => words.service,
        Stream::Notice => words.notice,
        Stream::Marketing { .. } => words.marketing,
    };
    let from = cover.from.name.as_deref().map(one_line);
    let from = from.unwrap_or_else(|| cover.from.email.to_string());
    vec![from, why.to_owned()]
}

/// Links of the foot: what it leads to, and where.
fn links(cover: &Cover<'_>, words: &Words) -> Vec<(&'static str, String)> {
    let page = |path: &str| {
        let site = cover.centre?;
        Some(format!("{site}{path}?lang={}", words.tag))
    };
    let first = match &cover.stream {
        Stream::Marketing { unsubscribe } => Some((words.unsubscribe, unsubscribe.clone())),
        Stream::Request => page(FOLLOW).map(|page| (words.follow, page)),
        Stream::Service | Stream::Notice => None,
    };
    let centre = page(HOME).map(|page| (words.centre, page));
    first.into_iter().chain(centre).collect()
}

fn text(paragraphs: &[Vec<String>], cover: &Cover<'_>, words: &Words) -> String {
    let mut text = String::new();
    for paragraph in paragraphs {
        text.push_str(&paragraph.join("\n"));
        text.push_str("\n\n");
    }
    // The line that mail programs know as the beginning of a signature: RFC 3676 §4.3.
    text.push_str("-- \n");
    for line in foot(cover, words) {
        text.push_str(&line);
        text.push('\n');
    }
    for (label, address) in links(cover, words) {
        text.push_str(&format!("{label}: {address}\n"));
    }
    text
}

fn page(subject: &str, paragraphs: &[Vec<String>], cover: &Cover<'_>, words: &Words) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.tag) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (subject) }
            }
            body style="font: 16px/1.5 sans-serif; max-width: 40em; margin: 1em auto; padding: 0 1em" {
                "\n"
                @for paragraph in paragraphs {
                    p {
                        @for (number, line) in paragraph.iter().enumerate() {
                            @if number > 0 { br; }
                            (line)
                        }
                    }
                    "\n"
                }
                hr;
                @for line in foot(cover, words) { p style="font-size: 14px; margin: 0.3em 0" { (line) } "\n" }
                @for (label, address) in links(cover, words) {
                    p style="font-size: 14px; margin: 0.3em 0" { a href=(address) { (label) } } "\n"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(from: &Mailbox) -> Cover<'_> {
        Cover {
            id: EntryId([7; 16]),
            at: "2026-01-05T09:00:00Z".parse().unwrap(),
            lang: "en",
            from,
            centre: Some("https://privacy.lantern.example"),
            stream: Stream::Request,
        }
    }

    fn letter(to: &str, subject: &str, text: &str) -> Letter {
        Letter {
            channel: "email".to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The header lines, unfolded.
    fn head(composed: &Composed) -> Vec<String> {
        let text = String::from_utf8(composed.bytes.clone()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn the_same_letter_gives_the_same_bytes() {
        let from: Mailbox = "Lantern privacy <privacy@lantern.example>".parse().unwrap();
        let it = letter(
            "ann@example.org",
            "Ihre Anfrage: Löschung",
            "Guten Tag\n\nText",
        );
        let (one, other) = (
            compose(&it, &cover(&from)).unwrap(),
            compose(&it, &cover(&from)).unwrap(),
        );
        assert_eq!(one.bytes, other.bytes);
        assert_eq!(
            one.message_id,
            format!("<{}@lantern.example>", "07".repeat(16))
        );
        let head = head(&one);
        assert!(
            head.contains(&"Date: Mon, 05 Jan 2026 09:00:00 +0000".to_owned()),
            "{head:?}"
        );
        assert!(head.contains(&"To: ann@example.org".to_owned()), "{head:?}");
        assert!(
            head.contains(&"Auto-Submitted: auto-generated".to_owned()),
            "{head:?}"
        );
    }

    #[test]
    fn hostile_words_become_neither_headers_nor_markup() {
        let from: Mailbox = "\"Lantern, <b>\" <privacy@lantern.example>"
            .parse()
            .unwrap();
        let usual = head(&compose(&letter("ann@example.org", "a", "b"), &cover(&from)).unwrap());
        let name = |line: &String| line.split(':').next().unwrap_or_default().to_owned();
        let names: Vec<String> = usual.iter().map(name).collect();
        for hostile in [
            "a\r\nBcc: eve@example.org",
            "a\nBcc: eve@example.org\n\nbody",
            "a\rBcc: eve@example.org",
            "a\u{2028}Bcc: eve@example.org",
            "a\u{85}Bcc: eve@example.org",
            "a\0Bcc: eve@example.org",
            "<script>alert(1)</script>",
            "=?utf-8?q?=0d=0aBcc:_eve@example.org?=",
            "\u{202e}gpj.exe",
            "\r\n.\r\nMAIL FROM:<eve@example.org>",
            &"long ".repeat(2000),
        ] {
            let it = letter("ann@example.org", hostile, hostile);
            let composed = compose(&it, &cover(&from)).unwrap();
            let head = head(&composed);
            let found: Vec<String> = head.iter().map(name).collect();
            assert_eq!(found, names, "{hostile:?}");
            assert!(!composed.html.contains("<script"), "{}", composed.html);
            assert!(!composed.text.contains(['\r', '\0', '\u{202e}']));
            let bytes = String::from_utf8(composed.bytes).unwrap();
            assert!(bytes.is_ascii());
            assert!(
                bytes
                    .split("\r\n")
                    .all(|line| !line.contains(['\r', '\n']) && line.len() <= 998)
            );
        }
    }

    #[test]
    fn an_address_that_is_none_gets_no_letter() {
        let from: Mailbox = "privacy@lantern.example".parse().unwrap();
        for hostile in [
            "",
            "ann",
            "ann@example.org, eve@example.org",
            "ann@example.org\r\nBcc: eve@example.org",
            "ann@example.org>\r\nRCPT TO:<eve@example.org",
            "Ann <ann@example.org>",
            "ann @example.org",
        ] {
            let composed = compose(&letter(hostile, "a", "b"), &cover(&from));
            assert_eq!(composed.unwrap_err(), "no-address", "{hostile:?}");
        }
    }

    #[test]
    fn a_letter_about_a_request_leads_to_its_page_in_its_language() {
        let from: Mailbox = "privacy@lantern.example".parse().unwrap();
        let mut cover = cover(&from);
        cover.lang = "zh-CN";
        let it = letter("ann@example.org", "a", "b");
        let composed = compose(&it, &cover).unwrap();
        for page in ["privacy/request?lang=zh", "privacy?lang=zh"] {
            let page = format!("https://privacy.lantern.example/{page}");
            assert!(composed.text.contains(&format!(": {page}\n")));
            assert!(composed.html.contains(&format!("<a href=\"{page}\">")));
        }
        cover.centre = None;
        let composed = compose(&it, &cover).unwrap();
        assert!(!composed.text.contains("http") && !composed.html.contains("href"));
    }

    #[test]
    fn only_what_can_be_stopped_says_how() {
        let from: Mailbox = "privacy@lantern.example".parse().unwrap();
        let it = letter("ann@example.org", "a", "b");
        let mut cover = cover(&from);
        for stream in [Stream::Request, Stream::Service, Stream::Notice] {
            cover.stream = stream;
            let head = head(&compose(&it, &cover).unwrap());
            assert!(
                !head.iter().any(|line| line.starts_with("List-")),
                "{head:?}"
            );
        }
        let unsubscribe = "https://privacy.lantern.example/unsubscribe/abc".to_owned();
        cover.stream = Stream::Marketing { unsubscribe };
        let composed = compose(&it, &cover).unwrap();
        let head = head(&composed);
        for line in [
            "List-Unsubscribe: <https://privacy.lantern.example/unsubscribe/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(head.contains(&line.to_owned()), "{head:?}");
        }
        assert!(
            composed
                .text
                .contains("Unsubscribe: https://privacy.lantern.example/unsubscribe/abc\n")
        );
    }
}
