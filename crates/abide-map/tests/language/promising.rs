//! What a policy promises of data, as plans and packages read it.

use abide_map::promise::Promises;
use abide_policy::Library;
use abide_policy::length::Length;
use abide_policy::source::SourceFile;

const POLICY: &str = r#"policy harbour version="2026-03-01" {
    controller "Harbour Bikes B.V." country=NL contact=privacy-desk
    contact privacy-desk label="our privacy desk" email="privacy@harbour-bikes.example"
    law eu-gdpr
    languages en

    data invoice { of name email prices }
    recipient paywell label="Paywell GmbH" is=payment-provider role=processor in=DE if=dpa

    (HB-001)collect name email password at=registration need=must
    (HB-002)use name email password for=account-administration because=contract
    (HB-003)keep name email password until=account-deletion
    (HB-005)collect card prices at=checkout for=payment because=contract
    (HB-006)share card with=paywell for=payment
    (HB-007)never keep card
    (HB-008)must keep invoice when=invoice-issued within="7 years" because=tax-law
    (HB-011)right access correct erase via=privacy-desk
}
"#;

#[test]
fn a_policy_promises_what_its_lines_say() {
    let files = [SourceFile::new("harbour.kdl", POLICY)];
    let compiled = abide_policy::compile(Library::standard(), &files, None);
    let policy = &compiled.policies[0];
    let promises = Promises::of(policy, Library::standard());

    assert_eq!(promises.policy, "harbour");
    assert_eq!(promises.rights["erase"], ["HB-011"]);
    assert!(!promises.rights.contains_key("portability"));

    let email = &promises.data["email"];
    for clause in ["HB-001", "HB-002", "HB-003"] {
        assert!(
            email.clauses.iter().any(|known| known == clause),
            "{email:?}"
        );
    }
    assert!(email.forbidden.is_empty());
    assert!(
        email
            .purposes
            .iter()
            .any(|purpose| purpose.contains("account")),
        "{email:?}"
    );
    let (words, clause) = &email.retention[0];
    assert_eq!(clause, "HB-003");
    assert!(words.contains("account"), "{words}");

    let card = &promises.data["card"];
    assert_eq!(card.forbidden, ["HB-007"]);
    assert_eq!(card.recipients, ["Paywell GmbH"]);
    assert!(card.retention.is_empty(), "{card:?}");

    let ground = &promises.grounds["tax-law"];
    assert_eq!(ground.clauses, ["HB-008"]);
    assert_eq!(ground.length, Length::parse("7 years"));
    assert_eq!(
        promises.grounds["HB-008"], *ground,
        "a clause names a ground too"
    );
}
