//! The controls, one file each, and the one list that names them: which capabilities each gives, on what it stands, and
//! which entries of the log show it at work. Runs nothing: what runs leaves entries, and the board reads those.

mod acceptance;
mod access;
mod actor;
mod addenda;
mod advertising;
mod age;
mod agent;
mod attestation;
mod classes;
mod collect;
mod consent_gate;
mod consent_ledger;
mod contract;
mod cookie;
mod count;
mod data_map;
mod device;
mod egress;
mod erasure;
mod exclusive;
mod exemption;
mod fair;
mod forbidden;
mod form;
mod hold;
mod link;
mod message;
mod no_share;
mod notice;
mod objection;
mod origin;
mod parent;
mod password;
mod place;
mod portability;
mod post;
mod proof;
mod purpose;
mod refusal;
mod release;
mod request;
mod retention;
mod role;
mod sale;
mod school;
mod scope;
mod sign_in;
mod signal;
mod stop;
mod succession;
mod terms;
mod told;
mod versions;
mod withdrawal;

use abide_ledger::Public;
use abide_policy::vocabulary::Action::{
    Answer, Apply, Ask, Collect, Extend, Honour, Keep, Link, Refuse, Right, Sell, Share, Tell, Use,
};
use abide_policy::vocabulary::{Kind, Mode, Slot};

use crate::said::Said;

/// What keeps promises.
pub struct Control {
    /// Its name, `purpose-gate`.
    pub name: &'static str,
    /// What it does, in a few words.
    pub does: &'static str,
    /// The capabilities that it gives.
    pub gives: &'static [&'static str],
    /// Whether it can do so for a statement.
    pub keeps: fn(&Said<'_>) -> bool,
    /// How it keeps a promise.
    pub grade: Grade,
    /// What it needs to be there.
    pub ground: Ground,
    /// For so many days an entry shows it at work, or a look at it counts.
    pub days: u16,
    /// Whether an entry shows it at work.
    pub recognises: fn(&Public) -> bool,
}

/// How a control keeps a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// What breaks the promise cannot be done.
    Blocks,
    /// What breaks the promise is found.
    Watches,
    /// A person says that it is kept.
    Confirms,
}

/// What a control needs to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The policy in force.
    Policy,
    /// A mapped source.
    Sources,
    /// The records of what people ask for.
    Requests,
    /// People who say so.
    People,
}

/// Every control.
pub const CONTROLS: &[&Control] = &[
    &notice::CONTROL,
    &addenda::CONTROL,
    &versions::CONTROL,
    &classes::CONTROL,
    &terms::CONTROL,
    &data_map::CONTROL,
    &forbidden::CONTROL,
    &password::CONTROL,
    &collect::CONTROL,
    &purpose::CONTROL,
    &exclusive::CONTROL,
    &link::CONTROL,
    &advertising::CONTROL,
    &consent_gate::CONTROL,
    &consent_ledger::CONTROL,
    &withdrawal::CONTROL,
    &acceptance::CONTROL,
    &exemption::CONTROL,
    &egress::CONTROL,
    &contract::CONTROL,
    &no_share::CONTROL,
    &release::CONTROL,
    &succession::CONTROL,
    &message::CONTROL,
    &age::CONTROL,
    &sale::CONTROL,
    &signal::CONTROL,
    &objection::CONTROL,
    &retention::CONTROL,
    &hold::CONTROL,
    &access::CONTROL,
    &portability::CONTROL,
    &erasure::CONTROL,
    &device::CONTROL,
    &place::CONTROL,
    &origin::CONTROL,
    &form::CONTROL,
    &actor::CONTROL,
    &role::CONTROL,
    &parent::CONTROL,
    &school::CONTROL,
    &fair::CONTROL,
    &told::CONTROL,
    &sign_in::CONTROL,
    &stop::CONTROL,
    &cookie::CONTROL,
    &scope::CONTROL,
    &post::CONTROL,
    &request::CONTROL,
    &proof::CONTROL,
    &agent::CONTROL,
    &refusal::CONTROL,
    &count::CONTROL,
    &attestation::CONTROL,
];

