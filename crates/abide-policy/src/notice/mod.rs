//! The document around the sentences: the page people read, the same as linked data, and what is still missing from it.
//! Never loads anything from elsewhere and never runs a script.

mod content;
mod grounds;
mod jsonld;
mod link;
mod page;
mod required;
mod scope;
mod section;
mod words;

use crate::library::Library;
use crate::model::Policy;
use crate::nouns::{Noun, NounId};
use crate::sentence::Language;
use crate::vocabulary::Kind;

pub use required::{Missing, missing_sections};

/// The notice as one HTML page. With a place, only what concerns people there: their parts, and not the base where one
/// of those parts stands in its stead.
pub fn html(
    policy: &Policy,
    library: &Library,
    lang: Language,
    for_place: Option<NounId>,
) -> String {
    page::html(
        policy,
        library,
        &content::read(policy, lang, for_place),
        lang,
        for_place,
    )
}

/// The policy as JSON-LD in terms of the W3C Data Privacy Vocabulary. The first line of a clause has the identifier
/// of its anchor on the page.
pub fn jsonld(policy: &Policy, library: &Library, lang: Language) -> serde_json::Value {
    jsonld::document(policy, library, lang)
}

/// Names that a notice in `lang` prints and that have no label in it, by name. Proper names are the same in every
/// language and are left out.
pub fn untranslated(policy: &Policy, lang: Language) -> Vec<NounId> {
    if lang == Language::of_policy(policy) {
        return Vec::new();
    }
    let lacks = |noun: &Noun| !noun.labels.contains_key(lang.tag()) && !is_proper(noun);
    let mut names: Vec<NounId> = content::printed_names(policy)
        .into_iter()
        .filter(|id| lacks(policy.nouns.get(*id)))
        .collect();
    names.sort_by_key(|id| {
        (
            policy.nouns.get(*id).kind,
            policy.nouns.get(*id).name.clone(),
        )
    });
    names
}

/// Whether the label is the name of one company, site or address rather than words.
fn is_proper(noun: &Noun) -> bool {
    let label = noun.label("");
    matches!(noun.kind, Kind::Recipient | Kind::Property | Kind::Contact)
        && (label.contains(['.', '@'])
            || label
                .chars()
                .next()
                .is_some_and(|c| c.is_uppercase() || c.is_numeric()))
}

#[cfg(test)]
mod tests;
