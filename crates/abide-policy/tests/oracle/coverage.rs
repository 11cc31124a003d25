//! What the generated decisions must have come across, so that agreement means something.

use abide_policy::decide::Effect;

use crate::run::Covered;

/// Each rule of the chapter that must have decided something, so many times in 250,000 decisions.
const RULES: &[(&str, u64)] = &[
    ("`never share` about a sale", 1_000),
    ("a `never link` of two things, both there", 500),
    ("a `never link` of two things, not both there", 500),
    ("a choice as an event", 1_000),
    ("a class narrows a wider one", 1_000),
    ("a contract that is not there", 500),
    ("a duty to keep", 500),
    ("a fact as an event", 500),
    ("a fact that speaks against", 1_000),
    ("a gate that asks for a refused fact", 500),
    ("a gate that is not done", 500),
    ("a legal hold", 100),
    ("a line whose end is reached", 1_000),
    ("a part instead of the base", 1_000),
    ("a part that does not apply", 20),
    ("a permission after its window", 1_000),
    ("a permission before its event", 1_000),
    ("a permission within its window", 1_000),
    ("a prohibition after its window", 500),
    ("a prohibition whose `if` is unknown", 1_000),
    ("a prohibition within its window", 500),
    ("a reading that takes a prohibition away", 50),
    ("a relation that is not known", 500),
    ("a right given up", 500),
    ("a right that brings a fact", 100),
    ("a signal that a law makes binding", 50),
    ("a signal that is honoured", 1_000),
    ("a signal that is not honoured", 200),
    ("a slot that the question leaves out", 1_000),
    ("a window that is a constant", 500),
    ("a window with several possible numbers", 100),
    ("after its moment", 1_000),
    ("ages that contradict each other", 500),
    ("an actor who acts for someone", 500),
    ("an age that is a constant", 1_000),
    ("an age with several possible numbers", 500),
    ("an exception that takes away", 1_000),
    ("an obligation", 500),
    ("ask because of a permission", 5_000),
    ("ask because of a prohibition", 1_000),
    ("before its `after`", 1_000),
    ("consent by its ground", 1_000),
    ("consent that was cancelled", 1_000),
    ("data that is not linked", 100),
    ("deny by a fact that speaks against", 500),
    ("deny by a prohibition", 5_000),
    ("deny for want of a line", 5_000),
    ("every number of a constant", 1_000),
    ("limit-sensitive", 20),
    ("object", 500),
    ("optout-ads", 500),
    ("optout-analytics", 50),
    ("optout-sale", 200),
    ("optout-sharing", 200),
    ("refuse-cookies", 5),
    ("residence wider than the place", 500),
    ("restrict", 100),
    ("stated", 1_000),
    ("stop-collection", 20),
    ("stop-contact", 20),
    ("stop-marketing", 50),
    ("stop-newsletter", 20),
    ("the ground of a wider purpose", 1_000),
    ("unknown age", 1_000),
    ("unknown residence", 1_000),
    ("unsubscribe", 20),
];

/// Prints what was covered.
pub fn print(covered: &Covered) {
    println!(
        "{} decisions over {} policies: {:?}, {} refused",
        covered.decisions, covered.policies, covered.effects, covered.refused
    );
    for (rule, count) in &covered.marks {
        println!("{count:9} {rule}");
    }
}

/// Fails if an answer hardly came up.
pub fn check_effects(covered: &Covered) {
    for effect in [Effect::Permit, Effect::Ask, Effect::Deny] {
        let count = covered.effects.get(&effect).copied().unwrap_or(0);
        assert!(
            count * 10 >= covered.decisions,
            "only {count} of {} decisions are {effect:?}",
            covered.decisions
        );
    }
    assert!(covered.refused > 0, "no question was refused");
}

/// Fails if a rule of the chapter hardly came up.
pub fn check_rules(covered: &Covered) {
    for (rule, least) in RULES {
        let count = covered.marks.get(rule).copied().unwrap_or(0);
        let least = least * covered.decisions / 250_000;
        assert!(count >= least, "{rule}: {count} times, wanted {least}");
    }
}