/// The control of that name.
pub fn find(name: &str) -> Option<&'static Control> {
    CONTROLS
        .iter()
        .copied()
        .find(|control| control.name == name)
}

/// The controls that give a capability.
pub fn giving(capability: &str) -> impl Iterator<Item = &'static Control> {
    CONTROLS
        .iter()
        .copied()
        .filter(move |control| control.gives.contains(&capability))
}

/// Whatever the statement.
fn any(_: &Said<'_>) -> bool {
    true
}

/// What a question can be about: each breach of it is refused when somebody asks.
fn acts(said: &Said<'_>) -> bool {
    said.does(&[Collect, Use, Share, Sell, Keep, Link])
}

/// What is asked or told first, or acted upon.
fn waits_or_acts(said: &Said<'_>) -> bool {
    acts(said) || said.says(Mode::Must, &[Ask, Tell]) && said.has(Slot::Before)
}

/// What waits until people were told. That a version is told of before it is in force, nothing here holds back.
fn told_first(said: &Said<'_>) -> bool {
    acts(said) && said.waits_for(&["told"])
        || said.says(Mode::Must, &[Tell])
            && said.has(Slot::Before)
            && !said.of_a(Kind::Topic, &["change"])
}

fn in_a_role(said: &Said<'_>) -> bool {
    acts(said) || said.head() == "part" && said.in_a_role()
}

fn stops(said: &Said<'_>) -> bool {
    acts(said) || said.does(&[Right]) && said.all_of_a(Kind::Right, &["stop-marketing"])
}

fn refuses_cookies(said: &Said<'_>) -> bool {
    acts(said)
        || said.does(&[Honour])
        || said.does(&[Right])
            && said.all_of_a(
                Kind::Right,
                &["refuse-cookies", "optout-sale", "optin-sale"],
            )
}

/// A permission is wanting where a line says that the policy ends there, at any time and for any request.
fn leaves_out(said: &Said<'_>) -> bool {
    said.says(Mode::Never, &[Apply])
        && ![Slot::Of, Slot::Before, Slot::Until]
            .iter()
            .any(|slot| said.has(*slot))
}

fn is_asked_for(said: &Said<'_>) -> bool {
    said.does(&[Right]) && said.all_of_a(Kind::Right, crate::ASKED_FOR)
        || said.does(&[Answer, Extend])
}

fn asks_who(said: &Said<'_>) -> bool {
    acts(said) || said.does(&[Ask, Refuse])
}

fn counts_requests(said: &Said<'_>) -> bool {
    said.does(&[Refuse]) && said.has(Slot::Over)
}

/// What is only looked at leaves no other entry.
fn never(_: &Public) -> bool {
    false
}

fn decided(entry: &Public) -> bool {
    entry.kind == "decisions.counted"
}

fn published(entry: &Public) -> bool {
    matches!(entry.kind.as_str(), "policy.published" | "policy.activated")
}

fn chosen(entry: &Public) -> bool {
    entry.kind.starts_with("consent.")
}

fn withdrawn(entry: &Public) -> bool {
    matches!(entry.kind.as_str(), "consent.withdrawn" | "consent.refused") || decided(entry)
}

fn contracted(entry: &Public) -> bool {
    decided(entry) || entry.kind == "register.contract"
}

fn released(entry: &Public) -> bool {
    decided(entry) || entry.kind.starts_with("register.case-")
}

fn answered(entry: &Public) -> bool {
    entry.kind == "request.answered"
}

fn settled(entry: &Public) -> bool {
    matches!(
        entry.kind.as_str(),
        "request.settled" | "request.certified" | "sweep.settled"
    )
}

fn verified(entry: &Public) -> bool {
    entry.kind == "request.verified"
}

fn authorised(entry: &Public) -> bool {
    entry.kind == "request.authorised"
}

fn denied(entry: &Public) -> bool {
    entry.kind == "request.denied"
}

fn attested(entry: &Public) -> bool {
    entry.kind == crate::ATTESTED
}
