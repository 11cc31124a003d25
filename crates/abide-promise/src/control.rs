//! The controls, one file each, and the one list that names them: which capabilities each gives, on what it stands, and
//! which entries of the log show it at work. Runs nothing: what runs leaves entries, and the board reads those.

mod acceptance;
mod access;
mod addenda;
mod advertising;
mod age;
mod attestation;
mod classes;
mod collect;
mod consent_gate;
mod consent_ledger;
mod contract;
mod data_map;
mod egress;
mod erasure;
mod exclusive;
mod exemption;
mod forbidden;
mod hold;
mod link;
mod message;
mod no_share;
mod notice;
mod objection;
mod password;
mod portability;
mod purpose;
mod release;
mod retention;
mod sale;
mod signal;
mod succession;
mod terms;
mod versions;
mod withdrawal;

use abide_ledger::Public;

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

fn attested(entry: &Public) -> bool {
    entry.kind == crate::ATTESTED
}
