//! The list of rules. A rule is one file in `rule/` and one line here; it never depends on another rule.

mod company;
mod dependency;
mod fence;
mod file_header;
mod file_length;
mod file_name;
mod function_length;
mod link;
mod machine_path;
mod map;
mod purity;
mod unfinished;

use crate::repository::{Finding, Repository};

/// One thing that is checked, with samples that show it at work.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) find: fn(&Repository) -> Vec<Finding>,
    /// Each of these must give at least one finding.
    pub(crate) breaking: fn() -> Vec<Repository>,
    /// This must give none.
    pub(crate) keeping: fn() -> Repository,
}

pub(crate) const RULES: &[Rule] = &[
    fence::RULE,
    purity::RULE,
    dependency::RULE,
    file_header::RULE,
    file_length::RULE,
    function_length::RULE,
    file_name::RULE,
    unfinished::RULE,
    company::RULE,
    machine_path::RULE,
    link::RULE,
    map::RULE,
];
