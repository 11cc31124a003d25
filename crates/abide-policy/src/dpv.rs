//! The identifiers of the W3C Data Privacy Vocabulary 2.3 and what is broader than what. No labels, no definitions.

use std::collections::HashMap;

use crate::suggest;

/// The known terms, each with its broader terms.
#[derive(Debug, Default)]
pub struct Terms {
    broader: HashMap<Box<str>, Vec<Box<str>>>,
}

impl Terms {
    /// Reads one term a line: `pd:EmailAddress pd:Contact …`, the term and then the broader ones. `#` starts a comment.
    pub fn read(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let mut broader = HashMap::new();
        for line in lines {
            let mut words = line.split_whitespace();
            if let Some(term) = words.next() {
                broader.insert(Box::from(term), words.map(Box::from).collect());
            }
        }
        Self { broader }
    }

    /// Whether no terms are known, as while the vocabulary itself is read.
    pub fn is_empty(&self) -> bool {
        self.broader.is_empty()
    }

    /// Whether the vocabulary has the term.
    pub fn knows(&self, term: &str) -> bool {
        self.broader.contains_key(term)
    }

    /// The terms broader than this one, one step up.
    pub fn broader(&self, term: &str) -> impl Iterator<Item = &str> {
        self.broader
            .get(term)
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
    }

    /// The known term closest in spelling.
    pub fn closest(&self, term: &str) -> Option<&str> {
        suggest::closest(term, self.broader.keys().map(AsRef::as_ref))
    }
}
