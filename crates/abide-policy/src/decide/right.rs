//! What exercised rights and signals forbid: the table of the manual. Knows nothing of who exercised them.

use std::collections::BTreeMap;

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

const EVERY_OPT_OUT: &[&str] = &[
    "optout-sale",
    "optout-sharing",
    "optout-ads",
    "optout-analytics",
];

/// The rights of a policy that forbid something.
#[derive(Debug, Default)]
pub(super) struct Rights {
    rows: BTreeMap<NounId, Row>,
    signals: BTreeMap<NounId, Vec<Row>>,
}

impl Rights {
    /// Finds the nearest row for every right, and the rights that every signal stands for.
    pub(super) fn of(policy: &Policy) -> Self {
        let mut found = Self::default();
        for (id, noun) in policy.nouns.iter() {
            match noun.kind {
                Kind::Right => {
                    let row = nearest(policy, Kind::Right, id, ROWS);
                    if let Some(row) = row {
                        found.rows.insert(id, *row);
                    }
                }
                Kind::Signal => {
                    let names = nearest(policy, Kind::Signal, id, SIGNALS)
                        .map_or(EVERY_OPT_OUT, |names| names);
                    let rows = ROWS
                        .iter()
                        .filter(|(name, _)| names.contains(name))
                        .map(|(_, row)| *row);
                    found.signals.insert(id, rows.collect());
                }
                _ => {}
            }
        }
        found
    }

    /// The row of a right.
    pub(super) fn row(&self, right: NounId) -> Option<Row> {
        self.rows.get(&right).copied()
    }

    /// The rows that a signal stands for.
    pub(super) fn rows_of(&self, signal: NounId) -> &[Row] {
        self.signals.get(&signal).map_or(&[], Vec::as_slice)
    }

    /// The event that exercising a right is.
    pub(super) fn event(&self, right: NounId) -> Option<&'static str> {
        match self.row(right)? {
            Row::Objection => Some("objection"),
            Row::OptIn => Some("opt-in"),
            Row::Restriction => None,
            _ => Some("opt-out"),
        }
    }
}

fn nearest<'a, T>(
    policy: &Policy,
    kind: Kind,
    id: NounId,
    table: &'a [(&'static str, T)],
) -> Option<&'a T> {
    let nouns = &policy.nouns;
    table
        .iter()
        .filter_map(|(name, value)| Some((nouns.find(kind, name)?, value)))
        .filter(|(above, _)| *above == id || nouns.set(*above).contains(nouns.set(id)))
        .min_by_key(|(above, _)| {
            let size = nouns
                .set(*above)
                .leaves()
                .map_or(usize::MAX, |all| all.len());
            (*above != id, size)
        })
        .map(|(_, value)| value)
}
