//! The words of the language: modes, actions, kinds of noun and slots, each in one table. No names of things.
//!
//! Everything that asks "what may stand here?" asks these tables: the resolver, the checks, "did you mean", the notice
//! and the manual.

use schemars::JsonSchema;
use serde::Serialize;

/// What a sentence does to the region it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A permission: the only mode that widens.
    May,
    /// A prohibition: subtracts its region from every permission.
    Never,
    /// A duty; with `before` also a gate.
    Must,
    /// A claim about the record.
    Did,
}

/// Declares an enum whose variants have one word each, and the list of them.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every one of them, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in source.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The one that is written `word`.
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What a sentence is about doing.
    Action {
        /// Take data in.
        Collect = "collect",
        /// Work with data for a purpose.
        Use = "use",
        /// Give data to a recipient.
        Share = "share",
        /// Give data for value; a kind of `share`.
        Sell = "sell",
        /// Store data.
        Keep = "keep",
        /// Join data that stood apart.
        Link = "link",
        /// End the keeping of data, everywhere.
        Erase = "erase",
        /// Say something to someone.
        Tell = "tell",
        /// Ask someone for something.
        Ask = "ask",
        /// Reply to a request.
        Answer = "answer",
        /// Lengthen a deadline.
        Extend = "extend",
        /// Let a new version apply to a person.
        Change = "change",
        /// Obey a signal.
        Honour = "honour",
        /// Cover something with the policy.
        Apply = "apply",
        /// A person may ask.
        Right = "right",
        /// The company may say no.
        Refuse = "refuse",
        /// A measure that a probe or a person confirms.
        Assure = "assure",
        /// A statement with nothing to run.
        Say = "say",
    }
}

words! {
    /// What a name stands for. Names of different kinds may be spelt alike.
    Kind {
        /// A category of data.
        Data = "data",
        /// Why data is used.
        Purpose = "purpose",
        /// A class of people.
        People = "people",
        /// A party that receives data or acts for the company.
        Recipient = "recipient",
        /// A place in the world.
        Place = "place",
        /// A site, app or service that the policy covers.
        Property = "property",
        /// Where data is collected.
        Point = "point",
        /// Something that holds or does not.
        Fact = "fact",
        /// Something that happens.
        Event = "event",
        /// A way to reach the company.
        Contact = "contact",
        /// A means of communication.
        Channel = "channel",
        /// A form that data takes.
        Form = "form",
        /// Something that people are told or asked.
        Topic = "topic",
        /// Something that a person may ask for.
        Right = "right",
        /// A measure.
        Control = "control",
        /// A signal that a browser sends.
        Signal = "signal",
        /// A legal ground.
        Ground = "ground",
    }
}

words! {
    /// A named place in a sentence or noun line.
    Slot {
        /// Class of people concerned.
        About = "about",
        /// Who acts or asks.
        By = "by",
        /// Recipient.
        With = "with",
        /// Addressee.
        To = "to",
        /// Purpose.
        For = "for",
        /// Origin.
        From = "from",
        /// Form.
        As = "as",
        /// Parts or members.
        Of = "of",
        /// Place.
        In = "in",
        /// Collection point, property or message.
        At = "at",
        /// Channel.
        Via = "via",
        /// Facts that must hold.
        If = "if",
        /// Facts that lift a prohibition or a duty.
        Unless = "unless",
        /// Start event.
        When = "when",
        /// Length of the window after the start.
        Within = "within",
        /// End event or date.
        Until = "until",
        /// Must be done before this event.
        Before = "before",
        /// Holds from this event on.
        After = "after",
        /// Period.
        Every = "every",
        /// Look-back.
        Last = "last",
        /// Rate.
        Over = "over",
        /// Legal ground.
        Because = "because",
        /// Mandatory, optional or one of several.
        Need = "need",
        /// What a person loses by saying no.
        Costs = "costs",
        /// A hedge on the whole promise; printed, enforced strictly.
        Hedge = "hedge",
        /// Parent of a noun.
        Is = "is",
        /// Age of a class of people.
        Age = "age",
        /// Role of a party.
        Role = "role",
        /// Whom a class of people acts for.
        ActsFor = "acts-for",
        /// Proper name.
        Label = "label",
        /// Mail address.
        Email = "email",
        /// Phone number.
        Phone = "phone",
        /// Postal address.
        Address = "address",
        /// Web address.
        Url = "url",
        /// Country of a party.
        Country = "country",
        /// How to reach the controller.
        Contact = "contact",
        /// Date of a version.
        Version = "version",
        /// Date of the last review.
        Reviewed = "reviewed",
        /// Whether a part replaces the base.
        Instead = "instead",
        /// Where a law says it.
        Cite = "cite",
        /// How a law fact was checked.
        Verified = "verified",
        /// In force since.
        Since = "since",
        /// Where a law fact was read.
        Source = "source",
        /// Counting rule of a law.
        Counting = "counting",
        /// A remark that is not printed.
        Note = "note",
    }
}

