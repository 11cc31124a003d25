//! The machinery around one decision: verdicts and explanations, time running out, audiences, kept questions, versions.

use std::sync::Arc;

use abide_policy::decide::{Effect, Facts, Questions, Stale, Tables, Versions, decide};
use abide_policy::source::SourceFile;
use abide_policy::{Library, compile};
use jiff::Timestamp;

use crate::text::{NOW, known, policy, question};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const POLICY: &str = r#"
    (A)use email for=newsletter if=consent
    (B)never use email about=child
    (C)use email for=delivery
    (D)right stop-newsletter
    (E)never use email for=delivery when=opt-out within="1 month"
    people child age=<16
"#;

#[test]
fn facts_take_a_cache_line() {
    assert_eq!(size_of::<Facts>(), 64);
    let tables = Tables::new(&policy(POLICY), Library::standard());
    let facts = Facts::new(&tables, &known("age=30 +consent in=NL"), at(NOW));
    assert_eq!(facts.bytes(), 64);
}

#[test]
fn facts_are_refused_once_something_changed_by_itself() {
    let tables = Tables::new(&policy(POLICY), Library::standard());
    let prepared = tables.prepare(&question("use email for=delivery")).unwrap();
    let verdict = |known_line: &str, made: &str, asked: &str| {
        let facts = Facts::new(&tables, &known(known_line), at(made));
        decide(
            &tables.prepare(&question("use email for=delivery")).unwrap(),
            &facts,
            at(asked),
        )
        .map(|verdict| verdict.effect)
    };
    let noon = NOW;
    assert_eq!(verdict("born=2010-06-16", noon, noon), Ok(Effect::Deny));
    assert_eq!(
        verdict("born=2010-06-16", noon, "2026-06-15T23:59:59Z"),
        Ok(Effect::Deny)
    );
    assert_eq!(
        verdict("born=2010-06-16", noon, "2026-06-16T00:00:00Z"),
        Err(Stale::Facts)
    );
    assert_eq!(
        verdict(
            "age=20 +consent@2026-01-01..2026-07-01",
            noon,
            "2026-07-01T00:00:00Z"
        ),
        Err(Stale::Facts)
    );
    assert_eq!(
        verdict(
            "age=20 event:opt-out@2026-06-01",
            noon,
            "2026-07-01T00:00:00Z"
        ),
        Err(Stale::Facts)
    );
    assert_eq!(
        verdict(
            "age=20 event:opt-out@2026-06-01",
            "2026-07-01T00:00:00Z",
            "2026-07-01T00:00:00Z"
        ),
        Ok(Effect::Permit)
    );
    let other = Tables::new(&policy(POLICY), Library::standard());
    let facts = Facts::new(&other, &known("age=20"), at(noon));
    assert_eq!(decide(&prepared, &facts, at(noon)), Err(Stale::Tables));
}

#[test]
fn a_question_learns_what_people_hold() {
    let tables = Tables::new(&policy(POLICY), Library::standard());
    let asked = question("use email for=newsletter");
    let questions = Questions::new(2);
    let none = Facts::new(&tables, &known("age=20"), at(NOW));
    let effect = |facts: &Facts| {
        let verdict = questions.decide(&tables, &asked, facts, at(NOW));
        verdict.unwrap().unwrap().effect
    };
    assert_eq!(effect(&none), Effect::Ask);
    let ready = questions.get(&tables, &asked).unwrap();
    let consenting = Facts::new(&tables, &known("age=20 +consent(for=newsletter)"), at(NOW));
    assert_eq!(decide(&ready, &consenting, at(NOW)), Err(Stale::Question));
    assert_eq!(effect(&consenting), Effect::Permit);
    assert_eq!(effect(&none), Effect::Ask);
    for other in [
        "use email for=delivery",
        "use phone for=delivery",
        "use fax for=delivery",
    ] {
        questions.get(&tables, &question(other)).unwrap();
    }
    assert_eq!(questions.len(), 2);
}

