//! The streams in which messages go, one list: what people can stop, and what they cannot.

/// In which stream a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It advertises: people can stop it with one press.
    Marketing,
    /// It is part of what a person asked for, such as an order.
    Service,
    /// The policy says that it must be told. Nobody can stop it, and it advertises nothing.
    Notice,
}

impl Class {
    /// Every class with its word.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Marketing, "marketing"),
        (Self::Service, "service"),
        (Self::Notice, "notice"),
    ];

    /// The class with this word.
    pub fn of(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == word);
        found.map(|(class, _)| *class)
    }

    /// The word it is written as.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(class, _)| *class == self);
        found.map_or("", |(_, word)| word)
    }
}
