//! What a policy lets people stop without an account: the rights to opt out that it offers for its own use of data. Never
//! offers what the policy does not.

use abide_policy::model::{Norm, Policy};
use abide_policy::vocabulary::{Action, Kind, Mode, Slot};

use super::words::Words;

/// What can be stopped, as the page says it.
#[derive(Debug, Clone, Copy)]
pub struct Offer {
    /// The right, by name.
    pub right: &'static str,
    /// What the person wants.
    pub title: &'static str,
    /// What that means.
    pub meaning: &'static str,
}

/// What the Global Privacy Control stands for.
pub const GPC: &[&str] = &["optout-sale", "optout-sharing", "optout-ads"];

/// What the policy offers to stop, in the order of the words.
pub fn offers(policy: &Policy, words: &'static Words) -> Vec<Offer> {
    let offered: Vec<&Norm> = policy.norms.iter().filter(|norm| is_offer(norm)).collect();
    words
        .opt_out
        .rights
        .iter()
        .filter(|(right, ..)| offered.iter().any(|norm| names(policy, norm, right)))
        .map(|(right, title, meaning)| Offer {
            right,
            title,
            meaning,
        })
        .collect()
}

/// Whether a line lets people exercise a right with this company; one `to=` another party is exercised there.
fn is_offer(norm: &Norm) -> bool {
    norm.mode == Mode::May && norm.action == Action::Right && norm.slot(Slot::To).is_none()
}

fn names(policy: &Policy, norm: &Norm, right: &str) -> bool {
    let nouns = &policy.nouns;
    let is_right = |object: &abide_policy::model::NounUse| {
        object.name.as_ref() == right
            || nouns
                .get(object.id)
                .is
                .iter()
                .any(|parent| parent.name.as_ref() == right)
    };
    nouns.find(Kind::Right, right).is_some() && norm.objects.iter().any(is_right)
}

/// Whether the policy offers one of these rights for its own use of data.
pub fn offers_any(policy: &Policy, rights: &[&str]) -> bool {
    let mut offers = policy.norms.iter().filter(|norm| is_offer(norm));
    offers.any(|norm| rights.iter().any(|right| names(policy, norm, right)))
}
