//! The shipped laws and calendars, as the compiler reads them. Never checks that a fact is true: only a reader of the
//! text can.

use abide_policy::Library;
use abide_policy::calendar::WorkCalendar;
use abide_policy::deadline::CountingRule;
use abide_policy::diagnostic::Findings;
use abide_policy::law::{ConstantValue, Law};
use abide_policy::length::Length;
use abide_policy::nouns::NounId;
use abide_policy::source::{SourceFile, Span};
use abide_policy::syntax;
use abide_policy::vocabulary::Kind;

const PACKS: [&str; 6] = ["eu-gdpr", "nl", "us-coppa", "us-ferpa", "us-ca", "cn"];

fn law(name: &str) -> Option<&'static Law> {
    Library::standard().law(name)
}

fn place(code: &str) -> Option<NounId> {
    Library::standard().nouns.find(Kind::Place, code)
}

#[test]
fn every_pack_says_where_since_when_and_how_it_counts() {
    for name in PACKS {
        let law = law(name).expect("a shipped pack");
        assert!(law.place.is_some(), "{name} has no place");
        assert!(law.since.is_some(), "{name} has no date");
        let counting = law.counting.as_deref().and_then(CountingRule::parse);
        assert!(counting.is_some(), "{name} counts by {:?}", law.counting);
        assert!(law.norms.len() >= 6, "{name} has {} lines", law.norms.len());
    }
}

#[test]
fn every_line_of_law_has_an_id_and_a_citation() {
    for name in PACKS {
        for norm in &law(name).expect("a shipped pack").norms {
            let authority = norm
                .authority
                .as_ref()
                .expect("a line of law has its authority");
            assert!(
                !norm.clauses.is_empty(),
                "{name}: a line that cites {} has no id",
                authority.cite
            );
            assert!(
                !authority.cite.is_empty(),
                "{name}: {} has no citation",
                norm.clauses[0].value
            );
        }
    }
}

#[test]
fn ages_of_consent_differ_by_country_within_the_bounds_of_the_law() {
    let age = law("eu-gdpr")
        .and_then(|law| law.constant("consent-age"))
        .expect("the age of consent");
    assert_eq!(age.value, Some(ConstantValue::Years(16)));
    assert_eq!(
        age.by_place.len(),
        30,
        "the 27 members of the Union, Iceland, Liechtenstein and Norway"
    );
    for value in age.values() {
        assert!(matches!(value, ConstantValue::Years(13..=16)), "{value:?}");
    }
    for (code, years) in [("DK", 15), ("NL", 16), ("ES", 14), ("SE", 13), ("NO", 13)] {
        assert_eq!(
            place(code).and_then(|place| age.value_in(place)),
            Some(ConstantValue::Years(years)),
            "{code}"
        );
    }
}

#[test]
fn only_a_country_pack_knows_how_long_tax_records_are_kept() {
    let union = law("eu-gdpr")
        .and_then(|law| law.constant("tax-limitation"))
        .expect("declared without a value");
    assert_eq!(union.values().count(), 0);
    let netherlands = law("nl")
        .and_then(|law| law.constant("tax-limitation"))
        .expect("declared with a value");
    assert_eq!(
        place("NL").and_then(|place| netherlands.value_in(place)),
        Length::parse("7 years").map(ConstantValue::Length)
    );
}

#[test]
fn calendars_hold_dates_that_change_something() {
    for (name, text) in [
        ("cn", include_str!("../../../laws/calendars/cn.kdl")),
        ("nl", include_str!("../../../laws/calendars/nl.kdl")),
        (
            "us-federal",
            include_str!("../../../laws/calendars/us-federal.kdl"),
        ),
    ] {
        let mut findings = Findings::new();
        let file = syntax::parse(&SourceFile::new(name, text), Span::LIBRARY, &mut findings);
        assert!(findings.is_empty(), "{name}: {findings:?}");
        let plain = WorkCalendar::default();
        let calendar = &file[0];
        for day in calendar
            .children
            .iter()
            .filter(|line| line.name.value != "source" && line.name.value != "cite")
        {
            let date = day.args[0].text.parse().expect("a date");
            match day.name.value.as_str() {
                "holiday" => assert!(
                    plain.is_workday(date) || name == "nl",
                    "{name}: {date} is a weekend"
                ),
                "workday" => assert!(!plain.is_workday(date), "{name}: {date} is worked anyway"),
                other => panic!("{name}: `{other}`"),
            }
        }
    }
}
