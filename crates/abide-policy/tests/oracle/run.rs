//! Many generated policies and decisions, the slow evaluator beside the fast one, and what they covered.

use std::collections::BTreeMap;

use abide_policy::Library;
use abide_policy::decide::{Decision, Effect, Known};
use abide_policy::diagnostic::Findings;
use abide_policy::model::Policy;
use abide_policy::resolve;
use abide_policy::source::SourceFile;
use abide_policy::syntax;
use jiff::SignedDuration;

use crate::case::{Marks, World};
use crate::compare::{Ask, difference, told};
use crate::fast::Fast;
use crate::generate::known::{known, moment};
use crate::generate::question::{Near, question};
use crate::generate::text::{Statement, source};
use crate::rng::Rng;
use crate::shrink::shrink;
use crate::together;

/// So many differences, each of another policy, are shown.
const REPORTS: usize = 6;

/// How far the seeds of one policy and the next lie apart.
pub const STEP: u64 = 0x5851_f42d_4c95_7f2d;

/// A library of a few names, so that the slow evaluator is not too slow.
pub fn small_library() -> Library {
    let vocabulary = [("vocabulary.kdl", include_str!("vocabulary.kdl"))];
    let laws = [("laws.kdl", include_str!("laws.kdl"))];
    let (library, findings) = Library::read(&vocabulary, &laws, "");
    assert!(findings.is_empty(), "{findings:?}");
    library
}

/// The policy of some statements; nothing that was generated may be dropped.
pub fn compile(statements: &[Statement], library: &Library) -> Result<Policy, String> {
    let mut findings = Findings::new();
    let text = source(statements);
    let parsed = syntax::parse(&SourceFile::new("generated", text), 0, &mut findings);
    let mut policies = resolve::resolve(&parsed, library, &mut findings);
    if !findings.is_empty() {
        let messages: Vec<&str> = findings.iter().map(|one| one.message.as_str()).collect();
        return Err(messages.join("\n"));
    }
    policies.pop().ok_or_else(|| "no policy".to_owned())
}

/// Where the generated cases begin: always at the same place, but for a deep run or `ABIDE_SEED`, which both set it.
pub fn seed() -> u64 {
    std::env::var("ABIDE_SEED").map_or(1, |given| given.parse().expect("ABIDE_SEED is a number"))
}

/// How many times as many decisions as usual.
pub fn times() -> u64 {
    if std::env::var_os("ABIDE_DEEP").is_some() {
        10
    } else {
        1
    }
}

/// How much is compared.
#[derive(Clone, Copy)]
pub struct Size {
    pub policies: u64,
    pub decisions: u64,
}

impl Size {
    pub fn times(self, times: u64) -> Self {
        Self {
            policies: self.policies * times,
            ..self
        }
    }
}

/// What a run covered.
#[derive(Default)]
pub struct Covered {
    pub policies: u64,
    pub decisions: u64,
    pub effects: BTreeMap<Effect, u64>,
    pub refused: u64,
    pub marks: BTreeMap<&'static str, u64>,
}

/// Holds both evaluators beside each other over generated policies; differences are made small and fail the test.
pub fn generated(library: &Library, seed: u64, size: Size) -> Covered {
    println!("ABIDE_SEED={seed}");
    let marks = Marks::default();
    let mut covered = Covered::default();
    let mut reports = Vec::new();
    for number in 0..size.policies {
        let mut rng = Rng::new(seed.wrapping_add(number.wrapping_mul(STEP)));
        let statements = crate::generate::policy(&mut rng);
        let policy = compile(&statements, library).unwrap_or_else(|findings| {
            panic!("{}\nfound: {findings}", source(&statements));
        });
        let fast = Fast::new(&policy, library);
        let world = World::new(&policy, library);
        if let Some(ask) = compare(
            &world,
            &mut rng,
            size.decisions,
            &fast,
            &marks,
            &mut covered,
        ) {
            let place = format!("ABIDE_SEED={seed}, policy {number}");
            reports.push(report(&place, &statements, &ask, library));
        }
        covered.policies += 1;
        if reports.len() >= REPORTS {
            break;
        }
    }
    assert!(reports.is_empty(), "{}", reports.join("\n"));
    covered.marks = marks.take();
    covered
}

