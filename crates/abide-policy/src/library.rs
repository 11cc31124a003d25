//! The vocabulary and the laws that ship with the program, read once. Knows no company.

use std::sync::LazyLock;

use crate::calendar::WorkCalendar;
use crate::diagnostic::Findings;
use crate::dpv::Terms;
use crate::law::{self, Law};
use crate::nouns::{NounId, Nouns};
use crate::resolve;
use crate::source::{SourceFile, Span};
use crate::syntax::{self, Statement};
use crate::vocabulary::{Kind, Slot};

/// What every policy may use without declaring it.
#[derive(Debug, Default)]
pub struct Library {
    /// Names.
    pub nouns: Nouns,
    /// Law packs, by name.
    pub laws: Vec<Law>,
    /// Terms of the Data Privacy Vocabulary.
    pub terms: Terms,
    /// Working-day calendars, each with the place it holds in.
    pub calendars: Vec<(NounId, WorkCalendar)>,
}

impl Library {
    /// The library that ships with the program.
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Library> = LazyLock::new(|| {
            let terms = include_str!("../../../vocab/dpv.txt");
            let mut library = Library::read(VOCABULARY, LAWS, terms).0;
            library.read_calendars(CALENDARS);
            library
        });
        &STANDARD
    }

    /// Reads a library from its files, each a path and a text. The findings are those of its author: the shipped files
    /// have none.
    pub fn read(
        vocabulary: &[(&str, &str)],
        laws: &[(&str, &str)],
        terms: &str,
    ) -> (Self, Findings) {
        let mut findings = Findings::new();
        let mut statements = Vec::new();
        for (path, text) in vocabulary {
            statements.extend(parse(path, text, &mut findings));
        }
        let law_files: Vec<Vec<Statement>> = laws
            .iter()
            .map(|(path, text)| parse(path, text, &mut findings))
            .collect();
        // A law may name things that the vocabulary lacks; they become part of it.
        for file in &law_files {
            statements.extend(law::noun_lines(file));
        }
        let nouns = resolve::resolve_vocabulary(&statements, &mut findings);
        let laws = law_files
            .iter()
            .flat_map(|file| law::read(file, &nouns, &mut findings))
            .collect();
        (
            Self {
                nouns,
                laws,
                terms: Terms::read(terms),
                calendars: Vec::new(),
            },
            findings,
        )
    }

    fn read_calendars(&mut self, files: &[(&str, &str)]) {
        for (path, text) in files {
            for statement in parse(path, text, &mut Findings::new()) {
                let place = statement.text_of(Slot::In);
                let place = place.and_then(|place| self.nouns.find(Kind::Place, &place.text));
                if let Some(place) = place {
                    self.calendars.push((place, WorkCalendar::read(&statement)));
                }
            }
        }
    }

    /// The calendar of the narrowest place that a law's place lies in; every Monday to Friday where none is known.
    pub fn calendar_of(&self, law: &str) -> WorkCalendar {
        let place = self.law(law).and_then(|law| law.place);
        let Some(place) = place.map(|place| self.nouns.set(place)) else {
            return WorkCalendar::default();
        };
        let size = |id: NounId| {
            self.nouns
                .set(id)
                .leaves()
                .map_or(usize::MAX, |all| all.len())
        };
        let around = self
            .calendars
            .iter()
            .filter(|(id, _)| self.nouns.set(*id).contains(place));
        around
            .min_by_key(|(id, _)| size(*id))
            .map(|(_, calendar)| calendar.clone())
            .unwrap_or_default()
    }

    /// The pack of that name.
    pub fn law(&self, name: &str) -> Option<&Law> {
        self.laws.iter().find(|law| law.name == name)
    }
}

fn parse(path: &str, text: &str, findings: &mut Findings) -> Vec<Statement> {
    syntax::parse(&SourceFile::new(path, text), Span::LIBRARY, findings)
}

/// Declares the shipped files of a folder.
macro_rules! shipped {
    ($folder:literal: $($file:literal,)*) => {
        &[$(($file, include_str!(concat!("../../../", $folder, "/", $file))),)*]
    };
}

const VOCABULARY: &[(&str, &str)] =
    shipped!("vocab": "core.kdl", "data.kdl", "purposes.kdl", "places.kdl", "labels.zh.kdl",);

const LAWS: &[(&str, &str)] = shipped!("laws": "eu-gdpr.kdl", "nl.kdl", "us-coppa.kdl", "us-ferpa.kdl", "us-ca.kdl", "cn.kdl",);

const CALENDARS: &[(&str, &str)] =
    shipped!("laws/calendars": "cn.kdl", "nl.kdl", "us-federal.kdl",);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_have_no_findings() {
        let terms = include_str!("../../../vocab/dpv.txt");
        let (_, findings) = Library::read(VOCABULARY, LAWS, terms);
        let found: Vec<String> = findings
            .iter()
            .map(|finding| {
                format!(
                    "{} {} {:?} {}",
                    finding.code,
                    finding.message,
                    finding.labels,
                    finding.help.as_deref().unwrap_or("")
                )
            })
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
