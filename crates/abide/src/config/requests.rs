//! The section `requests`: how requests of people are handled. Knows no request.

use abide_policy::syntax::Statement;
use abide_rights::request::{Kind, Rules};

use super::value::Reader;

/// How requests of people are handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// What a second person has to approve.
    pub approve: Vec<Kind>,
    /// How long a package waits to be fetched.
    pub package_days: u32,
    /// How long after its end it is known whom a request was about.
    pub forget_days: u32,
}

impl Default for Requests {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            approve: rules.approve,
            package_days: rules.package_days,
            forget_days: rules.forget_days,
        }
    }
}

impl Requests {
    pub(super) fn read(statements: &[Statement], reader: &mut Reader<'_>) -> Self {
        let default = Self::default();
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        let named = statements
            .iter()
            .filter(|statement| statement.name.value == "approve");
        let mut approve = Vec::new();
        for statement in named {
            for argument in &statement.args {
                match Kind::from_word(&argument.text) {
                    Some(kind) => approve.push(kind),
                    None => reader.no_word(argument, "approve", &words),
                }
            }
        }
        Self {
            approve,
            package_days: reader
                .days(statements, "package-days")
                .unwrap_or(default.package_days),
            forget_days: reader
                .days(statements, "forget-days")
                .unwrap_or(default.forget_days),
        }
    }

    /// The rules that follow.
    pub fn rules(&self) -> Rules {
        Rules {
            approve: self.approve.clone(),
            package_days: self.package_days,
            forget_days: self.forget_days,
            ..Rules::default()
        }
    }
}