/// What a slot's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Names of these kinds, tried in this order.
    Names(&'static [Kind]),
    /// Names of these kinds or a date.
    NamesOrDate(&'static [Kind]),
    /// A length of time or the name of a law constant.
    Length,
    /// `"2 per 12 months"`.
    Rate,
    /// `<13`, `">=16"`, `"<consent-age"`.
    Age,
    /// A date.
    Date,
    /// One of these words.
    Word(&'static [&'static str]),
    /// One of these words, or a name of these kinds.
    WordOrName(&'static [&'static str], &'static [Kind]),
    /// Free text.
    Text,
}

impl Slot {
    /// What the slot takes in a sentence.
    pub fn takes(self) -> Takes {
        use Kind::{
            Channel, Contact, Data, Event, Fact, Form, Ground, People, Place, Point, Property,
            Purpose, Recipient, Right, Topic,
        };
        match self {
            Self::About | Self::ActsFor => Takes::Names(&[People]),
            Self::By => Takes::Names(&[People, Recipient]),
            Self::With => Takes::Names(&[Recipient, People]),
            Self::To => Takes::Names(&[People, Recipient, Contact]),
            Self::For => Takes::Names(&[Purpose]),
            Self::From => Takes::Names(&[Recipient, People, Point, Purpose, Data, Property]),
            Self::As => Takes::Names(&[Form]),
            Self::Of => Takes::Names(&[Data, Topic, Right, People, Purpose, Recipient]),
            Self::In | Self::Country => Takes::Names(&[Place]),
            Self::At => Takes::Names(&[Point, Property, Channel]),
            Self::Via => Takes::Names(&[Channel, Contact, Point, Property, Recipient]),
            Self::If | Self::Unless => Takes::Names(&[Fact]),
            Self::When => Takes::Names(&[Event, Fact]),
            Self::Until | Self::Before | Self::After => Takes::NamesOrDate(&[Event, Fact]),
            Self::Within | Self::Every | Self::Last => Takes::Length,
            Self::Over => Takes::Rate,
            Self::Because => Takes::Names(&[Ground]),
            Self::Need => Takes::Word(&["must", "may", "one"]),
            Self::Costs => Takes::Names(&[Topic]),
            Self::Age => Takes::Age,
            Self::Version | Self::Reviewed | Self::Since => Takes::Date,
            Self::Instead => Takes::Word(&["true", "false"]),
            Self::Role => Takes::Word(ROLES),
            Self::Verified => Takes::Word(&["text", "secondary", "unverified"]),
            Self::Contact => Takes::Names(&[Contact]),
            Self::Is
            | Self::Hedge
            | Self::Label
            | Self::Email
            | Self::Phone
            | Self::Address
            | Self::Url
            | Self::Cite
            | Self::Source
            | Self::Counting
            | Self::Note => Takes::Text,
        }
    }

    /// The slots of a sentence, in the order the notice prints them.
    pub const SENTENCE: &'static [Self] = &[
        Self::About,
        Self::By,
        Self::Of,
        Self::As,
        Self::From,
        Self::With,
        Self::To,
        Self::For,
        Self::In,
        Self::At,
        Self::Via,
        Self::Need,
        Self::When,
        Self::Within,
        Self::Until,
        Self::Before,
        Self::After,
        Self::Every,
        Self::Last,
        Self::Over,
        Self::If,
        Self::Unless,
        Self::Because,
        Self::Costs,
        Self::Hedge,
    ];

    /// The further slots that only a law's sentence has.
    pub const LAW: &'static [Self] = &[
        Self::Cite,
        Self::Verified,
        Self::Since,
        Self::Source,
        Self::Note,
    ];
}

/// The roles of a party (GDPR Art 4(7), 4(8), 26).
pub const ROLES: &[&str] = &[
    "controller",
    "processor",
    "joint",
    "successor",
    "third-party",
];

/// Where the truth of a fact or event comes from: our ledger, the contract register, a case file, a request's intake,
/// the data map, a version diff, the policy itself, a dataset, or anywhere.
pub const TRUTH_SOURCES: &[&str] = &[
    "ledger", "register", "case", "intake", "map", "diff", "policy", "dataset", "global",
];

