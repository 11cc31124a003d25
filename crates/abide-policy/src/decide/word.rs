//! The names of the standard vocabulary that decisions treat in a way of their own, looked up once.

use crate::leaf_set::LeafSet;
use crate::model::{NounUse, Policy};
use crate::nouns::NounId;
use crate::source::Span;
use crate::vocabulary::Kind;

/// Names with a meaning of their own; `None` where a library lacks one.
#[derive(Debug)]
pub(super) struct Words {
    /// What a permission of the policy says.
    pub stated: Option<NounId>,
    /// The notice of a line reached the person.
    pub told: Option<NounUse>,
    /// Data must not be erased.
    pub legal_hold: Option<NounUse>,
    /// What lifts a restriction.
    pub explicit_consent: Option<NounUse>,
    /// The person opted in to sale.
    pub opted_in: Option<NounId>,
    /// Facts that exercised rights bring with them.
    pub brought: Vec<NounId>,
    /// The right to opt back in.
    pub optin_sale: Option<NounId>,
    /// Purposes, data.
    pub advertising: LeafSet,
    /// Purposes.
    pub analytics: LeafSet,
    /// Purposes.
    pub marketing: LeafSet,
    /// Purposes.
    pub newsletter: LeafSet,
    /// All purposes that reach out to people or watch them.
    pub reaching_out: LeafSet,
    /// Data.
    pub sensitive: LeafSet,
    /// Cookies that may be refused.
    pub cookies: LeafSet,
}

impl Words {
    /// Looks them up.
    pub(super) fn of(policy: &Policy) -> Self {
        let nouns = &policy.nouns;
        let fact = |name: &str| {
            let id = nouns.find(Kind::Fact, name)?;
            Some(NounUse {
                kind: Kind::Fact,
                id,
                name: nouns.get(id).name.clone(),
                span: Span::new(Span::LIBRARY, 0, 0),
            })
        };
        let set = |kind: Kind, names: &[&str]| {
            let mut set = LeafSet::EMPTY;
            for id in names.iter().filter_map(|name| nouns.find(kind, name)) {
                set.add(nouns.set(id));
            }
            set
        };
        let purpose = |name: &str| set(Kind::Purpose, &[name]);
        let necessary = set(Kind::Data, &["necessary-cookie"]);
        Self {
            stated: nouns.find(Kind::Fact, "stated"),
            told: fact("told"),
            legal_hold: fact("legal-hold"),
            explicit_consent: fact("explicit-consent"),
            opted_in: nouns.find(Kind::Fact, "opted-in"),
            brought: ["opted-out", "objected"]
                .iter()
                .filter_map(|name| nouns.find(Kind::Fact, name))
                .collect(),
            optin_sale: nouns.find(Kind::Right, "optin-sale"),
            advertising: purpose("advertising"),
            analytics: purpose("analytics"),
            marketing: purpose("marketing"),
            newsletter: purpose("newsletter"),
            reaching_out: set(Kind::Purpose, &["marketing", "advertising", "analytics"]),
            sensitive: set(Kind::Data, &["sensitive"]),
            cookies: set(Kind::Data, &["cookie"]).without(&necessary),
        }
    }
}
