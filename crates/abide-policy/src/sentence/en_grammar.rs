//! English as such: lists, articles, lengths of time, dates. Knows nothing of policies.

use jiff::civil::Date;

use crate::length::{Length, Unit};

/// `a, b and c`, with the word before the last. Where one is a list itself, `a and b, and c`.
pub(super) fn list(items: &[String], word: &str) -> String {
    let nested = |item: &String| {
        [", ", " and ", " or "]
            .iter()
            .any(|joint| item.contains(joint))
    };
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => {
            let comma = if items.iter().any(nested) { "," } else { "" };
            format!("{}{comma} {word} {last}", first.join(", "))
        }
    }
}

/// With a capital letter in front.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// `45 days`, `1 month`; a zero length is `0 hours`, which callers say as "at once".
pub(super) fn length(length: Length) -> String {
    let (one, many) = match length.unit {
        Unit::Hours => ("hour", "hours"),
        Unit::Days => ("day", "days"),
        Unit::BusinessDays => ("business day", "business days"),
        Unit::Months => ("month", "months"),
        Unit::Years => ("year", "years"),
        Unit::CalendarYear => ("calendar year", "calendar years"),
    };
    format!(
        "{} {}",
        length.value,
        if length.value == 1 { one } else { many }
    )
}

/// A length as in `every month`, `the last 12 months`: one is left out.
pub(super) fn period(of: Length) -> String {
    length(of)
        .strip_prefix("1 ")
        .map_or_else(|| length(of), ToOwned::to_owned)
}

/// `18 May 2020`.
pub(super) fn date(date: Date) -> String {
    format!(
        "{} {} {}",
        date.day(),
        MONTHS[usize::from(date.month().unsigned_abs()).clamp(1, 12) - 1],
        date.year()
    )
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DETERMINERS: &[&str] = &[
    "a",
    "an",
    "the",
    "your",
    "our",
    "their",
    "any",
    "every",
    "each",
    "no",
    "other",
    "another",
    "people",
    "categories",
];

/// Words after which a noun phrase only says more about its head.
const AFTER_HEAD: &[&str] = &[
    "of",
    "for",
    "in",
    "on",
    "at",
    "by",
    "to",
    "from",
    "with",
    "without",
    "who",
    "that",
    "which",
    "under",
    "over",
    "nearby",
    "whose",
    "responsible",
    "worldwide",
    "given",
    "set",
];

const UNCOUNTED: &[&str] = &[
    "staff",
    "people",
    "children",
    "human resources",
    "personnel",
    "management",
    "police",
];

/// The noun phrase with `a` or `an` in front, if it is one thing, not a name, and has no article yet.
pub(super) fn with_article(phrase: &str) -> String {
    let first = first_word(phrase);
    let is_name = phrase.chars().next().is_none_or(|c| !c.is_lowercase());
    if is_name || DETERMINERS.contains(&first) || is_plural(phrase) {
        return phrase.to_owned();
    }
    format!("{} {phrase}", article(phrase))
}

fn article(phrase: &str) -> &'static str {
    let like_consonant = ["uni", "use", "usu", "eu", "one"]
        .iter()
        .any(|start| phrase.starts_with(start));
    if phrase.starts_with(['a', 'e', 'i', 'o', 'u']) && !like_consonant {
        "an"
    } else {
        "a"
    }
}

/// Without the article in front.
pub(super) fn without_article(phrase: &str) -> &str {
    ["a ", "an ", "the "]
        .iter()
        .find_map(|article| phrase.strip_prefix(article))
        .unwrap_or(phrase)
}

/// Whether the head of the noun phrase is several things, or cannot be counted.
pub(super) fn is_plural(phrase: &str) -> bool {
    let head: Vec<&str> = phrase
        .split(' ')
        .take_while(|word| !AFTER_HEAD.contains(word))
        .collect();
    let last = head.last().copied().unwrap_or(phrase);
    UNCOUNTED.contains(&head.join(" ").as_str())
        || UNCOUNTED.contains(&last)
        || head.contains(&"people")
        || head.contains(&"and")
        || (last.ends_with('s') && !last.ends_with("ss") && !last.ends_with("us"))
}

pub(super) fn first_word(phrase: &str) -> &str {
    phrase.split(' ').next().unwrap_or(phrase)
}

/// Words that make a label a clause of its own: `the person made it public`.
const VERBS: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "has",
    "have",
    "had",
    "cannot",
    "can",
    "would",
    "may",
    "must",
    "made",
    "published",
    "allow",
    "allows",
    "require",
    "requires",
    "applies",
    "apply",
    "agreed",
    "agrees",
    "asked",
    "asks",
    "say",
    "says",
    "wants",
    "needs",
    "posts",
    "uses",
    "refuses",
    "withholds",
    "given",
    "confirmed",
    "refused",
    "switched",
    "withheld",
    "paid",
    "signed",
    "met",
    "assessed",
    "recorded",
    "adopted",
    "combined",
    "allowed",
    "revoked",
    "stopped",
    "accepted",
    "set",
    "held",
    "warranted",
    "active",
    "open",
    "possible",
    "beside",
    "works",
    "gave",
];

/// Ends of single words that are no nouns: `excessive`, `lawful`, `connected`.
const ADJECTIVE_ENDS: &[&str] = &["ed", "ive", "ful", "able", "ible", "ary", "pt", "ite"];

/// What has to hold, for use after "if": a clause stays, a noun phrase becomes "there is …".
pub(super) fn holds(label: &str) -> String {
    let determined = ["a", "an"].contains(&first_word(label));
    let is_clause = !determined && label.split(' ').any(|word| VERBS.contains(&word));
    let adjective = !label.contains(' ')
        && (ADJECTIVE_ENDS.iter().any(|end| label.ends_with(end)) || label == "reasonable");
    if is_clause || adjective {
        label.to_owned()
    } else {
        format!("there is {label}")
    }
}

/// Whether a condition is said with "there is".
pub(super) fn is_thing(label: &str) -> bool {
    holds(label).starts_with("there is ")
}