/// The same for a policy that is there.
pub fn one_policy(policy: &Policy, library: &Library, seed: u64, decisions: u64) -> Covered {
    println!("ABIDE_SEED={seed}");
    let marks = Marks::default();
    let mut covered = Covered::default();
    let world = World::new(policy, library);
    let fast = Fast::new(policy, library);
    let mut rng = Rng::new(seed);
    if let Some(ask) = compare(&world, &mut rng, decisions, &fast, &marks, &mut covered) {
        let still = |_: &[Statement], ask: &Ask| {
            let slow = together::decide(&world, &ask.question, &ask.known, ask.now, &marks);
            difference(&slow, &alone(&fast, ask)).is_some()
        };
        let (_, ask) = shrink(Vec::new(), ask, &still);
        let slow = together::decide(&world, &ask.question, &ask.known, ask.now, &marks);
        panic!(
            "{}",
            told_case(&policy.name, &ask, &slow, &alone(&fast, &ask))
        );
    }
    covered.marks = marks.take();
    covered
}

/// So many decisions over one policy; the first on which the two differ.
fn compare(
    world: &World<'_>,
    rng: &mut Rng,
    decisions: u64,
    fast: &Fast,
    marks: &Marks,
    covered: &mut Covered,
) -> Option<Ask> {
    let near = Near::new(world.policy, &world.names);
    let end = covered.decisions + decisions;
    while covered.decisions < end {
        let target = near.target(rng)?;
        let help = rng.percent(60);
        let question = question(rng, &near, target, if help { 3 } else { 12 });
        let prepared = fast.prepare(&question);
        let Ok(mut prepared) = prepared else {
            let known = Known::default();
            let now = moment(rng);
            let slow = together::decide(world, &question, &known, now, marks);
            if slow.is_ok() {
                return Some(Ask {
                    question,
                    known,
                    made: now,
                    now,
                });
            }
            covered.refused += 1;
            covered.decisions += 1;
            continue;
        };
        for _ in 0..4 {
            let made = moment(rng);
            let known = known(rng, &near, target, &question, made, help);
            let mut facts = fast.facts(&known, made);
            // Facts that were made ready are used at later moments too, as long as they are not out of date.
            for later in [0, rng.between(0, 60 * 24 * 3600)] {
                let now = made + SignedDuration::from_secs(later);
                let slow = together::decide(world, &question, &known, now, marks);
                let quick = fast.answer((&question, &mut prepared), (&known, &mut facts), now);
                if difference(&slow, &Ok(quick)).is_some() {
                    return Some(Ask {
                        question,
                        known,
                        made,
                        now,
                    });
                }
                covered.decisions += 1;
                let effect = slow.unwrap().effect;
                *covered.effects.entry(effect).or_default() += 1;
            }
        }
    }
    None
}

/// The fast answer to one case: in one step, unless only what is kept from an earlier moment differs.
fn alone(fast: &Fast, ask: &Ask) -> Result<Decision, String> {
    if ask.made == ask.now {
        fast.at_once(&ask.question, &ask.known, ask.now)
    } else {
        fast.alone(&ask.question, &ask.known, ask.made, ask.now)
    }
}

fn answers(
    statements: &[Statement],
    ask: &Ask,
    library: &Library,
) -> Option<(Result<Decision, String>, Result<Decision, String>)> {
    let policy = compile(statements, library).ok()?;
    let world = World::new(&policy, library);
    let marks = Marks::default();
    let slow = together::decide(&world, &ask.question, &ask.known, ask.now, &marks);
    let fast = alone(&Fast::new(&policy, library), ask);
    Some((slow, fast))
}

/// A difference made small, in words.
fn report(place: &str, statements: &[Statement], ask: &Ask, library: &Library) -> String {
    let of = |statements: &[Statement], ask: &Ask| {
        let (slow, fast) = answers(statements, ask, library)?;
        difference(&slow, &fast)
    };
    // What only differs after other people's facts cannot be made small.
    let kind = of(statements, ask);
    if kind.is_none() {
        let (slow, fast) = answers(statements, ask, library).unwrap();
        return format!(
            "{place}: differs among others only\n{}",
            told_case(place, ask, &slow, &fast)
        );
    }
    let differs = |statements: &[Statement], ask: &Ask| of(statements, ask) == kind;
    let (statements, ask) = shrink(statements.to_vec(), ask.clone(), &differs);
    let (slow, fast) = answers(&statements, &ask, library).unwrap();
    let place = format!("{}, {place}", kind.unwrap_or("nothing"));
    format!(
        "{}\n{}",
        source(&statements),
        told_case(&place, &ask, &slow, &fast)
    )
}

fn told_case(
    place: &str,
    ask: &Ask,
    slow: &Result<Decision, String>,
    fast: &Result<Decision, String>,
) -> String {
    format!(
        "the two differ ({place})\nquestion {}\nknown {}\nfacts made {}, now {}\n\nthe chapter: {}\nthe tables:  {}\n",
        serde_json::to_string(&ask.question).unwrap(),
        serde_json::to_string(&ask.known).unwrap(),
        ask.made,
        ask.now,
        told(slow),
        told(fast),
    )
}
