//! Policies as source: reads, checks, explains, compares and publishes them. Does no IO, reads no clock, uses no async.

pub mod calendar;
pub mod catalogue;
pub mod check;
pub mod clocks;
pub mod coverage;
pub mod deadline;
pub mod decide;
pub mod diagnostic;
pub mod diff;
pub mod dpv;
pub mod format;
pub mod guard;
pub mod law;
pub mod leaf_set;
pub mod length;
pub mod library;
pub mod limit;
pub mod model;
pub mod named_law;
pub mod notice;
pub mod nouns;
pub mod parties;
pub mod readable;
pub mod resolve;
pub mod resolved;
pub mod sentence;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod vocabulary;

use jiff::civil::Date;

use check::Context;
use diagnostic::Findings;
pub use library::Library;
use model::Policy;
use source::SourceFile;

/// What the compiler made of a unit of files: everything it understood, and everything it found.
#[derive(Debug)]
pub struct Compiled {
    /// The policies, in the order opened.
    pub policies: Vec<Policy>,
    /// What is wrong, sorted by place.
    pub findings: Findings,
}

impl Compiled {
    /// Whether nothing stands in the way of publishing.
    pub fn is_clean(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity != diagnostic::Severity::Error)
    }
}

/// Reads, resolves and checks a unit of files, for the day `today` if it is given. Never fails.
pub fn compile(library: &Library, files: &[SourceFile], today: Option<Date>) -> Compiled {
    let mut findings = Findings::new();
    let mut statements = Vec::new();
    let mut allowance = limit::Allowance::default();
    for (index, file) in (0_u32..).zip(files) {
        let mut parsed = syntax::parse(file, index, &mut findings);
        let lost = allowance.cut(&mut parsed);
        statements.extend(parsed);
        if let Some(lost) = lost {
            findings.push(check::policy_too_large::at(lost));
            break;
        }
    }
    let policies = resolve::resolve(&statements, library, &mut findings);
    if policies.is_empty() && findings.is_empty() && !files.is_empty() {
        findings.push(check::no_policy::at(source::Span::new(0, 0, 0)));
    }
    for policy in &policies {
        check::run_all(
            &Context {
                policy,
                library,
                today,
            },
            &mut findings,
        );
        check::suppress(policy, today, &mut findings);
    }
    diagnostic::settle(&mut findings);
    Compiled { policies, findings }
}
