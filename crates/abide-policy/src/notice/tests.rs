//! The page holds every clause once as an anchor, needs nothing from elsewhere, and says all it is asked to.

use std::collections::BTreeSet;

use super::{html, jsonld, missing_sections, untranslated};
use crate::library::Library;
use crate::model::Policy;
use crate::sentence::Language;
use crate::sentence::tests::shipped_policies;
use crate::source::SourceFile;
use crate::vocabulary::Kind;

fn policy(text: &str) -> Policy {
    let compiled = crate::compile(
        Library::standard(),
        &[SourceFile::new("sample.kdl", text)],
        None,
    );
    assert!(compiled.policies.len() == 1, "{:?}", compiled.findings);
    compiled.policies.into_iter().next().unwrap()
}

const BIKES: &str = r#"
policy harbour-bikes version="2026-03-01" {
    controller "Harbour Bikes Ltd" country=NL
    law eu-gdpr nl
    languages en zh
    contact desk email="desk@harbour.example" phone="+31 20 555 0100"
    recipient paywell label="Paywell" role=processor in=US
    people china in=CN
    (HB-001)collect email card at=checkout for=payment
    (HB-002)share card with=paywell for=payment in=US if=dpa
    (HB-003)never keep card { except as=last4 }
    (HB-004)must keep invoice when=purchase within="7 years" because=tax-law
    (HB-005)right access erase via=desk
    (HB-006)say "Write to us <any> time."
    part mainland about=china instead=#true {
        (HB-007)keep email until=account-deletion
    }
    part coast about=california {
        (HB-008)right optout-sale
    }
    reading HB-003 HB-004 "The last four digits stay on the invoice." { win HB-004 }
}
"#;

fn ids(page: &str) -> Vec<&str> {
    page.split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_clause_is_an_anchor_and_no_anchor_is_there_twice() {
    for policy in shipped_policies().iter().chain([&policy(BIKES)]) {
        for lang in Language::all() {
            let page = html(policy, Library::standard(), lang, None);
            let found = ids(&page);
            let unique: BTreeSet<&str> = found.iter().copied().collect();
            assert_eq!(
                found.len(),
                unique.len(),
                "{} {lang:?}: {:?}",
                policy.name,
                twice(&found)
            );
            let lines = policy.norms.iter().flat_map(|norm| &norm.clauses);
            let nouns = policy
                .nouns
                .iter()
                .flat_map(|(_, noun)| noun.declarations.iter().flat_map(|line| &line.clauses));
            let parts = policy.parts.iter().flat_map(|part| &part.clauses);
            let heads = policy
                .controllers
                .iter()
                .flat_map(|controller| &controller.clauses)
                .chain(&policy.law_clauses);
            for clause in lines
                .chain(nouns)
                .chain(parts)
                .chain(heads)
                .chain(policy.clauses.first())
            {
                assert!(
                    clause.span.is_library() || unique.contains(clause.value.as_str()),
                    "{} has no anchor",
                    clause.value
                );
            }
            let targets = page
                .split("href=\"#")
                .skip(1)
                .filter_map(|rest| rest.split('"').next());
            targets
                .for_each(|target| assert!(unique.contains(target), "{} leads to nothing", target));
        }
    }
}

fn twice<'a>(found: &[&'a str]) -> Vec<&'a str> {
    found
        .iter()
        .filter(|id| found.iter().filter(|other| other == id).count() > 1)
        .copied()
        .collect()
}

#[test]
fn the_page_runs_nothing_and_loads_nothing() {
    let page = html(&policy(BIKES), Library::standard(), Language::English, None);
    for bad in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "@import",
        "url(",
        "javascript:",
        "onclick",
    ] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    assert!(page.contains("Write to us &lt;any&gt; time."));
    assert!(page.contains("<a href=\"mailto:desk@harbour.example\">desk@harbour.example</a>"));
    assert!(page.contains("<a href=\"tel:+31205550100\">"));
}

#[test]
fn a_place_gets_its_parts_and_not_what_they_replace() {
    let policy = policy(BIKES);
    let page = |place: &str| {
        html(
            &policy,
            Library::standard(),
            Language::English,
            policy.nouns.find(Kind::Place, place),
        )
    };
    let has = |page: &str, clause: &str| ids(page).contains(&clause);
    let (china, california, france) = (page("CN"), page("US-CA"), page("FR"));
    assert!(!has(&china, "HB-001") && has(&china, "HB-007") && !has(&china, "HB-008"));
    assert!(
        has(&california, "HB-001") && !has(&california, "HB-007") && has(&california, "HB-008")
    );
    assert!(has(&france, "HB-001") && !has(&france, "HB-007") && !has(&france, "HB-008"));
}

#[test]
fn what_a_notice_lacks_is_named_with_its_law() {
    let missing = missing_sections(&policy(BIKES), Library::standard());
    let topics: Vec<&str> = missing.iter().map(|found| found.topic.as_str()).collect();
    assert!(topics.contains(&"complaint"), "{topics:?}");
    assert!(
        !topics.contains(&"retention") && !topics.contains(&"controller"),
        "{topics:?}"
    );
    let complaint = missing
        .iter()
        .find(|found| found.topic == "complaint")
        .unwrap();
    assert_eq!(
        (complaint.law.as_deref(), complaint.cite.as_str()),
        (Some("eu-gdpr"), "GDPR Art 13(2)")
    );
    let bare = missing_sections(
        &policy("policy bare {\n right access\n}"),
        Library::standard(),
    );
    let topics: Vec<&str> = bare.iter().map(|found| found.topic.as_str()).collect();
    assert_eq!(
        topics,
        [
            "controller",
            "contact",
            "categories",
            "purposes",
            "recipients",
            "retention",
            "effective-date"
        ]
    );
}

