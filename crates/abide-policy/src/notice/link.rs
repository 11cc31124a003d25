//! Mail addresses, phone numbers and web addresses in a sentence as links. Links only what the policy itself declares.

use maud::{Markup, html};

use crate::model::Policy;
use crate::vocabulary::Slot;

/// What to link: the text and where it leads, longest text first.
pub(super) struct Links(Vec<(String, String)>);

impl Links {
    /// The addresses of a policy's nouns.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut links = Vec::new();
        for (_, noun) in policy.nouns.iter() {
            links.extend(
                noun.texts(Slot::Email)
                    .map(|mail| (mail.to_owned(), format!("mailto:{mail}"))),
            );
            links.extend(
                noun.texts(Slot::Phone)
                    .map(|phone| (phone.to_owned(), phone_link(phone))),
            );
            links.extend(
                noun.texts(Slot::Url)
                    .filter_map(|url| Some((url.to_owned(), web_link(url)?))),
            );
        }
        links.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        links.dedup();
        links.retain(|(text, _)| !text.is_empty());
        Self(links)
    }

    /// The text with its addresses as links. Looks for each address only behind what is drawn already, so that no text,
    /// however long, takes more than one pass per address.
    pub(super) fn draw(&self, text: &str) -> Markup {
        let mut drawn = 0;
        let mut found: Vec<Option<usize>> = self
            .0
            .iter()
            .map(|(wanted, _)| text.find(wanted.as_str()))
            .collect();
        let mut pieces: Vec<(&str, Option<(&str, &str)>)> = Vec::new();
        loop {
            for (at, (wanted, _)) in found.iter_mut().zip(&self.0) {
                if at.is_some_and(|at| at < drawn) {
                    *at = text
                        .get(drawn..)
                        .and_then(|rest| rest.find(wanted.as_str()))
                        .map(|at| at + drawn);
                }
            }
            let next = found
                .iter()
                .zip(&self.0)
                .filter_map(|(at, link)| Some(((*at)?, link)));
            let Some((at, (wanted, to))) = next.min_by_key(|(at, _)| *at) else {
                break;
            };
            pieces.push((text.get(drawn..at).unwrap_or_default(), Some((wanted, to))));
            drawn = at + wanted.len();
        }
        pieces.push((text.get(drawn..).unwrap_or_default(), None));
        html! {
            @for (before, link) in pieces {
                (before)
                @if let Some((wanted, to)) = link { a href=(to) { (wanted) } }
            }
        }
    }
}

fn phone_link(phone: &str) -> String {
    let digits: String = phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    format!("tel:{digits}")
}

/// A link to the web; other schemes, such as `javascript:`, are never linked.
pub(super) fn web_link(url: &str) -> Option<String> {
    match url.split_once(':') {
        Some(("http" | "https", _)) => Some(url.to_owned()),
        Some(_) => None,
        None => Some(format!("https://{url}")),
    }
}
