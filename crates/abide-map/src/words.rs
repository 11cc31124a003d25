//! Names of tables and columns as words, so that `userIds`, `user_id` and `USERS` meet. Never knows a schema's meaning.

use std::collections::HashSet;

/// Words that names are made of besides those of the schema, for names written without any separator.
const COMMON: &[&str] = &[
    "account",
    "address",
    "agent",
    "approved",
    "assigned",
    "author",
    "base",
    "based",
    "on",
    "reply",
    "reports",
    "birth",
    "by",
    "card",
    "changed",
    "city",
    "code",
    "count",
    "country",
    "created",
    "creator",
    "customer",
    "date",
    "deleted",
    "effective",
    "email",
    "employee",
    "first",
    "for",
    "full",
    "group",
    "home",
    "id",
    "immediate",
    "ip",
    "item",
    "key",
    "last",
    "local",
    "login",
    "mail",
    "main",
    "manager",
    "member",
    "middle",
    "mobile",
    "modified",
    "name",
    "new",
    "nick",
    "number",
    "object",
    "old",
    "order",
    "original",
    "owner",
    "parent",
    "password",
    "phone",
    "post",
    "product",
    "real",
    "reference",
    "requested",
    "session",
    "state",
    "status",
    "target",
    "time",
    "to",
    "token",
    "type",
    "updated",
    "user",
    "value",
    "work",
    "zip",
];

/// The words of a name, in lower case: split where the case, a digit or a sign says so.
pub fn split(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(at + 1).copied();
        if starts_word(before, letter, after) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a word begins at this letter.
fn starts_word(before: Option<char>, letter: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    if !letter.is_alphanumeric() {
        return true;
    }
    let camel = letter.is_uppercase()
        && (before.is_lowercase()
            || before.is_ascii_digit()
            || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
    camel || (letter.is_ascii_digit() && before.is_alphabetic())
}

/// What a word and its plural have in common: `category` and `categories`, `class` and `classes`. Not always a word.
pub fn stem(word: &str) -> String {
    let irregular = match word {
        "people" | "persons" => "person",
        "children" => "child",
        "men" => "man",
        "women" => "woman",
        "aliases" => "alias",
        "analyses" => "analysis",
        "indices" => "index",
        "alias" | "news" | "series" | "sms" | "dns" | "cms" | "gps" | "https" | "business" => word,
        _ => "",
    };
    if !irregular.is_empty() {
        return irregular.to_owned();
    }
    let mut stem = word.to_owned();
    if stem.len() > 3 && stem.ends_with("ies") {
        stem.truncate(stem.len() - 2);
    } else if stem.len() > 2
        && stem.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| stem.ends_with(end))
    {
        stem.truncate(stem.len() - 1);
    }
    if ["se", "xe", "ze", "che", "she", "ie"]
        .iter()
        .any(|end| stem.ends_with(end))
        && stem.len() > 3
    {
        stem.truncate(stem.len() - 1);
    }
    if stem.ends_with('y') && stem.len() > 2 {
        stem.truncate(stem.len() - 1);
        stem.push('i');
    }
    stem
}

/// The stems of a list of words.
pub fn stems(words: &[String]) -> Vec<String> {
    words.iter().map(|word| stem(word)).collect()
}

/// Whether a word is a plural, so that a number under this name counts things and refers to none.
pub fn is_plural(word: &str) -> bool {
    word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
        && stem(word) != word
}

/// The words that names of a schema are made of; splits names that are written in one piece.
#[derive(Debug, Default)]
pub struct Lexicon {
    known: HashSet<String>,
}

impl Lexicon {
    /// A lexicon of these names (of tables and columns) and of what names are commonly made of.
    pub fn new<'a>(
        tables: impl Iterator<Item = &'a str>,
        columns: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut known: HashSet<String> = COMMON.iter().map(|word| (*word).to_owned()).collect();
        for name in tables {
            let words = split(name);
            if let [word] = words.as_slice() {
                known.insert(stem(word));
            }
            known.extend(words);
        }
        for name in columns {
            let words = split(name);
            if words.len() > 1 {
                known.extend(words.into_iter().filter(|word| word.len() > 2));
            }
        }
        Self { known }
    }

    /// The words of a name; a name in one piece is split where known words fill it.
    pub fn words(&self, name: &str) -> Vec<String> {
        split(name)
            .into_iter()
            .flat_map(|word| match self.pieces(&word) {
                Some(pieces) => pieces,
                None => vec![word],
            })
            .collect()
    }

    /// The fewest known words that fill this one.
    fn pieces(&self, word: &str) -> Option<Vec<String>> {
        if word.len() < 6 || word.len() > 64 || !word.is_ascii() || self.known.contains(word) {
            return None;
        }
        let mut best: Vec<Option<Vec<&str>>> = vec![None; word.len() + 1];
        if let Some(first) = best.first_mut() {
            *first = Some(Vec::new());
        }
        for end in 1..=word.len() {
            for start in 0..end {
                let piece = word.get(start..end).unwrap_or_default();
                let fits = piece.len() > 1 && (self.known.contains(piece));
                let Some(Some(before)) = best.get(start).filter(|_| fits) else {
                    continue;
                };
                let longer = best
                    .get(end)
                    .and_then(Option::as_ref)
                    .is_none_or(|old| before.len() + 1 < old.len());
                if longer {
                    let mut pieces = before.clone();
                    pieces.push(piece);
                    if let Some(slot) = best.get_mut(end) {
                        *slot = Some(pieces);
                    }
                }
            }
        }
        let pieces = best.pop().flatten()?;
        Some(pieces.into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Lexicon, is_plural, split, stem};

    #[test]
    fn names_are_split_where_case_digits_and_signs_say_so() {
        let check = |name: &str, words: &str| assert_eq!(split(name).join(" "), words, "{name}");
        check("user_id", "user id");
        check("userId", "user id");
        check("comment_post_ID", "comment post id");
        check("SLADisabled", "sla disabled");
        check("id_product_1", "id product 1");
        check("address2", "address 2");
        check("EmailAddress", "email address");
    }

    #[test]
    fn a_word_meets_its_plural() {
        for (one, many) in [
            ("category", "categories"),
            ("class", "classes"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("movie", "movies"),
            ("invoice", "invoices"),
            ("box", "boxes"),
            ("person", "people"),
            ("child", "children"),
            ("cache", "caches"),
            ("user", "users"),
        ] {
            assert_eq!(stem(one), stem(many), "{one} {many}");
            assert!(!is_plural(one), "{one}");
        }
        assert_ne!(stem("state"), stem("stats"));
        assert!(is_plural("products"));
    }

    #[test]
    fn names_in_one_piece_are_filled_with_known_words() {
        let lexicon = Lexicon::new(
            ["principals", "customfields"].into_iter(),
            std::iter::empty(),
        );
        let check =
            |name: &str, words: &str| assert_eq!(lexicon.words(name).join(" "), words, "{name}");
        check("lastupdatedby", "last updated by");
        check("principalid", "principal id");
        check("android", "android");
        check("liquid", "liquid");
    }
}