impl Action {
    /// What a slot takes in a sentence of this action.
    pub fn takes(self, slot: Slot) -> Takes {
        match (self, slot) {
            (Self::Assure, Slot::By) => {
                Takes::WordOrName(&["probe", "person"], &[Kind::People, Kind::Recipient])
            }
            _ => slot.takes(),
        }
    }

    /// The kinds of noun that may be its objects, tried in this order.
    pub fn objects(self) -> &'static [Kind] {
        use Kind::{
            Contact, Control, Data, Event, Fact, People, Point, Property, Purpose, Recipient,
            Right, Signal, Topic,
        };
        match self {
            Self::Collect
            | Self::Use
            | Self::Share
            | Self::Sell
            | Self::Keep
            | Self::Link
            | Self::Erase => &[Data],
            Self::Tell => &[Topic, Data, Right, Event, Fact, Purpose, Recipient, Contact],
            Self::Ask => &[Fact, Topic, Data, Right],
            Self::Answer | Self::Right | Self::Refuse => &[Right],
            Self::Extend => &[],
            Self::Change => &[Event],
            Self::Honour => &[Signal],
            Self::Apply => &[Property, People, Data, Recipient, Purpose, Point],
            Self::Assure => &[Control],
            Self::Say => &[],
        }
    }

    /// Whether a permission to do `other` is also a permission to do `self`'s narrower act: `sell` is a kind of `share`.
    pub fn covers(self, other: Self) -> bool {
        self == other || (self == Self::Share && other == Self::Sell)
    }

    /// Whether the objects are categories of data.
    pub fn is_about_data(self) -> bool {
        self.objects() == [Kind::Data]
    }

    /// Whether modes other than none make sense in front of it.
    pub fn takes_mode(self) -> bool {
        !matches!(self, Self::Right | Self::Refuse | Self::Assure | Self::Say)
    }
}

impl Kind {
    /// The slots that a noun line of this kind may have, besides `is`, `of` and `label`.
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Self::Data => &[Slot::If, Slot::From],
            Self::Purpose => &[Slot::Because, Slot::If],
            Self::People => &[
                Slot::Age,
                Slot::In,
                Slot::If,
                Slot::ActsFor,
                Slot::From,
                Slot::At,
            ],
            Self::Recipient => &[
                Slot::Role,
                Slot::In,
                Slot::If,
                Slot::Url,
                Slot::Email,
                Slot::Address,
                Slot::For,
            ],
            Self::Property => &[Slot::Url, Slot::In, Slot::By],
            Self::Fact => &[Slot::From, Slot::When, Slot::With, Slot::By, Slot::Of],
            Self::Event => &[Slot::From],
            Self::Contact => &[
                Slot::Email,
                Slot::Phone,
                Slot::Address,
                Slot::Url,
                Slot::In,
                Slot::For,
            ],
            Self::Right | Self::Ground => &[Slot::Cite],
            Self::Place
            | Self::Point
            | Self::Channel
            | Self::Form
            | Self::Topic
            | Self::Control
            | Self::Signal => &[],
        }
    }

    /// What a slot takes on a noun line of this kind.
    pub fn takes(self, slot: Slot) -> Takes {
        match (self, slot) {
            (Self::Fact | Self::Event, Slot::From) => Takes::WordOrName(
                TRUTH_SOURCES,
                &[Self::Recipient, Self::People, Self::Property, Self::Point],
            ),
            _ => slot.takes(),
        }
    }

    /// The parent of a noun of this kind that names none, so that `personal` covers all data.
    pub fn default_parent(self) -> Option<&'static str> {
        matches!(self, Self::Data).then_some("personal")
    }
}

impl Mode {
    /// Every mode, permission first.
    pub const ALL: &'static [Self] = &[Self::May, Self::Never, Self::Must, Self::Did];

    /// The word in source; a permission has none.
    pub fn word(self) -> &'static str {
        match self {
            Self::May => "",
            Self::Never => "never",
            Self::Must => "must",
            Self::Did => "did",
        }
    }

    /// The mode written `word`.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|mode| *mode != Self::May && mode.word() == word)
    }
}

/// The first words of statements that are neither sentences nor nouns.
pub const OTHER_STATEMENTS: &[&str] = &[
    "policy",
    "part",
    "reading",
    "controller",
    "law",
    "languages",
    "labels",
];

/// The children a statement may have besides slots.
pub const OTHER_CHILDREN: &[&str] = &["except", "also", "say", "allow", "win"];

/// The word that means every value of a slot.
pub const ANY: &str = "any";
