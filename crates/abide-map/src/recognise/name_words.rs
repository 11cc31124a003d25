//! A column's name as the phrases that a recogniser's names are held against, taken apart once for all of them. Knows no
//! recogniser.

use super::{ABOUT, Surroundings};
use crate::words;

/// The name of a column, taken apart.
pub(super) struct NameWords<'a> {
    /// Its words.
    words: &'a [String],
    /// What it may be read as: without the table's own words, and whole.
    phrases: Vec<Phrase>,
}

/// Words in a row, and how sure each way makes it that they name something.
struct Phrase {
    /// A phrase to be equal to, and how sure that is; the first that fits counts.
    readings: Vec<(String, f64)>,
}

impl<'a> NameWords<'a> {
    /// Takes a name apart, given the table that it stands in.
    pub(super) fn new(all: &'a [String], around: &Surroundings<'_>) -> Self {
        let words: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|word| !word.chars().all(|letter| letter.is_ascii_digit()))
            .collect();
        // `user_email` in `users` is `email`.
        let own = words
            .iter()
            .zip(around.table)
            .take_while(|(here, there)| words::stem(here) == words::stem(there))
            .count();
        let bare = words.get(own..).filter(|bare| own > 0 && !bare.is_empty());
        let phrases = bare.into_iter().chain([words.as_slice()]);
        Self {
            words: all,
            phrases: phrases.map(Phrase::new).collect(),
        }
    }

    /// How well the name says one of these, 0 to 1; never, if one of its words is among `unless`.
    pub(super) fn score(&self, names: &[&str], unless: &[&str]) -> f64 {
        if self
            .words
            .iter()
            .any(|word| unless.contains(&word.as_str()))
        {
            return 0.0;
        }
        let scores = self.phrases.iter().map(|phrase| phrase.score(names));
        scores.fold(0.0, f64::max)
    }
}

impl Phrase {
    fn new(words: &[&str]) -> Self {
        let about = |at: usize| words.get(at).is_some_and(|word| ABOUT.contains(word));
        let mut readings = vec![(words.concat(), 0.92)];
        // The longest tail that is the name says most: `billing_email_address`.
        for start in 1..words.len() {
            let led_astray = about(0) || about(start - 1);
            let tail = words.get(start..).unwrap_or_default();
            readings.push((tail.concat(), if led_astray { 0.0 } else { 0.85 }));
        }
        for end in (1..words.len()).rev() {
            let is_about = (end..words.len()).any(about);
            let head = words.get(..end).unwrap_or_default();
            readings.push((head.concat(), if is_about { 0.0 } else { 0.6 }));
        }
        Self { readings }
    }

    fn score(&self, names: &[&str]) -> f64 {
        let fits = |(phrase, _): &&(String, f64)| names.contains(&phrase.as_str());
        let found = self.readings.iter().find(fits);
        found.map_or(0.0, |(_, sure)| *sure)
    }
}
