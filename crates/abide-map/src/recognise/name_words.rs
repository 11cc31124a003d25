//! A column's name as the phrases that a recogniser's names are held against, taken apart once for all of them. Sees
//! no value.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{ABOUT, Surroundings, recognisers};
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
    /// A phrase to be equal to, and how sure that is; the first that fits a recogniser counts.
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

    /// How well the name says what each recogniser looks for, 0 to 1, in their order; never, if one of its words makes it mean
    /// something else.
    pub(super) fn scores(&self) -> Vec<f64> {
        let mut scores: Vec<f64> = recognisers().map(|_| 0.0).collect();
        for phrase in &self.phrases {
            let mut told: Vec<usize> = Vec::new();
            for (reading, sure) in &phrase.readings {
                for at in BY_NAME.get(reading.as_str()).into_iter().flatten() {
                    if told.contains(at) {
                        continue;
                    }
                    told.push(*at);
                    if let Some(score) = scores.get_mut(*at) {
                        *score = score.max(*sure);
                    }
                }
            }
        }
        for (score, recogniser) in scores.iter_mut().zip(recognisers()) {
            let unless = |word: &String| recogniser.unless.contains(&word.as_str());
            if *score > 0.0 && self.words.iter().any(unless) {
                *score = 0.0;
            }
        }
        scores
    }
}

/// The places of the recognisers that look for a name: a schema has very many columns, and nearly none is any of them.
static BY_NAME: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (at, recogniser) in recognisers().enumerate() {
        for name in recogniser.names {
            places.entry(name).or_default().push(at);
        }
    }
    places
});

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
}
