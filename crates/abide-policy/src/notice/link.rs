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
        Self(links)
    }

    /// The text with its addresses as links.
    pub(super) fn draw(&self, text: &str) -> Markup {
        let first = self
            .0
            .iter()
            .filter_map(|(wanted, to)| Some((text.find(wanted.as_str())?, wanted, to)));
        let Some((at, wanted, to)) =
            first.min_by_key(|(at, wanted, _)| (*at, std::cmp::Reverse(wanted.len())))
        else {
            return html! { (text) };
        };
        let (before, rest) = text.split_at(at);
        let after = rest.get(wanted.len()..).unwrap_or_default();
        html! { (before) a href=(to) { (wanted) } (self.draw(after)) }
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