#[test]
fn names_without_words_in_a_language_are_listed() {
    let policy = policy(
        "policy shop {\n languages en zh\n data shoe-size\n data hat-size\n collect shoe-size email\n}\nlabels zh {\n data hat-size \"帽子尺寸\"\n}",
    );
    let names: Vec<String> = untranslated(&policy, Language::Chinese)
        .iter()
        .map(|id| policy.nouns.get(*id).name.to_string())
        .collect();
    assert_eq!(names, ["shoe-size"]);
    assert!(untranslated(&policy, Language::English).is_empty());
}

#[test]
fn the_ground_on_the_line_of_a_purpose_is_printed_where_the_uses_are() {
    let policy = policy(
        r#"
policy shop {
    languages en zh
    purpose lending is=provide-service because=contract
    purpose tuning label="making the app better" is=analytics because=legitimate-interests
    purpose surveys label="surveys" because=consent
    purpose games label="games" because=consent
    collect email at=registration for=lending
    never use email for=games
    use email for=surveys because=contract
    part coast about=california {
        use email for=tuning lending
    }
}
labels zh {
    purpose lending "出借"
}"#,
    );
    let page = |lang: Language| html(&policy, Library::standard(), lang, None);
    let english = page(Language::English);
    for text in [
        "<h2 id=\"use\">",
        "<caption id=\"use-grounds\">On what ground</caption>",
        "<th scope=\"col\">Purpose</th><th scope=\"col\">Legal basis</th>",
        "<tbody><tr><th scope=\"row\">lending</th><td>contract</td></tr></tbody>",
        "<caption id=\"part-0-use-grounds\">",
        "<tbody><tr><th scope=\"row\">making the app better</th><td>legitimate interests</td></tr></tbody>",
    ] {
        assert!(english.contains(text), "{text} is not in {english}");
    }
    assert!(!english.contains("<ul class=\"clauses\"></ul>"));
    let chinese = page(Language::Chinese);
    assert!(chinese.contains("<th scope=\"row\">出借</th><td>订立或履行合同所必需</td>"));
    let without = html(
        &self::policy(BIKES),
        Library::standard(),
        Language::English,
        None,
    );
    assert!(!without.contains("grounds"));
}

#[test]
fn the_contract_of_a_company_is_printed_beside_its_place() {
    let page = |lang: Language, contract: &str| {
        let policy = policy(&format!(
            "policy shop {{\n languages en zh\n recipient paywell label=\"Paywell\" role=processor in=US {contract}\n recipient colo label=\"Colo\" in=NL\n share email with=paywell\n}}"
        ));
        html(&policy, Library::standard(), lang, None)
    };
    let english = page(Language::English, "if=dpa");
    assert!(english.contains("<th scope=\"col\">Bound by</th></tr></thead>"));
    assert!(english.contains("<td>United States</td><td>a data processing agreement</td></tr>"));
    assert!(
        english.contains("<td>Netherlands</td><td></td></tr>"),
        "{english}"
    );
    let chinese = page(Language::Chinese, "if=dpa");
    assert!(chinese.contains("合同约束</th>") && chinese.contains("<td>数据处理协议</td></tr>"));
    assert!(!page(Language::English, "").contains("Bound by"));
}

#[test]
fn linked_data_uses_the_terms_of_the_vocabulary() {
    let document = jsonld(&policy(BIKES), Library::standard(), Language::English);
    let graph = document["@graph"].as_array().unwrap();
    let node = |id: &str| graph.iter().find(|node| node["@id"] == id).unwrap();
    assert_eq!(node("#controller-1")["@type"], "dpv:DataController");
    let share = node("#HB-002");
    assert_eq!(share["dpv:hasPersonalData"]["@type"], "pd:PaymentCard");
    assert_eq!(share["dpv:hasPurpose"]["@type"], "dpv:PaymentManagement");
    assert_eq!(share["dpv:hasRecipient"]["@id"], "#recipient-paywell");
    assert_eq!(node("#recipient-paywell")["@type"], "dpv:DataProcessor");
    assert_eq!(node("#HB-003")["dpv:hasRule"]["@type"], "dpv:Prohibition");
    let keep = node("#HB-004");
    assert_eq!(
        keep["dpv:hasStorageCondition"]["dpv:hasDuration"]["rdfs:label"],
        "7 years"
    );
    assert_eq!(keep["dpv:hasLegalBasis"]["@type"], "eu-gdpr:A6-1-c");
}

#[test]
fn long_texts_full_of_addresses_and_many_lines_of_one_clause_end() {
    let mails = "desk@harbour.example ".repeat(20_000);
    let page = html(
        &policy(&format!(
            "policy p {{\n contact desk email=\"desk@harbour.example\"\n say \"{mails}\"\n}}\n"
        )),
        Library::standard(),
        Language::English,
        None,
    );
    assert_eq!(page.matches("href=\"mailto:").count(), 20_001);
    let lines = "(X-1)say \"a\"\n(X-2)say \"b\"\n".repeat(5_000);
    let page = html(
        &policy(&format!("policy p {{\n{lines}\n}}\n")),
        Library::standard(),
        Language::English,
        None,
    );
    assert_eq!(
        ids(&page).iter().filter(|id| id.starts_with("X-")).count(),
        10_000
    );
}
