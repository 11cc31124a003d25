//! Every finding the compiler can make: one file each, one list that names them.
//!
//! A file holds a `CHECK` with its code, severity and manual page, and either a `run` over the resolved policy or
//! functions that the parser and resolver call at the spot. Everything else (`abide explain`, the manual, the test that
//! every finding has an example) derives from [`CHECKS`].

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Findings, Label, Severity};
use crate::library::Library;
use crate::model::Policy;
use crate::source::Span;

/// One kind of finding.
pub struct Check {
    /// Stable code: `P01..` text, `P02..` words and names, `P03..` what a policy says, `P04..` against the law,
    /// `P05..` against itself.
    pub code: &'static str,
    /// Its name, `duplicate-property`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Its manual page, in Markdown: why it matters, a `kdl wrong` example that gives this finding and a `kdl right`
    /// example that does not.
    pub manual: &'static str,
    /// Looks at a resolved policy. `None` for findings made while reading.
    pub run: Option<fn(&Context<'_>, &mut Findings)>,
}

/// What a check may look at.
pub struct Context<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The shipped vocabulary and laws.
    pub library: &'a Library,
    /// The day the check is for; `None` leaves out what depends on it.
    pub today: Option<Date>,
}

impl Check {
    /// A finding of this kind at `span`.
    pub fn at(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code: self.code,
            name: self.name,
            severity: self.severity,
            message: message.into(),
            labels: vec![Label {
                span,
                text: String::new(),
            }],
            help: None,
        }
    }
}

/// Declares the modules and the list in one go, so that adding a check is one file and one line.
macro_rules! checks {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// Every kind of finding, by code.
        pub const CHECKS: &[&Check] = &[$(&$module::CHECK,)*];
    };
}

checks! {
    syntax_error,
    duplicate_property,
    text_too_large,
    text_too_deep,
    not_utf8,
    value_not_text,
    policy_too_large,
    too_many_findings,
    unknown_word,
    unknown_slot,
    unknown_name,
    bad_value,
    missing_object,
    misplaced_mode,
    misplaced_statement,
    name_cycle,
    unknown_term,
    unknown_law,
    unused_allow,
    no_policy,
    unused_name,
    repeated_name,
    collected_without_purpose,
    permission_too_wide,
    consent_without_withdrawal,
    sensitive_without_explicit_consent,
    shared_never_collected,
    recipient_incomplete,
    transfer_without_ground,
    retention_missing,
    keep_too_short,
    keep_outlives_purpose,
    erased_but_kept,
    sale_without_optout,
    contact_missing,
    contact_malformed,
    undeclared_cookie,
    sister_list,
    foreign_organisation,
    future_version,
    stale_version,
    expired_exemption,
    vague_duration,
    hedged_promise,
    untranslated,
    missing_version,
    relation,
    split_permission,
    unreachable_window,
    dead_except,
    empty_line,
    repeated_promise,
    deadline_slower_than_law,
    right_missing,
    age_below_law,
    signal_ignored,
    notice_element_missing,
    basis_missing,
    refusal_unfounded,
    constant_without_value,
    prohibition_missing,
    law_not_in_force,
    frequency_or_fee,
    keep_below_law,
    clash,
    optout_reach,
    keep_gap,
    vacuous_people,
    purpose_without_means,
    unknown_clause,
    change_clash,
    weaker_than_part,
    unreadable_promise,
    consent_dropped,
}

/// The check with that code or name.
pub fn find(code_or_name: &str) -> Option<&'static Check> {
    CHECKS
        .iter()
        .copied()
        .find(|check| check.code.eq_ignore_ascii_case(code_or_name) || check.name == code_or_name)
}

/// Runs every check that looks at a resolved policy.
pub fn run_all(context: &Context<'_>, findings: &mut Findings) {
    for run in CHECKS.iter().filter_map(|check| check.run) {
        run(context, findings);
    }
}

/// Takes away the findings that a line asks not to hear of, and reports the asks that have no reason or no use. Errors of
/// reading and clashes cannot be suppressed. Without a day nobody can tell which asks have no use.
pub fn suppress(policy: &Policy, today: Option<Date>, findings: &mut Findings) {
    let mut used = vec![false; policy.allows.len()];
    let at_line = |span: Span, line: Span| {
        span.file == line.file && span.start >= line.start && span.end <= line.end
    };
    findings.retain(|finding| {
        let matching = policy.allows.iter().position(|allow| {
            (finding.code.eq_ignore_ascii_case(&allow.check.value)
                || finding.name == allow.check.value)
                && !allow.reason.trim().is_empty()
                && finding.may_be_allowed()
                && finding.span().is_some_and(|span| at_line(span, allow.line))
        });
        if let Some(index) = matching {
            used[index] = true;
        }
        matching.is_none()
    });
    for (allow, used) in policy.allows.iter().zip(used) {
        if allow.reason.trim().is_empty() {
            findings.push(unused_allow::without_reason(allow));
        } else if !used && today.is_some() {
            findings.push(unused_allow::unused(
                allow,
                find(&allow.check.value).is_some(),
            ));
        }
    }
}
