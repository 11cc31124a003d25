//! Which language a reader prefers, of those that are there, after RFC 9110 section 12.5.4 and RFC 4647 lookup.

use abide_policy::sentence::Language;

/// The language of `there` that the value of an `Accept-Language` header prefers; the first one if it names none. `there`
/// is not empty.
pub fn preferred(accepted: &str, there: &[Language]) -> Language {
    let first = there.first().copied().unwrap_or(Language::English);
    let mut ranges: Vec<(u16, &str)> = accepted.split(',').take(32).filter_map(range).collect();
    // A stable sort: of two alike the one that stands first.
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges
        .iter()
        .filter(|(weight, _)| *weight > 0)
        .find_map(|(_, tag)| {
            if *tag == "*" {
                Some(first)
            } else {
                find(tag, there)
            }
        })
        .unwrap_or(first)
}

/// `zh-CN;q=0.8` as a weight in thousandths and a tag.
fn range(text: &str) -> Option<(u16, &str)> {
    let (tag, parameters) = text.split_once(';').unwrap_or((text, ""));
    let weight = match parameters.trim().strip_prefix("q=") {
        None => 1.0,
        Some(weight) => weight.trim().parse::<f32>().ok()?.clamp(0.0, 1.0),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000"
    )]
    let weight = (weight * 1000.0) as u16;
    Some((weight, tag.trim()))
}

/// The tag, or what remains when parts are taken from its end; the other way round `zh-Hans` is good enough for `zh`.
fn find(tag: &str, there: &[Language]) -> Option<Language> {
    let is = |language: &&Language, tag: &str| {
        let have = language.tag();
        have.eq_ignore_ascii_case(tag)
            || have
                .split('-')
                .next()
                .is_some_and(|have| have.eq_ignore_ascii_case(tag))
    };
    let mut tag = tag;
    loop {
        if let Some(found) = there.iter().find(|language| is(language, tag)) {
            return Some(*found);
        }
        (tag, _) = tag.rsplit_once('-')?;
    }
}

#[cfg(test)]
mod tests {
    use abide_policy::sentence::Language::{Chinese, English};

    use super::preferred;

    #[test]
    fn the_reader_gets_what_they_prefer_of_what_there_is() {
        let both = [English, Chinese];
        assert_eq!(preferred("", &both), English);
        assert_eq!(preferred("zh", &both), Chinese);
        assert_eq!(preferred("zh-CN,zh;q=0.9,en;q=0.8", &both), Chinese);
        assert_eq!(preferred("de-DE, en;q=0.5, zh;q=0.7", &both), Chinese);
        assert_eq!(preferred("fr", &both), English);
        assert_eq!(preferred("zh;q=0, *;q=0.1", &[Chinese, English]), Chinese);
        assert_eq!(preferred("zh", &[English]), English);
        assert_eq!(preferred("en;q=x, zh", &both), Chinese);
    }
}