#[test]
fn an_audience_is_what_each_decision_says() {
    let tables = Tables::new(&policy(POLICY), Library::standard());
    let lines = [
        "age=30 +consent",
        "age=30",
        "",
        "age=12 +consent",
        "age=30 -consent",
        "age=30 right:stop-newsletter",
    ];
    let everybody: Vec<Facts> = (0..600)
        .map(|at_place| Facts::new(&tables, &known(lines[at_place % lines.len()]), at(NOW)))
        .collect();
    let prepared = tables
        .prepare(&question("use email for=newsletter"))
        .unwrap();
    let mut told = Vec::new();
    let people = everybody.iter().enumerate();
    let audience = prepared.audience(&tables, people, at(NOW), |id, effect| {
        told.push((id, effect))
    });
    for (id, effect) in &told {
        let alone = decide(&prepared, &everybody[*id], at(NOW)).unwrap();
        assert_eq!(*effect, Ok(alone.effect), "{}", lines[id % lines.len()]);
    }
    assert_eq!(told.len(), 600);
    assert_eq!(
        (audience.permit, audience.ask, audience.deny, audience.stale),
        (100, 200, 300, 0)
    );
    let reasons: Vec<String> = audience
        .lines
        .iter()
        .map(|(effect, line, count)| format!("{effect:?} {} {count}", line.id))
        .collect();
    assert_eq!(
        reasons,
        [
            "Ask A 200",
            "Permit A 100",
            "Ask B 100",
            "Deny A 100",
            "Deny B 100",
            "Deny D 100"
        ]
    );
    let missing: Vec<String> = audience
        .missing
        .iter()
        .map(|(needed, count)| format!("{needed:?} {count}"))
        .collect();
    assert_eq!(missing, [r#"Fact("consent") 300"#, r#"Subject("age") 100"#]);
}

fn version(date: &str, lines: &str) -> (Arc<Tables>, Vec<SourceFile>) {
    let source = format!("policy example version=\"{date}\" {{\n{lines}\n}}\n");
    let files = vec![SourceFile::new("policy.kdl", source)];
    let compiled = compile(Library::standard(), &files, None);
    let tables = Tables::new(&compiled.policies[0], Library::standard());
    (Arc::new(tables), files)
}

#[test]
fn who_agreed_to_better_terms_keeps_them() {
    let promise = "(P)never change weaker unless=explicit-consent";
    let old = format!("(A)use email for=newsletter if=consent\n{promise}");
    let new = format!("(A)use email for=newsletter\n(B)use email for=product-news\n{promise}");
    let effect = |first: &str, agreed: Option<&str>, asked: &str| {
        let (tables, files) = version("2026-03-01", &new);
        let versions = Versions::new(
            Library::standard(),
            (tables, &files),
            vec![version("2025-01-01", first)],
        );
        let agreed = agreed.map(|date| date.parse().unwrap());
        let answer = versions
            .decide(&question(asked), &known(""), agreed, at(NOW))
            .unwrap();
        (answer.decision.effect, answer.version.unwrap().to_string())
    };
    let newsletter = "use email for=newsletter";
    let old_date = "2025-01-01".to_owned();
    let new_date = "2026-03-01".to_owned();
    assert_eq!(
        effect(&old, Some("2025-01-01"), newsletter),
        (Effect::Ask, old_date.clone())
    );
    assert_eq!(
        effect(&old, Some("2025-06-01"), newsletter),
        (Effect::Ask, old_date.clone())
    );
    assert_eq!(
        effect(&old, Some("2026-03-01"), newsletter),
        (Effect::Permit, new_date.clone())
    );
    assert_eq!(
        effect(&old, None, newsletter),
        (Effect::Permit, new_date.clone())
    );
    assert_eq!(
        effect(&old, Some("2025-01-01"), "use email for=product-news"),
        (Effect::Deny, old_date)
    );
    let unpromised = "(A)use email for=newsletter if=consent";
    assert_eq!(
        effect(unpromised, Some("2025-01-01"), newsletter),
        (Effect::Permit, new_date)
    );
}
