//! Policies, questions and states of knowledge that nobody would think of.

pub mod known;
pub mod lines;
pub mod nouns;
pub mod question;
pub mod text;

use crate::rng::Rng;
use text::Statement;

/// Names of each kind that lines may use.
pub struct Pools {
    pub data: Vec<&'static str>,
    pub purposes: Vec<&'static str>,
    pub people: Vec<&'static str>,
    pub recipients: Vec<&'static str>,
    pub places: Vec<&'static str>,
    pub points: Vec<&'static str>,
    pub properties: Vec<&'static str>,
    pub facts: Vec<&'static str>,
    pub events: Vec<&'static str>,
    pub channels: Vec<&'static str>,
    pub forms: Vec<&'static str>,
    pub topics: Vec<&'static str>,
    pub rights: Vec<&'static str>,
    pub signals: Vec<&'static str>,
    pub grounds: Vec<&'static str>,
    pub constants: bool,
}

/// A policy as statements. Every name in it is declared, so that no line is dropped.
pub fn policy(rng: &mut Rng) -> Vec<Statement> {
    let mut pools = Pools::shipped();
    let mut statements = nouns::declare(rng, &mut pools);
    statements.extend(lines::lines(rng, &pools));
    statements
}

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

impl Pools {
    /// A choice of shipped names, with those that rules of the chapter name more than once.
    fn shipped() -> Self {
        Self {
            data: words(
                "personal personal non-personal contact-details email email phone work-email identity name payment-data card card \
                 card-number usage usage search-history tracker cookie cookie analytical-cookie necessary-cookie cookie-id \
                 location sensitive sensitive health special-category statistics profile interests online-identifier ip",
            ),
            purposes: words(
                "marketing newsletter newsletter promotion advertising advertising targeted-ads personalised-ads analytics \
                 analytics usage-analysis provide-service support customer-service payment billing security \
                 fraud-prevention tax",
            ),
            people: words(
                "person child child adult pupil user staff employee parent california california europe teacher",
            ),
            recipients: words(
                "other-party third-party third-party advertiser data-buyer service-provider processor payment-provider \
                 bank hosting-provider analytics-provider authority court other-users",
            ),
            places: words("EU EEA NL DE FR NO US US-CA US-NY CN"),
            points: words(
                "registration login purchase checkout visit newsletter settings cookie-banner",
            ),
            properties: Vec::new(),
            facts: words(
                "consent consent explicit-consent parent-consent written-parent-consent opted-in opted-out objected stated \
                 dpa no-resale law court-order verified logged-in linked feature-on dispute-open no-guidance told \
                 user-choice",
            ),
            events: words(
                "registration child-signup purchase purchase account-deletion purpose-end merger withdrawal objection \
                 opt-out opt-in visit collection material invoice-issued",
            ),
            channels: words("email phone sms post letter settings"),
            forms: words("clear hash encrypted deidentified anonymous aggregate"),
            topics: words("opt-out-info purposes transfer rights collection-purposes"),
            rights: words(
                "optout-sale optout-sharing optout-ads optout-analytics refuse-cookies limit-sensitive stop-marketing \
                 stop-newsletter stop-contact unsubscribe stop-collection object restrict optin-sale",
            ),
            signals: words("dnt gpc gpp cookie-refusal limit-ad-tracking ad-choice"),
            grounds: words(
                "consent explicit-consent contract legal-obligation legitimate-interests tax-law gdpr-consent \
                 gdpr-explicit-consent gdpr-contract",
            ),
            constants: false,
        }
    }
}
