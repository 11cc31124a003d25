//! What a policy promises of data, as plain values that a plan and a package can be read with. Decides nothing.

use std::collections::BTreeMap;

use abide_policy::length::Length;

/// What a policy promises, by data category and by right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Promises {
    /// The policy's name; empty where there is none.
    pub policy: String,
    /// By category of data, as the policy names it.
    pub data: BTreeMap<String, DataPromise>,
    /// By right (`access`, `erase`, `rectify`, `restrict` …): the clauses that grant it.
    pub rights: BTreeMap<String, Vec<String>>,
    /// What `because=` may name, and the lines that keep something for it.
    pub grounds: BTreeMap<String, Ground>,
    /// Lengths that laws of the policy give a name, such as `tax-limitation`: the longest of each.
    pub constants: BTreeMap<String, Length>,
}

/// What is promised of one category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataPromise {
    /// What people call it.
    pub label: String,
    /// Clauses that speak of it.
    pub clauses: Vec<String>,
    /// What it is used for.
    pub purposes: Vec<String>,
    /// Who it is shared with.
    pub recipients: Vec<String>,
    /// Where it comes from.
    pub origins: Vec<String>,
    /// How long it is kept, in the policy's words, with the clause.
    pub retention: Vec<(String, String)>,
    /// Clauses that say it is never collected or never kept.
    pub forbidden: Vec<String>,
}

/// A reason to keep data against an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ground {
    /// The clauses that keep data for it.
    pub clauses: Vec<String>,
    /// For how long, where they say so.
    pub length: Option<Length>,
}
