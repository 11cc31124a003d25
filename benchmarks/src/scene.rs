//! What `decide` and `audience` ask about: 25 purposes, a million subjects with consents and ages, and the same rules
//! in the language of each side. Holds no engine.

use crate::random::Random;

/// How many purposes there are. Each has a rule of its own.
pub const PURPOSES: usize = 25;

/// Purposes below this one are not for children.
pub const ADULT_PURPOSES: usize = 5;

/// Younger than this is a child.
pub const ADULT_AGE: u8 = 16;

/// How many subjects are asked about.
pub const SUBJECTS: usize = 1_000_000;

/// One person, as far as the rules need it.
#[derive(Clone, Copy)]
pub struct Subject {
    /// Bit `n`: consents to purpose `n`.
    pub consents: u32,
    pub age: u8,
}

impl Subject {
    /// What every engine must answer: whether the data may be used for that purpose.
    pub const fn may_be_used_for(self, purpose: usize) -> bool {
        let consents = self.consents & (1 << purpose) != 0;
        consents && (self.age >= ADULT_AGE || purpose >= ADULT_PURPOSES)
    }

    /// The purposes this subject consents to.
    pub fn purposes(self) -> impl Iterator<Item = usize> {
        (0..PURPOSES).filter(move |purpose| self.consents & (1 << purpose) != 0)
    }
}

/// One question: who, and for what.
#[derive(Clone, Copy)]
pub struct Asked {
    pub subject: usize,
    pub purpose: usize,
}

/// How the rules are written.
#[derive(Clone, Copy)]
pub enum Form {
    /// A rule for each purpose, as ours are.
    Rules,
    /// One rule that looks the purpose up among what the subject consents to: shorter than ours, and possible only where all
    /// purposes have the same condition.
    Lookup,
}

/// A million people, half of the consents given, one in five a child.
pub fn subjects() -> Vec<Subject> {
    let mut random = Random::new(1);
    (0..SUBJECTS)
        .map(|_| Subject {
            consents: (random.next() as u32) & ((1 << PURPOSES) - 1),
            age: random.below(80) as u8,
        })
        .collect()
}

/// Questions in no order, so that neither side finds the last subject still at hand.
pub fn questions(count: usize) -> Vec<Asked> {
    let mut random = Random::new(2);
    (0..count)
        .map(|_| Asked {
            subject: random.below(SUBJECTS),
            purpose: random.below(PURPOSES),
        })
        .collect()
}

/// The name of a purpose in every language.
pub fn purpose(number: usize) -> String {
    format!("purpose-{number}")
}

/// The rules as a policy of ours: for each of `items` kinds of data a line for each purpose, `PURPOSES * items` in all, and
/// one that protects children.
pub fn policy(items: usize) -> String {
    let names = |count: usize, name: &str| {
        (0..count)
            .map(|n| format!(" {name}-{n}"))
            .collect::<String>()
    };
    let mut text = format!(
        "policy many-purposes version=\"2026-01-01\" {{\n    controller \"Harbour Bikes B.V.\" country=NL\n    \
         languages en\n    data{}\n    purpose{}\n    people young age=<{ADULT_AGE}\n",
        names(items, "item"),
        names(PURPOSES, "purpose"),
    );
    for item in 0..items {
        for number in 0..PURPOSES {
            text += &format!("    use item-{item} for=purpose-{number} if=consent\n");
        }
    }
    text += &format!(
        "    never use item-0 about=young {{ for{} }}\n}}\n",
        names(ADULT_PURPOSES, "purpose")
    );
    text
}
