//! Says what a line means, in plain words and in each language. Never leaves out a slot, a value or an exception that
//! the line has, and never adds one.
//!
//! To add a language: one file with the functions that [`Tongue`] lists, and one line in [`TONGUES`].

mod en;
mod en_grammar;
mod en_nouns;
mod en_phrases;
mod line;
mod noun_parts;
mod zh;
mod zh_nouns;
mod zh_phrases;

use jiff::civil::Date;

use crate::law::Law;
use crate::length::Length;
use crate::model::{Norm, Policy, Say};
use crate::nouns::NounId;

pub(crate) use line::Line;

/// A language that notices can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    English,
    /// Chinese in simplified characters.
    Chinese,
}

/// What a language file provides.
struct Tongue {
    language: Language,
    tag: &'static str,
    norm: fn(&Line<'_>) -> String,
    noun: fn(&Policy, NounId, usize) -> String,
    heading: fn(&Policy, Heading<'_>) -> String,
    date: fn(Date) -> String,
    length: fn(Length) -> String,
}

/// Every language, the one of last resort first.
const TONGUES: &[Tongue] = &[
    Tongue {
        language: Language::English,
        tag: "en",
        norm: en::norm,
        noun: en_nouns::noun,
        heading: en_nouns::heading,
        date: en_grammar::date,
        length: en_grammar::length,
    },
    Tongue {
        language: Language::Chinese,
        tag: "zh",
        norm: zh::norm,
        noun: zh_nouns::noun,
        heading: zh_nouns::heading,
        date: zh_phrases::date,
        length: zh_phrases::length,
    },
];

/// What stands above or beside the lines and is said in a sentence of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heading<'a> {
    /// The part of that index: for whom, since when.
    Part(usize),
    /// The controller of that index.
    Controller(usize),
    /// The laws it names.
    Laws(&'a [&'a Law]),
}

/// Whether the slots that a line takes over from its part are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inherited {
    /// The sentence stands alone.
    Said,
    /// A heading above it says them.
    InHeading,
}

impl Language {
    /// Every language.
    pub fn all() -> impl Iterator<Item = Self> {
        TONGUES.iter().map(|tongue| tongue.language)
    }

    /// Its tag, as in `lang` attributes and in source.
    pub fn tag(self) -> &'static str {
        self.tongue().tag
    }

    /// The language of a tag; `zh-CN` is `zh`.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or(tag);
        TONGUES
            .iter()
            .find(|tongue| tongue.tag == primary)
            .map(|tongue| tongue.language)
    }

    /// The language that a policy is written in: the first that it lists, else English.
    pub fn of_policy(policy: &Policy) -> Self {
        policy
            .languages
            .first()
            .and_then(|tag| Self::of(&tag.value))
            .unwrap_or(Self::English)
    }

    /// A date as people write it.
    pub fn date(self, date: Date) -> String {
        (self.tongue().date)(date)
    }

    /// A length of time as people say it.
    pub fn length(self, length: Length) -> String {
        (self.tongue().length)(length)
    }

    fn tongue(self) -> &'static Tongue {
        match self {
            Self::English => &TONGUES[0],
            Self::Chinese => &TONGUES[1],
        }
    }
}

/// What a line promises, as one or two sentences. A `say` of that language stands instead; the text of a line that only
/// says something is given in the policy's own language if the wanted one is missing.
pub fn sentence(norm: &Norm, policy: &Policy, lang: Language) -> String {
    sentence_in(norm, policy, lang, Inherited::Said)
}

/// Like [`sentence`]; says the slots that come from the line's part only if `inherited` asks for it.
pub fn sentence_in(norm: &Norm, policy: &Policy, lang: Language, inherited: Inherited) -> String {
    if let Some(say) = said(&norm.says, policy, lang) {
        return say.text.value.clone();
    }
    if norm.action == crate::vocabulary::Action::Say {
        return norm
            .says
            .first()
            .map(|say| say.text.value.clone())
            .unwrap_or_default();
    }
    (lang.tongue().norm)(&Line {
        norm,
        policy,
        lang,
        inherited,
    })
}

/// What the `line`-th declaration of a noun says: a definition, who a recipient is, how to reach a contact.
pub fn noun_sentence(policy: &Policy, noun: NounId, line: usize, lang: Language) -> String {
    (lang.tongue().noun)(policy, noun, line)
}

/// Whether the `line`-th declaration of a noun lists members.
pub(crate) fn names_members(noun: &crate::nouns::Noun, line: usize) -> bool {
    !noun_parts::of_declaration(noun, line).1.is_empty()
}

/// For whom a part is, since when, and what all its lines share.
pub fn part_sentence(policy: &Policy, part: usize, lang: Language) -> String {
    (lang.tongue().heading)(policy, Heading::Part(part))
}

/// Who answers for the policy; `index` into its controllers.
pub fn controller_sentence(policy: &Policy, index: usize, lang: Language) -> String {
    (lang.tongue().heading)(policy, Heading::Controller(index))
}

/// Which laws the policy is under.
pub fn law_sentence(policy: &Policy, laws: &[&Law], lang: Language) -> String {
    (lang.tongue().heading)(policy, Heading::Laws(laws))
}

/// The text in `lang` among those given: one that names the language, or one without a language when `lang` is what the
/// policy is written in.
pub fn said<'a>(says: &'a [Say], policy: &Policy, lang: Language) -> Option<&'a Say> {
    let own = Language::of_policy(policy) == lang;
    let named = says
        .iter()
        .find(|say| say.lang.as_deref().and_then(Language::of) == Some(lang));
    named.or_else(|| says.iter().find(|say| own && say.lang.is_none()))
}

#[cfg(test)]
pub(crate) mod tests;
