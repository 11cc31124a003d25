//! What exercised rights and signals forbid: the table of the manual. Knows nothing of who exercised them.

use std::collections::BTreeMap;

use super::ground::nearest;
use crate::model::Policy;
use crate::nouns::NounId;
use crate::vocabulary::Kind;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Row {
    /// Forbids to sell.
    Sale,
    /// Forbids to pass on to anyone but a processor.
    Sharing,
    /// Forbids advertising.
    Ads,
    /// Forbids analytics.
    Analytics,
    /// Forbids cookies that are not necessary.
    Cookies,
    /// Forbids marketing.
    Marketing,
    /// Forbids newsletters.
    Newsletter,
    /// Holds sensitive data to what is needed.
    Sensitive,
    /// Forbids to collect.
    Collection,
    /// Forbids what is objected to.
    Objection,
    /// Forbids everything but to keep.
    Restriction,
    /// Takes an opt-out of sale back.
    OptIn,
}

const ROWS: &[(&str, Row)] = &[
    ("optout-sale", Row::Sale),
    ("optout-sharing", Row::Sharing),
    ("optout-ads", Row::Ads),
    ("optout-analytics", Row::Analytics),
    ("refuse-cookies", Row::Cookies),
    ("stop-marketing", Row::Marketing),
    ("stop-contact", Row::Marketing),
    ("stop-newsletter", Row::Newsletter),
    ("unsubscribe", Row::Newsletter),
    ("limit-sensitive", Row::Sensitive),
    ("stop-collection", Row::Collection),
    ("object", Row::Objection),
    ("restrict", Row::Restriction),
    ("optin-sale", Row::OptIn),
];

const SIGNALS: &[(&str, &[&str])] = &[
    ("gpc", &["optout-sale", "optout-sharing", "optout-ads"]),
    ("gpp", &["optout-sale", "optout-sharing", "optout-ads"]),
    ("dnt", &["optout-ads", "optout-analytics"]),
    ("limit-ad-tracking", &["optout-ads"]),
    ("ad-choice", &["optout-ads"]),
    ("cookie-refusal", &["refuse-cookies"]),
];

static EVERY_OPT_OUT: &[&str] = &[
    "optout-sale",
    "optout-sharing",
    "optout-ads",
    "optout-analytics",
];

/// The rights of a policy that forbid something.
#[derive(Debug, Default)]
pub(super) struct Rights {
    rows: BTreeMap<NounId, Vec<Row>>,
    signals: BTreeMap<NounId, Vec<Row>>,
}

impl Rights {
    /// Finds the nearest rows for every right, and the rights that every signal stands for.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut found = Self::default();
        for (id, noun) in policy.nouns.iter() {
            match noun.kind {
                Kind::Right => {
                    let rows = in_table(policy, Kind::Right, id, ROWS);
                    found.rows.insert(id, rows.into_iter().copied().collect());
                }
                Kind::Signal => {
                    let mut names = in_table(policy, Kind::Signal, id, SIGNALS);
                    if names.is_empty() {
                        names.push(&EVERY_OPT_OUT);
                    }
                    let stands_for = |name: &&str| names.iter().any(|names| names.contains(name));
                    let rows = ROWS
                        .iter()
                        .filter(|(name, _)| stands_for(name))
                        .map(|(_, row)| *row);
                    found.signals.insert(id, rows.collect());
                }
                _ => {}
            }
        }
        found
    }

    /// The rows of a right.
    pub(super) fn rows(&self, right: NounId) -> &[Row] {
        self.rows.get(&right).map_or(&[], Vec::as_slice)
    }

    /// The rows that a signal stands for.
    pub(super) fn rows_of(&self, signal: NounId) -> &[Row] {
        self.signals.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// The events that exercising a right is.
    pub(super) fn events(&self, right: NounId) -> impl Iterator<Item = &'static str> {
        self.rows(right).iter().filter_map(|row| match row {
            Row::Objection => Some("objection"),
            Row::OptIn => Some("opt-in"),
            Row::Restriction => None,
            _ => Some("opt-out"),
        })
    }
}

/// What a table says of a name: its own row, else those of the nearest wider names.
fn in_table<'a, T>(
    policy: &Policy,
    kind: Kind,
    id: NounId,
    table: &'a [(&'static str, T)],
) -> Vec<&'a T> {
    let rows: Vec<(NounId, &T)> = table
        .iter()
        .filter_map(|(name, value)| Some((policy.nouns.find(kind, name)?, value)))
        .collect();
    if let Some((_, own)) = rows.iter().find(|(name, _)| *name == id) {
        return vec![own];
    }
    let near = nearest(&policy.nouns, id, rows.iter().map(|(name, _)| *name));
    rows.into_iter()
        .filter(|(name, _)| near.contains(name))
        .map(|(_, value)| value)
        .collect()
}
