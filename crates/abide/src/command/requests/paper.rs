//! `abide requests letters --print`: letters to postal addresses as pages for an envelope with a window. Loads nothing, and says
//! nothing that the letter does not.

use abide_policy::model::Policy;
use abide_policy::sentence::Language;
use abide_policy::vocabulary::{Kind, Slot};
use abide_store::{Letter, QueuedLetter};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, html};

/// A4 with the window of an envelope DL, after DIN 5008 form B: 45 mm from the top, 20 mm from the left, 85 mm wide.
const STYLE: &str = "@page { size: A4; margin: 0 }
body { margin: 0; color: #000; background: #fff; font: 11pt/1.5 'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif }
article { box-sizing: border-box; min-height: 297mm; padding: 45mm 20mm 20mm 25mm; break-after: page; overflow-wrap: anywhere }
address { font-style: normal }
.window { box-sizing: border-box; height: 45mm; width: 85mm; overflow: hidden }
.from { font-size: 8pt; border-bottom: .2mm solid; margin: 0 0 4mm }
.to { white-space: pre-line; margin: 0 }
.day { text-align: right; margin: 6mm 0 }
h1 { font-size: 12pt; margin: 0 0 6mm }
.text { white-space: pre-line; margin: 0 }
.foot { font-size: 8pt; margin-top: 12mm }";

/// Whom letters are from.
#[derive(Debug)]
pub(super) struct Sender {
    name: String,
    address: Vec<String>,
}

impl Sender {
    /// Who answers for a policy, with the postal address of the first contact that has one.
    pub(super) fn of(policy: &Policy) -> Self {
        let controllers = policy.controllers.iter();
        let first = controllers.min_by_key(|controller| controller.part);
        let contacts = policy.nouns.iter().map(|(_, noun)| noun);
        let address = contacts
            .filter(|noun| noun.kind == Kind::Contact)
            .find_map(|noun| noun.texts(Slot::Address).next());
        Self {
            name: first.map_or_else(|| policy.name.clone(), |found| found.label.clone()),
            address: address.map(lines).unwrap_or_default(),
        }
    }
}

/// A document with a page for each letter.
pub(super) fn pages(letters: &[(&QueuedLetter, &Letter)], from: &Sender, today: Date) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { "Letters of " (today) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { @for (queued, letter) in letters { (page(queued, letter, from, today)) } }
        }
    };
    document.into_string()
}

fn page(queued: &QueuedLetter, letter: &Letter, from: &Sender, today: Date) -> Markup {
    let lang = Language::of(&queued.lang).unwrap_or(Language::English);
    let returned: Vec<&str> = std::iter::once(from.name.as_str())
        .chain(from.address.iter().map(String::as_str))
        .collect();
    html! {
        article lang=(lang.tag()) {
            div.window {
                p.from { (returned.join(" · ")) }
                address { p.to { (lines(&letter.to).join("\n")) } }
            }
            p.day { (lang.date(today)) }
            h1 { (letter.subject) }
            p.text { (letter.text.trim_end()) }
            p.foot { (from.name) }
        }
    }
}

/// An address as lines: as it was written, or cut at its commas.
fn lines(address: &str) -> Vec<String> {
    let is_cut = address.contains('\n');
    let parts = address.split(|c| if is_cut { c == '\n' } else { c == ',' });
    let parts = parts.map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use abide_store::EntryId;

    use super::*;

    fn queued(lang: &str) -> QueuedLetter {
        let id = EntryId([7; 16]);
        let at = jiff::Timestamp::UNIX_EPOCH;
        QueuedLetter {
            id,
            request: id,
            kind: "ended".to_owned(),
            lang: lang.to_owned(),
            queued_at: at,
            letter: None,
        }
    }

    #[test]
    fn each_letter_is_a_page_in_its_language_and_nothing_in_it_is_markup() {
        let from = Sender {
            name: "Shop <Ltd>".to_owned(),
            address: lines("1 High Street, Harbourton"),
        };
        let letter = |to: &str| Letter {
            channel: "post".to_owned(),
            to: to.to_owned(),
            subject: "Your <b>request</b>".to_owned(),
            text: "One.\n\nTwo.\n".to_owned(),
        };
        let (english, chinese) = (queued("en"), queued("zh"));
        let (first, second) = (letter("Ann Lee, 2 Quay,  Utrecht"), letter("李安\n北京"));
        let day = "2026-01-05".parse().unwrap();
        let text = pages(&[(&english, &first), (&chinese, &second)], &from, day);
        assert_eq!(text.matches("<article").count(), 2);
        assert!(text.contains("Ann Lee\n2 Quay\nUtrecht"), "{text}");
        assert!(text.contains("<article lang=\"zh\">"), "{text}");
        assert!(text.contains("2026年1月5日"), "{text}");
        assert!(text.contains("Shop &lt;Ltd&gt; · 1 High Street · Harbourton"));
        assert!(!text.contains("<b>") && !text.contains("http"), "{text}");
    }
}
